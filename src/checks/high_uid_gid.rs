use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "high-uid-gid",
    title: "Every container runs as a user and a group that are nobody on the node",
    why: "The users of containers are the users of their node: what user 1000 may do there, a container that runs as 1000 \
          can do once it is out. A high number that belongs to nobody leaves it with nothing. The group counts as well; \
          where none is set, an image that names only a user runs in the group 0. Opinionated, and needless where \
          OpenShift assigns numbers or the pod has a user namespace of its own (`hostUsers: false`, which passes).",
    fix: "Set `runAsUser` and `runAsGroup` of the pod's `securityContext` to a number of the application's own, from the \
          parameter `minimum` on.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",
    severity: Severity::Advice,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "kube-score/container-security-context-user-group-id",
        "checkov/CKV_K8S_40",
        "trivy/KSV020",
        "trivy/KSV021",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "minimum",
        doc: "The least number of users and groups.",
        kind: ParamKind::Integer {
            default: 10_000,
            minimum: 1,
            maximum: 2_147_483_647,
        },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext: {runAsUser: 1000, runAsGroup: 20000}
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext: {runAsUser: 20000, runAsGroup: 20000}
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|context, workload, findings| {
        let pod = &workload.pod;
        // Windows has names, not numbers.
        if pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        if pod.host_users == Some(false) {
            return Ok(());
        }
        let minimum = context.integer("minimum");
        for container in &pod.containers {
            for (field, number) in [
                ("runAsUser", pod.run_as_user(container)),
                ("runAsGroup", pod.run_as_group(container)),
            ] {
                let message = match number {
                    Some(number) if number >= minimum => continue,
                    Some(number) => format!("{field} is {number}: use a number from {minimum} on"),
                    None => format!("{field} is not set: use a number from {minimum} on"),
                };
                let path = format!("/securityContext/{field}");
                findings.fail(
                    Place::container(workload, container, &path).about(field),
                    message,
                );
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn the_containers_own_numbers_count_before_the_pods() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web}]}",
                    Fail,
                    &[
                        "runAsUser runAsUser: runAsUser is not set",
                        "runAsGroup runAsGroup: runAsGroup is not set",
                    ],
                ),
                (
                    "{containers: [{name: web, securityContext: {runAsUser: 10000, runAsGroup: 9999}}]}",
                    Fail,
                    &[
                        "web /spec/containers/0/securityContext/runAsGroup runAsGroup: runAsGroup is 9999",
                    ],
                ),
                (
                    "{securityContext: {runAsUser: 20000, runAsGroup: 20000}, containers: [{name: web}, {name: b, securityContext: {runAsUser: 0}}]}",
                    Fail,
                    &["b "],
                ),
                (
                    "{securityContext: {runAsUser: 0, runAsGroup: 0}, containers: [{name: web, securityContext: {runAsUser: 20000, runAsGroup: 20000}}]}",
                    Pass,
                    &[],
                ),
                ("{hostUsers: false, containers: [{name: web}]}", Pass, &[]),
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
        let spec =
            "{containers: [{name: web, securityContext: {runAsUser: 1000, runAsGroup: 1000}}]}";
        let low = serde_json::json!({"minimum": 1000});
        assert_on_pods_with(&CHECK, low, &[(spec, Pass, &[])]);
    }
}
