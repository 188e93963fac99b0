//! In which version of the API an object was written, by its `managedFields`.

use serde::Deserialize;

use super::scalar::{List, Present, Str, Time};
use crate::model::{Kind, Text, Written};

/// An entry of `managedFields`; most of the fields themselves are skipped.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Manager {
    manager: Option<Str>,
    api_version: Option<Str>,
    subresource: Option<Str>,
    operation: Option<Str>,
    time: Option<Time>,
    #[serde(rename = "fieldsV1")]
    fields: Option<Fields>,
}

/// Of the fields that a manager owns, whether the number of replicas is one.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Fields {
    #[serde(rename = "f:spec")]
    spec: Option<SpecFields>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SpecFields {
    #[serde(rename = "f:replicas")]
    replicas: Option<Present>,
}

/// Whether whoever applies the object says how many replicas there should be; `None` where nobody applies it on the server's side,
/// so that nothing tells what was written from what was filled in.
pub(super) fn applies_replicas(managers: &List<Manager>) -> Option<bool> {
    let applied = managers.0.iter().filter(|entry| {
        let is_apply = entry
            .operation
            .as_ref()
            .is_some_and(|name| &*name.0 == "Apply");
        let subresource = entry.subresource.as_ref();
        is_apply && subresource.is_none_or(|name| name.0.is_empty())
    });
    let mut applied = applied.peekable();
    applied.peek()?;
    Some(applied.any(|entry| {
        let spec = entry
            .fields
            .as_ref()
            .and_then(|fields| fields.spec.as_ref());
        spec.is_some_and(|spec| spec.replicas.is_some())
    }))
}

/// In which version: in one on its way out, where the last write of some manager was, and of several in that which goes first. What it wrote before does not count, though its
/// entry stays for as long as those fields do; nor what controllers write to subresources.
pub(super) fn by_managers(kind: Kind, managers: List<Manager>) -> Written {
    let is_own = |entry: &Manager| {
        entry
            .subresource
            .as_ref()
            .is_none_or(|name| name.0.is_empty())
    };
    let mut last: Vec<(Text, Option<jiff::Timestamp>, Written)> = Vec::new();
    for entry in managers.0.into_iter().filter(is_own) {
        let Some(api_version) = entry.api_version else {
            continue;
        };
        let written = Written::of(kind, &api_version.0);
        let (name, time) = (
            super::text(entry.manager),
            entry.time.and_then(|time| time.0),
        );
        match last.iter_mut().find(|(known, ..)| *known == name) {
            Some(known) if known.1 > time => {}
            Some(known) => *known = (name, time, written),
            None => last.push((name, time, written)),
        }
    }
    let superseded = last.iter().filter_map(|(.., written)| match written {
        Written::Superseded(version) => Some(*version),
        _ => None,
    });
    match superseded.min_by_key(|version| version.removed()) {
        Some(version) => Written::Superseded(version),
        None if last.is_empty() => Written::Unsaid,
        None => Written::Served,
    }
}
