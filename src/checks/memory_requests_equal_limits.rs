use crate::check::ratio::{self, Apart};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "memory-requests-equal-limits",
    title: "The memory request is the memory limit",
    why: "Memory that is used beyond the request cannot be taken back: where a node runs short, containers above their \
          requests are killed first, although they keep to their limits. A request that is as high as the limit sets aside \
          what the container may use. Not everybody wants to pay for that: a policy that does lists this check.",
    fix: "Set `resources.limits.memory` to what `resources.requests.memory` is; a request that is left out is the limit.",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/#guaranteed",
    severity: Severity::Advice,
    default: false,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[
        "kube-score/container-memory-requests-equal-limits",
        "kube-score/container-resource-requests-equal-limits",
    ],
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
      requests: {memory: 256Mi}
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
      requests: {memory: 256Mi}
      limits: {memory: 256Mi}
",
    run: Run::Workload(|context, workload, findings| {
        let same = (Resource::Memory, Apart::Nothing);
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
        let at = "web /spec/containers/0/resources/limits/memory : memory request ";
        for (resources, expected, part) in [
            (
                "limits: {memory: 256Mi}, requests: {memory: 256Mi}",
                Pass,
                "",
            ),
            ("limits: {memory: 1}, requests: {memory: 1000m}", Pass, ""),
            // A request that is left out is the limit.
            ("limits: {memory: 256Mi}", Pass, ""),
            ("", Pass, ""),
            (
                "limits: {memory: 512Mi}, requests: {memory: 256Mi}",
                Fail,
                "256Mi is not its limit 512Mi",
            ),
            ("requests: {memory: 256Mi}", Fail, "256Mi has no limit"),
            (
                "limits: {memory: 0}, requests: {memory: 256Mi}",
                Fail,
                "256Mi has no limit",
            ),
            (
                "limits: {memory: 512Mi}, requests: {memory: 0}",
                Fail,
                "is 0 and its limit 512Mi",
            ),
            (
                "limits: {memory: lots}",
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
            ("{type: Container, default: {memory: 256Mi}}", Pass),
            ("{type: Container, default: {memory: 512Mi}}", Fail),
        ] {
            let manifests = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web, resources: {{requests: {{memory: 256Mi}}}}}}]}}}}
                 \n---\n{{apiVersion: v1, kind: LimitRange, metadata: {{name: a}}, spec: {{limits: [{item}]}}}}"
            );
            let parts: &[&str] = if expected == Fail {
                &["is not its limit 512Mi"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
        }
    }
}
