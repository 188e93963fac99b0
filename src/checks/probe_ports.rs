use crate::check::{Check, Context, Findings, Group, Judgement, Run, probes};
use crate::model::{
    Container, ContainerPort, KindSet, Place, PortField, PortName, Protocol, Severity, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "probe-ports",
    title: "Probes ask ports that the containers have",
    why: "A probe of a port that has no such name in the container fails for ever: the pod is never ready, or restarted again and \
          again. A number works whether it is declared or not, so that one which is not among the declared ports of the pod is \
          Unknown: it may be a port that nobody declared, or a slip. Where no port is declared there is nothing to compare. \
          Probes that run a command, and those of another host, ask no port of the pod.",
    fix: "Name the port in the container's `ports`, and refer to it by that name in the probe; probes use TCP.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#http-probes",
    severity: Severity::Critical,
    group: Group::Probes,
    since: "0.2.0",
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
        let at = Place::container(workload, container, &path(field, *handler)).about(field);
        match look_up(workload, container, port) {
            Found::Port => {}
            Found::Problem(problem) => findings.fail(at, format!("{field} {problem}")),
            Found::Undeclared(number, declared) => {
                let problem = format!("{field} asks port {number}, and declared are {declared}");
                findings.unknown(at, format!("{problem}: declare it, or correct it"));
            }
        }
    }
    if !is_asked {
        findings.not_applicable();
    }
    Ok(())
}

fn path(field: &str, handler: PortField) -> String {
    format!("/{field}/{}/port", handler.name())
}

/// What a port of a probe comes to.
enum Found {
    /// It is one that the container has, as far as can be seen.
    Port,
    /// There is none, and why.
    Problem(String),
    /// A number that is not among those that the pod declares.
    Undeclared(i32, String),
}

/// As the kubelet resolves it (`ResolveContainerPort`): a name is one of the container's own ports, or else digits.
fn look_up(workload: &Workload, container: &Container, port: &PortName) -> Found {
    let number = match port {
        PortName::Number(number) => *number,
        PortName::Name(name) => {
            let own = container.ports.iter();
            let named = own
                .into_iter()
                .find(|port| port.name.as_ref() == Some(name));
            match named.map(|port| port.number).or_else(|| name.parse().ok()) {
                Some(number) => number,
                None => {
                    let problem =
                        format!("asks port `{name}`, and the container names no such port");
                    return Found::Problem(format!("{problem}: it always fails; name it"));
                }
            }
        }
    };
    if !(1..=65_535).contains(&number) {
        return Found::Problem(format!("asks port {number}, which is no port"));
    }
    // The containers of a pod share its network.
    let containers = workload.pod.containers.iter();
    let declared: Vec<_> = containers.flat_map(|container| &container.ports).collect();
    let same = || declared.iter().filter(|port| port.number == number);
    let is_tcp = |port: &&&ContainerPort| port.protocol == Protocol::Tcp;
    if same().any(|port| is_tcp(&port)) {
        return Found::Port;
    }
    if let Some(other) = same().next() {
        let protocol = other.protocol.name();
        return Found::Problem(format!(
            "asks port {number}, which is for {protocol}: probes use TCP"
        ));
    }
    if container.ports.is_empty() {
        return Found::Port;
    }
    let numbers = declared
        .iter()
        .filter(|port| port.protocol == Protocol::Tcp);
    let mut numbers: Vec<_> = numbers.map(|port| port.number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    match numbers.as_slice() {
        [] => Found::Port,
        numbers => {
            let numbers: Vec<_> = numbers.iter().map(ToString::to_string).collect();
            Found::Undeclared(number, numbers.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

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
                &["asks port 53, which is for UDP"],
            ),
            (
                "ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}], livenessProbe: {tcpSocket: {port: 53}}",
                Pass,
                &[],
            ),
        ] {
            let spec = format!("{{containers: [{{name: web, {container}}}]}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }

    /// A number need not be declared to be listened on.
    #[test]
    fn an_undeclared_number_is_a_fault_only_perhaps() {
        for (spec, expected, parts) in [
            ("{containers: [{name: web, livenessProbe: {httpGet: {port: 8081}}}]}", Pass, &[][..]),
            (
                "{containers: [{name: web, ports: [{containerPort: 9090}, {containerPort: 8080}], livenessProbe: {httpGet: {port: 8081}}}]}",
                Unknown,
                &["web /spec/containers/0/livenessProbe/httpGet/port livenessProbe: livenessProbe asks port 8081, and declared are 8080, 9090"],
            ),
            (
                "{containers: [{name: web, ports: [{containerPort: 53, protocol: UDP}], livenessProbe: {httpGet: {port: 8081}}}]}",
                Pass,
                &[],
            ),
            // Declared by the container beside it, in the same network.
            (
                "{containers: [{name: web, ports: [{containerPort: 8080}], livenessProbe: {httpGet: {port: 15021}}},
                  {name: istio-proxy, ports: [{containerPort: 15021}]}]}",
                Pass,
                &[],
            ),
            (
                "{initContainers: [{name: proxy, restartPolicy: Always, startupProbe: {httpGet: {port: http}}}],
                  containers: [{name: web, ports: [{name: http, containerPort: 80}]}]}",
                Fail,
                &["proxy /spec/initContainers/0/"],
            ),
        ] {
            assert_on_pods(&CHECK, &[(spec, expected, parts)]);
        }
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
