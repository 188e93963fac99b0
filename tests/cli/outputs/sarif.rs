//! SARIF, by its own schema.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::Value;

use super::{hostile, results, run, text};
use crate::run::{Run, plimsoll, with_stdin};
use crate::scratch::Scratch;

fn schema() -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/schemas/sarif-2.1.0.json");
    let schema = fs::read_to_string(path).expect("the schema is there");
    // Of the field `language`, which is not written, the pattern has a bracket that only JavaScript takes.
    let schema = schema.replace("^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "^[a-zA-Z]{2}-[a-zA-Z]{2}$");
    let schema = serde_json::from_str(&schema).expect("it is JSON");
    jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("it is a schema")
}

/// The only run of a valid log.
fn valid(run: &Run) -> Value {
    let log = run.json();
    let wrong: Vec<_> = schema()
        .iter_errors(&log)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    log["runs"][0].clone()
}

fn list(value: &Value) -> Vec<Value> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("a list: {value}"))
        .clone()
}

#[test]
fn the_schema_can_fail() {
    let broken = serde_json::json!({"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]});
    assert!(!schema().is_valid(&broken));
    let line = serde_json::json!({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}, "results": [
        {"message": {"text": "a"}, "level": "fatal"}]}]});
    assert!(!schema().is_valid(&line));
}

#[test]
fn it_is_valid_whatever_names_hold() {
    let scratch = hostile("sarif_hostile");
    let sarif = valid(&run(&scratch, "sarif"));
    let found = list(&sarif["results"]);
    assert_eq!(found.len(), results(&scratch).len());
    let fingerprints: BTreeSet<_> = found
        .iter()
        .map(|result| result["partialFingerprints"].to_string())
        .collect();
    assert_eq!(fingerprints.len(), found.len(), "no two have the same");
    for result in &found {
        let place = &result["locations"][0]["physicalLocation"];
        let uri = text(&place["artifactLocation"], "uri");
        assert!(uri.starts_with("file:///"), "{uri}");
        assert!(
            uri.ends_with("/in/a%2Cb%25%3A%3Ci%3E%7C%60%27%0A%C3%A9.yaml"),
            "{uri}"
        );
        assert!(
            !text(&result["message"], "text").contains("]("),
            "names are no links"
        );
    }
    let notifications = list(&sarif["invocations"][0]["toolExecutionNotifications"]);
    assert_eq!(notifications.len(), 1, "the broken document");
    assert_eq!(text(&notifications[0], "level"), "warning");
    assert!(
        notifications[0]["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64()
            > Some(20)
    );
}

#[test]
fn every_check_is_a_valid_rule() {
    let sarif = valid(&plimsoll(&["check", "-o", "sarif", "--all", "shop"]));
    let rules = list(&sarif["tool"]["driver"]["rules"]);
    assert!(rules.len() > 80, "{}", rules.len());
    for rule in &rules {
        for key in ["shortDescription", "fullDescription", "help"] {
            assert!(!text(&rule[key], "text").is_empty(), "{key} of {rule}");
        }
        assert!(text(rule, "helpUri").starts_with("https://"));
        assert!(text(&rule["help"], "markdown").contains("```yaml\n"));
    }
    for result in list(&sarif["results"]) {
        let index = result["ruleIndex"].as_u64().expect("a rule") as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn findings_have_a_place_a_kind_and_a_level() {
    let run = plimsoll(&[
        "check",
        "-o",
        "sarif",
        "--all",
        "--checks",
        "liveness-probe,cpu-limits",
        "shop",
    ]);
    let sarif = valid(&run);
    let line = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let region = &place["region"];
        format!(
            "{} {}:{}:{} {} {}",
            text(result, "ruleId"),
            text(&place["artifactLocation"], "uri"),
            region["startLine"],
            region["startColumn"],
            text(result, "kind"),
            text(result, "level"),
        )
    };
    let found: Vec<_> = list(&sarif["results"]).iter().map(line).collect();
    expect_test::expect![[r#"
        cpu-limits shop/batch.yaml:13:13 fail error
        liveness-probe shop/batch.yaml:1:1 notApplicable none
        cpu-limits shop/batch.yaml:27:30 open none
        liveness-probe shop/batch.yaml:15:1 pass none
        cpu-limits shop/web.yaml:17:9 fail error
        cpu-limits shop/web.yaml:15:9 fail error
        liveness-probe shop/web.yaml:15:9 fail error"#]]
    .assert_eq(&found.join("\n"));
    assert_eq!(run.code, Some(1));
}

#[test]
fn what_an_exception_covers_is_suppressed() {
    let scratch = Scratch::new("sarif_waived");
    let policy = "apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessPolicy\nmetadata: {name: p}\n\
                  spec: {checks: [{id: liveness-probe}]}\n";
    scratch.write("policy.yaml", policy);
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24);
    let manifests = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: web, namespace: shop}}\nspec: {{containers: [{{name: c, image: i}}]}}\n---\n\
         apiVersion: plimsoll.dev/v1alpha1\nkind: ReadinessException\nmetadata: {{name: e, namespace: shop}}\n\
         spec: {{policy: p, waives: [liveness-probe], workloads: {{names: [web]}}, reason: r, owner: o, requestedBy: o, \
         expiresAt: '{until:.0}'}}\n"
    );
    let policy = scratch.argument("policy.yaml");
    let run = with_stdin(
        &["check", "-o", "sarif", "--policy", &policy, "-"],
        &manifests,
    );
    let sarif = valid(&run);
    let found = list(&sarif["results"]);
    assert_eq!(found.len(), 1, "{}", run.stdout);
    assert_eq!(text(&found[0]["suppressions"][0], "status"), "accepted");
    assert_eq!(text(&found[0]["suppressions"][0], "kind"), "external");
    assert_eq!((run.code, text(&found[0], "kind")), (Some(0), "fail"));
}

#[test]
fn fingerprints_outlive_moves() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";
    let arguments = ["check", "-o", "sarif", "--checks", "liveness-probe", "-"];
    let fingerprints = |text: &str| {
        let found = list(&valid(&with_stdin(&arguments, text))["results"]);
        found
            .iter()
            .map(|result| result["partialFingerprints"].to_string())
            .collect::<Vec<_>>()
    };
    let moved = "# a comment\n\nkind: List\napiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p}\n  \
                         spec: {containers: [{name: c, image: j}]}\n";
    assert_eq!(fingerprints(pod), fingerprints(moved));
    assert_ne!(
        fingerprints(pod),
        fingerprints(&pod.replace("name: p", "name: q"))
    );
}
