use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "host-ipc",
    title: "The pod has its own shared memory",
    why: "A pod in its node's IPC namespace can read and change the shared memory, semaphores and message queues \
          of whatever else runs there.",
    fix: "Remove `hostIPC`. Containers of one pod share their IPC namespace without it.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &[
        "polaris/hostIPCSet",
        "kube-linter/host-ipc",
        "checkov/CKV_K8S_18",
        "kubescape/C-0038",
        "trivy/KSV008",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  hostIPC: true
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
        if workload.pod.host_ipc {
            let at = Place::pod(workload, "/hostIPC");
            findings.fail(
                at,
                "hostIPC is true, so that it shares memory with its node: remove it",
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
                ("{hostIPC: false, containers: [{name: web}]}", Pass, &[]),
                ("{hostIPC: null, containers: [{name: web}]}", Pass, &[]),
                (
                    "{hostIPC: true, containers: [{name: web}]}",
                    Fail,
                    &["- /spec/hostIPC "],
                ),
                (
                    "{hostIPC: true, hostUsers: false, containers: [{name: web}]}",
                    Fail,
                    &["- "],
                ),
            ],
        );
    }
}
