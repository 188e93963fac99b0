//! The objects that items are judged by: as records where checks look at them, as documents where evidence does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::Value;

use super::{ELSEWHERE, LISTS, Reader, Reading, record};
use crate::cel::Projection;
use crate::checklist::{Item, Way};
use crate::cli::cluster::lists::{Absent, Where, list};
use crate::controller::PART;
use crate::evidence::{Demand, Document, GroupKind, Piece, Source, catalogue};
use crate::inventory;
use crate::model::{Kind, KindSet, Text};

/// The objects of a kind, or why there are none.
type Listed = Result<Vec<Value>, Absent>;

/// What is wanted of a kind.
#[derive(Default)]
struct Wish {
    /// There are records of it.
    kind: Option<Kind>,
    /// These parts, for evidence.
    parts: Option<Projection>,
    /// Evidence may be in any namespace.
    is_wide: bool,
}

/// The version to list a kind in: records are read in one that is known, evidence in the one that it was written for.
fn version(kind: &GroupKind, wish: &Wish) -> Option<&'static str> {
    wish.kind.map(Kind::version).or_else(|| {
        let mut specs = catalogue().specs().map(|(_, spec)| spec);
        let spec = specs.find(|spec| GroupKind::of(&spec.api_version, &spec.kind) == *kind)?;
        spec.api_version.rsplit('/').next()
    })
}

impl Reader<'_> {
    /// The objects that items are judged by.
    pub(super) async fn objects(&self, reading: &mut Reading, items: &[Arc<Item>]) {
        let kinds = kinds(items);
        let pieces: Vec<Piece> = items.iter().flat_map(|item| pieces(item)).collect();
        let demand = Demand::of(&pieces);
        let mut wanted: BTreeMap<GroupKind, Wish> = BTreeMap::new();
        for kind in kinds.iter() {
            wanted
                .entry(GroupKind::new(kind.group(), kind.name()))
                .or_default()
                .kind = Some(kind);
        }
        for (kind, parts) in demand.iter() {
            let elsewhere = pieces
                .iter()
                .any(|piece| piece.kind() == Some(kind) && piece.looks_elsewhere());
            let wish = wanted.entry(kind.clone()).or_default();
            wish.parts = Some(parts.clone());
            wish.is_wide |= elsewhere || GroupKind::routes().any(|route| route == *kind);
        }
        let lists = wanted
            .iter()
            .map(|(kind, wish)| async move { (kind, wish, self.list(kind, wish).await) });
        let lists: Vec<_> = stream::iter(lists).buffer_unordered(LISTS).collect().await;
        let (mut forbidden, mut in_part) = (BTreeSet::new(), BTreeSet::new());
        for (kind, wish, (listed, partly)) in lists {
            match &listed {
                Err(Absent::Forbidden(what)) => drop(forbidden.insert(what.to_string())),
                Err(Absent::Unavailable(why)) => reading.gaps.push(format!("{kind}: {why}")),
                Ok(_) if partly.is_some() => drop(in_part.insert(kind.kind.to_string())),
                _ => {}
            }
            reading.store(kind, wish, listed, partly);
        }
        for (kinds, of) in [(forbidden, ""), (in_part, " of other namespaces")] {
            if !kinds.is_empty() {
                let kinds: Vec<_> = kinds.into_iter().collect();
                reading.gaps.push(format!(
                    "you have no permission to list {}{of}",
                    kinds.join(", ")
                ));
            }
        }
    }

    /// Lists a kind where it must be looked for. Where only a part may be seen, also says why.
    async fn list(&self, kind: &GroupKind, wish: &Wish) -> (Listed, Option<Text>) {
        let client = &self.cluster.client;
        let own = Where::In(&self.cluster.namespace, None);
        let known = wish.kind.map(|kind| {
            let gvk = GroupVersionKind::gvk(kind.group(), kind.version(), kind.name());
            ApiResource::from_gvk_with_plural(&gvk, kind.plural())
        });
        let resource = match known.filter(|_| wish.kind.is_some_and(|kind| !kind.is_custom())) {
            Some(resource) => resource,
            None => match self.served.find(kind, version(kind, wish)) {
                Ok(resource) => resource.clone(),
                Err(missing) => return (Err(missing), None),
            },
        };
        let part = PART
            .iter()
            .find(|part| Some(part.kind) == wish.kind && wish.parts.is_none());
        if let Some(part) = part {
            return (
                list(
                    client,
                    &resource,
                    Where::In(part.namespace, Some(part.labels)),
                )
                .await,
                None,
            );
        }
        if wish.kind.is_some_and(|kind| !kind.is_namespaced()) {
            return (list(client, &resource, Where::Everywhere).await, None);
        }
        if !wish.is_wide && wish.kind.is_none_or(|kind| !ELSEWHERE.contains(kind)) {
            let listed = list(client, &resource, own).await;
            // A kind without namespaces is found nowhere in one.
            return match listed {
                Err(Absent::NotServed) if wish.kind.is_none() => {
                    (list(client, &resource, Where::Everywhere).await, None)
                }
                listed => (listed, None),
            };
        }
        match list(client, &resource, Where::Everywhere).await {
            Err(absent @ Absent::Forbidden(_)) => match list(client, &resource, own).await {
                Ok(listed) => (
                    Ok(listed),
                    Some(format!("{} in other namespaces", absent.why()).into()),
                ),
                Err(absent) => (Err(absent), None),
            },
            listed => (listed, None),
        }
    }
}

