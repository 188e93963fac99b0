use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "drop-net-raw",
    title: "No container may send raw packets",
    why: "A container runtime gives every container the capability `NET_RAW`, with which it can forge packets of others: \
          DNS answers, ARP, ping floods. Hardly a service needs it. Dropping it, or `ALL`, takes it away, unless it is \
          added again; to say nothing at all leaves it there. A host with `net.ipv4.ping_group_range` set lets programs \
          ping without it.",
    fix: "Set `securityContext.capabilities.drop: [ALL]`, or at least `[NET_RAW]`, on every container.",
    source: "https://kubernetes.io/docs/concepts/security/linux-kernel-security-constraints/",
    severity: Severity::High,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kube-linter/drop-net-raw-capability", "checkov/CKV_K8S_28"],
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
    securityContext:
      capabilities: {drop: [KILL]}
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
      capabilities: {drop: [NET_RAW]}
",
    run: Run::Workload(|_, workload, findings| {
        // Windows has no capabilities, and the API server refuses the field there.
        if workload.pod.windows {
            findings.not_applicable();
            return Ok(());
        }
        for container in &workload.pod.containers {
            let security = &container.security;
            let mut added = security.added_capabilities.iter();
            let is_added = added.any(|name| matches!(&**name, "ALL" | "NET_RAW"));
            if !security.may_have("NET_RAW") {
                continue;
            }
            let at = Place::container(workload, container, "/securityContext/capabilities/drop");
            let message = if is_added {
                "adds NET_RAW, with which it can forge packets: remove it, and drop ALL"
            } else {
                "keeps NET_RAW, with which it can forge packets: drop ALL or NET_RAW"
            };
            findings.fail(at, message);
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
    fn it_must_be_dropped_and_not_added_again() {
        let of = |capabilities: &str| {
            format!(
                "{{containers: [{{name: web, securityContext: {{capabilities: {{{capabilities}}}}}}}]}}"
            )
        };
        let keeps: &[&str] =
            &["web /spec/containers/0/securityContext/capabilities/drop : keeps NET_RAW"];
        let adds: &[&str] = &["adds NET_RAW"];
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Fail, keeps),
                (
                    "{containers: [{name: web, securityContext: {capabilities: null}}]}",
                    Fail,
                    keeps,
                ),
                (&of("drop: [ALL]"), Pass, &[]),
                (&of("drop: [CHOWN, NET_RAW]"), Pass, &[]),
                (&of("drop: [all]"), Pass, &[]),
                (&of("drop: [ALL], add: [NET_BIND_SERVICE]"), Pass, &[]),
                (&of("drop: [ALL], add: [NET_RAW]"), Fail, adds),
                (&of("drop: [NET_RAW], add: [ALL]"), Pass, &[]),
                (&of("add: [NET_RAW]"), Fail, adds),
                ("{initContainers: [{name: init}]}", Fail, &["init "]),
                (
                    "{os: {name: windows}, containers: [{name: web}]}",
                    NotApplicable,
                    &[],
                ),
            ],
        );
    }
}
