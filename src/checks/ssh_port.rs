use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{KindSet, Place, Protocol, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "ssh-port",
    title: "No container listens for SSH",
    why: "Who can log in to a container by SSH gets past what Kubernetes decides and records of who does what in it \
          (`pods/exec`), with keys and accounts that nobody revokes. `kubectl exec` and `kubectl debug` do the same with \
          both.",
    fix: "Take the SSH server out of the image, and its port out of the manifest; a container that serves SSH to users (a \
          Git server) may listen on another port than 22 behind its Service.",
    source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/",
    severity: Severity::High,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kube-linter/ssh-port"],
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
    - {containerPort: 22}
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

const SSH: i32 = 22;

fn run(_: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for container in &workload.pod.containers {
        for (index, port) in container.ports.iter().enumerate() {
            if port.number == SSH && port.protocol == Protocol::Tcp {
                let path = format!("/ports/{index}/containerPort");
                let at = Place::container(workload, container, &path);
                findings.fail(
                    at,
                    "listens on port 22, for SSH: use `kubectl exec` instead",
                );
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
    fn port_22_of_tcp_is_meant() {
        for (ports, expected, parts) in [
            (
                "{containerPort: 22}",
                Fail,
                &["web /spec/containers/0/ports/0/containerPort : listens on port 22"][..],
            ),
            (
                "{containerPort: 8080}, {containerPort: 22, protocol: TCP}",
                Fail,
                &["/ports/1/containerPort"],
            ),
            ("{containerPort: 22, protocol: UDP}", Pass, &[]),
            ("{containerPort: 2222}", Pass, &[]),
            ("", Pass, &[]),
        ] {
            let spec = format!("{{containers: [{{name: web, ports: [{ports}]}}]}}");
            assert_on_pods(&CHECK, &[(&spec, expected, parts)]);
        }
    }
}
