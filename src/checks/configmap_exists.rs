use crate::check::{Check, Context, Findings, Group, Judgement, Run, references};
use crate::model::{Kind, KindSet, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "configmap-exists",
    title: "The ConfigMaps that the pods need exist",
    why: "A pod that needs a ConfigMap which is not there, or a key which is not in it, does not start: the next rollout or the \
          next restart is an outage. References that are `optional` are not judged. In files, a ConfigMap that is not among \
          them may be in the cluster, so that the verdict is Unknown; one that is among them must have the keys.",
    fix: "Apply the ConfigMap to the workload's namespace, correct the name or the key, or mark the reference `optional: \
          true` where the application does without.",
    source: "https://kubernetes.io/docs/concepts/configuration/configmap/#restrictions",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &["kube-linter/env-value-from"],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::ConfigMap]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - name: LOG_LEVEL
      valueFrom:
        configMapKeyRef: {name: web, key: log-level}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  loglevel: info
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
    - name: LOG_LEVEL
      valueFrom:
        configMapKeyRef: {name: web, key: log-level}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  log-level: info
",
    run: Run::Workload(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let mut needed = references::of(workload, Kind::ConfigMap).peekable();
    if needed.peek().is_none() {
        findings.not_applicable();
        return Ok(());
    }
    let view = context.read(Kind::ConfigMap)?;
    for (at, reference) in needed {
        let name = &reference.name;
        let Some(map) = view.config_map(&workload.meta.key.namespace, name) else {
            if context.may_exist_elsewhere() {
                let problem = format!("ConfigMap {name} is not among the files");
                findings.unknown(at, format!("{problem}: it has to be in the cluster"));
            } else {
                let problem = format!("there is no ConfigMap {name}");
                findings.fail(
                    at,
                    format!("{problem}, without which no pod starts: create it"),
                );
            }
            continue;
        };
        let lacks = |key: &&crate::model::Text| map.keys.binary_search(key).is_err();
        if let Some(key) = reference.keys.iter().find(lacks) {
            let problem = format!("ConfigMap {name} has no key {key}");
            findings.fail(
                at,
                format!("{problem}, without which no pod starts: add it"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_on_pods, assert_running};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const MAP: &str = "\n---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: '1'}, binaryData: {b: MQ==}}";

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {spec}}}{MAP}")
    }

    #[test]
    fn every_way_to_need_one_counts() {
        for (spec, expected, parts) in [
            (
                "{containers: [{name: web, envFrom: [{configMapRef: {name: web}}]}]}",
                Pass,
                &[][..],
            ),
            (
                "{containers: [{name: web, envFrom: [{prefix: A}, {configMapRef: {name: gone}}]}]}",
                Fail,
                &["web /spec/containers/0/envFrom/1/configMapRef gone: there is no ConfigMap gone"],
            ),
            (
                "{containers: [{name: web, env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: b}}}]}]}",
                Pass,
                &[],
            ),
            (
                "{containers: [{name: web, env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: a}}},
                  {name: B, valueFrom: {configMapKeyRef: {name: web, key: c}}}]}]}",
                Fail,
                &["web /spec/containers/0/env/0/valueFrom/configMapKeyRef web: ConfigMap web has no key c"],
            ),
            (
                "{containers: [{name: web}], volumes: [{name: a, configMap: {name: gone}}]}",
                Fail,
                &["- /spec/volumes/0/configMap gone: "],
            ),
            (
                "{containers: [{name: web}], volumes: [{name: a, configMap: {name: web, items: [{key: c, path: c}]}}]}",
                Fail,
                &["has no key c"],
            ),
            (
                "{containers: [{name: web}], volumes: [{name: a, projected: {sources: [{downwardAPI: {}}, {configMap: {name: gone}}]}}]}",
                Fail,
                &["- /spec/volumes/0/projected/sources/1/configMap gone: "],
            ),
            (
                "{initContainers: [{name: init, envFrom: [{configMapRef: {name: gone}}]}], containers: [{name: web}]}",
                Fail,
                &["init /spec/initContainers/0/envFrom/0/configMapRef gone: "],
            ),
            (
                "{containers: [{name: web, envFrom: [{configMapRef: {name: gone}}]}, {name: log, envFrom: [{configMapRef: {name: gone}}]}]}",
                Fail,
                &["web ", "log "],
            ),
        ] {
            assert_running(&CHECK, &[(&pod(spec), expected, parts)]);
        }
    }

    #[test]
    fn what_is_optional_or_made_by_kubernetes_is_not_needed() {
        for spec in [
            "{containers: [{name: web}]}",
            "{containers: [{name: web, envFrom: [{configMapRef: {name: gone, optional: true}}]}]}",
            "{containers: [{name: web, env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: c, optional: true}}}]}]}",
            "{containers: [{name: web}], volumes: [{name: a, configMap: {name: gone, optional: true}}]}",
            "{containers: [{name: web}], volumes: [{name: a, projected: {sources: [{configMap: {name: kube-root-ca.crt}}]}}]}",
            "{containers: [{name: web}], ephemeralContainers: [{name: debug, envFrom: [{configMapRef: {name: gone}}]}]}",
            "{containers: [{name: web, envFrom: [{secretRef: {name: gone}}]}]}",
        ] {
            assert_running(&CHECK, &[(&pod(spec), NotApplicable, &[])]);
            assert_on_pods(&CHECK, &[(spec, NotApplicable, &[])]);
        }
    }

    #[test]
    fn one_that_is_not_among_the_files_may_be_in_the_cluster() {
        let needs = |name: &str| {
            pod(&format!(
                "{{containers: [{{name: web, envFrom: [{{configMapRef: {{name: {name}}}}}]}}]}}"
            ))
        };
        assert_on(
            &CHECK,
            &[
                (&needs("web"), Pass, &[]),
                (
                    &needs("gone"),
                    Unknown,
                    &["ConfigMap gone is not among the files"],
                ),
            ],
        );
    }

    #[test]
    fn only_those_of_the_namespace_count() {
        let elsewhere = MAP.replace("name: web", "name: web, namespace: other");
        let spec = "{containers: [{name: web, envFrom: [{configMapRef: {name: web}}]}]}";
        let objects = pod(spec).replace(MAP, &elsewhere);
        assert_running(&CHECK, &[(&objects, Fail, &["there is no ConfigMap web"])]);
    }
}
