//! The gate: whether pods may run.

use super::facts::Facts;
use super::outcome::JudgedItem;
use super::{Launch, judge, own};
use crate::api::{Action, Phase};
use crate::engine::{Covering, Policy};
use crate::evidence::Subject;
use crate::model::{Severity, Text, Workload};
use crate::people::Holds;

/// Items that are named of those that are open.
const MOST_NAMED: usize = 5;

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
    /// The digest of its pod template ([`template_digest`](super::template_digest)).
    pub template: &'a str,
}

/// Decides whether the pods of a workload may run. The view of the facts has the workload as it would be.
pub fn gate(input: GateInput<'_>, facts: Facts<'_>) -> Gate {
    let GateInput { new, old, .. } = input;
    let policies: Vec<Covering<'_>> = facts
        .policies
        .covering(facts.view, new)
        .filter(|covering| covering.policy.launch.is_some())
        .collect();
    if policies.is_empty() || !new.runs_pods() || new.meta.deleting {
        return Gate::Open;
    }
    let ran = old.is_some_and(Workload::runs_pods);
    // More or fewer of the same pods are no rollout.
    if ran && old.is_some_and(|old| old.pod == new.pod) {
        return Gate::Open;
    }
    let of = input
        .launches
        .iter()
        .copied()
        .filter(|launch| launch.selects(new));
    let launches: Vec<&Launch> = of.collect();
    if launches
        .iter()
        .any(|launch| was_admitted(launch, new, input.template))
    {
        return Gate::Open;
    }
    let is_live = ran
        || launches
            .iter()
            .any(|launch| is_live(launch, &launch.workloads(facts.view)));
    let asking: Vec<(Action, Covering<'_>)> = policies
        .iter()
        .map(|covering| (action(covering.policy, new, is_live), covering))
        .map(|(action, covering)| (covering.at_most(action), *covering))
        .filter(|(action, _)| *action != Action::Audit)
        .collect();
    if asking.is_empty() {
        return Gate::Open;
    }
    let Some(obstacle) = obstacle(&input, &launches, facts) else {
        return Gate::Open;
    };
    answer(&obstacle, (new, &asking), |policy| {
        overridden(new, &policy.name, facts)
    })
}

/// What a policy makes of pods that run without a launch that is ready. Where the application is live, or the workload is older
/// than the policy, this is no first rollout.
fn action(policy: &Policy, workload: &Workload, is_live: bool) -> Action {
    let Some(rule) = &policy.launch else {
        return Action::Audit;
    };
    let created = workload.meta.created;
    let is_older = created.is_some() && policy.created > created;
    match is_live || is_older {
        true => rule.later_rollouts.min(rule.gate),
        false => rule.gate,
    }
}

/// What is answered where something keeps the pods from running. An exception opens the gate of the policy that it is for.
fn answer(
    obstacle: &str,
    (workload, asking): (&Workload, &[(Action, Covering<'_>)]),
    overridden: impl Fn(&Policy) -> Option<Text>,
) -> Gate {
    let mut left = Vec::new();
    let mut warnings = Vec::new();
    for (action, Covering { policy, doubt }) in asking {
        match overridden(policy) {
            Some(exception) => warnings.push(format!(
                "plimsoll: {obstacle}; let through by the exception {exception} [policy {}]",
                policy.name
            )),
            None => left.push((*action, &*policy.name)),
        }
        warnings.extend(
            doubt.map(|doubt| format!("plimsoll: {}", doubt.doubt(&policy.name, workload))),
        );
    }
    let Some(strictest) = left.iter().map(|(action, _)| *action).max() else {
        return Gate::Warn(warnings);
    };
    let names = left
        .iter()
        .filter(|(action, _)| *action == strictest)
        .map(|(_, name)| *name);
    let names: Vec<&str> = names.collect();
    let message = format!("plimsoll: {obstacle} [policy {}]", names.join(", "));
    if strictest == Action::Deny {
        return Gate::Closed(message);
    }
    warnings.push(message);
    Gate::Warn(warnings)
}

fn was_admitted(launch: &Launch, workload: &Workload, template: &str) -> bool {
    let name = super::ways::name(workload);
    launch.memory().admitted.iter().any(|admitted| {
        admitted.workload == name && admitted.templates.iter().any(|known| known == template)
    })
}

/// Whether the application of a launch is live. A launch that went live with workloads of which it now selects none has become
/// another application's.
fn is_live(launch: &Launch, workloads: &[&Workload]) -> bool {
    let admitted = &launch.memory().admitted;
    let is_known = |workload: &&Workload| {
        let name = super::ways::name(workload);
        admitted.iter().any(|admitted| admitted.workload == name)
    };
    launch.live_since().is_some() && (admitted.is_empty() || workloads.iter().any(is_known))
}

/// The exception from a policy that lets the pods run whatever the verdict.
fn overridden(workload: &Workload, policy: &Text, facts: Facts<'_>) -> Option<Text> {
    let namespace = &workload.key().namespace;
    let exceptions = facts.people.exceptions_in(namespace);
    let mut open = exceptions.filter(|exception| {
        exception.overrides_gate && exception.policy == *policy && exception.covers(workload)
    });
    let rule = facts.policies.iter().find(|known| known.name == *policy);
    let rule = rule.map(|policy| &policy.exceptions);
    let holds = open.find(|exception| {
        matches!(
            exception.holds(rule, facts.people, facts.now),
            Holds::Until(_)
        )
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
        let replaced = input.subject.map(|subject| (workload.key(), subject));
        let judged = judge(launch, facts, replaced);
        let open = judged.open();
        let open: Vec<&&JudgedItem> = open.iter().filter(|item| blocks(item)).collect();
        // One that is named and not there yet is open itself.
        if judged.checklists.is_empty() && !open.iter().any(|item| own::is_of_checklist(&item.item)) {
            return Some(format!(
                "the launch {} is judged by no checklist: name one in spec.checklists",
                launch.name.name
            ));
        }
        let (first, count) = (open.first()?, open.len());
        let keys: Vec<&str> = open.iter().take(MOST_NAMED).map(|item| &*item.item.key).collect();
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
