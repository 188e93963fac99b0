//! Changes as strategic merge patches, for who does not own the manifests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use super::draft::{Changed, Draft};
use super::ledger::Ledger;
use crate::cli::file::NewFile;
use crate::cli::output;
use crate::manifests::{edit, yaml};
use crate::model::Kind;

/// What the file begins with that says what is in the folder; one that does not is somebody's own.
const HEADER: &str = "# Written by plimsoll fix.\n";

const KUSTOMIZATION: &str = "kustomization.yaml";

/// By what items of lists are told apart (`patchMergeKey` of the API); other lists are replaced as a whole.
const KEYS: [(&str, &str); 7] = [
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("env", "name"),
    ("ports", "containerPort"),
    ("volumes", "name"),
    ("volumeMounts", "mountPath"),
];

/// Writes a component: a patch for each changed object, the objects that are added, and what names them all. What no patch can
/// say is noted.
pub(super) fn write(folder: &Path, drafts: &[Draft], ledger: &mut Ledger) -> Result<()> {
    let (mut patches, mut resources) = (Vec::new(), Vec::new());
    for draft in drafts {
        for changed in draft.changed() {
            for Pair {
                line,
                before,
                after,
            } in pairs(&changed)
            {
                match patch(&before, &after) {
                    Ok(patch) => patches.push((file_name(&before), patch)),
                    Err(reason) => ledger.give_up(draft.label(), Some(line), reason),
                }
            }
        }
        let added = draft.added().iter();
        resources.extend(added.map(|object| (file_name(object), object.clone())));
    }
    if patches.is_empty() && resources.is_empty() {
        return Ok(());
    }
    let name = folder.display();
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {name}"))?;
    let whole = folder.join(KUSTOMIZATION);
    let before = fs::read_to_string(&whole);
    if before.as_ref().is_ok_and(|text| !text.starts_with(HEADER)) {
        bail!("{name} is a kustomization of your own: give --kustomize another folder");
    }
    distinct(&mut patches)?;
    distinct(&mut resources)?;
    let mut files = patches.iter().chain(&resources);
    if before.is_err()
        && let Some((file, _)) = files.find(|(file, _)| folder.join(file).exists())
    {
        bail!(
            "{name}/{file} is there already, and not by plimsoll fix: give --kustomize another folder"
        );
    }
    let names = |files: &[(String, Value)]| -> Vec<Value> {
        files.iter().map(|(name, _)| json!(name)).collect()
    };
    let mut component = json!({
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
    });
    if !resources.is_empty() {
        component["resources"] = names(&resources).into();
    }
    if !patches.is_empty() {
        let paths = names(&patches).into_iter();
        component["patches"] = paths.map(|name| json!({ "path": name })).collect();
    }
    for (file, object) in patches.iter().chain(&resources) {
        put(&folder.join(file), &edit::block(object))?;
    }
    put(&whole, &format!("{HEADER}{}", edit::block(&component)))?;
    let message = format!("add to your kustomization: components: [{name}], by the way from there");
    output::complain("kustomize", &message);
    Ok(())
}

/// Gives each object a file of its own.
///
/// # Errors
/// Where two are called the same, which kustomize cannot tell apart.
fn distinct(files: &mut [(String, Value)]) -> Result<()> {
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    for (file, object) in files {
        let of = |object: &Value| {
            [
                "/apiVersion",
                "/kind",
                "/metadata/namespace",
                "/metadata/name",
            ]
            .map(|pointer| text(object, pointer).to_owned())
        };
        let stem = file.trim_end_matches(".yaml").to_owned();
        let mut number = 1;
        while let Some(other) = known.get(file.as_str()) {
            if of(other) == of(object) {
                let [_, kind, namespace, name] = of(object);
                bail!(
                    "two of the objects are {kind} {namespace}/{name}, which kustomize cannot tell apart: give the files of one of them"
                );
            }
            number += 1;
            *file = format!("{stem}-{number}.yaml");
        }
        known.insert(file.clone(), object.clone());
    }
    Ok(())
}

fn put(path: &Path, text: &str) -> Result<()> {
    let name = path.display();
    let file = NewFile::create(path).and_then(|mut file| {
        file.write(text)?;
        file.finish()
    });
    file.with_context(|| format!("cannot write {name}"))
}

/// An object that is another by now.
struct Pair {
    /// The line that it begins with, from 1.
    line: u32,
    before: Value,
    after: Value,
}

