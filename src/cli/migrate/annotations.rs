//! What annotations of other tools ask to ignore, as `plimsoll.dev/ignore`.

use std::collections::BTreeMap;

use serde_json::Value;

use super::translation::{Note, one_line};
use super::{kube_linter, polaris};
use crate::check::Check;
use crate::engine::naming;
use crate::manifests::IGNORE;
use crate::manifests::yaml::Node;

/// What an object's annotations come to.
pub(super) struct Ignored {
    /// Where the object is written.
    pub(super) file: String,
    /// What it is called.
    pub(super) object: String,
    /// The line and column of the first annotation that is translated.
    pub(super) at: (u32, u32),
    /// Which document of the file it is in, from 0.
    pub(super) document: usize,
    /// The way to the annotations in the document, as a JSON pointer.
    pub(super) way: String,
    /// The entries, each `check, check: reason`.
    pub(super) entries: Vec<String>,
    /// What has become of them.
    pub(super) state: State,
}

/// What has become of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// They can be written.
    Offered,
    /// They were written.
    Written,
    /// They are there already.
    There,
    /// They are to be written by hand, for this reason.
    ByHand(&'static str),
}

/// Where an object is.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    /// Which document of the file, from 0.
    pub(super) document: usize,
    /// The way to it in the document, as a JSON pointer.
    pub(super) way: &'a str,
}

/// Why a tool without reasons ignores something.
const NO_REASON: &str = "no reason was given";

impl Ignored {
    /// As a comment of YAML.
    pub(super) fn comment(&self) -> String {
        let Self {
            file,
            object,
            entries,
            at: (line, _),
            ..
        } = self;
        let entries: String = entries
            .iter()
            .map(|entry| format!("#     {entry}\n"))
            .collect();
        let place = one_line(&format!("{file}:{line}: {object}"));
        format!("# {place}\n#   {IGNORE}: |\n{entries}")
    }
}

/// What the annotations of an object, and of the template of its pods, come to.
pub(super) fn of(object_at: Place<'_>, object: Node<'_>) -> (Vec<Ignored>, Vec<Note>) {
    let Place {
        file,
        document,
        way,
    } = object_at;
    let text = |keys: &[&str]| {
        let node = keys.iter().try_fold(object, |node, key| node.get(key));
        node.and_then(Node::as_str).unwrap_or_default().to_owned()
    };
    let [kind, namespace, name] = [
        &["kind"][..],
        &["metadata", "namespace"],
        &["metadata", "name"],
    ]
    .map(text);
    let called = match namespace.is_empty() {
        true => format!("{kind} {name}"),
        false => format!("{kind} {namespace}/{name}"),
    };
    let (mut ignored, mut notes) = (Vec::new(), Vec::new());
    for place in [
        "/metadata/annotations",
        "/spec/template/metadata/annotations",
        "/spec/jobTemplate/spec/template/metadata/annotations",
    ] {
        let mut keys = place.split('/').skip(1);
        let Some(annotations) = keys.try_fold(object, |node, key| node.get(key)) else {
            continue;
        };
        let values: BTreeMap<String, Value> = annotations.deserialize().unwrap_or_default();
        let mut found = Entries::default();
        let mut first: Option<(u32, u32)> = None;
        for (key, value) in &values {
            let Some(reading) = reading(key, value) else {
                continue;
            };
            let pointer = format!("{place}/{}", key.replace('~', "~0").replace('/', "~1"));
            let at = object.position(&pointer);
            match reading {
                Reading::Ignore(entry) => {
                    first = Some(first.map_or(at, |first| first.min(at)));
                    found.add(entry);
                }
                Reading::Lost(why) => {
                    let what = format!("line {}: {called}: {key}", at.0);
                    notes.push(Note::lost(file, &what, &why));
                }
            }
            notes.extend(found.lost.drain(..).map(|(name, why)| {
                Note::lost(
                    file,
                    &format!("line {}: {called}: {key}: {name}", at.0),
                    &why,
                )
            }));
        }
        if let Some(at) = first.filter(|_| !found.entries.is_empty()) {
            ignored.push(Ignored {
                file: file.to_owned(),
                object: called.clone(),
                at,
                document,
                way: format!("{way}{place}"),
                state: state(&found.entries, values.get(IGNORE)),
                entries: found.entries,
            });
        }
    }
    (ignored, notes)
}

