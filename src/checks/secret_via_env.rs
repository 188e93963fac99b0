use crate::check::{Check, Group, Param, ParamKind, Run};
use crate::model::{KindSet, Place, ReferenceField, Severity};

pub(super) static CHECK: Check = Check {
    id: "secret-via-env",
    title: "Secrets are mounted as files, not put into the environment",
    why: "The environment of a process is inherited by all that it starts, printed by crash reports and debug pages, and \
          readable to whoever reads `/proc` beside it. It also stays as it is when the Secret changes, until the pod is \
          replaced. CIS asks for files (5.4.1). Opinionated: many programs take credentials only that way, and it is far \
          better than a value in the manifest (`env-literal-secret`).",
    fix: "Mount the Secret as a volume and give the program the path; or let a CSI driver do so.",
    source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    severity: Severity::Advice,
    default: false,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "kube-linter/read-secret-from-env-var",
        "kubescape/C-0207",
        "checkov/CKV_K8S_35",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[Param {
        name: "allowed",
        doc: "Names of variables that may be filled in from Secrets; of Secrets, where all of one becomes variables.",
        kind: ParamKind::Strings { default: &[] },
    }],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef: {name: db, key: password}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    volumeMounts:
    - {name: db, mountPath: /run/db, readOnly: true}
  volumes:
  - name: db
    secret: {secretName: db}
",
    run: Run::Workload(|context, workload, findings| {
        let allowed = context.strings("allowed");
        for container in &workload.pod.containers {
            for variable in &container.environment.from_secrets {
                let name = &variable.name;
                if allowed.contains(&&**name) {
                    continue;
                }
                let at = Place::container(workload, container, &variable.path());
                let problem = match variable.field {
                    ReferenceField::EnvFrom(_) => format!("all of Secret {name} becomes variables"),
                    _ => format!("{name} is filled in from a Secret"),
                };
                findings.fail(
                    at.about(name.clone()),
                    format!("{problem}: mount it as a file"),
                );
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
    fn variables_and_whole_environments_count() {
        let spec = "{containers: [{name: web, env: [{name: A, value: a}, {name: B, valueFrom: {configMapKeyRef: {name: c, key: d}}},
                     {name: C, valueFrom: {secretKeyRef: {name: s, key: t, optional: true}}}], envFrom: [{configMapRef: {name: c}}, {secretRef: {name: s}}]}]}";
        let whole =
            "web /spec/containers/0/envFrom/1/secretRef s: all of Secret s becomes variables";
        let one = "web /spec/containers/0/env/2/valueFrom/secretKeyRef C: C is filled in";
        assert_on_pods(
            &CHECK,
            &[
                (
                    "{containers: [{name: web, env: [{name: A, value: a}]}]}",
                    Pass,
                    &[],
                ),
                (spec, Fail, &[whole, one]),
                (
                    "{initContainers: [{name: init, envFrom: [{secretRef: {name: s}}]}]}",
                    Fail,
                    &["init "],
                ),
            ],
        );
        let allowed = serde_json::json!({"allowed": ["C"]});
        assert_on_pods_with(&CHECK, allowed, &[(spec, Fail, &[whole])]);
    }
}
