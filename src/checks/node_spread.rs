use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run, spread};
use crate::model::{Kind, KindSet, Severity, Spread, SpreadField, Workload};

pub(super) static CHECK: Check = Check {
    id: "node-spread",
    title: "The replicas are spread over nodes",
    why: "The scheduler puts replicas where there is room, which may be one node: when it fails, or is drained, all of \
          them are gone at once. A `podAntiAffinity` over nodes, or over zones, whether the scheduler must keep to it or \
          should, keeps them apart, and so does a `topologySpreadConstraint` over nodes; it must count the workload's own \
          pods. Workloads that are never more than one replica are not judged.",
    fix: "Add a `topologySpreadConstraint` or a `podAntiAffinity` with `topologyKey: kubernetes.io/hostname` and the pods' \
          own labels as `labelSelector`.",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[
        "kube-score/deployment-has-host-podantiaffinity",
        "kube-score/statefulset-has-host-podantiaffinity",
        "kube-linter/no-anti-affinity",
    ],
    subjects: KindSet::SCALABLE,
    reads: KindSet::of(&[Kind::HorizontalPodAutoscaler]),
    params: &[REPLICAS],
    bad: r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
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
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2}
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
          - weight: 100
            podAffinityTerm:
              topologyKey: kubernetes.io/hostname
              labelSelector:
                matchLabels: {app: web}
",
    run: Run::Workload(run),
};

const REPLICAS: Param = Param {
    name: "minReplicas",
    doc: "From how many replicas on they must be spread.",
    kind: ParamKind::Integer {
        default: 2,
        minimum: 2,
        maximum: 1000,
    },
};

const NODE: &str = "kubernetes.io/hostname";

/// Pods that are in different ones of these are on different nodes.
const WIDER: [&str; 4] = [
    "failure-domain.beta.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
];

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let view = context.read(Kind::HorizontalPodAutoscaler)?;
    let autoscalers = view.autoscalers(workload).into_iter();
    let most = autoscalers
        .map(|autoscaler| autoscaler.max_replicas)
        .chain([workload.replicas])
        .max();
    if most.is_none_or(|most| i64::from(most) < context.integer(REPLICAS.name)) {
        findings.not_applicable();
        return Ok(());
    }
    spread::require(workload, parts_nodes, NODE, findings);
    Ok(())
}

/// Whether what is kept apart so is on different nodes. A constraint over zones lets a zone's pods share a node.
fn parts_nodes(spread: &Spread) -> bool {
    let key = &*spread.topology_key;
    match spread.field {
        SpreadField::Constraint(_) => key == NODE,
        SpreadField::Required(_) | SpreadField::Preferred(_) => key == NODE || WIDER.contains(&key),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{verdict, verdict_with};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    fn deployment(replicas: &str, pod: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, \
              spec: {{{replicas} template: {{metadata: {{labels: {{app: web}}}}, spec: {{{pod}}}}}}}}}"
        )
    }

    fn term(key: &str, app: &str) -> String {
        format!("topologyKey: {key}, labelSelector: {{matchLabels: {{app: {app}}}}}")
    }

    #[test]
    fn the_own_pods_are_kept_on_different_nodes() {
        let node = "kubernetes.io/hostname";
        let zone = "topology.kubernetes.io/zone";
        let required = |key: &str, app: &str| {
            format!(
                "affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{{}}}]}}}}",
                term(key, app)
            )
        };
        let preferred = |key: &str, app: &str| {
            format!(
                "affinity: {{podAntiAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, podAffinityTerm: {{{}}}}}]}}}}",
                term(key, app)
            )
        };
        let constraint = |key: &str, app: &str| {
            format!(
                "topologySpreadConstraints: [{{maxSkew: 1, {}}}]",
                term(key, app)
            )
        };
        for (pod, expected) in [
            (String::new(), Fail),
            (required(node, "web"), Pass),
            (required(zone, "web"), Pass),
            (required("example.com/rack", "web"), Fail),
            (required(node, "api"), Fail),
            (preferred(node, "web"), Pass),
            (preferred(node, "api"), Fail),
            (constraint(node, "web"), Pass),
            (constraint(zone, "web"), Fail),
            (constraint(node, "api"), Fail),
        ] {
            let verdict = verdict(&CHECK, &deployment("replicas: 3,", &pod))[0].clone();
            assert_eq!(verdict.1, expected, "{pod}: {verdict:?}");
        }
    }

    #[test]
    fn one_replica_has_nothing_to_be_apart_from() {
        let scaler = "\n---\n{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: scaler}, \
            spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 3}}";
        for (manifests, expected) in [
            (deployment("", ""), NotApplicable),
            (deployment("replicas: 1,", ""), NotApplicable),
            (deployment("replicas: 0,", ""), NotApplicable),
            (deployment("replicas: 1,", "") + scaler, Fail),
        ] {
            assert_eq!(verdict(&CHECK, &manifests)[0].1, expected, "{manifests}");
        }
        let three = serde_json::json!({"minReplicas": 3});
        let two = deployment("replicas: 2,", "");
        assert_eq!(verdict_with(&CHECK, three, &two)[0].1, NotApplicable);
    }
}
