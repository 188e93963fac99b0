use crate::check::{Check, Context, Findings, Group, Judgement, Run, classes};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "priority-class-exists",
    title: "The PriorityClass of the pods exists",
    why: "The API server refuses pods whose PriorityClass is not there: the workload is accepted and has no pods. \
          `system-cluster-critical` and `system-node-critical` are in every cluster. In files, one that is not among them may \
          be in the cluster, so that the verdict is Unknown.",
    fix: "Apply the PriorityClass, or correct `priorityClassName`.",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::PriorityClass]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  priorityClassName: shop
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  priorityClassName: shop
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: shop}
value: 1000
",
    run: Run::Workload(run),
};

/// The classes that Kubernetes makes (`SystemPriorityClasses`).
const BUILT_IN: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let name = workload.pod.priority_class.as_ref();
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        findings.not_applicable();
        return Ok(());
    };
    if BUILT_IN.contains(&&**name) {
        return Ok(());
    }
    let at = Place::pod(workload, "/priorityClassName");
    let class = (Kind::PriorityClass, name);
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
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}")
    }

    #[test]
    fn only_a_cluster_knows_that_it_is_not_there() {
        let named = pod("priorityClassName: shop");
        let missing = "- /spec/priorityClassName : there is no PriorityClass shop";
        assert_running(&CHECK, &[(&named, Fail, &[missing])]);
        assert_on(
            &CHECK,
            &[(&named, Unknown, &["PriorityClass shop is not among"])],
        );
        let built_in = pod("priorityClassName: system-node-critical");
        assert_running(
            &CHECK,
            &[(&built_in, Pass, &[]), (&pod(""), NotApplicable, &[])],
        );
    }
}
