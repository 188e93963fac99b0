use crate::check::application::{self, SIDECARS};
use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "env-config-present",
    title: "The application is configured by environment variables",
    why: "What differs between environments belongs into the environment, where it can be seen and changed without another \
          image. Any `env` or `envFrom` of a container of the application counts, whatever it is from; those of init \
          containers and of known sidecars (parameter `sidecars`) do not.",
    fix: "Give the container what it is configured by as `env`, or a whole ConfigMap by `envFrom`.",
    source: "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
    severity: Severity::High,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[SIDECARS],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - {name: LOG_LEVEL, value: info}
",
    run: Run::Workload(|context, workload, findings| {
        let containers = application::containers(context, workload);
        let mut containers = containers.iter();
        if !containers.any(|container| container.environment.is_set) {
            let problem = "no container of the application has environment variables";
            findings.fail(
                Place::pod(workload, "/containers"),
                format!("{problem}: add env or envFrom"),
            );
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
    fn one_container_of_the_application_suffices() {
        const NONE: &[&str] = &["- /spec/containers : no container of the application has"];
        let env = "env: [{name: A, value: a}]";
        for (containers, expected) in [
            ("containers: [{name: web}]".to_owned(), Fail),
            (
                "containers: [{name: web, env: [], envFrom: null}]".to_owned(),
                Fail,
            ),
            (format!("containers: [{{name: web, {env}}}]"), Pass),
            (
                "containers: [{name: web, env: [{name: A}]}]".to_owned(),
                Pass,
            ),
            (
                "containers: [{name: web, envFrom: [{secretRef: {name: a}}]}]".to_owned(),
                Pass,
            ),
            (
                format!("containers: [{{name: web}}, {{name: worker, {env}}}]"),
                Pass,
            ),
            (
                format!("containers: [{{name: web}}, {{name: linkerd-proxy, {env}}}]"),
                Fail,
            ),
            (
                format!("containers: [{{name: linkerd-proxy, {env}}}]"),
                Pass,
            ),
            (
                format!("initContainers: [{{name: init, {env}}}], containers: [{{name: web}}]"),
                Fail,
            ),
            (
                format!(
                    "ephemeralContainers: [{{name: debug, {env}}}], containers: [{{name: web}}]"
                ),
                Fail,
            ),
        ] {
            let parts = if expected == Fail { NONE } else { &[] };
            assert_on_pods(&CHECK, &[(&format!("{{{containers}}}"), expected, parts)]);
        }
    }
}
