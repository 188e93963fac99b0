use crate::check::{Check, Group, Run, probes};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "liveness-probe",
    title: "Every container has a liveness probe",
    why: "A process that hangs still looks alive to the kubelet. Without a liveness probe it is never restarted, \
          and its replica is lost until somebody notices.",
    fix: "Give the container a `livenessProbe` that fails only when a restart would help: not one that depends on \
          a database or on another service.",
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    severity: Severity::Critical,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &[
        "polaris/livenessProbeMissing",
        "kube-score/pod-probes",
        "kube-linter/no-liveness-probe",
        "checkov/CKV_K8S_8",
        "kubescape/C-0056",
        "popeye/103",
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
    livenessProbe:
      httpGet: {path: /healthz, port: 8080}
",
    run: Run::Workload(|_, workload, findings| {
        let consequence = "when it hangs, it is never restarted";
        probes::require(
            workload,
            "livenessProbe",
            |container| container.probes.liveness.is_some(),
            consequence,
            findings,
        );
        Ok(())
    }),
};
