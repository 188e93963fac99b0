use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Security, Severity};

pub(super) static CHECK: Check = Check {
    id: "host-process",
    title: "No container is a process of a Windows node",
    why: "A HostProcess container runs on the Windows node itself, with its users, files and network: it is to Windows \
          what a privileged container is to Linux, and whoever breaks into it owns the node.",
    fix: "Remove `windowsOptions.hostProcess`. What administers nodes belongs in a namespace of its own, and is a case for \
          an exception.",
    source: "https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/",
    severity: Severity::Critical,
    default: true,
    group: Group::HostAccess,
    since: "0.1.0",
    aliases: &["polaris/hostProcess", "trivy/KSV103"],
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
      windowsOptions: {hostProcess: true}
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
      windowsOptions: {hostProcess: false}
",
    run: Run::Workload(|_, workload, findings| {
        let field = "/securityContext/windowsOptions/hostProcess";
        let is_set = |security: &Security| {
            let confinement = security.confinement.as_ref();
            confinement.is_some_and(|confinement| confinement.host_process)
        };
        if is_set(&workload.pod.security) {
            let message =
                "hostProcess is true for the pod: its containers are processes of the node";
            findings.fail(Place::pod(workload, field), message);
        }
        for container in &workload.pod.containers {
            if is_set(&container.security) {
                let message = "hostProcess is true: the container is a process of the node";
                findings.fail(Place::container(workload, container, field), message);
            }
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_on_pods;
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn the_pod_and_each_container_count() {
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{securityContext: {windowsOptions: {hostProcess: null}}, containers: [{name: web}]}",
                    Pass,
                    &[],
                ),
                (
                    "{os: {name: windows}, containers: [{name: web, securityContext: {windowsOptions: {runAsUserName: a}}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{securityContext: {windowsOptions: {hostProcess: true}}, containers: [{name: web}]}",
                    Fail,
                    &["- /spec/securityContext/windowsOptions/hostProcess "],
                ),
                (
                    "{initContainers: [{name: init, securityContext: {windowsOptions: {hostProcess: true}}}]}",
                    Fail,
                    &["init "],
                ),
            ],
        );
    }
}
