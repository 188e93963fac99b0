//! The gate: whether pods may run.

use super::facts::Facts;
use super::outcome::JudgedItem;
use super::{Launch, judge};
use crate::api::{Action, Phase};
use crate::engine::Policy;
use crate::evidence::Subject;
use crate::model::{Key, Severity, Text, Workload};
use crate::people::Holds;

/// What is answered when pods would run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Nothing keeps them.
    Open,
    /// They may, and the requester is told this.
    Warn(Vec<String>),
    /// They may not, and why.
    Closed(String),
}

/// A write that the gate is asked about.
#[derive(Clone, Copy)]
pub struct GateInput<'a> {
    /// The workload as it would be.
    pub new: &'a Workload,
    /// The workload as it is, if it is.
    pub old: Option<&'a Workload>,
    /// What evidence would see of it.
    pub subject: Option<&'a Subject>,
    /// The launches of its namespace.
    pub launches: &'a [&'a Launch],
    /// The digest of its pod template, as [`status`](super::status()) remembers them.
    pub template: &'a str,
}

/// What a write is to the gate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rollout {
    /// Pods of the application would run for the first time.
    First,
    /// Other pods would run in place of those that do.
    Later,
}

/// Decides whether the pods of a workload may run. The view of the facts has the workload as it would be.
pub fn gate(input: GateInput<'_>, facts: Facts<'_>) -> Gate {
    let GateInput { new, old, .. } = input;
    let policies: Vec<&Policy> = facts
        .policies
        .covering(facts.view, new)
        .filter(|policy| policy.launch.is_some())
        .collect();
    if policies.is_empty() || !new.runs_pods() || new.meta.deleting {
        return Gate::Open;
    }
    let ran = old.is_some_and(Workload::runs_pods);
    // More or fewer of the same pods are no rollout.
    if ran && old.is_some_and(|old| old.pod == new.pod) {
        return Gate::Open;
    }
    let of = input.launches.iter().copied().filter(|launch| launch.selects(new));
    let launches: Vec<&Launch> = of.collect();
    let is_live = ran || launches.iter().any(|launch| launch.live_since().is_some());
    if launches.iter().any(|launch| was_admitted(launch, new, input.template)) {
        return Gate::Open;
    }
    let action = |policy: &&Policy| {
        let rule = policy.launch.as_ref()?;
        let is_older = policy.created > new.meta.created && new.meta.created.is_some();
        Some(match if is_live || is_older { Rollout::Later } else { Rollout::First } {
            Rollout::First => rule.gate,
            Rollout::Later => rule.later_rollouts.min(rule.gate),
        })
    };
    let strictest = policies.iter().filter_map(action).max().unwrap_or_default();
    if strictest == Action::Audit {
        return Gate::Open;
    }
    let Some(obstacle) = obstacle(&input, &launches, facts) else {
        return Gate::Open;
    };
    if let Some(by) = overridden(new, facts) {
        return Gate::Warn(vec![format!("plimsoll: {obstacle}; let through by the exception {by}")]);
    }
    let asking = policies.iter().filter(|policy| action(policy) == Some(strictest));
    let names: Vec<&str> = asking.map(|policy| &*policy.name).collect();
    let message = format!("plimsoll: {obstacle} [policy {}]", names.join(", "));
    match strictest {
        Action::Deny => Gate::Closed(message),
        _ => Gate::Warn(vec![message]),
    }
}

fn was_admitted(launch: &Launch, workload: &Workload, template: &str) -> bool {
    let name = super::ways::name(workload);
    let memory = launch.before.memory.as_ref();
    memory.is_some_and(|memory| {
        memory.admitted.iter().any(|admitted| {
            admitted.workload == name && admitted.templates.iter().any(|known| known == template)
        })
    })
}

/// The exception that lets the pods run whatever the verdict.
fn overridden(workload: &Workload, facts: Facts<'_>) -> Option<Text> {
    let namespace = &workload.key().namespace;
    let exceptions = facts.people.exceptions_in(namespace);
    let mut open = exceptions.filter(|exception| exception.overrides_gate && exception.covers(workload));
    let holds = open.find(|exception| {
        let policy = facts.policies.iter().find(|policy| policy.name == exception.policy);
        let rule = policy.map(|policy| &policy.exceptions);
        matches!(exception.holds(rule, facts.people, facts.now), Holds::Until(_))
    });
    holds.map(|exception| exception.name.name.clone())
}

/// What keeps the pods from running, if anything.
fn obstacle(input: &GateInput<'_>, launches: &[&Launch], facts: Facts<'_>) -> Option<String> {
    let workload = input.new;
    let named = super::ways::name(workload);
    if launches.is_empty() {
        return Some(format!(
            "{named} is part of no launch: create a ReadinessLaunch in namespace {} whose selector matches its labels, or keep \
             it at no replicas until there is one",
            workload.key().namespace
        ));
    }
    launches.iter().find_map(|launch| {
        let replaced = input.subject.map(|subject| (workload.key() as &Key, subject));
        let judged = judge(launch, facts, replaced);
        if judged.checklists.is_empty() {
            return Some(format!("the launch {} is judged by no checklist", launch.name.name));
        }
        let open = judged.open();
        let open: Vec<&&JudgedItem> = open.iter().filter(|item| blocks(item)).collect();
        let (first, count) = (open.first()?, open.len());
        let keys: Vec<&str> = open.iter().take(5).map(|item| &*item.item.key).collect();
        let more = match count - keys.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(format!(
            "{named} may not run yet: the launch {} is NotReady, {count} critical items are open: {}{more}. First: {}. `plimsoll \
             checklist {} -n {}` shows all of it",
            launch.name.name,
            keys.join(", "),
            first.outcome.why,
            launch.name.name,
            launch.name.namespace,
        ))
    })
}

fn blocks(judged: &JudgedItem) -> bool {
    judged.item.severity == Severity::Critical && judged.item.spec.phase == Phase::PreRollout
}
