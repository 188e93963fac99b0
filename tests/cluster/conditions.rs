//! Match conditions: what a policy covers goes by the objects as they are written.

use plimsoll_controlplane::eventually;
use serde_json::{Value, json};

use crate::testbed::{PATIENCE, Testbed, bad_deployment};

/// Denies what fails, of the workloads that meet the condition `team`.
fn spec(expression: &str) -> Value {
    json!({
        "match": {"conditions": [{"name": "team", "expression": expression}]},
        "checks": [{"id": "liveness-probe"}],
        "actions": {"critical": "Deny"},
    })
}

fn annotated(namespace: &str, name: &str, team: Option<&str>) -> Value {
    let mut deployment = bad_deployment(namespace, name);
    if let Some(team) = team {
        deployment["metadata"]["annotations"] = json!({"team": team});
    }
    deployment
}

fn annotate(testbed: &Testbed, namespace: &str, name: &str, team: &str) {
    let change = format!("team={team}");
    let subject = ["annotate", "deployment", name, "-n", namespace];
    testbed.kubectl(&[&subject[..], &["--overwrite", &change]].concat());
}

/// Waits until these are the reports.
fn reports(testbed: &Testbed, namespace: &str, what: &str, expected: &[&str]) {
    testbed.until_reports(namespace, what, |reports| {
        reports
            .keys()
            .map(String::as_str)
            .eq(expected.iter().copied())
    });
}

/// Waits until a policy says such of the condition `MatchInDoubt`, and answers with the message.
fn in_doubt(testbed: &Testbed, policy: &str, status: &str) -> String {
    let look = || {
        let policy = testbed.get(&["readinesspolicy", policy]);
        let conditions = policy["status"]["conditions"].as_array();
        let found = conditions.into_iter().flatten().find(|condition| {
            condition["type"] == "MatchInDoubt"
                && condition["status"] == status
                && condition["observedGeneration"] == policy["metadata"]["generation"]
        });
        Ok(found.and_then(|condition| condition["message"].as_str().map(str::to_owned)))
    };
    eventually("the condition MatchInDoubt", PATIENCE, look)
        .unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn a_policy_covers_what_meets_its_conditions() {
    let testbed = Testbed::shared();
    let namespace = "conditions";
    testbed.namespace(namespace);
    for (name, team) in [("ours", "shop"), ("theirs", "other")] {
        testbed.apply(&annotated(namespace, name, Some(team)));
    }
    testbed.policy(
        namespace,
        spec("object.metadata.annotations.team == 'shop'"),
    );
    reports(testbed, namespace, "what is ours", &["deployment-ours"]);
    assert!(in_doubt(testbed, namespace, "False").contains("every workload"));

    // The annotation changes, and nothing else.
    annotate(testbed, namespace, "theirs", "shop");
    reports(
        testbed,
        namespace,
        "both",
        &["deployment-ours", "deployment-theirs"],
    );
    annotate(testbed, namespace, "ours", "other");
    reports(testbed, namespace, "the other", &["deployment-theirs"]);

    // The condition changes, and no object does.
    testbed.policy(
        namespace,
        spec("object.metadata.annotations.team == 'other'"),
    );
    reports(
        testbed,
        namespace,
        "what was not ours",
        &["deployment-ours"],
    );
    testbed.policy(
        namespace,
        spec("object.kind == 'Deployment' && object.metadata.name != 'ours'"),
    );
    reports(testbed, namespace, "by name", &["deployment-theirs"]);

    // At admission it is asked of the object at hand.
    let elsewhere = "conditions-elsewhere";
    testbed.namespace(elsewhere);
    let (admitted, said) = testbed.try_apply(&annotated(namespace, "new", None));
    assert!(!admitted && said.contains("liveness-probe"), "{said}");
    let (admitted, said) = testbed.try_apply(&annotated(elsewhere, "new", None));
    assert!(admitted, "{said}");
}

#[test]
fn what_cannot_be_evaluated_is_reported_and_never_denied() {
    let testbed = Testbed::shared();
    let namespace = "conditions-doubt";
    testbed.namespace(namespace);
    testbed.policy(
        namespace,
        spec("object.metadata.annotations.team == 'shop'"),
    );
    let (admitted, said) = testbed.try_apply(&annotated(namespace, "denied", Some("shop")));
    assert!(!admitted, "{said}");
    let (admitted, said) = testbed.try_apply(&annotated(namespace, "silent", None));
    assert!(
        admitted && said.contains("its match condition team cannot be evaluated"),
        "{said}"
    );
    let reports = testbed.until_reports(namespace, "a report that says so", |reports| {
        reports.contains_key("deployment-silent")
    });
    let doubts = &reports["deployment-silent"]["report"]["doubts"];
    assert!(
        doubts[0]
            .as_str()
            .is_some_and(|doubt| doubt.contains("match condition team")),
        "{doubts}"
    );
    let said = in_doubt(testbed, namespace, "True");
    assert!(said.contains("team (1 workload)"), "{said}");

    // Who writes the condition for what is not there as well has no doubts.
    testbed.policy(
        namespace,
        spec("has(object.metadata.annotations) && object.metadata.annotations[?'team'].orValue('') == 'shop'"),
    );
    testbed.until_reports(namespace, "no report", |reports| reports.is_empty());
    in_doubt(testbed, namespace, "False");
}

#[test]
fn what_is_no_expression_is_refused() {
    let testbed = Testbed::shared();
    let (admitted, said) = testbed.try_apply(&json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy", "metadata": {"name": "conditions-broken"},
        "spec": spec("object.metadata.name == now"),
    }));
    assert!(
        !admitted
            && said.contains(
                "spec.match.conditions[team].expression: line 1, column 25: no variable now"
            ),
        "{said}"
    );
}
