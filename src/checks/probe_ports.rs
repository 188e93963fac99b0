use crate::check::{Check, Context, Findings, Group, Judgement, Run, probes};
use crate::model::{Container, KindSet, Place, PortName, Protocol, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "probe-ports",
    title: "Probes ask ports that the containers have",
    why: "A probe of a port whose name the container does not have, or that is not for TCP, fails for ever: the pod is never ready, or \
          restarted again and again. A number works whether it is declared or not (`ports` only informs), so that every number \
          from 1 to 65535 passes; whether something answers there, running pods tell. Probes that run a command, and those of \
          another host, ask no port of the pod.",
    fix: "Name the port in the container's `ports`, and refer to it by that name in the probe; probes use TCP.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#http-probes",
    severity: Severity::Critical,
    default: true,
    group: Group::Probes,
    since: "0.1.0",
    aliases: &[
        "kube-linter/liveness-port",
        "kube-linter/readiness-port",
        "kube-linter/startup-port",
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
  - name: web
    image: registry.example/web:1.4.2
    ports:
    - {name: http, containerPort: 8080}
    readinessProbe:
      httpGet: {path: /ready, port: web}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    ports:
    - {name: http, containerPort: 8080}
    readinessProbe:
      httpGet: {path: /ready, port: http}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let mut is_asked = false;
    for (container, field, probe) in probes::all(workload) {
        let Some((handler, port)) = &probe.port else {
            continue;
        };
        is_asked = true;
        if let Some(problem) = problem(container, port) {
            let path = format!("/{field}/{}/port", handler.name());
            let at = Place::container(workload, container, &path).about(field);
            findings.fail(at, format!("{field} {problem}"));
        }
    }
    if !is_asked {
        findings.not_applicable();
    }
    Ok(())
}

/// What is wrong with a port, resolved as the kubelet does (`ResolveContainerPort`): a name is one of the container's own ports,
/// or else digits.
fn problem(container: &Container, port: &PortName) -> Option<String> {
    let number = match port {
        PortName::Number(number) => *number,
        PortName::Name(name) => {
            let own = container.ports.iter();
            let named = own
                .into_iter()
                .find(|port| port.name.as_ref() == Some(name));
            if let Some(other) = named.filter(|port| port.protocol != Protocol::Tcp) {
                let protocol = other.protocol.name();
                return Some(format!(
                    "asks port `{name}`, which is for {protocol}: probes use TCP"
                ));
            }
            match named.map(|port| port.number).or_else(|| name.parse().ok()) {
                Some(number) => number,
                None => {
                    let problem =
                        format!("asks port `{name}`, and the container names no such port");
                    return Some(format!("{problem}: it always fails; name it"));
                }
            }
        }
    };
    let is_port = (1..=65_535).contains(&number);
    (!is_port).then(|| format!("asks port {number}, which is no port"))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn a_port_is_resolved_as_the_kubelet_does() {
        for (container, expected, parts) in [
            (
                "ports: [{name: http, containerPort: 8080}], livenessProbe: {httpGet: {port: http}}",
                Pass,
                &[][..],
            ),
            (
                "ports: [{name: http, containerPort: 8080}], livenessProbe: {httpGet: {port: 8080}}",
                Pass,
                &[],
            ),
            (
                "ports: [{containerPort: 8080}], livenessProbe: {httpGet: {port: '8080'}}",
                Pass,
                &[],
            ),
            (
                "ports: [{name: http, containerPort: 8080}], startupProbe: {tcpSocket: {port: web}}",
                Fail,
                &[
                    "web /spec/containers/0/startupProbe/tcpSocket/port startupProbe: startupProbe asks port `web`",
                ],
            ),
            (
                "livenessProbe: {httpGet: {port: http}}",
                Fail,
                &["names no such port"],
            ),
            (
                "livenessProbe: {httpGet: {port: 0}}",
                Fail,
                &["asks port 0, which is no port"],
            ),
            (
                "livenessProbe: {grpc: {port: 65536}}",
                Fail,
                &["/livenessProbe/grpc/port"],
            ),
            (
                "livenessProbe: {httpGet: {port: 99999999999}}",
                Fail,
                &["no port"],
            ),
            (
                "ports: [{name: dns, containerPort: 53, protocol: UDP}], livenessProbe: {tcpSocket: {port: dns}}",
                Fail,
                &["asks port `dns`, which is for UDP"],
            ),
        ] {
            let spec = format!("{{containers: [{{name: web, {container}}}]}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }

    /// ingress-nginx declares 80, 443 and 8443, and answers at 10254.
    #[test]
    fn a_number_need_not_be_declared() {
        for container in [
            "livenessProbe: {httpGet: {port: 8081}}",
            "ports: [{containerPort: 8080}], livenessProbe: {httpGet: {port: 8081}}",
            "ports: [{containerPort: 53, protocol: UDP}], livenessProbe: {tcpSocket: {port: 53}}",
        ] {
            let spec = format!("{{containers: [{{name: web, {container}}}]}}");
            assert_on_pods(&CHECK, &[(&spec, Pass, &[])]);
        }
        // A name is of the container's own ports only.
        let sidecar = "{initContainers: [{name: proxy, restartPolicy: Always, startupProbe: {httpGet: {port: http}}}],
            containers: [{name: web, ports: [{name: http, containerPort: 80}]}]}";
        assert_on_pods(
            &CHECK,
            &[(sidecar, Fail, &["proxy /spec/initContainers/0/"])],
        );
    }

    #[test]
    fn commands_and_other_hosts_ask_no_port() {
        for probe in [
            "",
            "livenessProbe: {exec: {command: [a]}}",
            "livenessProbe: {httpGet: {port: 1, host: other.example}}",
            "livenessProbe: {tcpSocket: {port: 1, host: other.example}}",
            "livenessProbe: {}",
        ] {
            let spec = format!("{{containers: [{{name: web, {probe}}}]}}");
            assert_on_pods(&CHECK, &[(&spec, NotApplicable, &[])]);
        }
        // An init container has no probes.
        let init = "{initContainers: [{name: a, livenessProbe: {httpGet: {port: b}}}], containers: [{name: web}]}";
        assert_on_pods(&CHECK, &[(init, NotApplicable, &[])]);
    }
}
