use crate::check::resources::{self, Bound};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Resource, Severity};

pub(super) static CHECK: Check = Check {
    id: "memory-requests",
    title: "Every container has a memory request",
    why: "The scheduler fits pods onto nodes by what they request. A container that requests no memory is placed \
          on nodes that have none left, and is among the first to be evicted when memory runs short.",
    fix: "Set `resources.requests.memory` to what the container needs, on the container or on the pod, or let a \
          LimitRange of the namespace set it. A limit without a request is taken for the request too.",
    source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    severity: Severity::High,
    default: true,
    group: Group::Resources,
    since: "0.1.0",
    aliases: &[
        "polaris/memoryRequestsMissing",
        "kube-score/container-resources",
        "checkov/CKV_K8S_12",
        "kubescape/C-0269",
        "trivy/KSV016",
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
      limits: {cpu: 500m}
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
      requests: {memory: 128Mi}
",
    run: Run::Workload(|context, workload, findings| {
        let wanted = (Bound::Request, Resource::Memory);
        resources::require(
            context,
            workload,
            wanted,
            "it is scheduled as if it needed none",
            findings,
        )
    }),
};
