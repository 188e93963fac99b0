use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "privileged",
    title: "No container is privileged",
    why: "A privileged container has every capability, sees the node's devices and runs without seccomp and \
          AppArmor. Whoever breaks into it owns the node, and with it every pod there.",
    fix: "Remove `securityContext.privileged`. Where the container needs one thing of the node, give it that: a \
          capability, a device plugin's resource, a CSI volume.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "polaris/runAsPrivileged",
        "kube-score/container-security-context-privileged",
        "kube-linter/privileged-container",
        "checkov/CKV_K8S_16",
        "kubescape/C-0057",
        "trivy/KSV017",
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
    securityContext: {privileged: true}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    securityContext: {privileged: false}
",
    run: Run::Workload(|_, workload, findings| {
        for container in workload
            .pod
            .containers
            .iter()
            .filter(|container| container.security.privileged == Some(true))
        {
            let at = Place::container(workload, container, "/securityContext/privileged");
            findings.fail(
                at,
                "is privileged, which gives it the whole node: set privileged to false",
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
    fn every_kind_of_container_counts() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                (
                    "{containers: [{name: web, securityContext: {privileged: null}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web}, {name: b, securityContext: {privileged: true}}]}",
                    Fail,
                    &["b /spec/containers/1/"],
                ),
                (
                    "{initContainers: [{name: init, securityContext: {privileged: true}}]}",
                    Fail,
                    &["init "],
                ),
                (
                    "{ephemeralContainers: [{name: debug, securityContext: {privileged: true}}]}",
                    Fail,
                    &["debug "],
                ),
                (
                    "{os: {name: windows}, containers: [{name: web, securityContext: {privileged: true}}]}",
                    Fail,
                    &["web "],
                ),
            ],
        );
    }
}
