use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{
    ContainerPort, Kind, KindSet, Place, PortTarget, Protocol, Reach, Service, ServicePort,
    Severity, Text, Workload,
};

pub(super) static CHECK: Check = Check {
    id: "service-ports",
    title: "The Service's ports lead to ports of its pods",
    why: "A `targetPort` that is a name leads to whatever container of the pod declares a port of that name and protocol, a \
          sidecar too. Where none does, Kubernetes leaves the pod out without a word, and nothing answers. A number leads to \
          that port whether it is declared or not, so that nothing is said of it but whether it is a port. Jobs that a \
          selector happens to match are left aside where it matches something that serves.",
    fix: "Declare the port in a container (`ports: [{name: http, containerPort: 8080}]`), or set `targetPort` to its name or \
          number.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["kube-linter/invalid-target-ports"],
    subjects: KindSet::of(&[Kind::Service]),
    reads: KindSet::WORKLOADS,
    params: &[],
    bad: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: http}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4.2
        ports:
        - {name: web, containerPort: 8080}
",
    good: r"
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
  - {port: 80, targetPort: http}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.4.2
        ports:
        - {name: http, containerPort: 8080}
",
    run: Run::Service(run),
};

fn run(context: &Context<'_>, service: &Service, findings: &mut Findings) -> Judgement {
    for kind in KindSet::WORKLOADS.iter() {
        context.read(kind)?;
    }
    let view = context.read(Kind::Service)?;
    if service.reach == Reach::Elsewhere {
        findings.not_applicable();
        return Ok(());
    }
    if service.ports.is_empty() && !service.headless {
        let message = "it has no ports: the API server refuses it unless clusterIP is None";
        findings.fail(Place::field("/spec/ports"), message);
    }
    let led_to = serving(view.led_to(service));
    if led_to.is_empty() {
        // Whether it should lead to something is another question.
        findings.not_applicable();
    }
    for (index, port) in service.ports.iter().enumerate() {
        let at = |field: &str| {
            Place::field(format!("/spec/ports/{index}/{field}")).about(format!("{}", port.number))
        };
        if !is_port(port.number) {
            let message = format!("port {} is not between 1 and 65535", port.number);
            findings.fail(at("port"), message);
        }
        match &port.target {
            // Without a targetPort, that is said of the port.
            PortTarget::Number(number) if is_port(*number) || *number == port.number => {}
            PortTarget::Number(number) => {
                let message = format!("targetPort {number} is not between 1 and 65535");
                findings.fail(at("targetPort"), message);
            }
            PortTarget::Name(name) if !is_port_name(name) => {
                let rule = "at most 15 lower-case letters, digits and dashes, with a letter";
                let message = format!("targetPort {name} is no name of a port: {rule}");
                findings.fail(at("targetPort"), message);
            }
            PortTarget::Name(name) => {
                for workload in &led_to {
                    if let Some(message) = lacks(workload, port, name) {
                        let key = workload.key();
                        let detail = format!("{name} {} {}", key.kind, key.name);
                        findings.fail(at("targetPort").about(detail), message);
                    }
                }
            }
        }
    }
    Ok(())
}

/// Those that are meant to be led to: what ends by itself is only where there is nothing else.
fn serving(led_to: Vec<&Workload>) -> Vec<&Workload> {
    let stays = |workload: &&Workload| !workload.runs_to_completion();
    if led_to.iter().any(stays) {
        led_to.into_iter().filter(stays).collect()
    } else {
        led_to
    }
}

/// What is wrong where no container of the pods that runs as long as they do declares a port of this name
/// (`endpointslice.FindPort`).
fn lacks(workload: &Workload, port: &ServicePort, name: &Text) -> Option<String> {
    let containers = workload.pod.containers.iter();
    let containers = containers.filter(|container| container.role.has_probes());
    let declared = containers.flat_map(|container| &container.ports);
    let named = declared.filter(|declared| declared.name.as_ref() == Some(name));
    let protocols: Vec<&Protocol> = named
        .map(|ContainerPort { protocol, .. }| protocol)
        .collect();
    if protocols.contains(&&port.protocol) {
        return None;
    }
    let key = workload.key();
    let (wanted, of) = (port.protocol.name(), format!("{} {}", key.kind, key.name));
    Some(match protocols.first() {
        Some(other) => {
            let other = other.name();
            format!(
                "targetPort {name} of {of} is {other}, not {wanted}: its pods are left out; correct the protocol"
            )
        }
        None => format!(
            "no container of {of} declares a {wanted} port {name}: its pods are left out; declare it, or correct targetPort"
        ),
    })
}

fn is_port(number: i64) -> bool {
    (1..=65535).contains(&number)
}

