use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "drop-all-capabilities",
    title: "Every container drops all capabilities",
    why: "A container runtime gives every container some of root's powers: to change file owners, to open raw \
          sockets, to make device nodes. A service rarely needs any of them. Only `ALL`, in upper case, counts, as \
          for Kubernetes' `restricted` profile; a list of single capabilities misses those that a newer runtime \
          adds.",
    fix: "Set `securityContext.capabilities.drop: [ALL]` on every container, and add back what it really needs, \
          such as `NET_BIND_SERVICE`.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::Critical,
    default: true,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["trivy/KSV003", "trivy/KSV106", "checkov/CKV_K8S_37"],
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
    securityContext:
      capabilities: {drop: [ALL]}
",
    run: Run::Workload(|_, workload, findings| {
        // Windows has no capabilities, and the API server refuses the field there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        for container in &workload.pod.containers {
            let dropped = &container.security.dropped_capabilities;
            if dropped.iter().any(|capability| &**capability == "ALL") {
                continue;
            }
            let problem = match dropped
                .iter()
                .find(|capability| capability.eq_ignore_ascii_case("ALL"))
            {
                Some(other) => format!("drops `{other}`, which Kubernetes does not take for ALL"),
                None if dropped.is_empty() => "drops no capability".to_owned(),
                None => format!("drops only {} of the capabilities", dropped.len()),
            };
            let at = Place::container(workload, container, "/securityContext/capabilities/drop");
            findings.fail(at, format!("{problem}: drop [ALL]"));
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, NotApplicable, Pass};

    #[test]
    fn only_all_is_all() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, securityContext: {capabilities: {drop: [NET_RAW, ALL]}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, securityContext: {capabilities: {drop: [ALL], add: [CHOWN]}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, securityContext: {capabilities: {drop: [all]}}}]}",
                    Fail,
                    &["drops `all`"],
                ),
                (
                    "{containers: [{name: web, securityContext: {capabilities: {drop: [NET_RAW]}}}]}",
                    Fail,
                    &["only 1 of"],
                ),
                (
                    "{containers: [{name: web, securityContext: {capabilities: {drop: null}}}]}",
                    Fail,
                    &["drops no capability"],
                ),
                (
                    "{securityContext: {capabilities: {drop: [ALL]}}, containers: [{name: web}]}",
                    Fail,
                    &["web "],
                ),
                (
                    "{initContainers: [{name: init}]}",
                    Fail,
                    &["init /spec/initContainers/0/securityContext/capabilities/drop "],
                ),
                ("{ephemeralContainers: [{name: debug}]}", Fail, &["debug "]),
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
    }
}
