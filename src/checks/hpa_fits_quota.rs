use crate::check::autoscaling::Target;
use crate::check::footprint::of_pod;
use crate::check::resources::Bound;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    Kind, KindSet, Object, Place, PodAutoscaler, Quantity, Resource, Severity, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "hpa-fits-quota",
    title: "The ResourceQuota has room for as many replicas as the HorizontalPodAutoscaler may ask for",
    why: "At the busiest hour the HorizontalPodAutoscaler asks for `maxReplicas`, and the quota refuses the pods that are \
          beyond it: nothing says so but events of the ReplicaSet. Each workload is judged by itself, as if it had the \
          whole quota: that all of them grow at once is not looked at, and neither are quotas with scopes. Containers that \
          say nothing, to which a LimitRange gives something, count as nothing.",
    fix: "Raise the quota, or lower `maxReplicas` or the requests.",
    source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    reads: KindSet::SCALABLE.union(KindSet::of(&[Kind::ResourceQuota])),
    params: &[],
    bad: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
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
          requests: {cpu: 500m}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team}
spec:
  hard: {requests.cpu: '2'}
",
    good: r"
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 5
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
          requests: {cpu: 500m}
---
apiVersion: v1
kind: ResourceQuota
metadata: {name: team}
spec:
  hard: {requests.cpu: '8'}
",
    run: Run::Autoscaler(run),
};

fn run(context: &Context<'_>, autoscaler: &PodAutoscaler, findings: &mut Findings) -> Judgement {
    let target = Target::of(context, autoscaler)?;
    let view = context.read(Kind::ResourceQuota)?;
    let Target::Workload(workload) = target else {
        findings.not_applicable();
        return Ok(());
    };
    let quotas = view.in_namespace(Kind::ResourceQuota, &autoscaler.meta.key.namespace);
    let mut quotas = quotas
        .filter_map(|object| match object {
            Object::ResourceQuota(quota) => Some(quota),
            _ => None,
        })
        .filter(|quota| !quota.is_scoped() && !quota.hard.is_empty())
        .peekable();
    if quotas.peek().is_none() {
        findings.not_applicable();
    }
    let replicas = autoscaler.max_replicas;
    for quota in quotas {
        for (resource, most) in &quota.hard {
            let Some(one) = taken(workload, resource) else {
                continue;
            };
            let all = one.times(i64::from(replicas));
            if all > *most {
                let name = &quota.meta.key.name;
                let at = Place::field("/spec/maxReplicas").about(format!("{name} {resource}"));
                let problem = format!("{replicas} replicas take {all} of {resource}");
                findings.fail(
                    at,
                    format!("{problem}, and ResourceQuota {name} has {most}: bring them together"),
                );
            }
        }
    }
    Ok(())
}

/// What one pod takes of a resource of a quota, where it is one that is counted.
fn taken(workload: &Workload, resource: &str) -> Option<Quantity> {
    let (bound, name) = match resource.strip_prefix("limits.") {
        Some(name) => (Bound::Limit, name),
        None if resource == "pods" => return Quantity::parse("1"),
        None => (Bound::Request, resource),
    };
    let known = Resource::ALL
        .into_iter()
        .find(|known| known.name() == name)?;
    Some(of_pod(workload, bound, known))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn as_many_as_may_be_must_fit() {
        let scaler = "{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: scaler}, \
            spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 4}}";
        let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: \
            [{name: web, resources: {requests: {cpu: 500m, memory: 1Gi}, limits: {memory: 2Gi}}}]}}}}";
        let quota = |spec: &str| {
            format!(
                "\n---\n{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: team}}, spec: {{{spec}}}}}"
            )
        };
        for (others, expected, parts) in [
            (String::new(), NotApplicable, &[][..]),
            (quota("hard: {cpu: 2}"), Pass, &[]),
            (
                quota("hard: {requests.cpu: 1999m}"),
                Fail,
                &["- /spec/maxReplicas team cpu: 4 replicas take 2 of cpu"],
            ),
            (quota("hard: {requests.memory: 4Gi}"), Pass, &[]),
            (
                quota("hard: {limits.memory: 4Gi}"),
                Fail,
                &["4 replicas take 8Gi of limits.memory, and ResourceQuota team has 4Gi"],
            ),
            (
                quota("hard: {pods: 3}"),
                Fail,
                &["4 replicas take 4 of pods"],
            ),
            (quota("hard: {limits.cpu: 1}"), Pass, &[]),
            (
                quota("hard: {cpu: 1}, scopes: [BestEffort]"),
                NotApplicable,
                &[],
            ),
            (quota("hard: {services: 1}"), NotApplicable, &[]),
            (
                quota("hard: {cpu: 1}").replace("name: team", "name: team, namespace: shop"),
                NotApplicable,
                &[],
            ),
        ] {
            let manifests = format!("{scaler}\n---\n{deployment}{others}");
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
        }
    }
}
