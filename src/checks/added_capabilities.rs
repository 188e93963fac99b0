use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "added-capabilities",
    title: "No container adds capabilities but the allowed ones",
    why: "A capability is a part of root's power: `SYS_ADMIN` or `SYS_PTRACE` is nearly all of it, `NET_ADMIN` and \
          `NET_RAW` reach into other pods' traffic. Only `NET_BIND_SERVICE` is allowed unless a policy says \
          otherwise, as in Kubernetes' `restricted` profile; its `baseline` profile would also let the runtime's \
          default set pass.",
    fix: "Remove the capability from `securityContext.capabilities.add`. Where the container cannot do without, \
          allow it by the parameter `allowed`.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::High,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &[
        "polaris/dangerousCapabilities",
        "checkov/CKV_K8S_25",
        "kubescape/C-0046",
        "trivy/KSV106",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "allowed",
        doc: "The capabilities that containers may add, in upper case and without `CAP_`.",
        kind: ParamKind::Strings {
            default: &["NET_BIND_SERVICE"],
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
    securityContext:
      capabilities: {add: [SYS_ADMIN]}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    securityContext:
      capabilities: {add: [NET_BIND_SERVICE]}
",
    run: Run::Workload(|context, workload, findings| {
        // Windows Pods are not let off: `baseline` judges them too, and the API server refuses the field there.
        let allowed = context.strings("allowed");
        for container in &workload.pod.containers {
            let added = &container.security.added_capabilities;
            for (index, capability) in added.iter().enumerate() {
                if allowed.contains(&&**capability) || added[..index].contains(capability) {
                    continue;
                }
                let field = format!("/securityContext/capabilities/add/{index}");
                let at = Place::container(workload, container, &field).about(capability.clone());
                let instead = match allowed.as_slice() {
                    [] => "no capability is allowed".to_owned(),
                    only if only.len() <= 3 => {
                        format!("allowed is only {}", only.join(", "))
                    }
                    many => format!("it is not among the {} that are allowed", many.len()),
                };
                findings.fail(at, format!("adds the capability {capability}: {instead}"));
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

    #[test]
    fn each_capability_is_a_finding() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                (
                    "{containers: [{name: web, securityContext: {capabilities: {add: []}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, securityContext: {capabilities: {add: [NET_RAW, NET_BIND_SERVICE, ALL]}}}]}",
                    Fail,
                    &["capabilities/add/0 NET_RAW: ", "capabilities/add/2 ALL: "],
                ),
                // Once, however often it is written.
                (
                    "{containers: [{name: web, securityContext: {capabilities: {add: [KILL, KILL]}}}]}",
                    Fail,
                    &["KILL"],
                ),
                // Kubernetes compares names as they are written.
                (
                    "{containers: [{name: web, securityContext: {capabilities: {add: [net_bind_service]}}}]}",
                    Fail,
                    &["allowed is only NET_BIND_SERVICE"],
                ),
                (
                    "{initContainers: [{name: init, securityContext: {capabilities: {add: [KILL]}}}]}",
                    Fail,
                    &["init "],
                ),
                (
                    "{ephemeralContainers: [{name: debug, securityContext: {capabilities: {add: [SYS_PTRACE]}}}]}",
                    Fail,
                    &["debug "],
                ),
            ],
        );
    }

    #[test]
    fn a_policy_says_what_is_allowed() {
        let adds = "{containers: [{name: web, securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}}]}";
        let none = serde_json::json!({"allowed": []});
        assert_on_pods_with(&CHECK, none, &[(adds, Fail, &["no capability is allowed"])]);
        let others = serde_json::json!({"allowed": ["CHOWN", "KILL", "SETGID", "SETUID"]});
        assert_on_pods_with(&CHECK, others, &[(adds, Fail, &["not among the 4"])]);
        let it = serde_json::json!({"allowed": ["KILL", "NET_BIND_SERVICE"]});
        assert_on_pods_with(&CHECK, it, &[(adds, Pass, &[])]);
    }
}
