use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Container, ContainerRole, KindSet, Place, PortName, Probe, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "named-ports",
    title: "Ports have names, and probes use them",
    why: "Services, probes and monitors that go by the name of a port follow it when its number changes; those that go by the \
          number are forgotten, and fail at the next rollout. This is a matter of style, and part of no checklist of ours: \
          have it in a policy where one convention is to hold.",
    fix: "Give each `containerPort` a `name`, and put that name into the probes' `port`. The port of a gRPC probe can only be \
          a number.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    severity: Severity::Advice,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &["popeye/105", "popeye/108"],
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
    - containerPort: 8080
    readinessProbe:
      httpGet: {path: /ready, port: 8080}
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
    let containers = workload.pod.containers.iter();
    for container in containers.filter(|container| container.role != ContainerRole::Ephemeral) {
        judge(workload, container, findings);
    }
    Ok(())
}

fn judge(workload: &Workload, container: &Container, findings: &mut Findings) {
    for (index, port) in container.ports.iter().enumerate() {
        if port.name.is_none() {
            let number = port.number;
            let path = format!("/ports/{index}/name");
            findings.fail(
                Place::container(workload, container, &path).about(number.to_string()),
                format!("port {number} has no name: give it one"),
            );
        }
    }
    let probes = &container.probes;
    let probes: [(&str, Option<&Probe>); 3] = [
        ("livenessProbe", probes.liveness.as_deref()),
        ("readinessProbe", probes.readiness.as_deref()),
        ("startupProbe", probes.startup.as_deref()),
    ];
    for (name, probe) in probes {
        let port = probe.and_then(|probe| probe.port.as_ref());
        if let Some((field, PortName::Number(number))) = port
            && field.name() != "grpc"
        {
            let path = format!("/{name}/{}/port", field.name());
            findings.fail(
                Place::container(workload, container, &path).about(name),
                format!("{name} asks port {number} by its number: use its name"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn each_number_is_told() {
        let pod = |fields: &str| format!("{{containers: [{{name: web, {fields}}}]}}");
        let unnamed = pod("ports: [{containerPort: 1}, {name: a, containerPort: 2}]");
        let probed = pod(
            "livenessProbe: {tcpSocket: {port: 1}}, readinessProbe: {httpGet: {port: a}}, \
                          startupProbe: {grpc: {port: 2}}",
        );
        assert_on_pods(
            &CHECK,
            &[
                (
                    &unnamed,
                    Fail,
                    &["web /spec/containers/0/ports/0/name 1: port 1 has no name"],
                ),
                (&probed, Fail, &["livenessProbe asks port 1 by its number"]),
                ("{containers: [{name: web}]}", Pass, &[]),
            ],
        );
    }
}
