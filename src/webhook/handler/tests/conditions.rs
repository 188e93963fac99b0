//! Policies with match conditions.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{deployment, live, request, review, scaling};
use crate::checklist::Checklists;
use crate::engine::{Policy, PolicySet};
use crate::live::{Live, Snapshot};
use crate::model::{self, Answers, Kind, Object};

/// With one policy.
fn with_policy(spec: Value) -> Arc<Live> {
    let spec = serde_json::from_value(spec).expect("a spec");
    let policy = Policy::compile("p", &spec, Checklists::built_in()).expect("a policy");
    Live::at(Snapshot {
        inventory: live(&[]).snapshot().inventory.clone(),
        policies: Arc::new(PolicySet::new([policy])),
        complete: true,
        ..Snapshot::empty()
    })
}

fn of_team(team: &str, cpu: u8) -> Value {
    let mut deployment = deployment();
    deployment["metadata"]["annotations"] = json!({"team": team});
    let container = &mut deployment["spec"]["template"]["spec"]["containers"][0];
    container["resources"] = json!({"requests": {"cpu": cpu}});
    deployment
}

#[tokio::test]
async fn match_conditions_are_asked_of_the_object_at_hand() {
    let live = with_policy(json!({
        "match": {"conditions": [{"name": "team", "expression": "object.metadata.annotations.team == 'a'"}]},
        "actions": {"critical": "Deny"},
    }));
    let create = async |object: Value| review(&live, request("Deployment", object)).await;
    assert_eq!(create(of_team("a", 1)).await["allowed"], false);
    let other = create(of_team("b", 1)).await;
    assert_eq!(
        (&other["allowed"], &other["warnings"]),
        (&json!(true), &Value::Null)
    );

    let unsaid = create(deployment()).await;
    assert_eq!(unsaid["allowed"], true, "it may not be meant");
    let warnings = unsaid["warnings"].as_array().expect("warnings");
    let last = warnings.last().and_then(Value::as_str).unwrap_or_default();
    assert!(
        last.starts_with(
            "the policy p never denies this, since its match condition team cannot be evaluated: "
        ),
        "{warnings:?}"
    );

    // What it fails already is no reason; that it was another team's before is one.
    let update = async |old: &str| {
        let mut request = request("Deployment", of_team("a", 2));
        request["operation"] = json!("UPDATE");
        request["oldObject"] = of_team(old, 1);
        review(&live, request).await["allowed"].clone()
    };
    assert_eq!(
        (update("a").await, update("b").await),
        (json!(true), json!(false))
    );
}

#[tokio::test]
async fn the_gate_of_a_policy_that_may_not_be_meant_only_warns() {
    let live = with_policy(json!({
        "match": {"conditions": [{"name": "team", "expression": "object.metadata.annotations.team == 'a'"}]},
        "launch": {"gate": "Deny"},
    }));
    let create = async |object: Value| review(&live, request("Deployment", object)).await;
    assert_eq!(create(of_team("a", 1)).await["allowed"], false);
    let other = create(of_team("b", 1)).await;
    assert_eq!(
        (&other["allowed"], &other["warnings"]),
        (&json!(true), &Value::Null)
    );
    let unsaid = create(deployment()).await;
    assert_eq!(unsaid["allowed"], true);
    let warnings = unsaid["warnings"].to_string();
    assert!(
        warnings.contains("is part of no launch") && warnings.contains("match condition team"),
        "{warnings}"
    );
}

#[tokio::test]
async fn a_scale_of_what_was_read_before_a_policy_had_its_conditions_is_not_denied() {
    let live = with_policy(json!({
        "match": {"conditions": [{"name": "team", "expression": "object.metadata.annotations.team == 'a'"}]},
        "launch": {"gate": "Deny"},
    }));
    let known = live.snapshot();
    let publish = |answers: Answers| {
        let mut off = deployment();
        off["spec"]["replicas"] = json!(0);
        let mut object = model::decode(Kind::Deployment, off).expect("a Deployment");
        if let Object::Workload(workload) = &mut object {
            workload.answers = answers;
        }
        let mut inventory = known.inventory.clone();
        inventory.apply(object);
        let (policies, complete) = (known.policies.clone(), true);
        live.publish(Snapshot {
            inventory,
            policies,
            complete,
            ..Snapshot::empty()
        });
    };
    publish(Answers::default());
    let answer = review(&live, scaling(2)).await;
    assert_eq!(answer["allowed"], true);
    assert!(
        answer["warnings"]
            .to_string()
            .contains("has not been read yet"),
        "{answer}"
    );
    let asked = |team: &str| {
        known
            .policies
            .conditions()
            .ask(Kind::Deployment, of_team(team, 1))
    };
    publish(asked("a"));
    assert_eq!(review(&live, scaling(2)).await["allowed"], false);
    publish(asked("b"));
    assert_eq!(review(&live, scaling(2)).await["allowed"], true);
}
