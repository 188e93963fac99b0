use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "privileged-ports",
    title: "No container listens on a port below 1024",
    why: "Ports below 1024 are for root, or for who has `NET_BIND_SERVICE`: a container that listens there is often one \
          that runs as root for no other reason. Kubernetes lets a pod have any port of its own, and a Service may be at \
          80 whatever the container's port is. Container runtimes of today let everybody listen there, so that this is a \
          matter of taste: a policy that wants it lists this check.",
    fix: "Let the application listen on a port of 1024 or above, and keep the Service's `port` with another `targetPort`.",
    source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
    severity: Severity::Advice,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kube-linter/privileged-ports", "trivy/KSV117"],
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
    - {containerPort: 80}
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
    - {containerPort: 8080}
",
    run: Run::Workload(run),
};

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for container in &workload.pod.containers {
        for (index, port) in container.ports.iter().enumerate() {
            if (1..1024).contains(&port.number) {
                let path = format!("/ports/{index}/containerPort");
                let at =
                    Place::container(workload, container, &path).about(port.number.to_string());
                let problem = format!("listens on port {}, which is for root", port.number);
                findings.fail(at, format!("{problem}: take one of 1024 or above"));
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
    fn every_declared_port_counts() {
        for (spec, expected, parts) in [
            (
                "{containers: [{name: web, ports: [{containerPort: 1024}]}]}",
                Pass,
                &[][..],
            ),
            (
                "{containers: [{name: web, ports: [{containerPort: 1023}]}]}",
                Fail,
                &["web /spec/containers/0/ports/0/containerPort 1023: listens"],
            ),
            (
                "{containers: [{name: web, ports: [{containerPort: 8080}, {containerPort: 53, protocol: UDP}, {containerPort: 1}]}]}",
                Fail,
                &["port 53", "port 1,"],
            ),
            (
                "{containers: [{name: web}], initContainers: [{name: init, restartPolicy: Always, ports: [{containerPort: 80}]}]}",
                Fail,
                &["init "],
            ),
            (
                "{containers: [{name: web, ports: [{name: http}]}]}",
                Pass,
                &[],
            ),
            ("{containers: [{name: web}]}", Pass, &[]),
        ] {
            assert_on_pods(&CHECK, &[(spec, expected, parts)]);
        }
    }
}
