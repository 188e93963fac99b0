use crate::check::resources::{self, Bound};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "ephemeral-storage-limits",
    title: "Every container has a limit on the node's disk",
    why: "Logs, the writable layer and `emptyDir` volumes are on the node's own disk. A container without a limit can fill it; \
          then the kubelet evicts pods of that node until there is room, and not only this one. Kubernetes has no such limit \
          for a pod as a whole.",
    fix: "Set `resources.limits.ephemeral-storage` on the container, or let a LimitRange of the namespace set it.",
    source: "https://kubernetes.io/docs/concepts/storage/ephemeral-storage/",
    severity: Severity::High,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &["kube-score/container-ephemeral-storage-request-and-limit"],
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
      requests: {ephemeral-storage: 100Mi}
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
      limits: {ephemeral-storage: 1Gi}
",
    run: Run::Workload(|context, workload, findings| {
        let wanted = (Bound::Limit, Resource::EphemeralStorage);
        resources::require(
            context,
            workload,
            wanted,
            "it can fill the disk of its node",
            findings,
        )
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods};
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn each_container_that_takes_resources_needs_its_own() {
        let limit = "resources: {limits: {ephemeral-storage: 1Gi}}";
        let others =
            "resources: {limits: {cpu: 1, memory: 1Gi}, requests: {ephemeral-storage: 1Gi}}";
        for (spec, expected, parts) in [
            (
                format!("{{containers: [{{name: web, {limit}}}]}}"),
                Pass,
                &[][..],
            ),
            (
                format!("{{containers: [{{name: web, {others}}}]}}"),
                Fail,
                &[
                    "web /spec/containers/0/resources/limits/ephemeral-storage : has no ephemeral-storage limit",
                ],
            ),
            (
                format!(
                    "{{containers: [{{name: web, {limit}}}], initContainers: [{{name: init}}]}}"
                ),
                Fail,
                &["init "],
            ),
            (
                format!(
                    "{{containers: [{{name: web, {limit}}}], ephemeralContainers: [{{name: debug}}]}}"
                ),
                Pass,
                &[],
            ),
            (
                "{containers: [{name: web, resources: {limits: {ephemeral-storage: 0}}}]}"
                    .to_owned(),
                Fail,
                &["is 0"],
            ),
            (
                "{containers: [{name: web, resources: {limits: {ephemeral-storage: lots}}}]}"
                    .to_owned(),
                Unknown,
                &["`lots` is not a quantity"],
            ),
            // There is none for a pod as a whole: the API server refuses it.
            (
                format!("{{{limit}, containers: [{{name: web}}]}}"),
                Fail,
                &["web "],
            ),
        ] {
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }

    #[test]
    fn a_limit_range_may_set_it() {
        let pod =
            "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web}]}}";
        let range = |item: &str| {
            format!(
                "{pod}\n---\n{{apiVersion: v1, kind: LimitRange, metadata: {{name: a}}, spec: {{limits: [{item}]}}}}"
            )
        };
        for (item, expected) in [
            ("{type: Container, default: {ephemeral-storage: 1Gi}}", Pass),
            ("{type: Container, max: {ephemeral-storage: 1Gi}}", Pass),
            ("{type: Container, default: {memory: 1Gi}}", Fail),
            ("{type: Pod, max: {ephemeral-storage: 1Gi}}", Fail),
        ] {
            let parts: &[&str] = if expected == Fail { &["web "] } else { &[] };
            assert_on(&CHECK, &[(&range(item), expected, parts)]);
        }
    }
}
