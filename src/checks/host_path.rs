use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity, VolumeSource};

pub(super) static CHECK: Check = Check {
    id: "host-path",
    title: "The pod mounts nothing of its node's filesystem",
    why: "A `hostPath` volume is a way out of the container: to the container runtime's socket, to other pods' \
          volumes and logs, to the node's credentials. Its content also stays behind when the pod moves. Mounted \
          read-only, it still shows all of that.",
    fix: "Use a PersistentVolumeClaim for data, an `emptyDir` for scratch space, and a ConfigMap or a CSI driver \
          for what the node was to provide. A node agent that needs it is a case for an exception.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &["polaris/hostPathSet", "kubescape/C-0048", "trivy/KSV023"],
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
  volumes:
  - name: data
    hostPath: {path: /var/lib/web}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
  volumes:
  - name: data
    emptyDir: {}
",
    run: Run::Workload(|_, workload, findings| {
        for volume in &workload.pod.volumes {
            let VolumeSource::HostPath(path) = &volume.source else {
                continue;
            };
            let at = Place::pod(workload, &format!("/volumes/{}/hostPath", volume.index))
                .about(volume.name.clone());
            let name = &volume.name;
            findings.fail(
                at,
                format!(
                    "volume `{name}` is {path} of the node: use a PersistentVolumeClaim or emptyDir"
                ),
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
    fn each_volume_is_a_finding() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                (
                    "{volumes: [{name: a}, {name: b, emptyDir: {}}, {name: c, hostPath: null}]}",
                    Pass,
                    &[],
                ),
                (
                    "{volumes: [{name: a, hostPath: {path: /}}, {name: b, emptyDir: {}}, {name: c, hostPath: {path: /dev}}]}",
                    Fail,
                    &[
                        "- /spec/volumes/0/hostPath a: volume `a` is / of the node",
                        "- /spec/volumes/2/hostPath c: ",
                    ],
                ),
                ("{volumes: [{name: a, hostPath: {}}]}", Fail, &["a: "]),
            ],
        );
    }
}
