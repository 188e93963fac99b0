//! Match conditions that cannot be evaluated.

use std::collections::BTreeMap;

use crate::cli::output;
use crate::engine::Plan;
use crate::model::{Text, Workload};

/// A match condition that cannot be evaluated for a workload.
pub(in crate::cli) struct Doubt {
    policy: Text,
    condition: Text,
    /// For which, and why.
    example: String,
}

impl Doubt {
    /// Those about a workload.
    pub(super) fn about(workload: &Workload, plan: &Plan) -> Vec<Self> {
        let doubts = plan.doubts().map(|(policy, condition)| Self {
            policy: policy.name.clone(),
            condition: condition.name.clone(),
            example: format!("{}: {}", workload.key(), condition.error(workload)),
        });
        doubts.collect()
    }
}

/// All of them: how many workloads each is about, and the first.
#[derive(Default)]
pub(super) struct Doubts(BTreeMap<(Text, Text), (usize, String)>);

impl Doubts {
    pub(super) fn add(&mut self, doubts: Vec<Doubt>) {
        for Doubt {
            policy,
            condition,
            example,
        } in doubts
        {
            let entry = self.0.entry((policy, condition));
            entry.or_insert((0, example)).0 += 1;
        }
    }

    /// Says it on standard error.
    pub(super) fn complain(&self) {
        for ((policy, condition), (count, example)) in &self.0 {
            let workloads = if *count == 1 {
                "a workload".to_owned()
            } else {
                format!("{count} workloads")
            };
            let message = format!(
                "spec.match.conditions[{condition}] of the policy {policy} cannot be evaluated for {workloads}, which in a \
                 cluster it would judge and never deny; first {example}"
            );
            output::complain("warning", &message);
        }
    }
}
