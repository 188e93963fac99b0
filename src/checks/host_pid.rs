use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "host-pid",
    title: "The pod sees only its own processes",
    why: "A pod in its node's process namespace sees every process there, with arguments and (as root) \
          environments full of credentials, and may signal or trace them.",
    fix: "Remove `hostPID`. To look at the containers of the same pod, `shareProcessNamespace` is enough.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &[
        "polaris/hostPIDSet",
        "kube-linter/host-pid",
        "checkov/CKV_K8S_17",
        "kubescape/C-0038",
        "trivy/KSV010",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostPID: true
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
        if workload.pod.host_pid {
            let at = Place::pod(workload, "/hostPID");
            findings.fail(
                at,
                "hostPID is true, so that it sees every process of its node: remove it",
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
                ("{hostPID: false, containers: [{name: web}]}", Pass, &[]),
                ("{hostPID: null, containers: [{name: web}]}", Pass, &[]),
                (
                    "{hostPID: true, containers: [{name: web}]}",
                    Fail,
                    &["- /spec/hostPID "],
                ),
                (
                    "{hostPID: true, hostUsers: false, containers: [{name: web}]}",
                    Fail,
                    &["- "],
                ),
            ],
        );
    }
}
