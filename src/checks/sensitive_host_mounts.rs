use crate::check::host_files::{holds, is_below};
use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "sensitive-host-mounts",
    title: "No container mounts what its node runs on",
    why: "`/`, `/etc` or `/var/lib/kubelet` of a node have its credentials, the tokens of all its pods and what it starts \
          with: read, they lead to the cluster; written, to the node. `host-path` fails for any volume of the node; this \
          check is for clusters in which agents may have some, but not these. A mount of a directory above one of them \
          counts, and where the parameter's entry ends in `/`, whatever is below it.",
    fix: "Mount the one file or directory that is needed, read-only, or use a CSI driver or a device plugin. An agent that \
          needs more is a case for an exception.",
    source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &["kube-linter/sensitive-host-mounts", "trivy/KSV121"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "paths",
        doc: "The paths that containers must not mount. One that ends in `/` stands for all that is below, too.",
        kind: ParamKind::Strings {
            default: &[
                "/boot",
                "/dev",
                "/etc",
                "/etc/kubernetes/",
                "/home",
                "/lib",
                "/proc/",
                "/root/",
                "/run",
                "/sys",
                "/usr",
                "/var/lib/containerd",
                "/var/lib/docker",
                "/var/lib/etcd/",
                "/var/lib/kubelet/",
                "/var/run",
            ],
        },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    volumeMounts:
    - {name: node, mountPath: /host}
  volumes:
  - name: node
    hostPath: {path: /etc}
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
    - {name: node, mountPath: /host}
  volumes:
  - name: node
    hostPath: {path: /opt/web}
",
    run: Run::Workload(|context, workload, findings| {
        let paths = context.strings("paths");
        for container in &workload.pod.containers {
            for mount in &container.host_mounts {
                let mounted = &*mount.path;
                let reached = paths.iter().find(|path| {
                    let whole = path.ends_with('/') && is_below(mounted, path);
                    whole || holds(mounted, path.trim_end_matches('/'))
                });
                let Some(path) = reached else { continue };
                let field = format!("/volumeMounts/{}", mount.index);
                let at = Place::container(workload, container, &field).about(mount.path.clone());
                let path = path.trim_end_matches('/');
                let message = if is_below(path, mounted) {
                    format!(
                        "mounts {mounted} of its node, and {path} with it: mount only what is needed"
                    )
                } else {
                    format!("mounts {mounted} of its node: mount only what is needed")
                };
                findings.fail(at, message);
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass};

    fn of(path: &str) -> String {
        format!(
            "{{volumes: [{{name: a, hostPath: {{path: '{path}'}}}}], containers: [{{name: web, volumeMounts: [{{name: a, readOnly: true}}]}}]}}"
        )
    }

    #[test]
    fn what_is_above_counts_and_below_where_it_is_said() {
        for path in [
            "/etc",
            "/etc/",
            "/proc/1/ns",
            "/var/lib/kubelet/pods",
            "/etc/kubernetes/pki",
        ] {
            assert_on_pods(
                &CHECK,
                &[(&of(path), Fail, &["web /spec/containers/0/volumeMounts/0 "])],
            );
        }
        assert_on_pods(
            &CHECK,
            &[(&of("/"), Fail, &["mounts / of its node, and /boot with it"])],
        );
        assert_on_pods(
            &CHECK,
            &[(
                &of("/var"),
                Fail,
                &["mounts /var of its node, and /var/lib/containerd with it"],
            )],
        );
        for path in [
            "/etc/ssl/certs",
            "/dev/fuse",
            "/lib/modules",
            "/var/log",
            "/opt",
            "/procfs",
        ] {
            assert_on_pods(&CHECK, &[(&of(path), Pass, &[])]);
        }
        let unmounted = "{volumes: [{name: a, hostPath: {path: /etc}}], containers: [{name: web}]}";
        assert_on_pods(&CHECK, &[(unmounted, Pass, &[])]);
        let own = serde_json::json!({"paths": ["/opt"]});
        assert_on_pods_with(
            &CHECK,
            own,
            &[(&of("/opt"), Fail, &["/opt"]), (&of("/etc"), Pass, &[])],
        );
    }
}
