use crate::check::disruption::{Covered, Demand, Eviction, eviction};
use crate::check::replicas::Floor;
use crate::check::{Check, Context, Findings, Group, Judgement, Run, Undecided};
use crate::model::{Kind, KindSet, Place, PodAutoscaler, PodDisruptionBudget, PodMaker, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "pdb-drainable",
    title: "The PodDisruptionBudget lets a node be drained",
    why: "A budget that spares no pod makes every eviction of one fail: a drain of its node waits for ever, and with it a \
          node upgrade or the cluster's autoscaler. It is judged as the disruption controller counts, with all pods \
          healthy and with the fewest replicas: those of the HorizontalPodAutoscaler, whose floor is where a budget that \
          looked fine begins to block. Pods of Jobs count only where nothing else is selected: the last one then keeps its \
          node until it ends. Whether two budgets select the same pod is another question.",
    fix: "Set `maxUnavailable: 1` (or a percentage), which spares a pod whatever the number of replicas; or keep \
          `minAvailable` below the fewest replicas that ever run. Where pods without a scale are among those selected \
          (DaemonSets, Jobs, bare Pods), only a number as `minAvailable` can be computed.",
    source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "polaris/pdbDisruptionsIsZero",
        "polaris/pdbMinAvailableGreaterThanHPAMinReplicas",
        "kube-score/poddisruptionbudget-has-policy",
        "kube-linter/pdb-max-unavailable",
        "kube-linter/pdb-min-available",
    ],
    subjects: KindSet::of(&[Kind::PodDisruptionBudget]),
    reads: KindSet::WORKLOADS.union(KindSet::of(&[Kind::HorizontalPodAutoscaler])),
    params: &[],
    bad: r"
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  minAvailable: 2
  selector:
    matchLabels: {app: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::DisruptionBudget(run),
};

fn run(context: &Context<'_>, budget: &PodDisruptionBudget, findings: &mut Findings) -> Judgement {
    let demand = Demand::of(budget);
    let covered = selected(context, budget)?;
    let groups: Vec<_> = covered.iter().map(|covered| covered.pods).collect();
    let (at, said) = match demand {
        Demand::Keep(part) => (
            Place::field("/spec/minAvailable"),
            format!("minAvailable is {part}"),
        ),
        Demand::Spare(part) => (
            Place::field("/spec/maxUnavailable"),
            format!("maxUnavailable is {part}"),
        ),
        Demand::Nothing => (
            Place::field("/spec"),
            "neither minAvailable nor maxUnavailable is set".to_owned(),
        ),
        Demand::Both => (
            Place::field("/spec"),
            "minAvailable and maxUnavailable are both set".to_owned(),
        ),
    };
    let name = |place: usize| covered[place].workload.key();
    match eviction(demand, &groups) {
        Eviction::Allowed(_) => {}
        Eviction::NoPods if !demand.is_absolute() => findings.not_applicable(),
        // Without a selector it selects nothing, and asks for nothing.
        Eviction::NoDemand if budget.selector.is_none() => findings.not_applicable(),
        Eviction::NoPods | Eviction::NoDemand => {
            findings.fail(
                at,
                format!("{said}: no pod may ever be evicted; set maxUnavailable: 1"),
            );
        }
        Eviction::Refused { healthy, desired } => {
            let because = covered.iter().find_map(|covered| covered.autoscaler);
            let because = because.map_or_else(String::new, |autoscaler| {
                let name = &autoscaler.meta.key.name;
                format!(" (HorizontalPodAutoscaler {name} can go so low)")
            });
            let is_scaled = |group: &Covered| matches!(group, Covered::Scaled(_));
            let advice = match demand {
                // What has no scale only counts for a number.
                Demand::Keep(_) if !groups.iter().all(is_scaled) => "lower it",
                _ => "set maxUnavailable: 1",
            };
            let count = format!("of {healthy} sure to run{because}, {desired} must stay");
            findings.fail(
                at,
                format!("{said}: {count}, so no pod may be evicted; {advice}"),
            );
        }
        Eviction::NoScale(place) => {
            let problem = format!(
                "{} has no scale to compute that from, so no eviction is allowed",
                name(place)
            );
            findings.fail(
                at,
                format!("{said}: {problem}; leave it out, or set minAvailable to a number"),
            );
        }
        Eviction::NothingScaled => {
            let problem = "nothing with a scale is sure to run to compute that from, so no eviction is allowed";
            findings.fail(
                at,
                format!("{said}: {problem}; set minAvailable to a number"),
            );
        }
        Eviction::PerNode(place) => {
            let problem = format!(
                "whether a pod may be evicted depends on how many nodes run {}",
                name(place)
            );
            findings.unknown(at, format!("{said}: {problem}"));
        }
        Eviction::Foreign(place) => {
            findings.unknown(
                at,
                format!(
                    "{said}: the scale of what controls {} is not known",
                    name(place)
                ),
            );
        }
        Eviction::MoreThanAll => {
            let problem = "more than all pods must stay, so none may be evicted";
            findings.fail(at, format!("{said}: {problem}; set maxUnavailable: 1"));
        }
        Eviction::Invalid if demand == Demand::Both && is_absolute_in_part(budget) => {
            let problem = "by one of them no pod may ever be evicted";
            findings.fail(
                at,
                format!("{said}: {problem}; set maxUnavailable: 1 alone"),
            );
        }
        Eviction::Invalid => findings.unknown(at, format!("{said}, which Kubernetes refuses")),
    }
    Ok(())
}

