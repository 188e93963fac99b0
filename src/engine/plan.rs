//! What several policies ask for together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Policy;
use crate::api::Action;
use crate::check::{Check, Params};
use crate::model::Severity;

/// What the policies that cover a workload ask for: each check once for each set of parameters.
#[derive(Debug)]
pub struct Plan {
    /// The policies, by name.
    pub policies: Vec<Arc<Policy>>,
    /// What is judged: the gravest first, then by check.
    pub entries: Vec<Entry>,
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
    /// where the policy does not name it.
    pub action: Action,
}

impl Plan {
    /// What these policies ask for together.
    pub fn merge(policies: Vec<Arc<Policy>>) -> Self {
        let mut entries: BTreeMap<(&'static str, Params), Entry> = BTreeMap::new();
        for (at, policy) in policies.iter().enumerate() {
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
                let settled = rule.by_name || !rule.check.is_relational();
                let action = if settled {
                    rule.action
                } else {
                    rule.action.min(Action::Warn)
                };
                entry.claims.push(Claim { policy: at, action });
            }
        }
        let mut entries: Vec<_> = entries.into_values().collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
        Self { policies, entries }
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
