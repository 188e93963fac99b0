//! What is taken from the operator: permissions, its certificate, its definitions.

use plimsoll_controlplane::{Components, Options, eventually};
use serde_json::{Value, json};

use crate::testbed::{PATIENCE, Testbed, bad_deployment, good_deployment};

const CONFIGURATION: [&str; 2] = ["validatingwebhookconfiguration", "plimsoll"];

#[test]
fn without_a_permission_it_is_ready_and_says_unknown() {
    let testbed = cluster();
    let mut role = testbed.get(&["clusterrole", "plimsoll"]);
    let rules = role["rules"].as_array_mut().expect("rules");
    rules.retain(|rule| rule["apiGroups"] != json!(["policy"]));
    let replaced = testbed
        .plane
        .kubectl_with_input(&["replace", "-f", "-"], &role.to_string());
    assert!(replaced.is_ok_and(|output| output.status.success()));

    let _operator = testbed.operator();
    testbed.namespace("shop");
    let mut deployment = good_deployment("shop", "web");
    deployment["spec"]["replicas"] = json!(2);
    testbed.apply(&deployment);
    testbed.policy(
        "shop",
        json!({"checks": [{"id": "pdb-present"}, {"id": "liveness-probe"}]}),
    );
    let reports = testbed.until_reports("shop", "a report", |reports| reports.len() == 1);
    let finding = &reports["deployment-web"]["report"]["findings"][0];
    assert_eq!(
        (&finding["check"], &finding["verdict"]),
        (&json!("pdb-present"), &json!("Unknown"))
    );
    assert!(
        finding["message"]
            .as_str()
            .is_some_and(|message| message.contains("no permission")),
        "{finding}"
    );
    assert_ne!(reports["deployment-web"]["report"]["status"], "Ready");

    // Once it is given back, it is used without a restart.
    rules_given_back(&testbed);
    testbed.until_reports("shop", "the budget is looked for", |reports| {
        reports["deployment-web"]["report"]["findings"][0]["verdict"] == "Fail"
    });
}

fn rules_given_back(testbed: &Testbed) {
    let rule = r#"[{"op": "add", "path": "/rules/-", "value":
        {"apiGroups": ["policy"], "resources": ["poddisruptionbudgets"], "verbs": ["get", "list", "watch"]}}]"#;
    testbed.kubectl(&[
        "patch",
        "clusterrole",
        "plimsoll",
        "--type=json",
        "-p",
        rule,
    ]);
}

#[test]
fn the_certificate_is_looked_after() {
    let testbed = cluster();
    let _operator = testbed.operator();
    testbed.namespace("shop");
    testbed.policy("shop", json!({"actions": {"critical": "Deny"}}));
    until_denied(&testbed, "at the start");

    // As a tool does that applies the configuration as it was shipped.
    let emptied = r#"[{"op": "remove", "path": "/webhooks/0/clientConfig/caBundle"}]"#;
    testbed.kubectl(&[
        "patch",
        CONFIGURATION[0],
        CONFIGURATION[1],
        "--type=json",
        "-p",
        emptied,
    ]);
    until_denied(&testbed, "with the caBundle taken away");

    let bundle = |testbed: &Testbed| {
        testbed.get(&CONFIGURATION)["webhooks"][0]["clientConfig"]["caBundle"].clone()
    };
    let before = bundle(&testbed);
    testbed.kubectl(&[
        "delete",
        "secret",
        "-n",
        "plimsoll-system",
        "plimsoll-webhook-certificate",
    ]);
    let renewed =
        || Ok(Some(bundle(&testbed)).filter(|bundle| bundle.is_string() && *bundle != before));
    eventually("another CA", PATIENCE, renewed).unwrap_or_else(|error| panic!("{error}"));
    until_denied(&testbed, "with another CA");
}

#[test]
fn definitions_may_come_after_the_operator() {
    let testbed = cluster();
    testbed.kubectl(&[
        "delete",
        "crd",
        "readinesspolicies.plimsoll.dev",
        "readinessreports.plimsoll.dev",
    ]);
    let operator = testbed.unready_operator();
    let answer = || {
        Ok(operator
            .get("/readyz")
            .filter(|answer| answer.contains("not been read")))
    };
    eventually("it says that it is not ready", PATIENCE, answer)
        .unwrap_or_else(|error| panic!("{error}"));
    // With failurePolicy Ignore, and a webhook that admits what it cannot judge, nothing is held up meanwhile.
    testbed.namespace("shop");
    testbed.apply(&bad_deployment("shop", "web"));

    testbed.definitions();
    eventually("it is ready", PATIENCE, || {
        Ok(operator.get("/readyz").filter(|answer| answer == "ok"))
    })
    .unwrap_or_else(|error| panic!("{error}"));
    testbed.policy("shop", json!({}));
    testbed.until_reports("shop", "a report", |reports| reports.len() == 1);
}

fn cluster() -> Testbed {
    Testbed::install(Options {
        components: Components::Controllers,
        ..Options::default()
    })
}

/// Waits until a violating Deployment is denied: with `failurePolicy: Ignore` it is let through while TLS fails.
fn until_denied(testbed: &Testbed, when: &str) {
    let bad: Value = bad_deployment("shop", "bad");
    let denied = || {
        let output = testbed
            .plane
            .kubectl_with_input(&["create", "--dry-run=server", "-f", "-"], &bad.to_string())?;
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Some(())
            .filter(|()| !output.status.success() && message.contains("workloads.plimsoll.dev")))
    };
    eventually(&format!("a denial {when}"), PATIENCE, denied)
        .unwrap_or_else(|error| panic!("{error}"));
}
