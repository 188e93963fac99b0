//! Admission: what two judgements of an object, before and after a write, mean for the write.

use std::collections::BTreeSet;

use super::evaluate::evaluate_declared;
use super::{CheckResult, Entry, Evaluation, Policy, PolicySet, Relief};
use crate::api::{Action, OnUnknown, OnUpdate};
use crate::inventory::{Inventory, View};
use crate::model::{Key, Located, Text, Verdict, Workload};

/// What is answered to an admission request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Why it is rejected; it is admitted where there is none. The gravest first.
    pub denials: Vec<Denial>,
    /// What the requester is warned of.
    pub warnings: Vec<Denial>,
    /// Why policies warn that would deny: of these it is in doubt whether they are meant.
    pub doubts: Vec<String>,
}

/// One thing that a request is rejected for, or warned of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The check's id.
    pub check: &'static str,
    /// What is wrong, where, and what would be right.
    pub found: Located,
    /// The policies that say so, by name.
    pub policies: Vec<Text>,
}

/// Decides about a workload as it would be after a write; `old` is what it was, if it was.
///
/// An update that changes nothing a check reads is admitted without a word: also that of an object that fails. What runs is
/// no business of a write.
pub fn admit(
    policies: &PolicySet,
    inventory: &Inventory,
    new: &Workload,
    old: Option<&Workload>,
    relief: Relief<'_>,
) -> Decision {
    let now = relief.now;
    if new.meta.deleting || old.is_some_and(|old| old.is_judged_as(new)) {
        return Decision::default();
    }
    let judge = |workload| {
        let view = View::with(inventory, workload).at(now);
        evaluate_declared(policies, view, workload)
    };
    let Some(mut after) = judge(new) else {
        return Decision::default();
    };
    after.relieve(new, relief);
    if after
        .results
        .iter()
        .all(|result| result.findings.is_empty())
    {
        return Decision::default();
    }
    let before = old.and_then(judge);
    let mut decision = Decision::default();
    for (at, (entry, result)) in after.iter().enumerate() {
        let known = before.as_ref().map(|before| Known::new(before, entry, at));
        for found in &result.findings {
            let is_new = known.as_ref().is_none_or(|known| !known.contains(found));
            weigh(&after, (entry, result), (found, is_new), &mut decision);
        }
    }
    let warnings = &decision.warnings;
    let warns = |policy: &Policy| {
        let mut policies = warnings.iter().flat_map(|warning| &warning.policies);
        policies.any(|name| *name == policy.name)
    };
    decision.doubts = after.plan.doubts_about(new, warns);
    decision
}

/// Puts a finding where the strictest of the policies that ask for it wants it.
fn weigh(
    after: &Evaluation,
    (entry, result): (&Entry, &CheckResult),
    (found, is_new): (&Located, bool),
    into: &mut Decision,
) {
    let unknown = found.finding.verdict == Verdict::Unknown;
    let effect = |claim: &super::Claim| {
        let policy = &after.plan.policies[claim.policy];
        if result
            .relieved
            .iter()
            .any(|relieved| relieved.policy == claim.policy)
        {
            return Action::Audit;
        }
        match claim.action {
            Action::Deny if unknown && policy.on_unknown == OnUnknown::Allow => Action::Warn,
            Action::Deny if !is_new && policy.on_update == OnUpdate::NewViolations => Action::Warn,
            action => action,
        }
    };
    let strictest = entry
        .claims
        .iter()
        .map(effect)
        .max()
        .unwrap_or(Action::Audit);
    if strictest == Action::Audit {
        return;
    }
    let saying = entry
        .claims
        .iter()
        .filter(|claim| effect(claim) == strictest);
    let denial = Denial {
        check: entry.check.id,
        found: found.clone(),
        policies: saying
            .map(|claim| after.plan.policies[claim.policy].name.clone())
            .collect(),
    };
    match strictest {
        Action::Deny => into.denials.push(denial),
        _ => into.warnings.push(denial),
    }
}

/// What was wrong with an object before a write, by one entry. A finding is the same whatever its message says: a tag that
/// was `latest` and is `latest` of another image makes nothing worse.
struct Known<'a>(BTreeSet<(Option<&'a Key>, Option<&'a Text>, &'a str)>);

impl<'a> Known<'a> {
    fn new(before: &'a Evaluation, entry: &Entry, at: usize) -> Self {
        // The same policies cover both sides nearly always; then the entry is at the same place.
        let same = |other: &Entry| other.check.id == entry.check.id && other.params == entry.params;
        let at = match before.plan.entries.get(at) {
            Some(other) if same(other) => Some(at),
            _ => before.plan.entries.iter().position(same),
        };
        let findings = at
            .map(|at| before.results[at].findings.as_slice())
            .unwrap_or_default();
        Self(findings.iter().map(identity).collect())
    }

    fn contains(&self, found: &Located) -> bool {
        self.0.contains(&identity(found))
    }
}

fn identity(found: &Located) -> (Option<&Key>, Option<&Text>, &str) {
    (
        found.object.as_ref(),
        found.finding.at.container.as_ref(),
        found.finding.at.detail(),
    )
}
