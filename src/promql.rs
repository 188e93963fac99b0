//! Metric items: a PromQL template, what its samples must satisfy, and over how long.
//!
//! ```text
//!  template, pass, for ──► Query ──(namespace, workload, pods)──► Question ──► the shell asks a server
//!                                                                                    │
//!  Measured ◄──(now)── Measurements ◄── Reading ◄──(pass)── series over the window ◄─┘
//! ```
//!
//! Nothing here asks anything: the shell (`prometheus`) keeps [`Measurements`] fresh for the [`Question`]s that are
//! wanted, and evaluation reads them.
//!
//! - A [`Query`] parses, is an instant vector or a scalar, and has placeholders only where they can be filled in safely.
//! - Every sample over the window must satisfy the condition, and there must be one. A sample is what the expression
//!   yields at one step of the window ([`Range`]): at most some 300 of them, evenly spaced, the last one at its end.
//! - Whatever is not a number, too old, missing, or could not be asked is Unknown and says why.

mod batch;
mod error;
mod failure;
mod measured;
mod measurements;
mod pass;
mod pods;
mod query;
mod question;
mod range;
mod reading;
mod series;
mod span;
mod syntax;
mod template;
#[cfg(test)]
mod tests;
mod tokens;

pub use batch::{MARK, batch, split};
pub use error::{Field, QueryError};
pub use failure::{Failure, FailureKind};
pub use measured::{Cause, Measured};
pub use measurements::{Measurements, Outcome};
pub use pass::{Comparison, Pass};
pub use pods::{NoPattern, indexed_pods_pattern, pods_pattern};
pub use query::{Query, Target};
pub use question::Question;
pub use range::Range;
pub use reading::{Reading, judge};
pub use series::{Point, Series};
