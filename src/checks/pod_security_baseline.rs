use crate::check::pod_security::{self, Profile};
use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "pod-security-baseline",
    title: "The pod keeps to Kubernetes' baseline profile",
    why: "The `baseline` profile of the Pod Security Standards forbids what is known to lead out of a container: host namespaces, ports and \
          paths, privileged containers, added capabilities, profiles that are switched off. Each finding names the control that is broken, by \
          the id that Kubernetes' own evaluator has for it, and the two agree (as of Kubernetes 1.36, `latest`). A namespace that enforces the profile would refuse the pods; this check says so \
          before, and of workloads, which admission only warns about.",
    fix: "Remove what each finding names. A node agent that cannot do without belongs in a namespace of its own that is not enforced, and is a \
          case for an exception.",
    source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    severity: Severity::Critical,
    default: false,
    group: Group::ContainerSecurity,
    since: "0.1.0",
    aliases: &["kyverno/podsecurity-subrule-baseline"],
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
    ports:
    - {containerPort: 8080, hostPort: 8080}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    ports:
    - {containerPort: 8080}
",
    run: Run::Workload(|_, workload, findings| {
        pod_security::judge(Profile::Baseline, workload, findings);
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn a_finding_names_the_control() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                (
                    "{hostPID: true, securityContext: {sysctls: [{name: kernel.sem}, {name: net.ipv4.tcp_rmem}]}, containers: [{name: web}]}",
                    Fail,
                    &[
                        "- /spec/hostPID hostNamespaces hostPID: hostNamespaces: hostPID is true",
                        "- /spec/securityContext/sysctls/0 sysctls kernel.sem: sysctls: sysctl kernel.sem",
                    ],
                ),
                // Two things of one control are two findings, that may be waived apart.
                (
                    "{containers: [{name: web, readinessProbe: {httpGet: {host: a, port: 1}}, lifecycle: {preStop: {tcpSocket: {host: b, port: 1}}}}]}",
                    Fail,
                    &[
                        "web /spec/containers/0/readinessProbe/httpGet/host hostProbesAndHostLifecycle /readinessProbe",
                        "web /spec/containers/0/lifecycle/preStop/tcpSocket/host hostProbesAndHostLifecycle /lifecycle/preStop",
                    ],
                ),
                (
                    "{volumes: [{name: a, hostPath: {path: /a}}], containers: [{name: web, securityContext: {procMount: Unmasked, privileged: true}}]}",
                    Fail,
                    &[
                        "privileged: ",
                        "hostPathVolumes: volume `a` is /a",
                        "procMount: ",
                    ],
                ),
                (
                    "{hostUsers: false, containers: [{name: web, securityContext: {procMount: Unmasked}}]}",
                    Pass,
                    &[],
                ),
            ],
        );
    }

    #[test]
    fn a_pod_in_the_network_of_its_node_takes_its_ports_there() {
        let spec = "{hostNetwork: true, containers: [{name: web, ports: [{containerPort: 80}]}]}";
        let pod = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {spec}}}");
        let deployment = format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{spec: {spec}}}}}}}"
        );
        assert_on(
            &CHECK,
            &[
                (
                    &pod,
                    Fail,
                    &["hostNamespaces: ", "hostPorts: takes port 80"],
                ),
                (&deployment, Fail, &["hostNamespaces: "]),
            ],
        );
    }

    #[test]
    fn annotations_of_old_count_for_app_armor() {
        let of = |profile: &str| {
            let name = "container.apparmor.security.beta.kubernetes.io/web";
            let metadata = format!("{{name: a, annotations: {{{name}: {profile}}}}}");
            let spec = "{containers: [{name: web}]}";
            [
                format!("{{apiVersion: v1, kind: Pod, metadata: {metadata}, spec: {spec}}}"),
                format!(
                    "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{template: {{metadata: {metadata}, spec: {spec}}}}}}}"
                ),
            ]
        };
        for allowed in ["runtime/default", "localhost/web", "''"] {
            for manifest in of(allowed) {
                assert_on(&CHECK, &[(&manifest, Pass, &[])]);
            }
        }
        let [pod, deployment] = of("unconfined");
        assert_on(
            &CHECK,
            &[(
                &pod,
                Fail,
                &["- /metadata/annotations appArmorProfile web: "],
            )],
        );
        assert_on(
            &CHECK,
            &[(
                &deployment,
                Fail,
                &["- /spec/template/metadata/annotations appArmorProfile web: "],
            )],
        );
    }
}
