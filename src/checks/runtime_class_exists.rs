use crate::check::{Check, Context, Findings, Group, Judgement, Run, classes};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "runtime-class-exists",
    title: "The RuntimeClass of the pods exists",
    why: "The API server refuses pods whose RuntimeClass is not there, and a pod that was made before it went fails for good: \
          the next rollout has no pods. In files, one that is not among them may be in the cluster, so that the verdict is \
          Unknown.",
    fix: "Apply the RuntimeClass, or correct `runtimeClassName`.",
    source: "https://kubernetes.io/docs/concepts/containers/runtime-class/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::RuntimeClass]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  runtimeClassName: gvisor
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  runtimeClassName: gvisor
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: gvisor}
handler: runsc
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let Some(name) = &workload.pod.runtime_class else {
        findings.not_applicable();
        return Ok(());
    };
    let at = Place::pod(workload, "/runtimeClassName");
    let class = (Kind::RuntimeClass, name);
    classes::require(
        context,
        class,
        at,
        "without which pods are refused",
        findings,
    )
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Unknown};

    #[test]
    fn only_a_cluster_knows_that_it_is_not_there() {
        let pod = |spec: &str| {
            format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}")
        };
        let named = pod("runtimeClassName: kata");
        let missing = "- /spec/runtimeClassName : there is no RuntimeClass kata";
        assert_running(&CHECK, &[(&named, Fail, &[missing])]);
        assert_on(
            &CHECK,
            &[(&named, Unknown, &["RuntimeClass kata is not among"])],
        );
        assert_running(&CHECK, &[(&pod(""), NotApplicable, &[])]);
    }
}
