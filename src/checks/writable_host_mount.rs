use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "writable-host-mount",
    title: "What a container mounts of its node is mounted read-only",
    why: "A container that can write to its node's files can change what the node does, or fill its disk; `readOnly: true` \
          leaves it with reading. `host-path` fails for any volume of the node; this check is for clusters in which agents \
          may have some. Without `recursiveReadOnly`, what is mounted on the node below the path stays writable.",
    fix: "Set `readOnly: true` on the mount; for state, use a PersistentVolumeClaim. An agent that must write is a case \
          for an exception.",
    source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &["kube-linter/writable-host-mount", "kubescape/C-0045"],
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
    volumeMounts:
    - {name: logs, mountPath: /logs}
  volumes:
  - name: logs
    hostPath: {path: /var/log/web}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    volumeMounts:
    - {name: logs, mountPath: /logs, readOnly: true}
  volumes:
  - name: logs
    hostPath: {path: /var/log/web}
",
    run: Run::Workload(|_, workload, findings| {
        for container in &workload.pod.containers {
            for mount in container.host_mounts.iter().filter(|mount| mount.writable) {
                let field = format!("/volumeMounts/{}/readOnly", mount.index);
                let path = &mount.path;
                findings.fail(
                    Place::container(workload, container, &field).about(path.clone()),
                    format!("may write to {path} of its node: set readOnly to true"),
                );
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
    fn each_mount_is_a_finding() {
        assert_on_pods(
            &CHECK,
            &[
                ("{volumes: [{name: a, hostPath: {path: /a}}], containers: [{name: web}]}", Pass, &[]),
                (
                    "{volumes: [{name: a, emptyDir: {}}], containers: [{name: web, volumeMounts: [{name: a}]}]}",
                    Pass,
                    &[],
                ),
                (
                    "{volumes: [{name: a, hostPath: {path: /a}}], containers: [{name: web, volumeMounts: [{name: a, readOnly: true},
                      {name: a, subPath: b/c}]}], initContainers: [{name: init, volumeMounts: [{name: a, readOnly: false}]}]}",
                    Fail,
                    &[
                        "init /spec/initContainers/0/volumeMounts/0/readOnly /a: may write to /a ",
                        "web /spec/containers/0/volumeMounts/1/readOnly /a/b/c: may write to /a/b/c ",
                    ],
                ),
            ],
        );
    }
}
