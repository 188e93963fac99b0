//! Whatever the order in which things come, go and fail: in the end the verdict is the right one, and nothing is lost.

mod checklists;
mod gitops;
mod kinds;
mod servers;
mod tool;

use serde_json::{Value, json};

use crate::testbed::good_deployment;

const API: &str = "plimsoll.dev/v1alpha1";

/// A checklist of one section.
fn checklist(name: &str, items: &[Value]) -> Value {
    json!({
        "apiVersion": API, "kind": "ReadinessChecklist", "metadata": {"name": name},
        "spec": {"title": "A short one", "items": items},
    })
}

/// An item of it, with its way of being verified and whatever else is of interest.
fn item(id: &str, severity: &str, more: Value) -> Value {
    let mut item = json!({"id": id, "title": id, "section": "All of it", "severity": severity});
    if let (Some(item), Value::Object(more)) = (item.as_object_mut(), more) {
        item.extend(more);
    }
    item
}

/// The launch of the application, with these checklists.
fn launch(namespace: &str, checklists: &[&str]) -> Value {
    json!({
        "apiVersion": API, "kind": "ReadinessLaunch", "metadata": {"name": "agent", "namespace": namespace},
        "spec": {"selector": {"matchLabels": {"app": "agent"}}, "release": "1.0.0", "checklists": checklists},
    })
}

/// The application.
fn agent(namespace: &str) -> Value {
    let mut deployment = good_deployment(namespace, "agent");
    deployment["metadata"]["labels"] = json!({"app": "agent"});
    deployment["spec"]["replicas"] = json!(2);
    deployment
}

/// What a status says is missing: keys, verdicts and why.
fn missing(status: &Value) -> Vec<(&str, &str, &str)> {
    let items = status["missing"].as_array().map(Vec::as_slice);
    items
        .unwrap_or_default()
        .iter()
        .map(|item| {
            let text = |field: &str| item[field].as_str().unwrap_or_default();
            (text("item"), text("verdict"), text("message"))
        })
        .collect()
}

/// Whether this, and nothing else, is missing: `(key, verdict, part of why)` each.
fn is_missing(status: &Value, expected: &[(&str, &str, &str)]) -> bool {
    let found = missing(status);
    let is = |wanted: &(&str, &str, &str)| {
        let (key, verdict, part) = *wanted;
        found
            .iter()
            .any(|found| (found.0, found.1) == (key, verdict) && found.2.contains(part))
    };
    found.len() == expected.len() && expected.iter().all(is)
}
