use crate::check::host_files::{file_name, holds};
use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "runtime-socket",
    title: "No container gets at the socket of a container runtime",
    why: "Whoever can write to the socket of Docker, containerd or CRI-O starts containers as root on the node, past \
          Kubernetes and all its policies. Mounted read-only, a socket works just as well. A mount of a directory that has \
          the socket in it counts, and so does a socket of that name elsewhere.",
    fix: "Remove the mount. To build images, use a builder without a daemon (BuildKit rootless, Buildah); for metrics and \
          logs, ask the kubelet.",
    source: "https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",
    severity: Severity::Critical,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &[
        "kube-linter/docker-sock",
        "checkov/CKV_K8S_27",
        "trivy/KSV006",
        "kubescape/C-0074",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "sockets",
        doc: "The sockets that containers must not get at. Their names count wherever they are.",
        kind: ParamKind::Strings {
            default: &[
                "/run/containerd/containerd.sock",
                "/run/cri-dockerd.sock",
                "/run/crio/crio.sock",
                "/run/docker.sock",
                "/run/k3s/containerd/containerd.sock",
                "/run/podman/podman.sock",
                "/var/run/containerd/containerd.sock",
                "/var/run/cri-dockerd.sock",
                "/var/run/crio/crio.sock",
                "/var/run/docker.sock",
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
    - {name: docker, mountPath: /var/run/docker.sock}
  volumes:
  - name: docker
    hostPath: {path: /var/run/docker.sock}
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
    - {name: data, mountPath: /data}
  volumes:
  - name: data
    emptyDir: {}
",
    run: Run::Workload(|context, workload, findings| {
        let sockets = context.strings("sockets");
        for container in &workload.pod.containers {
            for mount in &container.host_mounts {
                let path = &*mount.path;
                let reached = sockets
                    .iter()
                    .find(|socket| holds(path, socket) || file_name(path) == file_name(socket));
                let Some(socket) = reached else { continue };
                let field = format!("/volumeMounts/{}", mount.index);
                let at = Place::container(workload, container, &field).about(mount.path.clone());
                let message = if file_name(path) == file_name(socket) {
                    format!("mounts {path}, with which it can do anything on the node: remove it")
                } else {
                    let socket = file_name(socket);
                    format!(
                        "mounts {path}, where {socket} is, with which it can do anything on the node"
                    )
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

    fn of(path: &str, mount: &str) -> String {
        format!(
            "{{volumes: [{{name: a, hostPath: {{path: '{path}'}}}}], containers: [{{name: web, volumeMounts: [{{name: other}}, {{name: a, {mount}}}]}}]}}"
        )
    }

    #[test]
    fn a_directory_with_the_socket_in_it_counts() {
        for path in [
            "/var/run/docker.sock",
            "//var/run//docker.sock/",
            "/run/containerd/containerd.sock",
            "/host/somewhere/crio.sock",
        ] {
            let part = "web /spec/containers/0/volumeMounts/1 ";
            assert_on_pods(&CHECK, &[(&of(path, "readOnly: true"), Fail, &[part])]);
        }
        for path in ["/", "/run", "/var", "/var/run/", "/run/containerd"] {
            assert_on_pods(
                &CHECK,
                &[(
                    &of(path, ""),
                    Fail,
                    &["with which it can do anything on the node"],
                )],
            );
        }
        for path in ["/var/run/thing.sock", "/var/log", "/data/docker.sock.d"] {
            assert_on_pods(&CHECK, &[(&of(path, ""), Pass, &[])]);
        }
        assert_on_pods(
            &CHECK,
            &[
                (
                    &of("/", "subPath: var/run/docker.sock"),
                    Fail,
                    &["mounts /var/run/docker.sock, with"],
                ),
                (&of("/", "subPath: etc/ssl"), Pass, &[]),
                (
                    "{volumes: [{name: a, hostPath: {path: /}}], containers: [{name: web}]}",
                    Pass,
                    &[],
                ),
                (
                    "{volumes: [{name: a, hostPath: {path: /run}}], ephemeralContainers: [{name: debug, volumeMounts: [{name: a}]}]}",
                    Fail,
                    &["debug "],
                ),
            ],
        );
        let own = serde_json::json!({"sockets": ["/run/own.sock"]});
        assert_on_pods_with(
            &CHECK,
            own,
            &[
                (&of("/run/docker.sock", ""), Pass, &[]),
                (&of("/run", ""), Fail, &["own.sock"]),
            ],
        );
    }
}
