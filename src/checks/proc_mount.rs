use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "proc-mount",
    title: "No container sees /proc unmasked",
    why: "A container runtime masks the parts of `/proc` that show or change the node: `/proc/kcore`, \
          `/proc/sysrq-trigger`, `/proc/sys`. `procMount: Unmasked` lays them open. A pod in a user namespace of its own \
          (`hostUsers: false`) may have them, as Kubernetes' `baseline` profile says since 1.35: its root is nobody there.",
    fix: "Remove `procMount`. To build containers in containers, set `hostUsers: false` as well.",
    source: "https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/",
    severity: Severity::High,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "polaris/procMount",
        "kube-linter/unsafe-proc-mount",
        "trivy/KSV027",
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
    securityContext: {procMount: Unmasked}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    securityContext: {procMount: Default}
",
    run: Run::Workload(|_, workload, findings| {
        if workload.pod.host_users == Some(false) {
            return Ok(());
        }
        for container in &workload.pod.containers {
            let confinement = container.security.confinement.as_ref();
            let mount = confinement.and_then(|confinement| confinement.proc_mount.as_deref());
            if let Some(mount) = mount.filter(|mount| *mount != "Default") {
                let at = Place::container(workload, container, "/securityContext/procMount");
                findings.fail(at, format!("procMount is {mount}: leave it at Default"));
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
    fn only_the_default_is_safe_but_in_a_user_namespace() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, securityContext: {procMount: null}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{ephemeralContainers: [{name: debug, securityContext: {procMount: Unmasked}}]}",
                    Fail,
                    &["debug "],
                ),
                (
                    "{hostUsers: true, containers: [{name: web, securityContext: {procMount: Other}}]}",
                    Fail,
                    &["web /spec/containers/0/securityContext/procMount : procMount is Other"],
                ),
                (
                    "{hostUsers: false, containers: [{name: web, securityContext: {procMount: Unmasked}}]}",
                    Pass,
                    &[],
                ),
            ],
        );
    }
}
