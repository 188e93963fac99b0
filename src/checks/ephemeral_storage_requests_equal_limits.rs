use crate::check::ratio::{self, Apart};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "ephemeral-storage-requests-equal-limits",
    title: "The request for the node's disk is its limit",
    why: "Pods that use more of the node's disk than they request are evicted first when it fills up. A request that is as \
          high as the limit has the scheduler set aside what the container may use. A policy that wants it lists this \
          check.",
    fix: "Set `resources.limits.ephemeral-storage` to what `resources.requests.ephemeral-storage` is; a request that is \
          left out is the limit.",
    source: "https://kubernetes.io/docs/concepts/storage/ephemeral-storage/",
    severity: Severity::Advice,
    default: false,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &["kube-score/container-ephemeral-storage-request-equals-limit"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::LimitRange]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    resources:
      requests: {ephemeral-storage: 1Gi}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    resources:
      requests: {ephemeral-storage: 1Gi}
      limits: {ephemeral-storage: 1Gi}
",
    run: Run::Workload(|context, workload, findings| {
        let same = (Resource::EphemeralStorage, Apart::Nothing);
        ratio::require(context, workload, same, findings)
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn the_two_are_compared_as_amounts() {
        let at = "web /spec/containers/0/resources/limits/ephemeral-storage : ephemeral-storage request ";
        for (resources, expected, part) in [
            (
                "limits: {ephemeral-storage: 1Gi}, requests: {ephemeral-storage: 1Gi}",
                Pass,
                "",
            ),
            (
                "limits: {ephemeral-storage: 1}, requests: {ephemeral-storage: 1000m}",
                Pass,
                "",
            ),
            // A request that is left out is the limit.
            ("limits: {ephemeral-storage: 1Gi}", Pass, ""),
            ("", Pass, ""),
            (
                "limits: {ephemeral-storage: 2Gi}, requests: {ephemeral-storage: 1Gi}",
                Fail,
                "1Gi is not its limit 2Gi",
            ),
            (
                "requests: {ephemeral-storage: 1Gi}",
                Fail,
                "1Gi has no limit",
            ),
            (
                "limits: {ephemeral-storage: 0}, requests: {ephemeral-storage: 1Gi}",
                Fail,
                "1Gi has no limit",
            ),
            (
                "limits: {ephemeral-storage: 2Gi}, requests: {ephemeral-storage: 0}",
                Fail,
                "is 0 and its limit 2Gi",
            ),
            (
                "limits: {ephemeral-storage: lots}",
                Unknown,
                "`lots` is not a quantity",
            ),
        ] {
            let spec = format!("{{containers: [{{name: web, resources: {{{resources}}}}}]}}");
            match (expected, part) {
                (Pass, _) => assert_on_pods(&CHECK, &[(&spec, Pass, &[])]),
                (Fail, part) => assert_on_pods(&CHECK, &[(&spec, Fail, &[&format!("{at}{part}")])]),
                (_, part) => assert_on_pods(&CHECK, &[(&spec, expected, &[part, part])]),
            }
        }
    }

    #[test]
    fn a_limit_range_fills_in_what_is_missing() {
        for (item, expected) in [
            ("{type: Container, default: {ephemeral-storage: 1Gi}}", Pass),
            ("{type: Container, default: {ephemeral-storage: 2Gi}}", Fail),
        ] {
            let manifests = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web, resources: {{requests: {{ephemeral-storage: 1Gi}}}}}}]}}}}
                 \n---\n{{apiVersion: v1, kind: LimitRange, metadata: {{name: a}}, spec: {{limits: [{item}]}}}}"
            );
            let parts: &[&str] = if expected == Fail {
                &["is not its limit 2Gi"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
        }
    }
}
