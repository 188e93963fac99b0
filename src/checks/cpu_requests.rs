use crate::check::resources::{self, Bound};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "cpu-requests",
    title: "Every container has a CPU request",
    why: "The scheduler fits pods onto nodes by what they request. A container that requests no CPU is placed as \
          if it needed none, gets the least of it when the node is busy, and cannot be scaled by its CPU use, \
          which is measured against the request.",
    fix: "Set `resources.requests.cpu` to what the container uses under its usual load, on the container or on the \
          pod, or let a LimitRange of the namespace set it. A limit without a request is taken for the request too.",
    source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    severity: Severity::High,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[
        "polaris/cpuRequestsMissing",
        "kube-score/container-resources",
        "kube-linter/unset-cpu-requirements",
        "checkov/CKV_K8S_10",
        "kubescape/C-0268",
        "trivy/KSV015",
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
      limits: {memory: 256Mi}
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
      requests: {cpu: 100m}
",
    run: Run::Workload(|context, workload, findings| {
        let wanted = (Bound::Request, Resource::Cpu);
        resources::require(
            context,
            workload,
            wanted,
            "it is scheduled as if it needed none",
            findings,
        )
    }),
};
