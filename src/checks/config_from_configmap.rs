use crate::check::application::{self, SIDECARS};
use crate::check::{Check, Group, Run};
use crate::model::{KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "config-from-configmap",
    title: "The application takes configuration from a ConfigMap",
    why: "Configuration that is part of the image or of the manifest can only be changed by another release, and differs \
          between environments by hand. A variable, a whole environment or a mounted file from a ConfigMap all count, \
          whether the ConfigMap is optional or not; those of sidecars do not, nor the CA certificate that Kubernetes itself \
          keeps in each namespace.",
    fix: "Keep what is not secret in a ConfigMap and use it by `envFrom`, by `configMapKeyRef`, or as a volume that the \
          container mounts.",
    source: "https://kubernetes.io/docs/concepts/configuration/configmap/",
    severity: Severity::Critical,
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
  - name: web
    image: registry.example/web:1.4.2
    env:
    - {name: LOG_LEVEL, value: info}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    envFrom:
    - configMapRef: {name: web}
",
    run: Run::Workload(|context, workload, findings| {
        let containers = application::containers(context, workload);
        let mut containers = containers.iter();
        if !containers.any(|container| container.environment.from_config_map) {
            let problem = "no container of the application takes configuration from a ConfigMap";
            findings.fail(
                Place::pod(workload, "/containers"),
                format!("{problem}: use envFrom, configMapKeyRef or a mounted volume"),
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

    const NONE: &[&str] = &["- /spec/containers : no container of the application takes"];

    #[test]
    fn a_variable_an_environment_or_a_mounted_file_count() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Fail, NONE),
                (
                    "{containers: [{name: web, env: [{name: A, value: a}]}]}",
                    Fail,
                    NONE,
                ),
                (
                    "{containers: [{name: web, env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: a}}}]}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, env: [{name: A, valueFrom: {secretKeyRef: {name: web, key: a}}}]}]}",
                    Fail,
                    NONE,
                ),
                (
                    "{containers: [{name: web, env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}]}",
                    Fail,
                    NONE,
                ),
                (
                    "{containers: [{name: web, envFrom: [{secretRef: {name: web}}]}]}",
                    Fail,
                    NONE,
                ),
                (
                    "{containers: [{name: web, envFrom: [{configMapRef: {name: web, optional: true}}]}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, volumeMounts: [{name: files}]}], volumes: [{name: files, configMap: {name: web}}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, volumeMounts: [{name: files}]}],
                      volumes: [{name: files, projected: {sources: [{secret: {name: a}}, {configMap: {name: web}}]}}]}",
                    Pass,
                    &[],
                ),
                // A volume that the container does not mount is none of its configuration.
                (
                    "{containers: [{name: web}], volumes: [{name: files, configMap: {name: web}}]}",
                    Fail,
                    NONE,
                ),
                (
                    "{containers: [{name: web, volumeMounts: [{name: files}]}], volumes: [{name: files, secret: {secretName: web}}]}",
                    Fail,
                    NONE,
                ),
            ],
        );
    }

    #[test]
    fn what_kubernetes_puts_into_every_pod_does_not_count() {
        assert_on_pods(
            &CHECK,
            &[(
                "{containers: [{name: web, volumeMounts: [{name: kube-api-access}]}], volumes: [{name: kube-api-access,
                  projected: {sources: [{serviceAccountToken: {path: token}}, {configMap: {name: kube-root-ca.crt}}]}}]}",
                Fail,
                NONE,
            )],
        );
    }

    #[test]
    fn the_configuration_of_sidecars_is_not_the_applications() {
        let from = "envFrom: [{configMapRef: {name: a}}]";
        let rows = [
            (
                format!("{{containers: [{{name: web}}, {{name: istio-proxy, {from}}}]}}"),
                Fail,
            ),
            (
                format!(
                    "{{initContainers: [{{name: init, {from}}}], containers: [{{name: web}}]}}"
                ),
                Fail,
            ),
            (
                format!(
                    "{{initContainers: [{{name: agent, restartPolicy: Always, {from}}}], containers: [{{name: web}}]}}"
                ),
                Fail,
            ),
            (
                format!("{{containers: [{{name: web}}, {{name: worker, {from}}}]}}"),
                Pass,
            ),
            // A gateway is nothing but a proxy.
            (
                format!("{{containers: [{{name: istio-proxy, {from}}}]}}"),
                Pass,
            ),
        ];
        for (spec, expected) in &rows {
            let parts = if *expected == Fail { NONE } else { &[] };
            assert_on_pods(&CHECK, &[(spec, *expected, parts)]);
        }
        let own = serde_json::json!({"sidecars": ["shipper"]});
        let spec = format!("{{containers: [{{name: web}}, {{name: shipper, {from}}}]}}");
        assert_on_pods_with(&CHECK, own, &[(&spec, Fail, NONE)]);
    }
}
