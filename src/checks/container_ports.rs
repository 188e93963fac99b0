use std::collections::HashMap;

use crate::check::names::flaw_of_port_name;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "container-ports",
    title: "The ports of containers are ones that Kubernetes takes, and each name means one port",
    why: "The API server refuses a port without a number, a number out of range, and a name that is too long, has no \
          letter or is there twice in one container: the release fails where it is applied. Two containers of a pod may \
          share a name, but then a Service or a probe that asks for it reaches the first of them only.",
    fix: "Give each port a number from 1 to 65535 and, where it has a name, one of its own of at most 15 lower-case \
          letters, digits and `-`, with a letter among them.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    severity: Severity::High,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "kube-score/container-ports-check",
        "kube-linter/invalid-target-ports",
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
    - {name: administration-http, containerPort: 8080}
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
    - {name: admin-http, containerPort: 8080}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let mut owners: HashMap<&str, &str> = HashMap::new();
    // What is put into a pod for debugging has no ports, and init containers are gone when the others run.
    let containers = workload.pod.containers.iter();
    for container in containers.filter(|container| container.role.has_probes()) {
        for (index, port) in container.ports.iter().enumerate() {
            let at = |field: &str| {
                let path = format!("/ports/{index}/{field}");
                Place::container(workload, container, &path).about(index.to_string())
            };
            match port.number {
                1..=65535 => {}
                0 => findings.fail(
                    at("containerPort"),
                    "a port has no containerPort, which is required: set it",
                ),
                number => findings.fail(
                    at("containerPort"),
                    format!("there is no port {number}: take one from 1 to 65535"),
                ),
            }
            let Some(name) = port.name.as_deref() else {
                continue;
            };
            if let Some(flaw) = flaw_of_port_name(name) {
                let name: String = name.chars().take(40).collect();
                findings.fail(
                    at("name"),
                    format!("the name {name} {flaw}: choose another"),
                );
            } else if let Some(owner) = owners.insert(name, &container.name) {
                let whose = match owner == &*container.name {
                    true => "of this container".to_owned(),
                    false => format!("of container {owner}"),
                };
                let problem = format!("another port {whose} has the name {name}");
                findings.fail(at("name"), format!("{problem}: choose another"));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn names_and_numbers_are_what_kubernetes_takes() {
        for (ports, expected, parts) in [
            (
                "{containerPort: 8080}, {containerPort: 8081}",
                Pass,
                &[][..],
            ),
            (
                "{name: http, containerPort: 8080}, {name: admin, containerPort: 8081}",
                Pass,
                &[],
            ),
            (
                "{name: http}",
                Fail,
                &["/ports/0/containerPort 0: a port has no containerPort"],
            ),
            ("{containerPort: 65536}", Fail, &["there is no port 65536"]),
            ("{containerPort: -1}", Fail, &["there is no port -1"]),
            (
                "{name: '8080', containerPort: 8080}",
                Fail,
                &["web /spec/containers/0/ports/0/name 0: the name 8080 has no letter"],
            ),
            (
                "{name: HTTP, containerPort: 8080}",
                Fail,
                &["other than lower-case"],
            ),
            (
                "{name: http, containerPort: 8080}, {name: http, containerPort: 8081}",
                Fail,
                &["/ports/1/name 1: another port of this container has the name http"],
            ),
            (
                "{name: http, containerPort: 70000}, {name: a--b, containerPort: 1}",
                Fail,
                &["70000", "two in a row"],
            ),
        ] {
            let spec = format!("{{containers: [{{name: web, ports: [{ports}]}}]}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }

    #[test]
    fn a_name_is_one_ports_of_all_that_run_together() {
        let port = "ports: [{name: http, containerPort: 8080}]";
        for (spec, expected, parts) in [
            (
                format!("{{containers: [{{name: web, {port}}}, {{name: proxy, {port}}}]}}"),
                Fail,
                &["proxy /spec/containers/1/ports/0/name 0: another port of container web"][..],
            ),
            (
                format!(
                    "{{containers: [{{name: web, {port}}}], initContainers: [{{name: init, {port}}}]}}"
                ),
                Pass,
                &[],
            ),
        ] {
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }
}
