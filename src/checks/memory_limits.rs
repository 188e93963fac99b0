use crate::check::resources::{self, Bound};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "memory-limits",
    title: "Every container has a memory limit",
    why: "A container without a memory limit can grow until its node runs out, and then the kernel or the kubelet \
          kills pods there that did nothing wrong. With a limit, the container that leaks is the one that is \
          restarted.",
    fix: "Set `resources.limits.memory`, on the container or on the pod, or let a LimitRange of the namespace set \
          it. Equal to the request it is the safest.",
    source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    severity: Severity::Critical,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[
        "polaris/memoryLimitsMissing",
        "kube-score/container-resources",
        "kube-linter/unset-memory-requirements",
        "checkov/CKV_K8S_13",
        "kubescape/C-0271",
        "trivy/KSV018",
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
      requests: {memory: 128Mi}
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
      limits: {memory: 256Mi}
",
    run: Run::Workload(|context, workload, findings| {
        let wanted = (Bound::Limit, Resource::Memory);
        resources::require(
            context,
            workload,
            wanted,
            "it can use up its node's memory",
            findings,
        )
    }),
};
