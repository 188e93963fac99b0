use crate::check::{Check, Group, Run, probes};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "readiness-probe",
    title: "Every container has a readiness probe",
    why: "A container without a readiness probe counts as ready as soon as its process runs. Services then send it \
          requests that it cannot answer yet, and a rollout replaces pods that work by pods that do not.",
    fix: "Give the container a `readinessProbe` that passes once it can do its work, and that fails while it \
          should be left alone.",
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    severity: Severity::Critical,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &[
        "polaris/readinessProbeMissing",
        "kube-score/pod-probes",
        "kube-linter/no-readiness-probe",
        "checkov/CKV_K8S_9",
        "kubescape/C-0018",
        "popeye/104",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    readinessProbe:
      httpGet: {path: /healthz, port: 8080}
",
    run: Run::Workload(|_, workload, findings| {
        let consequence = "it gets requests before it can answer";
        probes::require(
            workload,
            "readinessProbe",
            |container| container.probes.readiness.is_some(),
            consequence,
            findings,
        );
        Ok(())
    }),
};
