//! What a policy covers and asks for, and what is wrong with it.

use serde_json::{Value, json};

use super::{compiled, deployment, deployment_with, object, policies, synced};
use crate::engine::evaluate;
use crate::inventory::{Inventory, View};
use crate::model::{Kind, Severity, Workload};

fn covers(inventory: &Inventory, matches: &Value, workload: &Workload) -> bool {
    let policies = policies([(
        "policy",
        json!({"match": matches, "checks": [{"id": "cpu-limits"}]}),
    )]);
    evaluate(&policies, View::of(inventory), workload).is_some()
}

#[test]
fn all_conditions_of_a_match_must_hold() {
    let labels = json!({"metadata": {"labels": {"tier": "front"}}});
    let web = deployment_with(json!([]), labels);
    let mut inventory = synced();
    inventory.apply(object(
        Kind::Namespace,
        "shop",
        json!({"metadata": {"labels": {"env": "prod"}}}),
    ));
    let prod = json!({"matchLabels": {"env": "prod"}});
    let front = json!({"matchLabels": {"tier": "front"}});
    for (matches, expected) in [
        (Value::Null, true),
        (json!({}), true),
        (json!({"kinds": ["Deployment"]}), true),
        (json!({"kinds": ["Job", "CronJob"]}), false),
        (json!({"namespaceSelector": prod}), true),
        (
            json!({"namespaceSelector": {"matchLabels": {"env": "dev"}}}),
            false,
        ),
        (
            json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}),
            true,
        ),
        (
            json!({"namespaceSelector": {"matchExpressions":
            [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["shop"]}]}}),
            false,
        ),
        (json!({"objectSelector": front}), true),
        // The labels of the workload itself, not those of its pods.
        (
            json!({"objectSelector": {"matchLabels": {"app": "web"}}}),
            false,
        ),
        (
            json!({"kinds": ["Deployment"], "namespaceSelector": prod, "objectSelector": front}),
            true,
        ),
        (
            json!({"kinds": ["Job"], "namespaceSelector": prod, "objectSelector": front}),
            false,
        ),
        (json!({"objectSelector": {}, "namespaceSelector": {}}), true),
    ] {
        assert_eq!(covers(&inventory, &matches, &web), expected, "{matches}");
    }
}

#[test]
fn a_namespace_has_its_name_for_a_label_even_where_it_is_not_known() {
    let web = deployment(json!([]));
    let named =
        json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}});
    let excepted = json!({"namespaceSelector": {"matchExpressions":
        [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}]}});
    assert!(covers(&Inventory::of_files(), &named, &web));
    assert!(covers(&Inventory::of_files(), &excepted, &web));
    let mut inventory = synced();
    inventory.apply(object(
        Kind::Namespace,
        "shop",
        json!({"metadata": {"labels": {"kubernetes.io/metadata.name": "liar"}}}),
    ));
    assert!(covers(&inventory, &named, &web));
}

#[test]
fn a_policy_asks_for_the_essentials_unless_it_lists_something() {
    let asked = |spec: Value| -> Vec<(&'static str, Severity)> {
        let policy = compiled("policy", spec).expect("it compiles");
        policy
            .rules
            .iter()
            .map(|rule| (rule.check.id, rule.severity))
            .collect()
    };
    let essentials = [
        ("cpu-limits", Severity::Critical),
        ("cpu-requests", Severity::High),
        ("liveness-probe", Severity::Critical),
        ("memory-limits", Severity::Critical),
        ("memory-requests", Severity::High),
        ("read-only-root-filesystem", Severity::Critical),
        ("readiness-probe", Severity::Critical),
        ("run-as-non-root", Severity::Critical),
        ("startup-probe", Severity::High),
    ];
    assert_eq!(asked(json!({})), essentials);
    assert_eq!(asked(json!({"checklists": ["essentials"]})), essentials);
    assert_eq!(
        asked(json!({"checks": [{"id": "image-tag"}]})),
        [("image-tag", Severity::High)]
    );
    let both = asked(
        json!({"checklists": ["essentials"], "checks": [{"id": "image-tag"}, {"id": "cpu-limits", "severity": "advice"}]}),
    );
    assert_eq!(both.len(), essentials.len() + 1);
    assert!(both.contains(&("cpu-limits", Severity::Advice)));
    assert!(both.contains(&("image-tag", Severity::High)));
}

#[test]
fn what_is_wrong_with_a_policy_is_said_with_its_field() {
    let selector = |operator: &str, values: &[&str]| json!({"matchExpressions": [{"key": "env", "operator": operator, "values": values}]});
    let params =
        |params: Value| json!({"checks": [{"id": "added-capabilities"}], "params": params});
    for (spec, expected) in [
        (
            json!({"checklists": ["no-such"]}),
            "spec.checklists: there is no checklist \"no-such\"",
        ),
        (
            json!({"checks": [{"id": "no-such"}]}),
            "spec.checks: no check has the id \"no-such\"",
        ),
        (
            json!({"checks": [{"id": "cpu-limits", "severity": "grave"}]}),
            "spec.checks[cpu-limits].severity: \"grave\" is none of",
        ),
        (
            params(json!({"no-such": {}})),
            "spec.params.no-such: no check has this id",
        ),
        (
            params(json!({"added-capabilities": 3})),
            "spec.params.added-capabilities: must be a map",
        ),
        (
            params(json!({"added-capabilities": {"allow": []}})),
            "spec.params.added-capabilities.allow: no such parameter",
        ),
        (
            params(json!({"added-capabilities": {"allowed": "CHOWN"}})),
            "spec.params.added-capabilities.allowed: must be a list of strings",
        ),
        (
            params(json!({"added-capabilities": {"allowed": [1]}})),
            "spec.params.added-capabilities.allowed: must be a list of strings",
        ),
        // Of a check that the policy does not ask for, too.
        (
            params(json!({"cpu-limits": {"least": 1}})),
            "spec.params.cpu-limits.least: no such parameter",
        ),
        (
            json!({"match": {"namespaceSelector": selector("Is", &["a"])}}),
            "spec.match.namespaceSelector: env: the operator must be",
        ),
        (
            json!({"match": {"objectSelector": selector("In", &[])}}),
            "spec.match.objectSelector: env: the operator must be",
        ),
        (
            json!({"match": {"objectSelector": selector("Exists", &["a"])}}),
            "spec.match.objectSelector: env: the operator must be",
        ),
    ] {
        let error = compiled("policy", spec.clone())
            .map(|policy| policy.name)
            .expect_err("it does not compile");
        assert!(error.to_string().starts_with(expected), "{spec}: {error}");
    }
}

#[test]
fn only_a_policy_for_all_workloads_of_a_namespace_judges_what_concerns_none() {
    let compile =
        |matches: Value| compiled("policy", json!({"match": matches})).expect("it compiles");
    let labels = [("env".into(), "prod".into())].into_iter().collect();
    let prod = json!({"matchLabels": {"env": "prod"}});
    for (matches, expected) in [
        (json!({}), true),
        (json!({"namespaceSelector": prod}), true),
        (
            json!({"namespaceSelector": {"matchLabels": {"env": "dev"}}}),
            false,
        ),
        (json!({"objectSelector": prod}), false),
    ] {
        assert_eq!(
            compile(matches.clone()).covers_namespace(&labels),
            expected,
            "{matches}"
        );
    }
}
