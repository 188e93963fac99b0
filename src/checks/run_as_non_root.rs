use crate::check::{Check, Findings, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "run-as-non-root",
    title: "No container runs as root",
    why: "Root in a container is root on the node as soon as something lets it out: a kernel bug, a mounted path, \
          a capability. `runAsNonRoot` makes the kubelet refuse to start a container as root, whatever its image \
          says. A `runAsUser` above 0 alone is not enough here, nor for Kubernetes' `restricted` profile: it says \
          who runs today, not that root never may. A pod in a user namespace of its own (`hostUsers: false`) \
          passes, as root is nobody outside of it; Kubernetes' profile says so since 1.35.",
    fix: "Set `securityContext.runAsNonRoot: true` on the pod, and give the image a numeric user other than 0 (or \
          set `runAsUser`).",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "polaris/runAsRootAllowed",
        "kube-linter/run-as-non-root",
        "checkov/CKV_K8S_23",
        "kubescape/C-0013",
        "popeye/302",
        "popeye/306",
        "trivy/KSV012",
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
  securityContext: {runAsNonRoot: true}
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|_, workload, findings| {
        let pod = &workload.pod;
        if pod.host_users == Some(false) {
            return Ok(());
        }
        // As Kubernetes' own evaluator, the pod's values count even where every container overrides them.
        if pod.security.run_as_non_root == Some(false) {
            let at = Place::pod(workload, "/securityContext/runAsNonRoot");
            findings.fail(at, "runAsNonRoot is false for the pod: set it to true");
        }
        judge_user(
            pod.security.run_as_user,
            || Place::pod(workload, "/securityContext/runAsUser"),
            findings,
        );
        for container in &pod.containers {
            let at = || Place::container(workload, container, "/securityContext/runAsNonRoot");
            match (
                container.security.run_as_non_root,
                pod.security.run_as_non_root,
            ) {
                (Some(false), _) => findings.fail(at(), "runAsNonRoot is false: set it to true"),
                (None, None) => findings.fail(
                    at(),
                    "runAsNonRoot is not set, so it may run as root: set it to true",
                ),
                // Where the pod says false, that was found once.
                (Some(true), _) | (None, Some(_)) => {}
            }
            let at = || Place::container(workload, container, "/securityContext/runAsUser");
            judge_user(container.security.run_as_user, at, findings);
        }
        Ok(())
    }),
};

fn judge_user(user: Option<i64>, at: impl Fn() -> Place, findings: &mut Findings) {
    match user {
        Some(0) => findings.fail(
            at().about("runAsUser"),
            "runAsUser is 0, which is root: use another user",
        ),
        Some(user) if !(0..=i64::from(i32::MAX)).contains(&user) => {
            let message = format!(
                "runAsUser {user} is no user id: Kubernetes takes 0 to {}",
                i32::MAX
            );
            findings.unknown(at().about("runAsUser"), message);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    #[test]
    fn containers_inherit_from_the_pod() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, securityContext: {runAsNonRoot: true}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web}, {name: log, securityContext: {runAsNonRoot: true}}]}",
                    Fail,
                    &["web /spec/containers/0/"],
                ),
                ("{initContainers: [{name: init}]}", Fail, &["init "]),
                ("{ephemeralContainers: [{name: debug}]}", Fail, &["debug "]),
                (
                    "{securityContext: {runAsNonRoot: true}, containers: [{name: web, securityContext: {runAsNonRoot: false}}]}",
                    Fail,
                    &["web /spec/containers/0/securityContext/runAsNonRoot "],
                ),
                (
                    "{securityContext: {runAsNonRoot: false}, containers: [{name: web, securityContext: {runAsNonRoot: true}}]}",
                    Fail,
                    &["- /spec/securityContext/runAsNonRoot "],
                ),
                (
                    "{securityContext: {runAsNonRoot: false}, containers: [{name: a}, {name: b}]}",
                    Fail,
                    &["- /spec/"],
                ),
                // Windows has users as well.
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    Fail,
                    &["web "],
                ),
                (
                    "{hostUsers: false, containers: [{name: web, securityContext: {runAsUser: 0}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{hostUsers: true, containers: [{name: web}]}",
                    Fail,
                    &["web "],
                ),
            ],
        );
    }

    #[test]
    fn a_user_must_not_be_root_and_does_not_stand_for_the_promise() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, securityContext: {runAsUser: 1000}}]}",
                    Fail,
                    &["runAsNonRoot is not set"],
                ),
                (
                    "{securityContext: {runAsNonRoot: true, runAsUser: 1000}, containers: [{name: web}]}",
                    Pass,
                    &[],
                ),
                (
                    "{securityContext: {runAsNonRoot: true, runAsUser: 0}, containers: [{name: web}]}",
                    Fail,
                    &["- /spec/securityContext/runAsUser runAsUser: runAsUser is 0"],
                ),
                (
                    "{containers: [{name: web, securityContext: {runAsNonRoot: true, runAsUser: 0}}]}",
                    Fail,
                    &["web /spec/containers/0/securityContext/runAsUser runAsUser: "],
                ),
                (
                    "{containers: [{name: web, securityContext: {runAsNonRoot: true, runAsUser: -1}}]}",
                    Unknown,
                    &["runAsUser -1 is no user id"],
                ),
                (
                    "{containers: [{name: web, securityContext: {runAsNonRoot: true, runAsUser: 2147483648}}]}",
                    Unknown,
                    &["2147483648"],
                ),
            ],
        );
    }
}
