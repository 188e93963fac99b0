use jiff::{SignedDuration, Timestamp};

use crate::check::running::{Newest, some};
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::inventory::Replica;
use crate::model::{Kind, KindSet, Phase, Place, Ready, Severity, Workload};

/// How long a pod must have been ready for its probes to count as passing.
const STEADY: SignedDuration = SignedDuration::from_mins(10);

/// How long ago a container's last restart must be.
const CALM: SignedDuration = SignedDuration::from_hours(1);

pub(super) static CHECK: Check = Check {
    id: "probes-passing",
    title: "The probes pass: every pod has been ready for ten minutes, and none restarted within the hour",
    why: "A probe that is configured may ask the wrong port, or an endpoint that fails under load; only running pods show that \
          it passes. Judged are the pods of the newest revision that are not being deleted: all must be ready, since ten \
          minutes at least, and none of their containers may have restarted in the last hour (a liveness probe that fails \
          restarts its container).",
    fix: "`kubectl describe pod` shows which probe fails and why. Probe the port that the container listens on, give it time to \
          start (a startup probe), and let the liveness probe ask nothing that depends on other services.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    severity: Severity::Critical,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::SERVICES,
    reads: KindSet::of(&[Kind::ControllerRevision]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    readinessProbe:
      httpGet: {path: /ready, port: 8080}
status:
  phase: Running
  conditions:
  - {type: Ready, status: 'False', lastTransitionTime: '2026-01-01T11:00:00Z'}
  containerStatuses:
  - {name: web, ready: false, restartCount: 0}
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
      httpGet: {path: /ready, port: 8080}
status:
  phase: Running
  conditions:
  - {type: Ready, status: 'True', lastTransitionTime: '2026-01-01T11:00:00Z'}
  containerStatuses:
  - {name: web, ready: true, restartCount: 0}
",
    run: Run::Running(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.runs_to_completion() || !has_probes(workload) {
        findings.not_applicable();
        return Ok(());
    }
    let newest = Newest::of(context, workload)?;
    let pods = context.read(Kind::Pod)?.pods(workload);
    let pods = pods.into_iter().filter(|pod| newest.has(pod));
    let pods: Vec<_> = pods.filter(|pod| pod.status.is_active()).collect();
    let at = Place::pod(workload, "/containers");
    if let Newest::Unknown(reason) = newest {
        findings.unknown(at, reason);
    } else if pods.iter().all(|pod| pod.status.phase != Phase::Running) {
        findings.unknown(at, "no pod of its newest revision runs");
    } else {
        judge(&pods, context.now()?, &at, findings);
    }
    Ok(())
}

fn has_probes(workload: &Workload) -> bool {
    let mut containers = workload.pod.containers.iter();
    containers.any(|container| {
        let probes = &container.probes;
        container.role.has_probes() && (probes.readiness.is_some() || probes.liveness.is_some())
    })
}

fn judge(pods: &[Replica<'_>], now: Timestamp, at: &Place, findings: &mut Findings) {
    let (mut unready, mut fresh, mut undated) = (Vec::new(), Vec::new(), Vec::new());
    let mut restarted = Vec::new();
    for pod in pods {
        match pod.status.ready {
            Ready::No => unready.push(unready_line(pod)),
            Ready::Undated => undated.push(pod.name.to_string()),
            Ready::Since(since) => {
                let since = Timestamp::from(since);
                let steady = since.saturating_add(STEADY).unwrap_or(since);
                if now < steady {
                    findings.until(steady);
                    fresh.push(pod.name.to_string());
                }
            }
        }
        let containers = pod.status.containers.iter();
        for (container, when) in
            containers.filter_map(|container| Some((&container.name, container.restarted?)))
        {
            let calm = when.saturating_add(CALM).unwrap_or(when);
            if now < calm {
                findings.until(calm);
                restarted.push(format!("{} ({container})", pod.name));
            }
        }
    }
    let line = |list: &[String]| some(list.iter().map(String::as_str));
    if !unready.is_empty() {
        let message = format!("not ready: pod {}", line(&unready));
        findings.fail(at.clone().about("ready"), message);
    }
    if !fresh.is_empty() {
        let message = format!("ready for less than ten minutes: pod {}", line(&fresh));
        findings.fail(at.clone().about("steady"), message);
    }
    if !restarted.is_empty() {
        let message = format!("restarted within the last hour: pod {}", line(&restarted));
        findings.fail(at.clone().about("restarts"), message);
    }
    if !undated.is_empty() {
        let message = format!(
            "does not say since when it is ready: pod {}",
            line(&undated)
        );
        findings.unknown(at.clone().about("steady"), message);
    }
}

/// A pod that is not ready, with the containers that are not.
fn unready_line(pod: &Replica<'_>) -> String {
    let containers = pod.status.containers.iter();
    let names = containers
        .filter(|container| !container.ready)
        .map(|container| &*container.name);
    match some(names) {
        // A readiness gate, or the pod's node does not answer.
        names if names.is_empty() => pod.name.to_string(),
        names => format!("{} ({names})", pod.name),
    }
}

#[cfg(test)]
mod tests;
