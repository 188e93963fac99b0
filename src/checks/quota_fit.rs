use crate::check::admitted::Admitted;
use crate::check::resources::Bound;
use crate::check::{Check, Context, Findings, Group, Judgement, Run, Undecided, peak};
use crate::model::{
    Kind, KindSet, Operator, Place, Quantity, QuotaScope, Resource, ResourceQuota, Severity, Text,
    VolumeSource, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "quota-fit",
    title: "The ResourceQuotas of the namespace have room for all pods of the workload, also during a rollout",
    why: "A quota refuses the pods that are beyond it, and those that do not say what it counts: with a quota of `limits.cpu`, each \
          container must have a CPU limit, its own or from a LimitRange. The workload itself is accepted and has too few \
          pods, and a rollout that may lack none waits for ever: only events of the ReplicaSet say why. Each workload is \
          judged as if it had the whole quota; what its neighbours take comes on top. A DaemonSet counts as one pod, and \
          what HorizontalPodAutoscalers may ask for is for `hpa-fits-quota`.",
    fix: "Raise the quota, lower the replicas, the requests or `maxSurge`, or set what the quota counts.",
    source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    severity: Severity::Critical,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::ResourceQuota, Kind::LimitRange, Kind::PriorityClass]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4.2
        resources:
          requests: {cpu: 500m}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team}
spec:
  hard: {requests.cpu: 2}
  scopeSelector:
    matchExpressions:
    - {scopeName: PriorityClass, operator: NotIn, values: [batch]}
",
    good: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 4
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4.2
        resources:
          requests: {cpu: 500m}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team}
spec:
  hard: {requests.cpu: 3}
  scopeSelector:
    matchExpressions:
    - {scopeName: PriorityClass, operator: NotIn, values: [batch]}
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let namespace = &workload.meta.key.namespace;
    let quotas: Vec<_> = context
        .read(Kind::ResourceQuota)?
        .quotas(namespace)
        .collect();
    if quotas.is_empty() {
        findings.not_applicable();
        return Ok(());
    }
    let ranges = context.read(Kind::LimitRange)?.limit_ranges(namespace);
    let pods = Admitted::of(workload, ranges.collect());
    for quota in quotas {
        match counts(context, quota, workload, &pods)? {
            Counts::No => {}
            Counts::Unsaid(scope) => {
                let name = &quota.meta.key.name;
                let message = format!(
                    "whether ResourceQuota {name} counts its pods is not looked up: it has the scope {scope}"
                );
                findings.unknown(Place::pod(workload, "").about(name.clone()), message);
            }
            Counts::Yes => {
                must_say(quota, workload, &pods, findings);
                must_fit(quota, workload, &pods, findings);
            }
        }
    }
    Ok(())
}

/// Whether a quota counts a workload's pods.
enum Counts {
    Yes,
    No,
    /// It has a scope that is not known here.
    Unsaid(Text),
}

/// As `podMatchesScopeFunc` of the pod evaluator decides: all scopes must hold.
fn counts(
    context: &Context<'_>,
    quota: &ResourceQuota,
    workload: &Workload,
    pods: &Admitted<'_>,
) -> Result<Counts, Undecided> {
    let mut unsaid = None;
    for scope in &quota.scopes {
        let holds = match scope {
            QuotaScope::Terminating(wanted) => workload.pod.has_deadline == *wanted,
            QuotaScope::BestEffort(wanted) => pods.is_best_effort() == *wanted,
            QuotaScope::PriorityClass(operator) => {
                let class = priority_class(context, workload)?;
                match operator {
                    Operator::In(names) => class.is_some_and(|class| names.contains(&class)),
                    Operator::NotIn(names) => class.is_none_or(|class| !names.contains(&class)),
                    Operator::Exists => class.is_some(),
                    Operator::DoesNotExist => class.is_none(),
                    Operator::Invalid => false,
                }
            }
            QuotaScope::Other(name) => {
                unsaid = Some(name.clone());
                true
            }
        };
        if !holds {
            return Ok(Counts::No);
        }
    }
    Ok(unsaid.map_or(Counts::Yes, Counts::Unsaid))
}

/// The PriorityClass that pods will have: that of all, where they name none.
fn priority_class(context: &Context<'_>, workload: &Workload) -> Result<Option<Text>, Undecided> {
    let mut classes = context
        .read(Kind::PriorityClass)?
        .classes(Kind::PriorityClass);
    let named = workload.pod.priority_class.clone();
    Ok(named.or_else(|| {
        let default = classes.find(|class| class.is_default);
        default.map(|class| class.meta.key.name.clone())
    }))
}

