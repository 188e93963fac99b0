//! A policy that is wrong is refused by the API server, with a message that names the field.

use serde_json::{Value, json};

use crate::testbed::Testbed;

fn refusal(spec: Value) -> String {
    let policy = json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy", "metadata": {"name": "wrong"}, "spec": spec,
    });
    let (accepted, message) = Testbed::shared().try_apply(&policy);
    assert!(!accepted, "the API server accepted {policy}");
    message
}

#[test]
fn wrong_policies_are_refused_with_the_field() {
    for (spec, field) in [
        (
            json!({"checks": [{"id": "no-such-check"}]}),
            "spec.checks[0].id",
        ),
        (
            json!({"checks": [{"id": "cpu-limits"}, {"id": "cpu-limits"}]}),
            "spec.checks[1]",
        ),
        (
            json!({"checks": [{"id": "cpu-limits", "severity": "grave"}]}),
            "spec.checks[0].severity",
        ),
        (json!({"checks": []}), "spec.checks"),
        (json!({"checklists": []}), "spec.checklists"),
        (
            json!({"actions": {"critical": "Refuse"}}),
            "spec.actions.critical",
        ),
        (json!({"onUpdate": "Never"}), "spec.onUpdate"),
        (
            json!({"match": {"kinds": ["Ingress"]}}),
            "spec.match.kinds[0]",
        ),
        (
            json!({"params": {"min-replicas": {"min": 0}}}),
            "spec.params.min-replicas.min",
        ),
        (
            json!({"params": {"min-replicas": {"min": "two"}}}),
            "spec.params.min-replicas.min",
        ),
        (
            json!({"params": {"min-replicas": {"most": 3}}}),
            "spec.params.min-replicas.most",
        ),
        (json!({"unknown": true}), "spec.unknown"),
        (
            json!({"match": {"namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "Like", "values": ["b"]}]}}}),
            "spec.match.namespaceSelector",
        ),
        (
            json!({"match": {"objectSelector": {"matchExpressions": [{"key": "a", "operator": "In"}]}}}),
            "spec.match.objectSelector",
        ),
    ] {
        let message = refusal(spec.clone());
        assert!(
            message.contains(field),
            "{spec}: the message does not name {field}: {message}"
        );
    }
}

#[test]
fn definitions_have_short_names_categories_and_columns() {
    let testbed = Testbed::shared();
    testbed.kubectl(&["get", "rp"]);
    testbed.kubectl(&["get", "rr", "-A"]);
    testbed.kubectl(&["get", "readiness", "-A"]);
    let crds = testbed.kubectl(&["get", "crd", "readinessreports.plimsoll.dev", "-o", "json"]);
    for column in [
        "Workload", "Status", "Score", "Critical", "High", "Waived", "Age",
    ] {
        assert!(
            crds.contains(&format!("\"name\": \"{column}\"")),
            "no column {column}"
        );
    }
}
