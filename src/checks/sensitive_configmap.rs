use crate::check::{Check, Context, Findings, Group, Judgement, Param, ParamKind, Run};
use crate::model::{Clue, Kind, KindSet, Object, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "sensitive-configmap",
    title: "No secret stands in a ConfigMap",
    why: "Whoever may look at a namespace may read its ConfigMaps: the built-in role `view` shows them and hides Secrets, they are \
          not encrypted where Secrets are, and they are in the repository. A value is suspected by its key (`db_password`), or \
          because it is secret whatever it is called: a URL with a password, a private key, a token of a well-known form. A \
          value of several lines is read as a file of settings, line by line (`db.password=...`, `password: ...`). Paths, URLs, \
          switches, and what is filled in from elsewhere (`${NAME}`) are no secrets. Values are never kept or shown.",
    fix: "Move the value to a Secret and mount that beside the ConfigMap, or let the file refer to a variable that is filled in \
          from one. Then replace the secret itself: it is known. A key that only sounds like one can be named in the parameter \
          `notSecret`.",
    source: "https://kubernetes.io/docs/concepts/security/secrets-good-practices/",
    severity: Severity::High,
    default: true,
    group: Group::Configuration,
    since: "0.1.0",
    aliases: &[
        "polaris/sensitiveConfigmapContent",
        "kubescape/C-0012",
        "trivy/KSV109",
    ],
    subjects: KindSet::of(&[Kind::ConfigMap]),
    reads: KindSet::NONE,
    params: &[NOT_SECRET],
    bad: r"
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  db_user: shop
  db_password: correct-horse
",
    good: r"
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  db_user: shop
  db_password_file: /run/db/password
",
    run: Run::Object(run),
};

const NOT_SECRET: Param = Param {
    name: "notSecret",
    doc: "Keys of ConfigMaps that are not secret, though they or their values sound like it.",
    kind: ParamKind::Strings { default: &[] },
};

fn run(context: &Context<'_>, object: &Object, findings: &mut Findings) -> Judgement {
    let Object::ConfigMap(map) = object else {
        findings.not_applicable();
        return Ok(());
    };
    let known = context.strings(NOT_SECRET.name);
    let suspects = map.suspects.iter();
    for suspect in suspects.filter(|suspect| !known.contains(&&*suspect.key)) {
        let key = &suspect.key;
        let problem = match suspect.by {
            Clue::Name if suspect.is_file => "has a value in it that is a secret by its name",
            Clue::Name => "is a secret by its name",
            Clue::Url => "has a URL with a password in it",
            Clue::PrivateKey => "has a private key in it",
            Clue::Token => "has a token in it",
        };
        // A key of a ConfigMap has no character that would have to be escaped in a pointer.
        findings.fail(
            Place::field(format!("/data/{key}")).about(key.clone()),
            format!("{key} {problem}: move it to a Secret"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, verdict_with};
    use crate::model::Verdict::{Fail, Pass};

    fn of(data: &str) -> String {
        format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: web}}, data: {data}}}")
    }

    #[test]
    fn keys_values_and_files_are_judged() {
        assert_on(
            &CHECK,
            &[
                (&of("null"), Pass, &[]),
                (
                    &of(
                        "{message: hello, db_user: shop, TOKEN_URL: 'https://a.example/', password: null}",
                    ),
                    Pass,
                    &[],
                ),
                (
                    &of(
                        "{db_password: abc, AWS_SECRET_ACCESS_KEY: abc, AZURE_BATCH_KEY: abc, OCI_CLI_KEY_CONTENT: abc}",
                    ),
                    Fail,
                    &[
                        "AWS_SECRET_ACCESS_KEY",
                        "AZURE_BATCH_KEY",
                        "OCI_CLI_KEY_CONTENT",
                        "- /data/db_password db_password: ",
                    ],
                ),
                (
                    &of(
                        r#"{application.properties: "db.user=shop\ndb.password=abc\n", url: 'redis://a:b@cache'}"#,
                    ),
                    Fail,
                    &[
                        "application.properties has a value in it",
                        "url has a URL with a password",
                    ],
                ),
            ],
        );
    }

    #[test]
    fn a_policy_knows_what_is_none() {
        let params = serde_json::json!({"notSecret": ["db_password"]});
        let outcomes = verdict_with(&CHECK, params, &of("{db_password: abc}"));
        assert_eq!(outcomes[0].1, Pass);
    }

    #[test]
    fn a_value_is_never_shown() {
        let outcomes = verdict_with(
            &CHECK,
            serde_json::json!({}),
            &of("{db_password: s3cret-value}"),
        );
        assert!(!format!("{outcomes:?}").contains("s3cret-value"));
    }
}
