//! The status of policies: how many of their workloads are how ready, and whether they are in force.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use kube::api::{Patch, PatchParams};
use kube::{Api, Client, ResourceExt};
use serde_json::json;

use super::FIELD_MANAGER;
use super::conditions::condition;
use super::reports::{WriteError, within};
use crate::api::{API_VERSION, PolicyStatus, ReadinessPolicy, Status};
use crate::checklist::Checklists;
use crate::engine::{Evaluation, Plan, Policy};
use crate::inventory::ReportOn;
use crate::model::Text;
use crate::people::Guard;

/// What was judged of one workload.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) status: Status,
    pub(super) plan: Arc<Plan>,
    /// How many of its findings each exception waives, by the exception's name.
    pub(super) relieved: BTreeMap<Text, u32>,
}

impl Judged {
    /// Of an evaluation.
    pub(super) fn of(evaluation: Evaluation) -> Self {
        let mut relieved = BTreeMap::new();
        for result in &evaluation.results {
            let by: BTreeSet<&Text> = result
                .relieved
                .iter()
                .map(|relieved| &relieved.exception)
                .collect();
            for exception in by {
                *relieved.entry(exception.clone()).or_default() += 1;
            }
        }
        Self {
            status: evaluation.status(),
            relieved,
            plan: evaluation.plan,
        }
    }
}

/// What the controller would say of each policy: counts over all that was judged, and the checks that others give other
/// parameters.
#[derive(Debug, Default)]
struct Tally {
    counts: [u32; 3],
    conflicts: BTreeSet<&'static str>,
    /// For how many workloads each match condition cannot be evaluated.
    doubts: BTreeMap<Text, u32>,
}

/// The statuses that differ from those the policies have.
pub(super) fn changed<'a>(
    policies: impl IntoIterator<Item = &'a ReadinessPolicy>,
    judged: &BTreeMap<ReportOn, Judged>,
    checklists: &Checklists,
    guard: &Guard,
    now: Timestamp,
) -> Vec<(String, PolicyStatus)> {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut plans: BTreeMap<*const Plan, &Plan> = BTreeMap::new();
    for (on, judged) in judged {
        plans
            .entry(Arc::as_ptr(&judged.plan))
            .or_insert(&judged.plan);
        if matches!(on, ReportOn::Workload(_)) {
            for policy in &judged.plan.policies {
                tallies.entry(&policy.name).or_default().counts[judged.status as usize] += 1;
            }
            for (policy, condition) in judged.plan.doubts() {
                let doubts = &mut tallies.entry(&policy.name).or_default().doubts;
                *doubts.entry(condition.name.clone()).or_default() += 1;
            }
        }
    }
    for plan in plans.into_values() {
        for (policy, check) in plan.conflicts() {
            tallies
                .entry(&policy.name)
                .or_default()
                .conflicts
                .insert(check);
        }
    }
    let none = Tally::default();
    let statuses = policies.into_iter().filter_map(|policy| {
        let name = policy.name_any();
        let status = status(
            policy,
            tallies.get(name.as_str()).unwrap_or(&none),
            checklists,
            guard,
            now,
        );
        (policy.status.as_ref() != Some(&status)).then_some((name, status))
    });
    statuses.collect()
}

fn status(
    policy: &ReadinessPolicy,
    tally: &Tally,
    checklists: &Checklists,
    guard: &Guard,
    now: Timestamp,
) -> PolicyStatus {
    let accepted = match Policy::compile(&policy.name_any(), &policy.spec, checklists) {
        Ok(_) => ("True", "InForce", "the policy is in force".to_owned()),
        Err(error) => ("False", "Invalid", error.to_string()),
    };
    let conflict = if tally.conflicts.is_empty() {
        (
            "False",
            "NoConflict",
            "no other policy gives a check other parameters".to_owned(),
        )
    } else {
        let checks: Vec<_> = tally.conflicts.iter().copied().collect();
        let message = format!(
            "another policy for some of the same workloads gives {} other parameters",
            checks.join(", ")
        );
        ("True", "ParametersDiffer", message)
    };
    let guarded = if guard.covers(now) {
        (
            "True",
            "Whole",
            "the admission policies that check who attests are in place".to_owned(),
        )
    } else {
        let message = "the admission policies that check who attests and who asks for an exception are not in place, or not for \
                       long enough: what is made now does not count (kubectl get validatingadmissionpolicies -l \
                       app.kubernetes.io/name=plimsoll)";
        ("False", "NotWhole", message.to_owned())
    };
    let [ready, ready_with_risks, not_ready] = tally.counts;
    let before = policy
        .status
        .as_ref()
        .map_or(&[][..], |status| &status.conditions);
    let known = (before, policy.metadata.generation);
    let mut conditions = vec![
        condition(known, "Accepted", accepted, now),
        condition(known, "ParametersConflict", conflict, now),
        condition(known, "Guarded", guarded, now),
    ];
    if has_conditions(policy) {
        let doubt = in_doubt(&tally.doubts);
        conditions.push(condition(known, "MatchInDoubt", doubt, now));
    }
    PolicyStatus {
        observed_generation: policy.metadata.generation,
        workloads: ready + ready_with_risks + not_ready,
        ready,
        ready_with_risks,
        not_ready,
        conditions,
    }
}

fn has_conditions(policy: &ReadinessPolicy) -> bool {
    let matches = policy.spec.matches.as_ref();
    matches.is_some_and(|matches| !matches.conditions.is_empty())
}

/// Whether some match conditions cannot be evaluated.
fn in_doubt(doubts: &BTreeMap<Text, u32>) -> (&'static str, &'static str, String) {
    if doubts.is_empty() {
        let message = "the match conditions can be evaluated for every workload";
        return ("False", "Evaluated", message.to_owned());
    }
    let doubts: Vec<String> = doubts
        .iter()
        .map(|(condition, count)| {
            let plural = if *count == 1 { "" } else { "s" };
            format!("{condition} ({count} workload{plural})")
        })
        .collect();
    let message = format!(
        "match conditions cannot be evaluated: {}; the reports of these workloads say why, and nothing is denied to them",
        doubts.join(", ")
    );
    ("True", "ConditionFails", message)
}

/// Writes a policy's status.
pub(super) async fn write(
    client: Client,
    name: &str,
    status: &PolicyStatus,
) -> Result<(), WriteError> {
    let patch = json!({"apiVersion": API_VERSION, "kind": "ReadinessPolicy", "status": status});
    let params = PatchParams::apply(FIELD_MANAGER).force();
    let api = Api::<ReadinessPolicy>::all(client);
    within(api.patch_status(name, &params, &Patch::Apply(patch)))
        .await
        .map(drop)
}