/// `IsValidPortName` of the API server.
fn is_port_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase();
    name.len() <= 15
        && name
            .bytes()
            .all(|byte| is_letter(byte) || byte.is_ascii_digit() || byte == b'-')
        && name.bytes().any(is_letter)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on;
    use crate::model::Verdict::{self, Fail, NotApplicable, Pass};

    fn service(spec: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web}}, spec: {{selector: {{app: web}}, {spec}}}}}"
        )
    }

    fn deployment(pod: &str) -> String {
        let template = format!("template: {{metadata: {{labels: {{app: web}}}}, spec: {{{pod}}}}}");
        format!(
            "\n---\n{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web}}, spec: {{{template}}}}}"
        )
    }

    fn assert_port(port: &str, pod: &str, verdict: Verdict, parts: &[&str]) {
        let manifests = service(&format!("ports: [{{{port}}}]")) + &deployment(pod);
        assert_on(&CHECK, &[(&manifests, verdict, parts)]);
    }

    const HTTP: &str =
        "containers: [{name: a}, {name: web, ports: [{name: http, containerPort: 8080}]}]";

    #[test]
    fn names_are_looked_for_in_what_runs_as_long_as_the_pod() {
        let port = "port: 80, targetPort: http";
        assert_port(port, HTTP, Pass, &[]);
        let none = "- /spec/ports/0/targetPort http Deployment web: no container of Deployment web declares a TCP port http";
        assert_port(port, "containers: [{name: web}]", Fail, &[none]);
        let in_init = |more: &str| {
            format!(
                "containers: [{{name: web}}], initContainers: [{{name: proxy{more}, ports: [{{name: http, containerPort: 1}}]}}]"
            )
        };
        assert_port(port, &in_init(", restartPolicy: Always"), Pass, &[]);
        assert_port(port, &in_init(""), Fail, &[none]);
        let ephemeral = "containers: [{name: web}], ephemeralContainers: [{name: d, ports: [{name: http, containerPort: 1}]}]";
        assert_port(port, ephemeral, Fail, &[none]);
    }

    #[test]
    fn a_port_is_a_name_and_a_protocol() {
        let udp =
            "containers: [{name: web, ports: [{name: http, containerPort: 80, protocol: UDP}]}]";
        let wrong = "targetPort http of Deployment web is UDP, not TCP";
        assert_port("port: 80, targetPort: http", udp, Fail, &[wrong]);
        assert_port(
            "port: 80, targetPort: http, protocol: TCP",
            udp,
            Fail,
            &[wrong],
        );
        assert_port("port: 80, targetPort: http, protocol: UDP", udp, Pass, &[]);
        let both = "containers: [{name: web, ports: [{name: http, containerPort: 80, protocol: UDP}, \
                    {name: http, containerPort: 80}]}]";
        assert_port("port: 80, targetPort: http", both, Pass, &[]);
    }

    #[test]
    fn numbers_need_no_declaration() {
        assert_port("port: 80", "containers: [{name: web}]", Pass, &[]);
        assert_port("port: 80, targetPort: 8080", HTTP, Pass, &[]);
        // `SetDefaults_Service` takes these for none.
        assert_port("port: 80, targetPort: 0", HTTP, Pass, &[]);
        assert_port("port: 80, targetPort: ''", HTTP, Pass, &[]);
        for (port, part) in [
            (
                "port: 80, targetPort: 123456",
                "targetPort 123456 is not between",
            ),
            ("port: 0", "- /spec/ports/0/port 0: port 0 is not between"),
            ("port: 65536, targetPort: 80", "port 65536"),
            (
                "port: 80, targetPort: '8080'",
                "targetPort 8080 is no name of a port",
            ),
            (
                "port: 80, targetPort: a-very-long-name",
                "is no name of a port",
            ),
            ("port: 80, targetPort: Http", "is no name of a port"),
        ] {
            assert_port(port, HTTP, Fail, &[part]);
        }
    }

    #[test]
    fn every_workload_that_serves_needs_the_port() {
        let named = |name: &str, port: &str| {
            deployment(&format!(
                "containers: [{{name: web, ports: [{{name: {port}, containerPort: 1}}]}}]"
            ))
            .replace(
                "{name: web}, spec: {template",
                &format!("{{name: {name}}}, spec: {{template"),
            )
        };
        let service = service("ports: [{port: 80, targetPort: http}]");
        let both = service.clone() + &named("blue", "http") + &named("green", "web");
        assert_on(&CHECK, &[(&both, Fail, &["Deployment green declares"])]);
        let job = "\n---\n{apiVersion: batch/v1, kind: Job, metadata: {name: migrate}, spec: {template: \
                   {metadata: {labels: {app: web}}, spec: {restartPolicy: Never, containers: [{name: a}]}}}}";
        assert_on(
            &CHECK,
            &[(&(service.clone() + &named("blue", "http") + job), Pass, &[])],
        );
        assert_on(
            &CHECK,
            &[(&(service + job), Fail, &["Job migrate declares"])],
        );
    }

    #[test]
    fn what_leads_nowhere_has_no_ports_to_find() {
        let unmatched = service("ports: [{port: 80, targetPort: http}]");
        assert_on(&CHECK, &[(&unmatched, NotApplicable, &[])]);
        let elsewhere = service("type: ExternalName, ports: [{port: 80, targetPort: http}]");
        assert_on(
            &CHECK,
            &[(&(elsewhere + &deployment(HTTP)), NotApplicable, &[])],
        );
        let headless = service("clusterIP: None") + &deployment(HTTP);
        assert_on(&CHECK, &[(&headless, Pass, &[])]);
        let portless = service("clusterIP: ''") + &deployment(HTTP);
        assert_on(
            &CHECK,
            &[(&portless, Fail, &["- /spec/ports : it has no ports"])],
        );
    }
}
