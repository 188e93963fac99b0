use crate::check::ratio::{self, Apart};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "cpu-requests-equal-limits",
    title: "The CPU request is the CPU limit",
    why: "What a container may use beyond its request depends on its neighbours: what runs well on an idle node is slow on \
          a full one. With the same request and limit for CPU and memory in every container, a pod is of the class \
          `Guaranteed`: it can be given whole cores (static CPU manager), and it is evicted last. It costs the CPU that is \
          idle most of the time, so that few ask it of every workload: a policy that wants it lists this check.",
    fix: "Set `resources.limits.cpu` to what `resources.requests.cpu` is; a request that is left out is the limit.",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/#guaranteed",
    severity: Severity::Advice,
    default: false,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[
        "kube-score/container-cpu-requests-equal-limits",
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
      requests: {cpu: 250m}
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
      requests: {cpu: 250m}
      limits: {cpu: 250m}
",
    run: Run::Workload(|context, workload, findings| {
        let same = (Resource::Cpu, Apart::Nothing);
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
        let at = "web /spec/containers/0/resources/limits/cpu : cpu request ";
        for (resources, expected, part) in [
            ("limits: {cpu: 250m}, requests: {cpu: 250m}", Pass, ""),
            ("limits: {cpu: 1}, requests: {cpu: 1000m}", Pass, ""),
            // A request that is left out is the limit.
            ("limits: {cpu: 250m}", Pass, ""),
            ("", Pass, ""),
            (
                "limits: {cpu: 500m}, requests: {cpu: 250m}",
                Fail,
                "250m is not its limit 500m",
            ),
            ("requests: {cpu: 250m}", Fail, "250m has no limit"),
            (
                "limits: {cpu: 0}, requests: {cpu: 250m}",
                Fail,
                "250m has no limit",
            ),
            (
                "limits: {cpu: 500m}, requests: {cpu: 0}",
                Fail,
                "is 0 and its limit 500m",
            ),
            ("limits: {cpu: lots}", Unknown, "`lots` is not a quantity"),
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
            ("{type: Container, default: {cpu: 250m}}", Pass),
            ("{type: Container, default: {cpu: 500m}}", Fail),
        ] {
            let manifests = format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web, resources: {{requests: {{cpu: 250m}}}}}}]}}}}
                 \n---\n{{apiVersion: v1, kind: LimitRange, metadata: {{name: a}}, spec: {{limits: [{item}]}}}}"
            );
            let parts: &[&str] = if expected == Fail {
                &["is not its limit 500m"]
            } else {
                &[]
            };
            assert_on(&CHECK, &[(&manifests, expected, parts)]);
        }
    }
}
