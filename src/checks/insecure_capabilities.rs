use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "insecure-capabilities",
    title: "Every container drops what root is given by default",
    why: "A container runtime gives every container some of root's powers. This check asks what is left of them: they may be dropped \
          all at once (`ALL`) or one by one, in whatever case, as container runtimes read the names. `drop-all-capabilities` asks \
          for `ALL`, as Kubernetes' `restricted` profile does, and makes this one needless: what a newer runtime adds is in no \
          list of names.",
    fix: "Set `securityContext.capabilities.drop: [ALL]` on every container. What one needs can be left out of the parameter \
          `capabilities`.",
    source: "https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/",
    severity: Severity::High,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["polaris/insecureCapabilities"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "capabilities",
        doc: "The capabilities that containers must drop, in upper case and without `CAP_`.",
        kind: ParamKind::Strings {
            default: &[
                "AUDIT_WRITE",
                "CHOWN",
                "DAC_OVERRIDE",
                "FOWNER",
                "FSETID",
                "KILL",
                "MKNOD",
                "NET_BIND_SERVICE",
                "NET_RAW",
                "SETFCAP",
                "SETGID",
                "SETPCAP",
                "SETUID",
                "SYS_CHROOT",
            ],
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
      capabilities: {drop: [KILL, NET_RAW]}
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
      capabilities: {drop: [ALL]}
",
    run: Run::Workload(|context, workload, findings| {
        // Windows has no capabilities, and the API server refuses the field there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        let insecure = context.strings("capabilities");
        for container in &workload.pod.containers {
            let security = &container.security;
            let left = insecure.iter().filter(|name| security.may_have(name));
            let left: Vec<&str> = left.copied().collect();
            let message = match left.as_slice() {
                [] => continue,
                few if few.len() <= 3 => format!("keeps {}: drop [ALL]", few.join(", ")),
                [first, ..] => format!("keeps {first} and {} more: drop [ALL]", left.len() - 1),
            };
            let at = Place::container(workload, container, "/securityContext/capabilities/drop");
            findings.fail(at, message);
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with};
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    fn of(capabilities: &str) -> String {
        format!(
            "{{containers: [{{name: web, securityContext: {{capabilities: {{{capabilities}}}}}}}]}}"
        )
    }

    #[test]
    fn what_is_left_counts() {
        let each = "audit_write, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP,
                    SETUID, SYS_CHROOT";
        let all_but = each.replace("KILL, ", "");
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web}]}",
                    Fail,
                    &[
                        "web /spec/containers/0/securityContext/capabilities/drop : keeps AUDIT_WRITE and 13 more",
                    ],
                ),
                (&of("drop: [ALL]"), Pass, &[]),
                (&of("drop: [all]"), Pass, &[]),
                (&of(&format!("drop: [{each}]")), Pass, &[]),
                (&of(&format!("drop: [{all_but}]")), Fail, &["keeps KILL: "]),
                (
                    &of("drop: [ALL], add: [chown, SYS_TIME]"),
                    Fail,
                    &["keeps CHOWN: "],
                ),
                (&of("drop: [ALL, CHOWN], add: [CHOWN]"), Pass, &[]),
                (&of("add: [ALL]"), Fail, &["and 13 more"]),
                ("{initContainers: [{name: init}]}", Fail, &["init "]),
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
        let own = serde_json::json!({"capabilities": ["MKNOD"]});
        assert_on_pods_with(&CHECK, own, &[(&of("drop: [MKNOD]"), Pass, &[])]);
    }
}