impl Reading {
    fn store(&mut self, kind: &GroupKind, wish: &Wish, listed: Listed, partly: Option<Text>) {
        if let Some(known) = wish.kind.filter(|kind| *kind != Kind::Namespace) {
            match &listed {
                Ok(objects) => {
                    let records = objects.iter().filter_map(|object| record(known, object));
                    self.inventory.reset(known, records.collect::<Vec<_>>());
                    if let Some(why) = &partly {
                        self.inventory
                            .set_source(known, inventory::Source::Unavailable(why.clone()));
                    }
                }
                Err(Absent::NotServed) if known.is_custom() => drop(self.inventory.unserve(known)),
                Err(Absent::NotServed) => {
                    let why = "the API server does not have them".into();
                    self.inventory
                        .set_source(known, inventory::Source::Unavailable(why));
                }
                Err(absent) => {
                    self.inventory
                        .set_source(known, inventory::Source::Unavailable(absent.why()));
                }
            }
        }
        let Some(parts) = &wish.parts else {
            return;
        };
        self.documents.keep(kind, parts);
        let source = match (listed, partly) {
            (Ok(objects), partly) => {
                let documents = objects
                    .iter()
                    .filter_map(|object| Document::decode(kind, object, parts));
                self.documents.reset(kind, documents.collect::<Vec<_>>());
                partly.map(Source::Unavailable)
            }
            (Err(Absent::NotServed), _) => Some(Source::NotServed),
            (Err(absent), _) => Some(Source::Unavailable(absent.why())),
        };
        if let Some(source) = source {
            self.documents.set_source(kind, source);
        }
    }
}

/// The kinds that there are records of and that some item's checks look at, and the workloads.
fn kinds(items: &[Arc<Item>]) -> KindSet {
    let checks = items.iter().flat_map(|item| match &item.way {
        Way::Checks(checks) => checks.as_slice(),
        _ => &[],
    });
    let kinds = checks.fold(KindSet::WORKLOADS, |kinds, check| {
        kinds.union(check.subjects).union(check.reads)
    });
    kinds
        .without(KindSet::FILES_ONLY)
        .without(KindSet::of(&[Kind::Namespace]))
}

/// The evidence that an item asks for.
fn pieces(item: &Item) -> Vec<Piece> {
    match &item.way {
        Way::Evidence(pieces) => pieces.clone(),
        Way::Cel(rule) => vec![rule.piece.clone()],
        _ => Vec::new(),
    }
}