/// Whether one of both demands of a budget would let no pod go. The API server takes one of them only.
fn is_absolute_in_part(budget: &PodDisruptionBudget) -> bool {
    let keep = budget.min_available.as_ref().map(Demand::Keep);
    let spare = budget.max_unavailable.as_ref().map(Demand::Spare);
    keep.into_iter().chain(spare).any(Demand::is_absolute)
}

/// A workload whose pods a budget selects.
struct Selected<'a> {
    workload: &'a Workload,
    /// Its pods, as the controller counts them.
    pods: Covered,
    /// Who says how few there may be.
    autoscaler: Option<&'a PodAutoscaler>,
}

/// The workloads whose pods the budget selects, where they have any.
fn selected<'a>(
    context: &Context<'a>,
    budget: &PodDisruptionBudget,
) -> Result<Vec<Selected<'a>>, Undecided> {
    let Some(selector) = &budget.selector else {
        return Ok(Vec::new());
    };
    let mut selected = Vec::new();
    for kind in KindSet::WORKLOADS.iter() {
        context.read(kind)?;
    }
    let view = context.read(Kind::PodDisruptionBudget)?;
    for workload in view.selected(&budget.meta.key.namespace, selector) {
        // What is done or scaled to nothing has no pods.
        if workload.finished || workload.replicas <= 0 {
            continue;
        }
        let mut autoscaler = None;
        let pods = match workload.kind() {
            Kind::Pod if PodMaker::is_name_of_pods(&workload.key().name) => {
                autoscaler = view.autoscaler_of_pods(workload);
                match (autoscaler, workload.sets_replicas) {
                    (Some(autoscaler), _) => Covered::Scaled(autoscaler.min_replicas.max(0)),
                    (None, Some(true)) => Covered::Scaled(workload.replicas),
                    (None, _) => Covered::Unsaid,
                }
            }
            Kind::Pod if workload.meta.controller.is_none() => Covered::Single,
            Kind::Pod => Covered::Foreign,
            Kind::DaemonSet => Covered::PerNode,
            Kind::Job | Kind::CronJob => Covered::Ending,
            _ => {
                let floor = Floor::of(context, workload)?;
                autoscaler = floor.autoscaler;
                Covered::Scaled(floor.replicas.max(0))
            }
        };
        selected.push(Selected {
            workload,
            pods,
            autoscaler,
        });
    }
    Ok(selected)
}

#[cfg(test)]
mod tests;