/// What a resource of a quota is of containers.
fn of_containers(resource: &str) -> Option<(Bound, Resource)> {
    let (bound, name) = match resource.strip_prefix("limits.") {
        Some(name) => (Bound::Limit, name),
        None => (Bound::Request, resource),
    };
    let mut known = Resource::ALL.into_iter();
    Some((bound, known.find(|known| known.name() == name)?))
}

/// A quota of CPU or memory refuses pods of which a container does not say how much (`Constraints` of the pod evaluator).
fn must_say(
    quota: &ResourceQuota,
    workload: &Workload,
    pods: &Admitted<'_>,
    findings: &mut Findings,
) {
    if pods.bounds_the_pod() {
        return;
    }
    let asked = quota.hard.iter();
    let asked = asked.filter_map(|(resource, _)| of_containers(resource));
    for (bound, resource) in asked.filter(|(_, resource)| *resource != Resource::EphemeralStorage) {
        for container in pods.containers() {
            if pods.of_container(container, (bound, resource)).is_some() {
                continue;
            }
            let (field, what) = match bound {
                Bound::Request => ("requests", "request"),
                Bound::Limit => ("limits", "limit"),
            };
            let (name, quota) = (resource.name(), &quota.meta.key.name);
            let path = format!("/resources/{field}/{name}");
            let at = Place::container(workload, container, &path).about(quota.clone());
            let message = format!(
                "has no {name} {what}, which ResourceQuota {quota} counts: its pods are refused"
            );
            findings.fail(at, message);
        }
    }
}

/// All pods of the workload, and those that there are besides while it is replaced.
fn must_fit(
    quota: &ResourceQuota,
    workload: &Workload,
    pods: &Admitted<'_>,
    findings: &mut Findings,
) {
    let peak = peak::of(workload);
    for (resource, most) in &quota.hard {
        let Some(one) = taken(resource, quota, workload, pods) else {
            continue;
        };
        let name = &quota.meta.key.name;
        let at = || Place::field(field(workload.kind())).about(format!("{name} {resource}"));
        let (wanted, all) = (peak.wanted, peak.wanted.saturating_add(peak.surge));
        let (of_wanted, of_all) = (one.times(wanted.into()), one.times(all.into()));
        if of_wanted > *most {
            let message = format!(
                "{wanted} pods take {of_wanted} of {resource}, and ResourceQuota {name} has {most}"
            );
            findings.fail(at(), message);
        } else if of_all > *most {
            let so = if peak.needs_surge {
                "it cannot begin"
            } else {
                "it has fewer pods"
            };
            let message = format!(
                "during a rollout {all} pods take {of_all} of {resource}, and ResourceQuota {name} has {most}: {so}"
            );
            findings.fail(at(), message);
        }
    }
}

/// What one pod takes of a resource of a quota.
fn taken(
    resource: &str,
    quota: &ResourceQuota,
    workload: &Workload,
    pods: &Admitted<'_>,
) -> Option<Quantity> {
    if resource == "pods" {
        return Quantity::parse("1");
    }
    if let Some(asked) = of_containers(resource) {
        return pods.of_pod(asked);
    }
    // Scopes are of pods, not of their claims.
    if quota.is_scoped() {
        return None;
    }
    let volumes = workload.pod.volumes.iter();
    let made = volumes.filter_map(|volume| match &volume.source {
        VolumeSource::Ephemeral(spec) => Some(spec),
        _ => None,
    });
    let templates = workload.claim_templates.iter();
    let claims = made.chain(templates.map(|template| &template.spec));
    let none = Quantity::default();
    Some(match resource {
        "persistentvolumeclaims" => claims
            .filter_map(|_| Quantity::parse("1"))
            .fold(none, Quantity::plus),
        "requests.storage" => claims
            .filter_map(|spec| spec.storage.as_deref().copied())
            .fold(none, Quantity::plus),
        _ => return None,
    })
}

/// The field that says how many pods there are.
const fn field(kind: Kind) -> &'static str {
    match kind {
        Kind::Job => "/spec/parallelism",
        Kind::CronJob => "/spec/jobTemplate/spec/parallelism",
        Kind::DaemonSet => "/spec/template/spec",
        Kind::Pod => "/spec",
        _ => "/spec/replicas",
    }
}

#[cfg(test)]
mod tests;
