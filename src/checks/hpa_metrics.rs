use crate::check::autoscaling::Target;
use crate::check::{Check, Context, Findings, Group, Judgement, Run, Undecided};
use crate::model::{
    Amount, Container, ContainerRole, Kind, KindSet, MetricSource, Place, PodAutoscaler, Resource,
    Severity, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "hpa-metrics",
    title: "The HorizontalPodAutoscaler can compute its metrics",
    why: "Utilisation is a share of what is requested. One container without a request, a sidecar too, is enough to keep \
          the HorizontalPodAutoscaler from computing it, and then the workload does not scale. (Ordinary init containers \
          do not count; requests of the pod as a whole stand for those of its containers, but not where the metric is of \
          one container.) One without metrics scales by the utilisation of CPU. Nothing is said of custom and external \
          metrics.",
    fix: "Set `resources.requests` of the metric's resource on every container (a LimitRange may do it), or use \
          `AverageValue` as the metric's target; let `containerResource.container` name a container of the target.",
    source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::SCALABLE.union(KindSet::of(&[Kind::LimitRange])),
    params: &[],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
  metrics:
  - type: Resource
    resource:
      name: cpu
      target: {type: Utilization, averageUtilization: 70}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
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
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
  metrics:
  - type: Resource
    resource:
      name: cpu
      target: {type: Utilization, averageUtilization: 70}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
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
          requests: {cpu: 100m}
",
    run: Run::Autoscaler(run),
};

fn run(context: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let target = Target::of(context, autoscaler)?;
    if autoscaler
        .metrics
        .iter()
        .all(|metric| *metric == MetricSource::Other)
    {
        return Ok(());
    }
    let (Target::Workload(workload) | Target::Made(workload)) = target else {
        let at = Place::field("/spec/scaleTargetRef");
        let (kind, name) = (&autoscaler.target.kind_name, &autoscaler.target.name);
        findings.unknown(
            at,
            format!("the containers of its target {kind} {name} are not known"),
        );
        return Ok(());
    };
    for (index, metric) in autoscaler.metrics.iter().enumerate() {
        let metric_path = format!("/spec/metrics/{index}");
        match metric {
            MetricSource::Other => {}
            MetricSource::ContainerAverage(name) => {
                named(workload, name, &metric_path, findings);
            }
            MetricSource::Utilization { resource: None, .. } => {
                let message =
                    "the requests of resources other than cpu and memory are not looked up";
                findings.unknown(Place::field(metric_path), message);
            }
            MetricSource::Utilization {
                resource: Some(resource),
                container,
            } => {
                let containers = match container {
                    Some(name) => named(workload, name, &metric_path, findings)
                        .into_iter()
                        .collect(),
                    None if is_requested_for_pod(workload) => {
                        judge_pod(context, workload, *resource, &metric_path, findings)?;
                        continue;
                    }
                    None => lasting(workload).collect::<Vec<_>>(),
                };
                judge_containers(
                    context,
                    workload,
                    (&containers, *resource),
                    &metric_path,
                    findings,
                )?;
            }
        }
    }
    Ok(())
}

/// The containers that the controller looks at (`calculatePodRequestsFromContainers`): those that run as long as the pod.
fn lasting(workload: &Workload) -> impl Iterator<Item = &Container> {
    let roles = [ContainerRole::App, ContainerRole::Sidecar];
    workload
        .pod
        .containers
        .iter()
        .filter(move |container| roles.contains(&container.role))
}

/// The container that a metric names.
fn named<'a>(
    workload: &'a Workload,
    name: &str,
    metric: &str,
    findings: &mut Findings,
) -> Option<&'a Container> {
    let found = lasting(workload).find(|container| *container.name == *name);
    if found.is_none() {
        let at = Place::field(format!("{metric}/containerResource/container")).about(name);
        let problem = format!(
            "{} has no container {name} that runs as long as the pod",
            workload.key()
        );
        findings.fail(at, format!("{problem}: name one that it has"));
    }
    found
}

/// Whether the requests of the pod as a whole count (`IsPodLevelRequestsSet`): the API server makes them of its limits too.
fn is_requested_for_pod(workload: &Workload) -> bool {
    let resources = workload.pod.resources();
    resources.requests.bound_a_pod() || resources.limits.bound_a_pod()
}

/// As the controller computes the request of a pod that has requests of its own (`calculatePodLevelRequests`): its own,
/// else the sum of all its containers', else its limit.
fn judge_pod(
    context: &Context<'_>,
    workload: &Workload,
    resource: Resource,
    metric: &str,
    findings: &mut Findings,
) -> Judgement {
    let resources = workload.pod.resources();
    let mut amounts = Vec::from_iter(resources.requests.get(resource));
    if amounts.is_empty() {
        for container in workload
            .pod
            .containers
            .iter()
            .filter(|container| container.role.has_resources())
        {
            amounts.extend(request(context, workload, container, resource)?);
        }
    }
    if amounts.is_empty() {
        amounts.extend(resources.limit(resource));
    }
    let at = Place::field(format!("{metric}/resource")).about(resource.name());
    judge_sum(workload, (&amounts, resource), at, findings);
    Ok(())
}

fn judge_containers(
    context: &Context<'_>,
    workload: &Workload,
    (containers, resource): (&[&Container], Resource),
    metric: &str,
    findings: &mut Findings,
) -> Judgement {
    let at = || Place::field(format!("{metric}/resource")).about(resource.name());
    let mut amounts = Vec::new();
    for container in containers {
        match request(context, workload, container, resource)? {
            Some(amount) => amounts.push(amount),
            None => {
                let (key, name, resource) = (workload.key(), &container.name, resource.name());
                let at = Place {
                    container: Some(name.clone()),
                    ..at()
                };
                findings.fail(at, format!("container {name} of {key} has no {resource} request to be a share of: set one"));
            }
        }
    }
    if !amounts.is_empty() && amounts.len() == containers.len() {
        judge_sum(workload, (&amounts, resource), at(), findings);
    }
    Ok(())
}

/// What is requested in all must be something: the controller divides by it.
fn judge_sum(
    workload: &Workload,
    (amounts, resource): (&[&Amount], Resource),
    at: Place,
    findings: &mut Findings,
) {
    let (key, resource) = (workload.key(), resource.name());
    let invalid = amounts.iter().find_map(|amount| match amount {
        Amount::Invalid(text) => Some(text),
        Amount::Set(_) => None,
    });
    if let Some(text) = invalid {
        findings.unknown(
            at,
            format!("the {resource} request `{text}` of {key} is not a quantity"),
        );
    } else if amounts.is_empty() {
        findings.fail(
            at,
            format!("the pods of {key} have no {resource} request to be a share of: set one"),
        );
    } else if amounts
        .iter()
        .all(|amount| matches!(amount, Amount::Set(quantity) if quantity.is_zero()))
    {
        findings.fail(
            at,
            format!(
                "the {resource} requests of {key} are 0, and nothing is a share of 0: raise them"
            ),
        );
    }
}

/// What a container requests once it is created: its own request or limit, or what a LimitRange of the namespace gives it.
fn request<'a>(
    context: &Context<'a>,
    workload: &Workload,
    container: &'a Container,
    resource: Resource,
) -> Result<Option<&'a Amount>, Undecided> {
    if let Some(amount) = container.resources.request(resource) {
        return Ok(Some(amount));
    }
    let ranges = context
        .read(Kind::LimitRange)?
        .limit_ranges(&workload.meta.key.namespace);
    let mut items = ranges.flat_map(|range| range.containers.iter());
    Ok(items.find_map(|item| item.requests.get(resource)))
}

#[cfg(test)]
mod tests;
