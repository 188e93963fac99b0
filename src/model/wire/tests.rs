//! What is read of manifests and of what the API server sends.

mod arbitrary;
mod autoscalers;
mod defaults;
mod metadata;
mod needs;
mod related;
mod routing;
mod running;
mod workloads;
mod wrong;

use super::decode;
use crate::manifests::yaml::documents;
use crate::model::{Kind, Object, Workload};

/// The record of a manifest named `web`, given without its `metadata`. It is the same from YAML and from JSON.
fn decoded(kind: Kind, fields: &str) -> Object {
    let manifest = format!("metadata: {{name: web, namespace: shop}}\n{fields}");
    read(kind, &manifest).unwrap_or_else(|problem| panic!("{kind}: {problem}:\n{manifest}"))
}

/// The record of a manifest, or what is wrong with it.
fn read(kind: Kind, manifest: &str) -> Result<Object, String> {
    let (_, source) = documents(manifest).next().ok_or("no document")?;
    let document = source.parse().map_err(|problem| problem.to_string())?;
    let node = document.root().ok_or("an empty document")?;
    let object =
        decode(kind, node).map_err(|problem| format!("{}: {}", problem.path, problem.message))?;
    let value: serde_json::Value = document
        .deserialize()
        .map_err(|problem| problem.to_string())?;
    assert_eq!(
        decode(kind, &value).as_ref().ok(),
        Some(&object),
        "as a JSON value: {value}"
    );
    let text = value.to_string();
    let from_text = decode(kind, &mut serde_json::Deserializer::from_str(&text));
    assert_eq!(
        from_text.as_ref().ok(),
        Some(&object),
        "as JSON text: {text}"
    );
    Ok(object)
}

fn workload(kind: Kind, fields: &str) -> Workload {
    match decoded(kind, fields) {
        Object::Workload(workload) => *workload,
        other => panic!("{} is a workload", other.key()),
    }
}

/// The Pod with this spec.
fn pod(spec: &str) -> Workload {
    workload(Kind::Pod, &format!("spec: {spec}"))
}
