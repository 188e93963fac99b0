use crate::check::{Check, Group, Run, probes};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "startup-probe",
    title: "Every container has a startup probe",
    why: "Until a startup probe has passed, the other probes wait. Without one, a start that takes longer than \
          usual (a cold cache, a migration, a busy node) is taken for a hang by the liveness probe, and the \
          container is killed over and over. A long `initialDelaySeconds` is no substitute: it delays the \
          detection of real hangs after every restart.",
    fix: "Give the container a `startupProbe`, often the same request as its liveness probe, whose \
          `failureThreshold` × `periodSeconds` covers the slowest start.",
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    severity: Severity::High,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &[],
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
    startupProbe:
      httpGet: {path: /healthz, port: 8080}
",
    run: Run::Workload(|_, workload, findings| {
        let consequence = "a slow start is taken for a hang";
        probes::require(
            workload,
            "startupProbe",
            |container| container.probes.startup.is_some(),
            consequence,
            findings,
        );
        Ok(())
    }),
};
