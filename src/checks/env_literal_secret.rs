use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Clue, KindSet, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "env-literal-secret",
    title: "No secret stands in the value of an environment variable",
    why: "A password in a manifest is in the repository, in everybody's clones, in the cluster's history and in every report that \
          shows the workload; it cannot be rotated without a release, and whoever may read Deployments has it. A variable is \
          suspected by its name (`DB_PASSWORD`, `API_KEY`, `CLIENT_SECRET`), or by a value that is secret whatever it is called: \
          a URL with a password, a private key, a token of a well-known form. Paths, URLs, switches, and what is filled in from \
          elsewhere (`$(NAME)`, `vault:...`) are no secrets. Values are never kept or shown.",
    fix: "Put the value into a Secret and refer to it by `valueFrom.secretKeyRef`, or have a secret manager put it there. Then \
          replace the secret itself: it is known. A variable that only sounds like one can be named in the parameter \
          `notSecret`.",
    source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    severity: Severity::Critical,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "polaris/sensitiveContainerEnvVar",
        "kube-linter/env-var-secret",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::NONE,
    params: &[NOT_SECRET],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - name: web
    image: registry.example/web:1.4.2
    env:
    - {name: DB_PASSWORD, value: correct-horse}
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
    - name: DB_PASSWORD
      valueFrom:
        secretKeyRef: {name: db, key: password}
",
    run: Run::Workload(run),
};

const NOT_SECRET: Param = Param {
    name: "notSecret",
    doc: "Names of variables that are not secret, though they sound like it.",
    kind: ParamKind::Strings { default: &[] },
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    let known = context.strings(NOT_SECRET.name);
    for container in &workload.pod.containers {
        let suspects = container.environment.suspects.iter();
        for suspect in suspects.filter(|suspect| !known.contains(&&*suspect.name)) {
            let problem = match suspect.by {
                Clue::Name => "is a secret by its name",
                Clue::Url => "has a URL with a password in it",
                Clue::PrivateKey => "has a private key in it",
                Clue::Token => "has a token in it",
            };
            let at = Place::container(
                workload,
                container,
                &format!("/env/{}/value", suspect.index),
            );
            let name = &suspect.name;
            findings.fail(
                at.about(name.clone()),
                format!("{name} {problem}, and its value stands here: take it from a Secret"),
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on_pods, assert_on_pods_with, verdict};
    use crate::model::Verdict::{Fail, Pass};

    #[test]
    fn each_variable_of_each_container_is_a_finding() {
        assert_on_pods(
            &CHECK,
            &[
                ("{containers: [{name: web}]}", Pass, &[]),
                (
                    "{containers: [{name: web, env: [{name: LOG_LEVEL, value: info}, {name: DB_PASSWORD, value: ''}, {name: API_KEY},
                      {name: TOKEN, valueFrom: {secretKeyRef: {name: a, key: b}}}, {name: DB_PASSWORD_FILE, value: /run/db}]}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, env: [{name: A, value: a}, {name: DB_PASSWORD, value: a}, {name: DB, value: 'db://a:b@c'}]},
                      {name: log, env: [{name: API_KEY, value: b}]}]}",
                    Fail,
                    &[
                        "web /spec/containers/0/env/1/value DB_PASSWORD: DB_PASSWORD is a secret by its name",
                        "web /spec/containers/0/env/2/value DB: DB has a URL with a password",
                        "log /spec/containers/1/env/0/value API_KEY: ",
                    ],
                ),
                (
                    "{initContainers: [{name: init, env: [{name: TOKEN, value: a}]}], containers: [{name: web}]}",
                    Fail,
                    &["init /spec/initContainers/0/env/0/value TOKEN: "],
                ),
            ],
        );
    }

    #[test]
    fn a_policy_can_say_that_one_is_none() {
        let params = serde_json::json!({"notSecret": ["SECRET_SAUCE"]});
        assert_on_pods_with(
            &CHECK,
            params,
            &[
                (
                    "{containers: [{name: web, env: [{name: SECRET_SAUCE, value: a}]}]}",
                    Pass,
                    &[],
                ),
                (
                    "{containers: [{name: web, env: [{name: SECRET_SAUCE, value: a}, {name: SECRET, value: b}]}]}",
                    Fail,
                    &["SECRET: "],
                ),
            ],
        );
    }

    #[test]
    fn the_value_is_never_shown() {
        let outcome = verdict(
            &CHECK,
            "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {containers: [{name: web, env: [
              {name: PASSWORD, value: hunter2}, {name: DB, value: 'db://shop:hunter2@db'}, {name: KEY, value: '-----BEGIN PRIVATE KEY-----hunter2'}]}]}}",
        );
        assert_eq!(outcome[0].2.len(), 3);
        assert!(!format!("{outcome:?}").contains("hunter2"));
    }
}
