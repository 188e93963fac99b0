//! Tests of the language, of what is refused, of what hostile expressions can do, and of what is read.

mod hostile;
mod language;
mod reads;
mod refused;

use serde_json::{Value as Json, json};

use super::*;

/// Evaluates an expression over `object`.
fn evaluate(source: &str, object: &Json) -> Outcome {
    let program =
        Program::compile(source, &["object"]).unwrap_or_else(|error| panic!("{source}: {error}"));
    program.evaluate(&[Input::Object(&Tree::of(object))], &mut Budget::default())
}

/// A Deployment with something of every type.
fn object() -> Json {
    json!({
        "kind": "Deployment",
        "metadata": {"name": "web", "labels": {"app": "web", "tier": "front"}, "annotations": {}},
        "spec": {
            "replicas": 3, "ratio": 0.5, "paused": false, "nothing": null,
            "containers": [
                {"name": "web", "image": "registry.example/web:1", "ports": [80, 443]},
                {"name": "log", "image": "registry.example/log:2", "env": [{"name": "A", "value": "1"}]},
            ],
        },
    })
}
