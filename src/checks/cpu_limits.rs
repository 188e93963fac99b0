use crate::check::resources::{self, Bound};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "cpu-limits",
    title: "Every container has a CPU limit",
    why: "A container without a CPU limit can take all idle CPU of its node, so that its speed depends on its \
          neighbours, and a loop in it slows them down. (Whether to limit CPU is disputed, as a limit also \
          throttles; both checklists that Plimsoll carries ask for it. A policy may set another severity.)",
    fix: "Set `resources.limits.cpu`, on the container or on the pod, or let a LimitRange of the namespace set it.",
    source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    severity: Severity::Critical,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[
        "polaris/cpuLimitsMissing",
        "kube-score/container-resources",
        "checkov/CKV_K8S_11",
        "kubescape/C-0270",
        "trivy/KSV011",
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
      requests: {cpu: 100m}
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
      limits: {cpu: 500m}
",
    run: Run::Workload(|context, workload, findings| {
        let wanted = (Bound::Limit, Resource::Cpu);
        resources::require(
            context,
            workload,
            wanted,
            "it can take all idle CPU of its node",
            findings,
        )
    }),
};
