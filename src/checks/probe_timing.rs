use crate::check::{Check, Context, Findings, Group, Judgement, Run, probes};
use crate::model::{Container, KindSet, Place, Probe, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "probe-timing",
    title: "Probes are patient enough to tell a slow answer from none",
    why: "A liveness probe that restarts a container for one missed answer turns a slow second under load into an outage, and \
          one that gives up before the readiness probe does restarts what only should have got no requests for a while. A probe \
          whose `timeoutSeconds` is longer than its `periodSeconds` is not asked as often as it says. Left out, the fields are \
          10 seconds between questions, 1 second for an answer, 3 failures; times are not judged by what the application needs.",
    fix: "Set `failureThreshold` of the liveness probe to 3 or more, so that `periodSeconds` × `failureThreshold` is at least that of \
          the readiness probe, and keep `timeoutSeconds` within `periodSeconds`.",
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    severity: Severity::Critical,
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
  - name: web
    image: registry.example/web:1.4.2
    livenessProbe:
      httpGet: {path: /healthz, port: 8080}
      failureThreshold: 1
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
      periodSeconds: 10
      failureThreshold: 6
    readinessProbe:
      httpGet: {path: /ready, port: 8080}
      periodSeconds: 5
      failureThreshold: 3
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let mut judged = probes::all(workload).peekable();
    if judged.peek().is_none() {
        findings.not_applicable();
        return Ok(());
    }
    let mut refused = Vec::new();
    for (container, field, probe) in judged {
        let at = |name: &str| {
            Place::container(workload, container, &format!("/{field}/{name}")).about(field)
        };
        if let Some((name, value)) = refusal(field, probe) {
            refused.push((container.role, container.index));
            let problem = format!("{name} of {field} is {value}, which Kubernetes refuses");
            findings.unknown(at(name), problem);
            continue;
        }
        if probe.timeout > probe.period {
            let (timeout, period) = (probe.timeout, probe.period);
            let problem =
                format!("{field} waits {timeout} s for an answer, and is due every {period} s");
            findings.fail(
                at("timeoutSeconds"),
                format!("{problem}: lower timeoutSeconds or raise periodSeconds"),
            );
        }
        if field == "livenessProbe" && probe.failure_threshold == 1 {
            let problem = "livenessProbe restarts the container after one missed answer";
            findings.fail(
                at("failureThreshold"),
                format!("{problem}: set failureThreshold to 3 or more"),
            );
        }
    }
    for container in &workload.pod.containers {
        if !refused.contains(&(container.role, container.index)) {
            judge_order(workload, container, findings);
        }
    }
    Ok(())
}

/// The first field that the API server would refuse, and its value.
fn refusal(field: &str, probe: &Probe) -> Option<(&'static str, i32)> {
    let fields = [
        ("initialDelaySeconds", probe.initial_delay),
        ("periodSeconds", probe.period),
        ("timeoutSeconds", probe.timeout),
        ("successThreshold", probe.success_threshold),
        ("failureThreshold", probe.failure_threshold),
    ];
    let is_success = |name: &str| name == "successThreshold" && field != "readinessProbe";
    fields
        .into_iter()
        .find(|(name, value)| *value < 0 || (is_success(name) && *value != 1))
}

