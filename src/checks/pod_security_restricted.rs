use crate::check::pod_security::{self, Profile};
use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "pod-security-restricted",
    title: "The pod keeps to Kubernetes' restricted profile",
    why: "The `restricted` profile of the Pod Security Standards is `baseline` and all that Kubernetes can do to harden a container: no \
          root, no way to gain privileges, no capabilities, a seccomp profile, and no volumes of the node or of the pod's own. Each finding \
          names the control that is broken, by the id that Kubernetes' own evaluator has for it, and the two agree (as of Kubernetes 1.36, `latest`). The single checks \
          (`run-as-non-root`, `drop-all-capabilities`, ...) say the same one by one; ask for this one where the profile as a whole is the \
          rule.",
    fix: "Set on the pod `runAsNonRoot: true` and `seccompProfile.type: RuntimeDefault`, on every container `allowPrivilegeEscalation: false` \
          and `capabilities.drop: [ALL]`, and remove what else a finding names.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kyverno/podsecurity-subrule-restricted"],
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
    runAsNonRoot: true
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: web
    image: registry.example/web:1.4.2
    securityContext:
      allowPrivilegeEscalation: false
      capabilities: {drop: [ALL]}
",
    run: Run::Workload(|_, workload, findings| {
        pod_security::judge(Profile::Restricted, workload, findings);
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_finding_names_the_control() {
        let hardened = "securityContext: {runAsNonRoot: true, seccompProfile: {type: Localhost}}, containers: [{name: web,
                        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}]";
        let with = |more: &str| format!("{{{hardened}, {more}}}");
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web}]}",
                    Fail,
                    &[
                        "web /spec/containers/0/securityContext/allowPrivilegeEscalation allowPrivilegeEscalation: allowPrivilegeEscalation: ",
                        "capabilities_restricted: must drop ALL",
                        "runAsNonRoot: ",
                        "seccompProfile_restricted: has no seccomp profile",
                    ],
                ),
                // Windows has none of the others.
                ("{os: {name: windows}, containers: [{name: web}]}", Fail, &["runAsNonRoot: "]),
                (&with("hostNetwork: true"), Fail, &["hostNamespaces: "]),
                (
                    &with("volumes: [{name: a, nfs: {}}, {name: b, gitRepo: {}}, {name: c}, {name: d, storageos: {}}, {name: e, emptyDir: {}}]"),
                    Fail,
                    &[
                        "/spec/volumes/0/nfs restrictedVolumes a: ",
                        "/spec/volumes/1/gitRepo restrictedVolumes b: ",
                        "/spec/volumes/3/storageos restrictedVolumes d: ",
                    ],
                ),
                (&with("hostUsers: true"), Pass, &[]),
                // procMount is no better here in a user namespace; to be root is.
                (
                    "{hostUsers: false, os: {name: windows}, securityContext: {runAsUser: 0}, containers: [{name: web,
                      securityContext: {procMount: Unmasked}}]}",
                    Fail,
                    &["procMount_restricted: "],
                ),
                (
                    "{os: {name: windows}, securityContext: {runAsUser: 0, runAsNonRoot: true}, containers: [{name: web}]}",
                    Fail,
                    &["- /spec/securityContext/runAsUser runAsUser: "],
                ),
            ],
        );
    }
}