/// The objects of a piece that are others by now.
fn pairs(changed: &Changed<'_>) -> Vec<Pair> {
    let read = |text: &str| -> Option<Vec<(u32, Value)>> {
        let source = yaml::Source {
            text,
            line: changed.line,
        };
        let document = source.parse().ok()?;
        let root = document.root()?;
        let mut items = root.get("items").into_iter().flat_map(yaml::Node::items);
        let objects: Vec<yaml::Node<'_>> = match items.next() {
            Some(first) => std::iter::once(first).chain(items).collect(),
            None => vec![root],
        };
        let objects = objects.into_iter().map(|node| {
            let (line, _) = node.position("");
            Some((line, node.deserialize().ok()?))
        });
        objects.collect()
    };
    let (Some(before), Some(after)) = (read(&changed.before), read(changed.after)) else {
        return Vec::new();
    };
    let both = before.into_iter().zip(after);
    let pairs = both.map(|((line, before), (_, after))| Pair {
        line,
        before,
        after,
    });
    pairs.filter(|pair| pair.before != pair.after).collect()
}

fn text<'v>(object: &'v Value, pointer: &str) -> &'v str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn file_name(object: &Value) -> String {
    let kind = text(object, "/kind").to_ascii_lowercase();
    let (namespace, name) = (
        text(object, "/metadata/namespace"),
        text(object, "/metadata/name"),
    );
    match namespace {
        "" => format!("{kind}-{name}.yaml"),
        namespace => format!("{kind}-{namespace}-{name}.yaml"),
    }
}

/// A strategic merge patch that makes of one object the other.
///
/// # Errors
/// Says why there is none.
fn patch(before: &Value, after: &Value) -> Result<Value, &'static str> {
    let (api_version, kind) = (text(before, "/apiVersion"), text(before, "/kind"));
    if api_version != text(after, "/apiVersion") {
        return Err("a patch cannot change the apiVersion; --write it");
    }
    if Kind::of(api_version, kind).is_none_or(|kind| kind.group().contains("argoproj")) {
        return Err("kustomize cannot merge lists of a custom resource; --write it");
    }
    if text(before, "/metadata/name").is_empty() {
        return Err("without a name of its own, kustomize does not find it; --write it");
    }
    let mut patch = json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": { "name": text(before, "/metadata/name") },
    });
    if !text(before, "/metadata/namespace").is_empty() {
        patch["metadata"]["namespace"] = text(before, "/metadata/namespace").into();
    }
    if let (Value::Object(patch), Some(Value::Object(changed))) =
        (&mut patch, difference("", before, after))
    {
        for (key, value) in changed {
            merge(patch, key, value);
        }
    }
    Ok(patch)
}

fn merge(into: &mut Map<String, Value>, key: String, value: Value) {
    match (into.get_mut(&key), value) {
        (Some(Value::Object(known)), Value::Object(more)) => {
            for (key, value) in more {
                merge(known, key, value);
            }
        }
        (_, value) => {
            into.insert(key, value);
        }
    }
}

/// What a patch says of a field; `None` where it is the same.
fn difference(field: &str, before: &Value, after: &Value) -> Option<Value> {
    if before == after {
        return None;
    }
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let mut changed = Map::new();
            for (key, value) in new {
                let old = old.get(key).unwrap_or(&Value::Null);
                if let Some(difference) = difference(key, old, value) {
                    changed.insert(key.clone(), difference);
                }
            }
            let gone = old.keys().filter(|key| !new.contains_key(*key));
            changed.extend(gone.map(|key| (key.clone(), Value::Null)));
            Some(Value::Object(changed))
        }
        (Value::Array(old), Value::Array(new)) => match merge_key(field) {
            Some(key) => items(key, old, new).map(Value::Array),
            None => Some(after.clone()),
        },
        _ => Some(after.clone()),
    }
}

fn merge_key(field: &str) -> Option<&'static str> {
    let mut keys = KEYS.iter();
    keys.find(|(list, _)| *list == field).map(|(_, key)| *key)
}

/// The items of a list that differ, each with what tells it apart.
fn items(key: &str, old: &[Value], new: &[Value]) -> Option<Vec<Value>> {
    let find = |list: &[Value], item: &Value| {
        let is_it = |other: &&Value| other.get(key) == item.get(key);
        list.iter().find(is_it).cloned()
    };
    let mut changed = Vec::new();
    for item in new {
        let before = find(old, item).unwrap_or(Value::Null);
        if let Some(mut difference) = difference("", &before, item) {
            difference[key] = item.get(key)?.clone();
            changed.push(difference);
        }
    }
    for item in old.iter().filter(|item| find(new, item).is_none()) {
        changed.push(json!({ "$patch": "delete", key: item.get(key)?.clone() }));
    }
    Some(changed)
}