/// A pod is to be taken out of service before it is restarted.
fn judge_order(workload: &Workload, container: &Container, findings: &mut Findings) {
    let probes = &container.probes;
    let (Some(liveness), Some(readiness)) = (&probes.liveness, &probes.readiness) else {
        return;
    };
    let (restart, out) = (liveness.patience(), readiness.patience());
    // One that restarts after a single failure is a finding already.
    if restart < out && liveness.failure_threshold > 1 && container.role.has_probes() {
        let at = Place::container(workload, container, "/livenessProbe/failureThreshold");
        let problem = format!(
            "livenessProbe restarts after {restart} s, readinessProbe gives up after {out} s"
        );
        findings.fail(
            at.about("order"),
            format!("{problem}: raise failureThreshold"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn pod(probes: &str) -> String {
        format!("{{containers: [{{name: web, {probes}}}]}}")
    }

    #[test]
    fn each_probe_is_patient() {
        for (probes, expected, parts) in [
            (
                "livenessProbe: {exec: {}}, readinessProbe: {exec: {}}, startupProbe: {exec: {}}",
                Pass,
                &[][..],
            ),
            (
                "livenessProbe: {exec: {}, failureThreshold: 1}",
                Fail,
                &[
                    "web /spec/containers/0/livenessProbe/failureThreshold livenessProbe: livenessProbe restarts the container",
                ],
            ),
            ("livenessProbe: {exec: {}, failureThreshold: 2}", Pass, &[]),
            // 0 is the default, as Kubernetes fills it in.
            (
                "livenessProbe: {exec: {}, failureThreshold: 0, periodSeconds: 0, timeoutSeconds: 0}",
                Pass,
                &[],
            ),
            ("readinessProbe: {exec: {}, failureThreshold: 1}", Pass, &[]),
            ("startupProbe: {exec: {}, failureThreshold: 1}", Pass, &[]),
            (
                "readinessProbe: {exec: {}, timeoutSeconds: 11}",
                Fail,
                &[
                    "/readinessProbe/timeoutSeconds readinessProbe: readinessProbe waits 11 s for an answer, and is due every 10 s",
                ],
            ),
            ("readinessProbe: {exec: {}, timeoutSeconds: 10}", Pass, &[]),
            (
                "startupProbe: {exec: {}, periodSeconds: 1, timeoutSeconds: 2}",
                Fail,
                &["startupProbe: "],
            ),
        ] {
            assert_on_pods(&CHECK, &[(&pod(probes), expected, parts)]);
        }
    }

    #[test]
    fn a_pod_is_out_of_service_before_it_is_restarted() {
        for (liveness, readiness, expected) in [
            ("", "", Pass),
            ("periodSeconds: 5", "", Fail),
            ("failureThreshold: 2", "", Fail),
            ("periodSeconds: 20", "periodSeconds: 5", Pass),
            ("periodSeconds: 5, failureThreshold: 6", "", Pass),
            (
                "periodSeconds: 60",
                "periodSeconds: 10, failureThreshold: 100",
                Fail,
            ),
        ] {
            let probes = format!(
                "livenessProbe: {{exec: {{}}, {liveness}}}, readinessProbe: {{exec: {{}}, {readiness}}}"
            );
            let parts: &[&str] = match expected {
                Fail => &["/livenessProbe/failureThreshold order: livenessProbe restarts after"],
                _ => &[],
            };
            assert_on_pods(&CHECK, &[(&pod(&probes), expected, parts)]);
        }
        // One finding, not two.
        let hasty = "livenessProbe: {exec: {}, failureThreshold: 1}, readinessProbe: {exec: {}}";
        assert_on_pods(&CHECK, &[(&pod(hasty), Fail, &["livenessProbe: "])]);
    }

    #[test]
    fn what_kubernetes_refuses_decides_nothing() {
        for (probes, part) in [
            (
                "livenessProbe: {exec: {}, periodSeconds: -1}",
                "periodSeconds of livenessProbe is -1",
            ),
            (
                "livenessProbe: {exec: {}, successThreshold: 2}",
                "successThreshold of livenessProbe is 2",
            ),
            (
                "startupProbe: {exec: {}, successThreshold: 2}",
                "successThreshold of startupProbe is 2",
            ),
            (
                "readinessProbe: {exec: {}, initialDelaySeconds: -5}",
                "initialDelaySeconds",
            ),
        ] {
            assert_on_pods(&CHECK, &[(&pod(probes), Unknown, &[part])]);
        }
        let probes = "readinessProbe: {exec: {}, successThreshold: 2}";
        assert_on_pods(&CHECK, &[(&pod(probes), Pass, &[])]);
    }

    #[test]
    fn without_a_probe_there_is_nothing_to_judge() {
        for spec in [
            "{containers: [{name: web}]}",
            "{containers: [{name: web, livenessProbe: {failureThreshold: 1}}]}",
            "{initContainers: [{name: a, livenessProbe: {exec: {}, failureThreshold: 1}}], containers: [{name: web}]}",
        ] {
            assert_on_pods(&CHECK, &[(spec, NotApplicable, &[])]);
        }
        let sidecar = "{initContainers: [{name: a, restartPolicy: Always, livenessProbe: {exec: {}, failureThreshold: 1}}], containers: [{name: web}]}";
        assert_on_pods(&CHECK, &[(sidecar, Fail, &["a /spec/initContainers/0/"])]);
    }
}
