//! A cluster to change: a hundred Deployments in the namespace `shop` and as many of the same names in `other`. The first
//! ten are of the tier `front` under one PodDisruptionBudget, every tenth has a ServiceAccount in common, every second leaves
//! its resources to a LimitRange.

use serde_json::{Value, json};

use crate::inventory::Inventory;
use crate::model::{self, Kind, Object};

pub(super) fn object(kind: Kind, namespace: &str, name: &str, fields: Value) -> Object {
    let mut object = json!({"metadata": {"name": name, "namespace": namespace, "uid": format!("{kind}/{namespace}/{name}")}});
    merge(&mut object, fields);
    model::decode(kind, &object).unwrap_or_else(|error| panic!("{kind} {name}: {error}"))
}

fn merge(into: &mut Value, fields: Value) {
    match (into, fields) {
        (Value::Object(into), Value::Object(fields)) => {
            for (name, field) in fields {
                merge(into.entry(name).or_insert(Value::Null), field);
            }
        }
        (into, fields) => *into = fields,
    }
}

pub(super) fn deployment(namespace: &str, number: usize, changes: Value) -> Object {
    let amounts = if number.is_multiple_of(2) {
        json!({"cpu": "1", "memory": "1Gi"})
    } else {
        Value::Null
    };
    let tier = if number < 10 { "front" } else { "back" };
    let template = json!({
        "metadata": {"labels": {"app": format!("w{number}"), "tier": tier}},
        "spec": {
            "serviceAccountName": format!("account{}", number % 10),
            "containers": [{"name": "main", "image": "main:1", "resources": {"requests": amounts, "limits": amounts}}],
        },
    });
    let mut fields = json!({"spec": {"replicas": 3, "template": template}});
    merge(&mut fields, changes);
    object(Kind::Deployment, namespace, &format!("w{number}"), fields)
}

fn front_budget() -> Object {
    let selector = json!({"matchLabels": {"tier": "front"}});
    let spec = json!({"minAvailable": 1, "selector": selector});
    object(
        Kind::PodDisruptionBudget,
        "shop",
        "front",
        json!({"spec": spec}),
    )
}

pub(super) fn autoscaler_of(target: &str) -> Object {
    let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": target});
    object(
        Kind::HorizontalPodAutoscaler,
        "shop",
        "hpa",
        json!({"spec": {"scaleTargetRef": target, "maxReplicas": 9}}),
    )
}

pub(super) fn binding(kind: Kind, role_kind: &str, subject: Value) -> Object {
    let role = json!({"kind": role_kind, "name": "role"});
    object(
        kind,
        "shop",
        "binding",
        json!({"roleRef": role, "subjects": [subject]}),
    )
}

pub(super) fn network_policy(selector: Value) -> Object {
    object(
        Kind::NetworkPolicy,
        "shop",
        "policy",
        json!({"spec": {"podSelector": selector}}),
    )
}

pub(super) fn role(kind: Kind, verb: &str) -> Object {
    let rule = json!({"apiGroups": [""], "resources": ["pods"], "verbs": [verb]});
    object(kind, "shop", "role", json!({"rules": [rule]}))
}

pub(super) fn account() -> Value {
    json!({"kind": "ServiceAccount", "namespace": "shop", "name": "account3"})
}

pub(super) fn shop() -> Inventory {
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        inventory.reset(*kind, []);
    }
    for namespace in ["shop", "other"] {
        for number in 0..100 {
            inventory.apply(deployment(namespace, number, json!({})));
        }
    }
    inventory.apply(front_budget());
    inventory
}
