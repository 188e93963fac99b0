//! Exceptions: what becomes of a failure that one covers.

use jiff::Timestamp;

use super::{Entry, Evaluation, PolicySet};
use crate::checklist::{Checklists, Way};
use crate::model::{Text, Verdict, Workload};
use crate::people::{Exception, Holds, People};

/// What exceptions are looked for in.
#[derive(Clone, Copy)]
pub struct Relief<'a> {
    /// The exceptions, and who approves them.
    pub people: &'a People,
    /// The policies, which bound them.
    pub policies: &'a PolicySet,
    /// The checklists, by whose items they may name checks.
    pub checklists: &'a Checklists,
    /// When it is.
    pub now: Timestamp,
}

/// An exception that covers a result, for one of the policies that ask for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relieved {
    /// The policy, by its place in the plan.
    pub policy: usize,
    /// The exception's name.
    pub exception: Text,
    /// Until when it holds.
    pub until: Timestamp,
}

impl Evaluation {
    /// Lets exceptions cover what fails or is unknown. A result that every policy that asks for it is excepted from is waived.
    pub fn relieve(&mut self, workload: &Workload, relief: Relief<'_>) {
        let exceptions = relief.people.exceptions_in(&workload.key().namespace);
        let holding: Vec<(&Exception, Timestamp)> = exceptions
            .filter(|exception| exception.covers(workload))
            .filter_map(|exception| match relief.holds(exception) {
                Holds::Until(until) => Some((&**exception, until)),
                Holds::Not(_) => None,
            })
            .collect();
        if holding.is_empty() {
            return;
        }
        let plan = self.plan.clone();
        for (entry, result) in plan.entries.iter().zip(&mut self.results) {
            if !matches!(result.verdict, Verdict::Fail | Verdict::Unknown) {
                continue;
            }
            let relieved = entry.claims.iter().filter_map(|claim| {
                let policy = &plan.policies[claim.policy].name;
                let covering = holding.iter().filter(|(exception, _)| {
                    exception.policy == *policy && relief.waives(exception, entry)
                });
                let (exception, until) = covering.max_by_key(|(_, until)| *until)?;
                Some(Relieved {
                    policy: claim.policy,
                    exception: exception.name.name.clone(),
                    until: *until,
                })
            });
            result.relieved = relieved.collect();
            if result.relieved.len() == entry.claims.len() {
                result.verdict = Verdict::Waived;
            }
            let ends = result.relieved.iter().map(|relieved| relieved.until);
            result.until = result.until.into_iter().chain(ends).min();
        }
    }
}

impl Relief<'_> {
    /// Whether an exception holds now.
    pub fn holds(&self, exception: &Exception) -> Holds {
        let policy = self
            .policies
            .iter()
            .find(|policy| policy.name == exception.policy);
        exception.holds(
            policy.map(|policy| &policy.exceptions),
            self.people,
            self.now,
        )
    }

    /// Whether an exception names a check, by its id or by an item that the check decides.
    fn waives(&self, exception: &Exception, entry: &Entry) -> bool {
        exception
            .waives
            .iter()
            .any(|name| match name.contains(':') {
                false => **name == *entry.check.id,
                true => self
                    .checklists
                    .item(name)
                    .is_some_and(|item| match &item.way {
                        Way::Checks(checks) => {
                            checks.iter().any(|check| check.id == entry.check.id)
                        }
                        _ => false,
                    }),
            })
    }
}
