use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run, spread};
use crate::model::{KindSet, Severity, Spread, Workload};

pub(super) static CHECK: Check = Check {
    id: "topology-spread",
    title: "The replicas are spread over zones",
    why: "Pods that only happen to be in several zones are in one after the next drain, and go down with it. A \
          `topologySpreadConstraint` over the zone counts, and so does a `podAntiAffinity`, whether the scheduler must keep to it or \
          should; but it must count the workload's own pods: one without a selector counts none. Spreading over nodes alone does \
          not leave a zone. How pods are spread in fact is another check's business; DaemonSets and Jobs are not judged.",
    fix: "Add a `topologySpreadConstraint` with `topologyKey: topology.kubernetes.io/zone` and the pods' own labels as \
          `labelSelector`.",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["polaris/topologySpreadConstraint"],
    subjects: KindSet::SCALABLE,
    reads: KindSet::NONE,
    params: &[TOPOLOGIES],
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
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: topology.kubernetes.io/zone
        whenUnsatisfiable: ScheduleAnyway
        labelSelector:
          matchLabels: {app: web}
",
    run: Run::Workload(run),
};

const TOPOLOGIES: Param = Param {
    name: "topologyKeys",
    doc: "Labels of nodes over which pods must be spread; one of them suffices.",
    kind: ParamKind::Strings {
        default: &[
            "failure-domain.beta.kubernetes.io/zone",
            "topology.kubernetes.io/zone",
        ],
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let keys = context.strings(TOPOLOGIES.name);
    let over = keys.last().copied().unwrap_or("no label at all");
    let is_meant = |spread: &Spread| keys.contains(&&*spread.topology_key);
    spread::require(workload, is_meant, over, findings);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict, verdict_with};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    fn deployment(pod: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, namespace: shop}},
              spec: {{template: {{metadata: {{labels: {{app: web}}}}, spec: {{{pod}}}}}}}}}"
        )
    }

    const POD: &str = "/spec/template/spec";

    #[test]
    fn a_constraint_over_zones_must_count_the_own_pods() {
        let constraint = |key: &str, selector: &str| {
            format!("topologySpreadConstraints: [{{maxSkew: 1, topologyKey: {key}, {selector}}}]")
        };
        let zone = "topology.kubernetes.io/zone";
        let own = "labelSelector: {matchLabels: {app: web}}";
        let at = format!("- {POD}/topologySpreadConstraints/0/labelSelector : ");
        for (pod, expected, part) in [
            (
                String::new(),
                Fail,
                format!("- {POD}/topologySpreadConstraints : nothing spreads its pods: add"),
            ),
            (constraint(zone, own), Pass, String::new()),
            (
                constraint("failure-domain.beta.kubernetes.io/zone", own),
                Pass,
                String::new(),
            ),
            (constraint(zone, "labelSelector: {}"), Pass, String::new()),
            (
                constraint(
                    zone,
                    "labelSelector: {matchExpressions: [{key: app, operator: Exists}]}",
                ),
                Pass,
                String::new(),
            ),
            (
                constraint(zone, "labelSelector: {matchLabels: {app: api}}"),
                Fail,
                format!("{at}spreading over {zone} counts others"),
            ),
            (
                constraint(zone, "labelSelector: null"),
                Fail,
                format!("{at}spreading over {zone} counts none"),
            ),
            (
                constraint("kubernetes.io/hostname", own),
                Fail,
                "its pods are spread over kubernetes.io/hostname only".to_owned(),
            ),
            (
                format!(
                    "topologySpreadConstraints: [{{topologyKey: kubernetes.io/hostname, {own}}}, {{topologyKey: {zone}, {own}}}]"
                ),
                Pass,
                String::new(),
            ),
        ] {
            let parts: &[&str] = if part.is_empty() { &[] } else { &[&part] };
            assert_on(&CHECK, &[(&deployment(&pod), expected, parts)]);
        }
    }

    /// kube-score#613 the other way round: either of the two will do.
    #[test]
    fn pods_that_keep_apart_are_spread() {
        let term = |rest: &str| {
            format!(
                "topologyKey: topology.kubernetes.io/zone, labelSelector: {{matchLabels: {{app: web}}}}, {rest}"
            )
        };
        let required = |rest: &str| {
            format!(
                "affinity: {{podAntiAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: [{{{}}}]}}}}",
                term(rest)
            )
        };
        let preferred = format!(
            "affinity: {{podAntiAffinity: {{preferredDuringSchedulingIgnoredDuringExecution: [{{weight: 1, podAffinityTerm: {{{}}}}}]}}}}",
            term("")
        );
        for (pod, expected) in [
            (required(""), Pass),
            (preferred, Pass),
            (required("namespaces: [shop]"), Pass),
            (required("namespaces: [other]"), Fail),
            (required("namespaceSelector: {}"), Pass),
            (
                required("namespaceSelector: {matchLabels: {a: b}}"),
                Unknown,
            ),
            (
                required("namespaces: [shop], namespaceSelector: {matchLabels: {a: b}}"),
                Pass,
            ),
            (required("mismatchLabelKeys: [app]"), Fail),
            (required("mismatchLabelKeys: [other]"), Pass),
            (required("").replace("app: web", "app: api"), Fail),
            (required("").replace("podAntiAffinity", "podAffinity"), Fail),
        ] {
            let verdict = verdict(&CHECK, &deployment(&pod))[0].clone();
            assert_eq!(verdict.1, expected, "{pod}: {verdict:?}");
        }
    }

    #[test]
    fn a_policy_may_name_other_topologies() {
        let pod = "topologySpreadConstraints: [{topologyKey: example.com/rack, labelSelector: {}}]";
        let manifest = deployment(pod);
        assert_eq!(verdict(&CHECK, &manifest)[0].1, Fail);
        let racks = serde_json::json!({"topologyKeys": ["example.com/rack"]});
        assert_eq!(verdict_with(&CHECK, racks, &manifest)[0].1, Pass);
    }

    #[test]
    fn daemon_sets_jobs_and_pods_are_not_judged() {
        for (api_version, kind) in [
            ("apps/v1", "DaemonSet"),
            ("batch/v1", "Job"),
            ("batch/v1", "CronJob"),
            ("v1", "Pod"),
        ] {
            let manifest = format!(
                "{{apiVersion: {api_version}, kind: {kind}, metadata: {{name: web}}, spec: {{}}}}"
            );
            assert!(verdict(&CHECK, &manifest).is_empty(), "{kind}");
        }
    }
}
