use crate::check::pod_security::SAFE_SYSCTLS;
use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "unsafe-sysctls",
    title: "The pod sets no unsafe sysctl",
    why: "A sysctl is a switch of the node's kernel. A few matter to their own pod alone; the others may starve or stop \
          every pod of the node, and unless the kubelet allows them by name, the pod is refused there (`SysctlForbidden`). \
          Which are safe is Kubernetes' own list.",
    fix: "Remove it from `securityContext.sysctls`. Where the kubelets of the nodes allow it (`--allowed-unsafe-sysctls`), \
          name it in the parameter `allowed`.",
    source: "https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/",
    severity: Severity::High,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kube-linter/unsafe-sysctls", "trivy/KSV026"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "allowed",
        doc: "The sysctls that pods may set besides the safe ones.",
        kind: ParamKind::Strings { default: &[] },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  securityContext:
    sysctls:
    - {name: kernel.sem, value: 250 32000 100 128}
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
    sysctls:
    - {name: net.ipv4.ip_unprivileged_port_start, value: '0'}
  containers:
  - name: web
    image: registry.example/web:1.4.2
",
    run: Run::Workload(|context, workload, findings| {
        let allowed = context.strings("allowed");
        let confinement = workload.pod.security.confinement.as_ref();
        let sysctls = confinement.map_or(&[][..], |confinement| &confinement.sysctls);
        for (index, sysctl) in sysctls.iter().enumerate() {
            if SAFE_SYSCTLS.contains(&&**sysctl) || allowed.contains(&&**sysctl) {
                continue;
            }
            let field = format!("/securityContext/sysctls/{index}");
            let at = Place::pod(workload, &field).about(sysctl.clone());
            findings.fail(
                at,
                format!("sets the sysctl {sysctl}, which is not safe: remove it"),
            );
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, Pass};

    const SEVERAL: &str = "{securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies}, {name: net.core.somaxconn}, {name: kernel.msgmax}]},
                            containers: [{name: web}]}";

    #[test]
    fn what_kubernetes_takes_for_safe_passes() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{securityContext: {sysctls: null}, containers: [{name: web}]}",
                    Pass,
                    &[],
                ),
                (
                    SEVERAL,
                    Fail,
                    &[
                        "- /spec/securityContext/sysctls/1 net.core.somaxconn: ",
                        "- /spec/securityContext/sysctls/2 kernel.msgmax: ",
                    ],
                ),
            ],
        );
    }

    #[test]
    fn a_policy_allows_more() {
        let allowed = serde_json::json!({"allowed": ["net.core.somaxconn"]});
        assert_on_pods_with(&CHECK, allowed, &[(SEVERAL, Fail, &["kernel.msgmax"])]);
    }
}
