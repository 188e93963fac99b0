use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "privilege-escalation",
    title: "No container can gain privileges",
    why: "Unless `allowPrivilegeEscalation` is false, a process can become more than it started as: a setuid \
          binary in the image makes it root. The default is to allow it, so it has to be said.",
    fix: "Set `securityContext.allowPrivilegeEscalation: false` on every container; the field does not exist for \
          the pod as a whole.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "polaris/privilegeEscalationAllowed",
        "kube-linter/privilege-escalation-container",
        "checkov/CKV_K8S_20",
        "kubescape/C-0016",
        "trivy/KSV001",
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
    securityContext: {allowPrivilegeEscalation: false}
",
    run: Run::Workload(|_, workload, findings| {
        // Windows has no such thing, and the API server refuses the field there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        for container in &workload.pod.containers {
            let problem = match container.security.allow_privilege_escalation {
                Some(false) => continue,
                Some(true) => "allowPrivilegeEscalation is true",
                None => "allowPrivilegeEscalation is not set, which means true",
            };
            let at = Place::container(
                workload,
                container,
                "/securityContext/allowPrivilegeEscalation",
            );
            findings.fail(at, format!("{problem}: set it to false"));
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable};

    #[test]
    fn it_must_be_said_of_every_container() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, securityContext: {allowPrivilegeEscalation: true}}]}",
                    Fail,
                    &["is true"],
                ),
                (
                    "{containers: [{name: web, securityContext: {}}]}",
                    Fail,
                    &["is not set"],
                ),
                (
                    "{securityContext: {allowPrivilegeEscalation: false}, containers: [{name: web}]}",
                    Fail,
                    &["web "],
                ),
                (
                    "{initContainers: [{name: init}]}",
                    Fail,
                    &["init /spec/initContainers/0/"],
                ),
                ("{ephemeralContainers: [{name: debug}]}", Fail, &["debug "]),
                (
                    "{os: {name: linux}, containers: [{name: web}]}",
                    Fail,
                    &["web "],
                ),
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
    }
}
