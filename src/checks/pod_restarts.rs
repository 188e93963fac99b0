use jiff::SignedDuration;

use crate::check::running::some;
use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Kind, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "pod-restarts",
    title: "No container is restarted over and over",
    why: "A container that is killed for its memory twice a day is back within seconds: nobody sees it, but requests fail \
          each time, and with more load it happens more often. Judged are containers that were restarted more often than \
          `max` in their pod's life, the last time within a day. `probes-passing` asks for more, of a launch: no restart \
          in the last hour.",
    fix: "`kubectl describe pod` shows why the last one ended (`OOMKilled`, a failed liveness probe, an exit code), and \
          `kubectl logs --previous` what it said.",
    source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts",
    severity: Severity::High,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["popeye/205"],
    subjects: KindSet::SERVICES,
    reads: KindSet::NONE,
    params: &[MOST],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
status:
  phase: Running
  containerStatuses:
  - name: web
    ready: true
    restartCount: 12
    state: {running: {startedAt: '2026-01-01T09:00:00Z'}}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
status:
  phase: Running
  containerStatuses:
  - name: web
    ready: true
    restartCount: 1
    state: {running: {startedAt: '2026-01-01T09:00:00Z'}}
",
    run: Run::Running(run),
};

const MOST: Param = Param {
    name: "max",
    doc: "How often a container may have been restarted in its pod.",
    kind: ParamKind::Integer {
        default: 5,
        minimum: 0,
        maximum: 10_000,
    },
};

/// For how long a restart counts.
const COUNTS: SignedDuration = SignedDuration::from_hours(24);

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let most = context.integer(MOST.name);
    let now = context.now()?;
    let mut names = Vec::new();
    context.read(Kind::ReplicaSet)?;
    for pod in context.read(Kind::Pod)?.pods(workload) {
        if !pod.status.is_active() {
            continue;
        }
        for container in &pod.status.containers {
            let Some(last) = container.restarted else {
                continue;
            };
            let forgotten = last.saturating_add(COUNTS).unwrap_or(last);
            if i64::from(container.restarts) > most && now < forgotten {
                findings.until(forgotten);
                let (pod, name, times) = (pod.name, &container.name, container.restarts);
                names.push(format!("{pod} ({name}, {times} times)"));
            }
        }
    }
    if !names.is_empty() {
        let at = Place::pod(workload, "/containers");
        let names: String = some(names.iter().map(String::as_str))
            .chars()
            .take(110)
            .collect();
        findings.fail(at, format!("restarted again and again: {names}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_running;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn often_and_lately_is_too_often() {
        let pod = |count: u32, started: &str, phase: &str| {
            format!(
                "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{containers: [{{name: web}}]}}, \
                  status: {{phase: {phase}, containerStatuses: [{{name: web, ready: true, restartCount: {count}, \
                  state: {{running: {{startedAt: '{started}'}}}}}}]}}}}"
            )
        };
        let (lately, once) = ("2026-01-01T11:00:00Z", "2025-12-24T11:00:00Z");
        for (pod, expected, parts) in [
            (pod(0, lately, "Running"), Pass, &[][..]),
            (pod(5, lately, "Running"), Pass, &[]),
            (
                pod(6, lately, "Running"),
                Fail,
                &["- /spec/containers : restarted again and again: web (web, 6 times)"],
            ),
            (pod(60, once, "Running"), Pass, &[]),
            (pod(60, lately, "Failed"), Pass, &[]),
        ] {
            assert_running(&CHECK, &[(&pod, expected, parts)]);
        }
    }
}
