//! Launches: an application's checklists, what decides their lines, and the verdict that follows.
//!
//! ```text
//!  Launch, Facts ──► items: checks · expressions · evidence · metrics · people ──► signatures, derived items ──► Judged
//!                                                                                                                  │
//!                                                                              gate ◄── pre-rollout items ─────────┤
//!                                                                            status ◄── and what is remembered ────┘
//! ```
//!
//! [`judge`] is pure: what earlier judgements must leave behind (evidence that was seen, revisions that were let run, releases)
//! is in the launch's status, and an input. The webhook, the controller and the command line call it alike.

mod application;
mod attested;
mod ballots;
mod derived;
mod facts;
mod fallback;
mod gate;
mod history;
mod lapses;
mod memory;
mod observe;
mod outcome;
mod own;
mod phases;
mod questions;
mod review;
mod risks;
mod seen;
mod signatures;
mod status;
mod template;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod turns;
mod verdict;
mod waivers;
mod ways;

use crate::api::Period;

pub use application::{Launch, Lineage};
pub use facts::Facts;
pub use gate::{Gate, GateInput, gate};
pub use observe::observe;
pub use outcome::{By, JudgedItem, Outcome, Pending, Proof};
pub use own::own_item;
pub use questions::questions_of_gate;
pub use risks::RiskState;
pub use status::{Observed, status};
pub use template::digest as template_digest;
pub use verdict::{Judged, Reason, judge};
pub use waivers::Override;

/// How soon what depends on the time is looked at again.
const AGAIN: Period = Period::seconds(300);
