use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "host-port",
    title: "No container takes a port of its node",
    why: "A `hostPort` opens the container to whoever reaches the node, past Services and (with many network plugins) past \
          NetworkPolicies. Each node has the port once: a second replica, or the new pod of a rollout, stays Pending where \
          the first one runs. A Pod in the network of its node (`hostNetwork`) takes all its ports there; Kubernetes fills \
          them in for Pods, not for templates.",
    fix: "Remove `hostPort` and lead traffic to the pods by a Service. For one instance a node, use a DaemonSet behind a \
          Service with `internalTrafficPolicy: Local`.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &[
        "polaris/hostPortSet",
        "kubescape/C-0044",
        "checkov/CKV_K8S_26",
        "trivy/KSV024",
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
    - {containerPort: 8080, hostPort: 8080}
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
    run: Run::Workload(|_, workload, findings| {
        for container in &workload.pod.containers {
            for (index, port) in container.ports.iter().enumerate() {
                let number = port.host;
                if number == 0 {
                    continue;
                }
                let at = Place::container(workload, container, &format!("/ports/{index}/hostPort"));
                let message = if workload.pod.host_network {
                    format!(
                        "listens on port {number} of its node: remove hostNetwork, and use a Service"
                    )
                } else {
                    format!("takes port {number} of its node: remove hostPort, and use a Service")
                };
                findings.fail(at.about(number.to_string()), message);
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn each_port_is_a_finding() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, ports: [{containerPort: 80, hostPort: 0}, {containerPort: 81, hostPort: null}]}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, ports: [{containerPort: 80}, {containerPort: 81, hostPort: 8081}]}]}",
                    Fail,
                    &["web /spec/containers/0/ports/1/hostPort 8081: takes port 8081"],
                ),
                (
                    "{initContainers: [{name: proxy, restartPolicy: Always, ports: [{containerPort: 80, hostPort: 80}]}]}",
                    Fail,
                    &["proxy "],
                ),
                (
                    "{hostNetwork: true, containers: [{name: web, ports: [{containerPort: 80}]}]}",
                    Fail,
                    &["listens on port 80 of its node: remove hostNetwork"],
                ),
            ],
        );
    }
}
