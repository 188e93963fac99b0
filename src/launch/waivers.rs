//! What exceptions waive of a launch.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::Launch;
use super::ballots;
use super::facts::Facts;
use super::outcome::{By, Outcome, Proof};
use crate::api::ProofKind;
use crate::model::{Text, Verdict, Workload};
use crate::people::{Exception, Holds, Subject, Void};

/// The exceptions of a launch's namespace, by whether they hold.
pub(super) struct Waivers<'a> {
    holding: Vec<Waiver<'a>>,
    /// Those of which it is not known yet whether they do.
    awaited: Vec<&'a Exception>,
    /// Of each checklist that policies require, which of them do.
    required_by: BTreeMap<&'a str, Vec<&'a Text>>,
    /// The policies of the namespace.
    policies: BTreeSet<&'a Text>,
}

/// An exception that holds now.
pub(super) struct Waiver<'a> {
    exception: &'a Exception,
    until: Timestamp,
}

/// An exception that lets pods run whatever the verdict: a risk as long as it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The exception.
    pub exception: Text,
    /// Why it was asked for.
    pub reason: Text,
    /// Who sees to it that it can end.
    pub owner: Text,
    /// Who asked for it.
    pub requested_by: Text,
    /// Until when it holds.
    pub until: Timestamp,
}

impl<'a> Waivers<'a> {
    pub(super) fn of(launch: &'a Launch, facts: Facts<'a>) -> Self {
        let namespace = &launch.name.namespace;
        let mut waivers = Self {
            holding: Vec::new(),
            awaited: Vec::new(),
            required_by: BTreeMap::new(),
            policies: BTreeSet::new(),
        };
        for policy in facts.policies.of_namespace(facts.view, namespace) {
            waivers.policies.insert(&policy.name);
            for checklist in policy.launch.iter().flat_map(|rule| &rule.checklists) {
                waivers
                    .required_by
                    .entry(checklist)
                    .or_default()
                    .push(&policy.name);
            }
        }
        for exception in facts.people.exceptions_in(namespace) {
            let rule = facts
                .policies
                .iter()
                .find(|policy| policy.name == exception.policy);
            let rule = rule.map(|policy| &policy.exceptions);
            match exception.holds(rule, facts.people, facts.now) {
                Holds::Until(until) => waivers.holding.push(Waiver { exception, until }),
                Holds::Not(Void::NotApproved(_)) if is_approval_awaited(exception, facts) => {
                    waivers.awaited.push(exception);
                }
                Holds::Not(Void::Unguarded) if ballots::is_guard_awaited(facts.people) => {
                    waivers.awaited.push(exception);
                }
                Holds::Not(_) => {}
            }
        }
        waivers
    }

    /// The exception that waives an item of a checklist, or a check, for a workload. Each policy that requires the checklist
    /// must be excepted from: who may grant exceptions from one is not asked about another. Of several, the one that ends
    /// first.
    pub(super) fn find(
        &self,
        what: &str,
        checklist: &str,
        workload: &Workload,
    ) -> Option<&Waiver<'a>> {
        let longest = |is_for: &dyn Fn(&Text) -> bool| {
            let covering = self.holding.iter().filter(|waiver| {
                let exception = waiver.exception;
                is_for(&exception.policy)
                    && exception.waives.contains(what)
                    && exception.covers(workload)
            });
            covering.max_by_key(|waiver| waiver.until)
        };
        match self.required_by.get(checklist) {
            None => longest(&|policy| self.policies.contains(policy)),
            Some(policies) => {
                let each = policies
                    .iter()
                    .map(|required| longest(&|policy| policy == *required));
                let each: Option<Vec<_>> = each.collect();
                each?.into_iter().min_by_key(|waiver| waiver.until)
            }
        }
    }

    /// The exceptions that let pods of these workloads run whatever the verdict.
    pub(super) fn overriding(&self, workloads: &[&Workload]) -> Vec<Override> {
        let of_gate = self.holding.iter().filter(|waiver| {
            let exception = waiver.exception;
            exception.overrides_gate
                && self.policies.contains(&exception.policy)
                && workloads.iter().any(|workload| exception.covers(workload))
        });
        of_gate
            .map(|waiver| Override {
                exception: waiver.exception.name.name.clone(),
                reason: waiver.exception.reason.clone(),
                owner: waiver.exception.owner.clone(),
                requested_by: waiver.exception.requested_by.clone(),
                until: waiver.until,
            })
            .collect()
    }

    /// Whether an exception may come to waive it of which it is not known yet whether it holds.
    pub(super) fn is_awaited(&self, what: &str, workload: &Workload) -> bool {
        let mut awaited = self.awaited.iter();
        awaited.any(|exception| exception.waives.contains(what) && exception.covers(workload))
    }
}

impl Waiver<'_> {
    /// Until when it holds.
    pub(super) fn until(&self) -> Timestamp {
        self.until
    }

    /// What becomes of something open that it covers.
    pub(super) fn waive(&self, open: &Outcome) -> Outcome {
        let exception = self.exception;
        Outcome {
            verdict: Verdict::Waived,
            proofs: vec![Proof {
                by: By::Exception {
                    owner: exception.owner.clone(),
                    requested_by: exception.requested_by.clone(),
                },
                kind: ProofKind::Indicates,
                subject: exception.name.name.clone(),
                workload: None,
                what: exception.reason.to_string(),
                at: exception.created,
                until: Some(self.until),
            }],
            why: open.why.clone(),
            is_only_indicated: false,
            until: Some(self.until),
            awaits: None,
        }
    }
}

/// Whether it is not known yet whether who approves an exception may.
fn is_approval_awaited(exception: &Exception, facts: Facts<'_>) -> bool {
    let people = facts.people;
    let mut approvals = people.attestations_in(&exception.name.namespace).filter(|attestation| {
        let is_about = matches!(&attestation.subject, Subject::Exception { uid, .. } if *uid == exception.uid);
        is_about && attestation.user != exception.requested_by
    });
    approvals.any(|attestation| ballots::is_awaited(attestation, people))
}
