use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "host-network",
    title: "The pod has a network of its own",
    why: "A pod in its node's network can listen to the traffic of others there and reach what trusts the node: \
          the kubelet, cloud metadata, services bound to localhost. NetworkPolicies mostly do not apply to it, and \
          its ports collide with those of other pods.",
    fix: "Remove `hostNetwork`, and publish ports by a Service. A node agent that needs it is a case for an \
          exception.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &[
        "polaris/hostNetworkSet",
        "kube-linter/host-network",
        "checkov/CKV_K8S_19",
        "kubescape/C-0041",
        "trivy/KSV009",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostNetwork: true
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|_, workload, findings| {
        if workload.pod.host_network {
            let at = Place::pod(workload, "/hostNetwork");
            findings.fail(
                at,
                "hostNetwork is true, so that it can reach whatever trusts its node: remove it",
            );
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
    fn only_true_fails() {
        assert_on_pods(
            &CHECK,
            &[
                ("{hostNetwork: false, containers: [{name: web}]}", Pass, &[]),
                ("{hostNetwork: null, containers: [{name: web}]}", Pass, &[]),
                (
                    "{hostNetwork: true, containers: [{name: web}]}",
                    Fail,
                    &["- /spec/hostNetwork "],
                ),
                (
                    "{hostNetwork: true, hostUsers: false, containers: [{name: web}]}",
                    Fail,
                    &["- "],
                ),
            ],
        );
    }
}