/// Whether entries are there already, as far as an annotation is.
fn state(entries: &[String], written: Option<&Value>) -> State {
    let Some(written) = written else {
        return State::Offered;
    };
    let written = written.as_str().unwrap_or_default();
    let known: Vec<&str> = written.split(['\n', ';']).map(str::trim).collect();
    match entries.iter().all(|entry| known.contains(&&**entry)) {
        true => State::There,
        false => State::ByHand(
            "it has an annotation plimsoll.dev/ignore already, without all of this: add the entries yourself",
        ),
    }
}

/// What one annotation of another tool says.
enum Reading {
    /// To ignore these, which the tool calls so, for this reason.
    Ignore(Vec<(String, Vec<&'static Check>, String)>),
    /// Nothing that there is a counterpart of.
    Lost(String),
}

/// Entries of the annotation.
#[derive(Default)]
struct Entries {
    entries: Vec<String>,
    lost: Vec<(String, String)>,
}

impl Entries {
    fn add(&mut self, found: Vec<(String, Vec<&'static Check>, String)>) {
        for (name, checks, reason) in found {
            if name == "*" {
                self.entries.push(format!("*: {reason}"));
                continue;
            }
            if checks.is_empty() {
                self.lost
                    .push((name, "Plimsoll has no such check".to_owned()));
                continue;
            }
            let ids: Vec<_> = checks.iter().map(|check| check.id).collect();
            self.entries.push(format!("{}: {reason}", ids.join(", ")));
        }
    }
}

/// What an annotation says; `None` where it is none of another tool's, or says nothing.
fn reading(key: &str, value: &Value) -> Option<Reading> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    if key == "kube-linter.io/ignore-all" {
        return Some(Reading::Ignore(vec![(
            "*".to_owned(),
            Vec::new(),
            reason(&text),
        )]));
    }
    if let Some(name) = key.strip_prefix("ignore-check.kube-linter.io/") {
        let (checks, _) = kube_linter::counterparts(name);
        return Some(Reading::Ignore(vec![(
            name.to_owned(),
            checks,
            reason(&text),
        )]));
    }
    if let Some(name) = key.strip_prefix("polaris.fairwinds.com/") {
        let is_true = ["1", "t", "true"].contains(&text.to_lowercase().as_str());
        let name = if name == "exempt" {
            "*"
        } else {
            name.strip_suffix("-exempt")?
        };
        let checks = if name == "*" {
            Vec::new()
        } else {
            polaris::counterparts(name)
        };
        let why = format!("exempt in Polaris, {NO_REASON}");
        return is_true.then(|| Reading::Ignore(vec![(name.to_owned(), checks, why)]));
    }
    let names = || {
        text.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
    };
    match key {
        "kube-score/ignore" => {
            let why = format!("ignored in kube-score, {NO_REASON}");
            let entry = |name: &str| (name.to_owned(), of_kube_score(name), why.clone());
            Some(Reading::Ignore(names().map(entry).collect()))
        }
        "kube-score/enable" => {
            let checks = names().flat_map(of_kube_score);
            let ids: Vec<_> = checks.map(|check| check.id).collect();
            Some(Reading::Lost(format!(
                "an annotation asks for nothing; list {} in a policy that matches the object",
                if ids.is_empty() {
                    "the checks".to_owned()
                } else {
                    ids.join(", ")
                }
            )))
        }
        _ => None,
    }
}

/// One of its names implies another one.
fn of_kube_score(name: &str) -> Vec<&'static Check> {
    let mut checks = naming::named(&format!("kube-score/{name}"));
    if name == "container-resources" {
        checks.extend(naming::named(
            "kube-score/container-ephemeral-storage-request-and-limit",
        ));
    }
    checks
}

/// A reason ends with a line break or `;`.
fn reason(text: &str) -> String {
    match one_line(&text.replace(';', ",")) {
        empty if empty.is_empty() => format!("ignored in kube-linter, {NO_REASON}"),
        reason => reason,
    }
}
