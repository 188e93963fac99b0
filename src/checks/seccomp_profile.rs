use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Seccomp, Severity};

pub(super) static CHECK: Check = Check {
    id: "seccomp-profile",
    title: "Every container has a seccomp profile",
    why: "A seccomp profile takes away the system calls that programs do not need and that most kernel exploits \
          do. Without one, a container may make any of them: unless the kubelet says otherwise, the default is \
          `Unconfined`. The annotations of old (`seccomp.security.alpha.kubernetes.io`) do nothing any more.",
    fix: "Set `securityContext.seccompProfile.type: RuntimeDefault` on the pod, or `Localhost` with a profile of \
          your own.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "kube-score/container-seccomp-profile",
        "checkov/CKV_K8S_31",
        "trivy/KSV030",
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
  securityContext:
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|_, workload, findings| {
        // Windows has no seccomp, and the API server refuses the field there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        // As Kubernetes' own evaluator, the pod's profile counts even where every container has its own.
        let of_pod = workload.pod.security.seccomp.as_ref();
        if let Some(Seccomp::Other(name)) = of_pod {
            findings.fail(
                Place::pod(workload, "/securityContext/seccompProfile/type"),
                message(name),
            );
        }
        for container in &workload.pod.containers {
            let at =
                || Place::container(workload, container, "/securityContext/seccompProfile/type");
            match (&container.security.seccomp, of_pod) {
                (Some(Seccomp::Other(name)), _) => findings.fail(at(), message(name)),
                (None, None) => {
                    findings.fail(at(), "has no seccompProfile: set type RuntimeDefault")
                }
                // Where the pod has a wrong one, that was found once.
                (Some(_), _) | (None, Some(_)) => {}
            }
        }
        Ok(())
    }),
};

fn message(name: &str) -> String {
    match name {
        "" => "seccompProfile has no type: set RuntimeDefault or Localhost".to_owned(),
        _ => format!("seccompProfile.type is {name}: set RuntimeDefault or Localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn containers_inherit_from_the_pod() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web, securityContext: {seccompProfile: {type: Localhost}}}]}", Pass, &[]),
                ("{containers: [{name: web, securityContext: {seccompProfile: {type: Unconfined}}}]}", Fail, &["is Unconfined"]),
                ("{containers: [{name: web, securityContext: {seccompProfile: {type: runtimedefault}}}]}", Fail, &["runtimedefault"]),
                ("{initContainers: [{name: init}]}", Fail, &["init /spec/initContainers/0/securityContext/seccompProfile/type "]),
                ("{ephemeralContainers: [{name: debug}]}", Fail, &["debug "]),
                (
                    "{securityContext: {seccompProfile: {type: RuntimeDefault}},
                      containers: [{name: web, securityContext: {seccompProfile: {type: Unconfined}}}]}",
                    Fail,
                    &["web "],
                ),
                // A profile without a type is refused by Kubernetes, and inherits nothing.
                (
                    "{securityContext: {seccompProfile: {type: RuntimeDefault}},
                      containers: [{name: web, securityContext: {seccompProfile: {}}}]}",
                    Fail,
                    &["web /spec/containers/0/securityContext/seccompProfile/type : seccompProfile has no type"],
                ),
                (
                    "{securityContext: {seccompProfile: {type: Unconfined}},
                      containers: [{name: web, securityContext: {seccompProfile: {type: RuntimeDefault}}}]}",
                    Fail,
                    &["- /spec/securityContext/seccompProfile/type "],
                ),
                ("{securityContext: {seccompProfile: {type: Unconfined}}, containers: [{name: a}, {name: b}]}", Fail, &["- "]),
                ("{os: {name: windows}, containers: [{name: web}]}", NotApplicable, &[]),
            ],
        );
    }
}
