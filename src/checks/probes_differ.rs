use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "probes-differ",
    title: "The liveness probe is not the readiness probe over again",
    why: "A readiness probe may fail because something else is slow; that the same question, asked as often, then restarts the \
          container makes it worse: all replicas restart together, and none comes back. The same question is right where the \
          liveness probe gives up later, as Kubernetes' documentation recommends: the pod is out of service for a while before \
          it is restarted. Ports are compared by number.",
    fix: "Let the liveness probe ask something that fails only when a restart helps, or raise its `failureThreshold` above that of \
          the readiness probe.",
    source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
    severity: Severity::Critical,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &["kube-score/pod-probes-identical"],
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
      httpGet: {path: /health, port: 8080}
    readinessProbe:
      httpGet: {path: /health, port: 8080}
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
      httpGet: {path: /health, port: 8080}
      failureThreshold: 6
    readinessProbe:
      httpGet: {path: /health, port: 8080}
      failureThreshold: 3
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let containers = workload.pod.containers.iter();
    let both = containers.filter(|container| container.role.has_probes());
    let mut both = both
        .filter_map(|container| {
            let probes = &container.probes;
            let pair = probes.liveness.as_ref().zip(probes.readiness.as_ref());
            pair.map(|pair| (container, pair))
        })
        .peekable();
    if both.peek().is_none() {
        findings.not_applicable();
    }
    for (container, (liveness, readiness)) in both {
        let (restart, out) = (liveness.patience(), readiness.patience());
        if container.probes.ask_the_same && restart <= out {
            let at = Place::container(workload, container, "/livenessProbe");
            let problem = "livenessProbe asks the same as readinessProbe, and gives up no later";
            findings.fail(
                at,
                format!("{problem} ({restart} s): raise its failureThreshold"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    /// Two probes of one container that listens on `http`, 8080.
    fn assert_pair(liveness: &str, readiness: &str, expected: crate::model::Verdict) {
        let spec = format!(
            "{{containers: [{{name: web, ports: [{{name: http, containerPort: 8080}}],
               livenessProbe: {{{liveness}}}, readinessProbe: {{{readiness}}}}}]}}"
        );
        let parts: &[&str] = match expected {
            Fail => &["web /spec/containers/0/livenessProbe : livenessProbe asks the same"],
            _ => &[],
        };
        assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
    }

    #[test]
    fn the_same_question_is_the_same_however_it_is_written() {
        for (liveness, readiness, expected) in [
            (
                "httpGet: {path: /a, port: 8080}",
                "httpGet: {path: /a, port: 8080}",
                Fail,
            ),
            (
                "httpGet: {path: /a, port: http}",
                "httpGet: {path: /a, port: 8080}",
                Fail,
            ),
            (
                "httpGet: {port: 8080}",
                "httpGet: {path: /, port: 8080, scheme: HTTP}",
                Fail,
            ),
            (
                "httpGet: {path: /a, port: 8080}",
                "httpGet: {path: /b, port: 8080}",
                Pass,
            ),
            (
                "httpGet: {path: /a, port: 8080}",
                "httpGet: {path: /a, port: 8081}",
                Pass,
            ),
            (
                "httpGet: {port: 8080}",
                "httpGet: {port: 8080, scheme: HTTPS}",
                Pass,
            ),
            (
                "httpGet: {port: 8080}",
                "httpGet: {port: 8080, httpHeaders: [{name: a, value: b}]}",
                Pass,
            ),
            ("httpGet: {port: 8080}", "tcpSocket: {port: 8080}", Pass),
            ("tcpSocket: {port: http}", "tcpSocket: {port: 8080}", Fail),
            ("tcpSocket: {port: 1}", "tcpSocket: {port: 2}", Pass),
            ("grpc: {port: 1}", "grpc: {port: 1, service: ''}", Fail),
            (
                "grpc: {port: 1, service: live}",
                "grpc: {port: 1, service: ready}",
                Pass,
            ),
            ("exec: {command: [a, b]}", "exec: {command: [a, b]}", Fail),
            (
                "exec: {command: [a, live]}",
                "exec: {command: [a, ready]}",
                Pass,
            ),
        ] {
            assert_pair(liveness, readiness, expected);
        }
    }

    /// kube-score#339: <https://github.com/zegl/kube-score/issues/339>.
    #[test]
    fn the_same_question_may_be_asked_with_more_patience() {
        let ask = |rest: &str| format!("httpGet: {{port: 8080}}, {rest}");
        for (liveness, readiness, expected) in [
            ("failureThreshold: 6", "failureThreshold: 3", Pass),
            ("periodSeconds: 30", "periodSeconds: 10", Pass),
            ("initialDelaySeconds: 60", "initialDelaySeconds: 5", Fail),
            ("timeoutSeconds: 5", "timeoutSeconds: 1", Fail),
            (
                "periodSeconds: 5, failureThreshold: 6",
                "periodSeconds: 10, failureThreshold: 3",
                Fail,
            ),
            ("failureThreshold: 3", "failureThreshold: 6", Fail),
        ] {
            assert_pair(&ask(liveness), &ask(readiness), expected);
        }
    }

    #[test]
    fn a_container_without_both_has_nothing_to_compare() {
        for spec in [
            "{containers: [{name: web}]}",
            "{containers: [{name: web, livenessProbe: {tcpSocket: {port: 1}}}]}",
            "{containers: [{name: web, readinessProbe: {tcpSocket: {port: 1}}}]}",
            "{containers: [{name: web, livenessProbe: {tcpSocket: {port: 1}}}, {name: log, readinessProbe: {tcpSocket: {port: 1}}}]}",
            "{containers: [{name: web, livenessProbe: {}, readinessProbe: {}}]}",
        ] {
            assert_on_pods(&CHECK, &[(spec, NotApplicable, &[])]);
        }
    }
}
