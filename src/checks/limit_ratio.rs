use crate::check::ratio::{self, Apart};
use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Resource, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "limit-ratio",
    title: "No limit is many times its request",
    why: "The scheduler places pods by their requests. Limits that are many times as high promise more than nodes have: \
          when several pods use what they may, CPU is throttled, and memory runs out, so that the kernel kills whatever is \
          above its request. How far is too far is a matter of taste, so that a policy sets `cpu` and `memory`; a limit \
          without a request is the request as well.",
    fix: "Raise the request to what the container uses on a busy day, or lower the limit.",
    source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    severity: Severity::Advice,
    default: false,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &["gatekeeper-library/containerresourceratios"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::LimitRange]),
    params: &[CPU, MEMORY],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    resources:
      requests: {memory: 64Mi}
      limits: {memory: 4Gi}
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
      requests: {cpu: 100m, memory: 256Mi}
      limits: {memory: 512Mi}
",
    run: Run::Workload(run),
};

const CPU: Param = Param {
    name: "cpu",
    doc: "How many times the CPU request the CPU limit may be.",
    kind: ParamKind::Integer {
        default: 10,
        minimum: 1,
        maximum: 1000,
    },
};

const MEMORY: Param = Param {
    name: "memory",
    doc: "How many times the memory request the memory limit may be.",
    kind: ParamKind::Integer {
        default: 2,
        minimum: 1,
        maximum: 1000,
    },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for (resource, most) in [(Resource::Cpu, CPU), (Resource::Memory, MEMORY)] {
        let apart = Apart::Times(context.integer(most.name));
        ratio::require(context, workload, (resource, apart), findings)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_limit_may_be_so_many_times_the_request() {
        for (resources, expected, parts) in [
            ("requests: {cpu: 100m}, limits: {cpu: 1}", Pass, &[][..]),
            (
                "requests: {cpu: 100m}, limits: {cpu: 1001m}",
                Fail,
                &["cpu limit 1001m is over 10 times its request 100m"],
            ),
            ("requests: {memory: 1Gi}, limits: {memory: 2Gi}", Pass, &[]),
            (
                "requests: {memory: 1Gi}, limits: {memory: 3Gi}",
                Fail,
                &["memory limit 3Gi is over 2 times its request 1Gi"],
            ),
            ("requests: {memory: 1Gi}", Pass, &[]),
            ("limits: {memory: 1Gi}", Pass, &[]),
            ("", Pass, &[]),
        ] {
            let spec = format!("{{containers: [{{name: web, resources: {{{resources}}}}}]}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }

    #[test]
    fn a_policy_says_how_many_times() {
        let spec =
            "{containers: [{name: web, resources: {requests: {cpu: 100m}, limits: {cpu: 1}}}]}";
        let strict = serde_json::json!({"cpu": 4});
        assert_on_pods_with(&CHECK, strict, &[(spec, Fail, &["over 4 times"])]);
    }

    #[test]
    fn what_a_pod_bounds_as_a_whole_is_compared_where_its_containers_say_nothing() {
        let spec = "{resources: {requests: {memory: 1Gi}, limits: {memory: 9Gi}}, containers: [{name: web}]}";
        assert_on_pods(
            &CHECK,
            &[(
                spec,
                Fail,
                &["- /spec/resources/limits/memory : memory limit 9Gi"],
            )],
        );
    }
}
