//! JSON schemas for kubeconform, made from the API server's own description: without them it asks the network.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

/// What a definition says of itself: which kinds it describes.
const KINDS: &str = "x-kubernetes-group-version-kind";

/// Writes a schema for every kind, `deployment-apps-v1.json`; each refers to one file with all definitions.
pub(crate) fn write(swagger: &Path, folder: &Path) -> Result<()> {
    let text = fs::read(swagger).with_context(|| format!("reading {}", swagger.display()))?;
    let mut swagger: Value = serde_json::from_slice(&text)?;
    let definitions = swagger["definitions"]
        .as_object_mut()
        .context("the API server's description has no definitions")?;
    for (name, definition) in definitions.iter_mut() {
        widen(name, definition);
    }
    fs::create_dir_all(folder)?;
    for (name, definition) in &*definitions {
        for kind in definition[KINDS].as_array().into_iter().flatten() {
            let needed = needed(definitions, name);
            let schema = json!({
                "$schema": "http://json-schema.org/draft-07/schema#",
                "$ref": format!("#/definitions/{name}"),
                "definitions": needed,
            });
            let file = folder.join(file_name(kind));
            fs::write(&file, schema.to_string())
                .with_context(|| format!("writing {}", file.display()))?;
        }
    }
    Ok(())
}

/// Two types are one of several to the API server, and text to its description.
fn widen(name: &str, definition: &mut Value) {
    let types = match name {
        "io.k8s.apimachinery.pkg.util.intstr.IntOrString" => json!(["string", "integer"]),
        "io.k8s.apimachinery.pkg.api.resource.Quantity" => json!(["string", "number"]),
        _ => return,
    };
    if let Some(definition) = definition.as_object_mut() {
        definition.remove("format");
        definition.insert("type".to_owned(), types);
    }
}

/// The definitions that one refers to, and those that these refer to, with itself.
fn needed(definitions: &Map<String, Value>, name: &str) -> Map<String, Value> {
    let mut needed = Map::new();
    let mut open = vec![name.to_owned()];
    while let Some(name) = open.pop() {
        let Some(definition) = definitions.get(&name) else {
            continue;
        };
        if needed.insert(name, definition.clone()).is_none() {
            references(definition, &mut open);
        }
    }
    needed
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let target = value
                    .as_str()
                    .and_then(|text| text.strip_prefix("#/definitions/"));
                match target.filter(|_| key == "$ref") {
                    Some(name) => found.push(name.to_owned()),
                    None => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// The name that kubeconform asks for: `deployment-apps-v1.json`, `ingress-networking-v1.json`, `service-v1.json`.
fn file_name(kind: &Value) -> String {
    let text = |field: &str| kind[field].as_str().unwrap_or_default().to_lowercase();
    let group = text("group");
    match group.split('.').next() {
        Some(group) if !group.is_empty() => {
            format!("{}-{group}-{}.json", text("kind"), text("version"))
        }
        _ => format!("{}-{}.json", text("kind"), text("version")),
    }
}
