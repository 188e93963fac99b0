//! From policies and records to verdicts: one evaluator for admission, controller and command line.
//!
//! Everything here is pure. [`PolicySet`] is what the policies say, parsed; [`evaluate`] judges one workload by those that
//! cover it; [`admit`] makes an admission decision of two such judgements, and [`report`](report::of_workload) a report of
//! one.

mod admission;
mod conditions;
mod evaluate;
pub mod naming;
mod plan;
mod policies;
mod policy;
mod relief;
pub mod report;
#[cfg(test)]
mod tests;

pub use admission::{Decision, Denial, admit};
pub use conditions::{Conditions, Coverage, MatchCondition};
pub use evaluate::{CheckResult, Evaluation, evaluate, judge, judge_each, judge_for, unclaimed};
pub use plan::{Claim, Doubt, Entry, Plan};
pub use policies::{Covering, PolicySet};
pub use policy::{Policy, PolicyError, Rule};
pub use relief::{Relief, Relieved};
