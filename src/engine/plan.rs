//! What several policies ask for together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{MatchCondition, Policy};
use crate::api::Action;
use crate::check::{Check, Params};
use crate::model::{Severity, Workload};

/// What the policies that cover a workload ask for: each check once for each set of parameters.
#[derive(Debug)]
pub struct Plan {
    /// The policies, by name.
    pub policies: Vec<Arc<Policy>>,
    /// What is judged: the gravest first, then by check.
    pub entries: Vec<Entry>,
    /// Which of the policies may not be meant: they deny nothing.
    pub doubts: Vec<Doubt>,
}

/// A policy's condition that cannot be evaluated.
#[derive(Debug)]
pub struct Doubt {
    /// The policy, by its place in [`Plan::policies`].
    pub policy: usize,
    /// The condition.
    pub condition: MatchCondition,
}

/// A check with its parameters, and which policies ask for it.
#[derive(Debug)]
pub struct Entry {
    /// The check.
    pub check: &'static Check,
    /// Its parameters.
    pub params: Params,
    /// The highest severity that a policy gives it.
    pub severity: Severity,
    /// Who asks for it, and what follows.
    pub claims: Vec<Claim>,
}

/// A policy's part in an [`Entry`].
#[derive(Debug)]
pub struct Claim {
    /// The policy, by its place in [`Plan::policies`].
    pub policy: usize,
    /// What follows from a failure at admission. A check that depends on the order in which things are applied only warns
    /// where the policy does not name it, and so does every check where it is in doubt whether the policy is meant.
    pub action: Action,
}

impl Plan {
    /// What these policies ask for together; each with the condition that cannot be evaluated, where one cannot.
    pub fn merge(covering: Vec<(Arc<Policy>, Option<MatchCondition>)>) -> Self {
        let mut entries: BTreeMap<(&'static str, Params), Entry> = BTreeMap::new();
        let mut policies = Vec::with_capacity(covering.len());
        let mut doubts = Vec::new();
        for (at, (policy, doubt)) in covering.into_iter().enumerate() {
            for rule in &policy.rules {
                let entry = entries
                    .entry((rule.check.id, rule.params.clone()))
                    .or_insert_with(|| Entry {
                        check: rule.check,
                        params: rule.params.clone(),
                        severity: rule.severity,
                        claims: Vec::new(),
                    });
                entry.severity = entry.severity.max(rule.severity);
                let settled = doubt.is_none() && (rule.by_name || !rule.check.is_relational());
                let action = if settled {
                    rule.action
                } else {
                    rule.action.min(Action::Warn)
                };
                entry.claims.push(Claim { policy: at, action });
            }
            doubts.extend(doubt.map(|condition| Doubt {
                policy: at,
                condition,
            }));
            policies.push(policy);
        }
        let mut entries: Vec<_> = entries.into_values().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
        Self {
            policies,
            entries,
            doubts,
        }
    }

    /// The policy that each doubt is about, and the doubt.
    pub fn doubts(&self) -> impl Iterator<Item = (&Policy, &MatchCondition)> {
        let doubts = self.doubts.iter();
        doubts.map(|doubt| (&*self.policies[doubt.policy], &doubt.condition))
    }

    /// What follows for a workload from conditions that cannot be evaluated for it: a line for each such policy of these.
    pub fn doubts_about(&self, workload: &Workload, of: impl Fn(&Policy) -> bool) -> Vec<String> {
        let doubts = self.doubts().filter(|(policy, _)| of(policy));
        doubts
            .map(|(policy, condition)| condition.doubt(&policy.name, workload))
            .collect()
    }

    /// The policies that give a check other parameters than another one here, with the check's id.
    pub fn conflicts(&self) -> Vec<(&Policy, &'static str)> {
        let mut variants: BTreeMap<&'static str, Vec<&Entry>> = BTreeMap::new();
        for entry in &self.entries {
            variants.entry(entry.check.id).or_default().push(entry);
        }
        let disputed = variants
            .into_iter()
            .filter(|(_, entries)| entries.len() > 1);
        let claims = disputed.flat_map(|(id, entries)| {
            entries
                .into_iter()
                .flat_map(|entry| &entry.claims)
                .map(move |claim| (&*self.policies[claim.policy], id))
        });
        claims.collect()
    }
}
