use crate::check::{Check, Group, Run};
use crate::model::{ContainerRole, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "read-only-root-filesystem",
    title: "Every container's root filesystem is read-only",
    why: "On a root filesystem that cannot be written, an attacker cannot leave tools or change the program, and \
          the application cannot lose data there that it believed was kept. Ephemeral containers are let be: they \
          are a person's tool for a while, and no workload can bring its own.",
    fix: "Set `securityContext.readOnlyRootFilesystem: true`, and mount an `emptyDir` where the application writes \
          temporary files.",
    source: "https://kubernetes.io/docs/concepts/security/application-security-checklist/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "polaris/notReadOnlyRootFilesystem",
        "kube-score/container-security-context-readonlyrootfilesystem",
        "kube-linter/no-read-only-root-fs",
        "checkov/CKV_K8S_22",
        "kubescape/C-0017",
        "trivy/KSV014",
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
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    securityContext: {readOnlyRootFilesystem: true}
",
    run: Run::Workload(|_, workload, findings| {
        // Windows cannot do it, and the API server refuses the field there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        let containers = workload
            .pod
            .containers
            .iter()
            .filter(|container| container.role != ContainerRole::Ephemeral);
        for container in containers {
            let problem = match container.security.read_only_root_filesystem {
                Some(true) => continue,
                Some(false) => "readOnlyRootFilesystem is false",
                None => "readOnlyRootFilesystem is not set, which means false",
            };
            let at = Place::container(
                workload,
                container,
                "/securityContext/readOnlyRootFilesystem",
            );
            findings.fail(at, format!("{problem}: set it to true"));
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn it_must_be_said_of_every_container_that_stays() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, securityContext: {readOnlyRootFilesystem: false}}]}",
                    Fail,
                    &["is false"],
                ),
                (
                    "{containers: [{name: web, securityContext: {}}]}",
                    Fail,
                    &["is not set"],
                ),
                (
                    "{initContainers: [{name: init}]}",
                    Fail,
                    &["init /spec/initContainers/0/"],
                ),
                (
                    "{initContainers: [{name: proxy, restartPolicy: Always}]}",
                    Fail,
                    &["proxy "],
                ),
                ("{ephemeralContainers: [{name: debug}]}", Pass, &[]),
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
    }
}
