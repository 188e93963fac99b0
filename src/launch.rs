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
mod derived;
mod facts;
mod gate;
mod outcome;
mod questions;
mod risks;
mod signatures;
mod status;
#[cfg(test)]
mod tests;
mod verdict;
mod ways;

use crate::api::{Period, ReleaseType};

use self::facts::Case;

pub use application::{Launch, Lineage};
pub use facts::Facts;
pub use gate::{Gate, GateInput, gate};
pub use outcome::{By, JudgedItem, Outcome, Proof};
pub use questions::questions;
pub use risks::RiskState;
pub use status::{Observed, status};
pub use verdict::{Judged, Reason, judge};

/// How soon what depends on the time is looked at again.
const AGAIN: Period = Period::seconds(300);
