//! The objects that pieces of evidence look at.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use imbl::{OrdMap, OrdSet};

use super::document::Alone;
use super::{Document, GroupKind};
use crate::cel::{Program, Projection};
use crate::model::Text;

/// Objects of any kinds, of each the parts that are read. A clone is a snapshot: it costs a few reference counts, and later
/// writes do not show in it.
#[derive(Clone, Debug)]
pub struct Documents {
    kinds: OrdMap<GroupKind, Collection>,
    /// What is said of a kind that was never mentioned.
    unmentioned: Source,
}

/// Whether the objects of a kind are all here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The first list is not complete.
    Pending,
    /// All of them, up to date as far as the watch is.
    Synced,
    /// The cluster has no such kind. That is no evidence, and no error.
    NotServed,
    /// They cannot be had, and why.
    Unavailable(Text),
}

/// One document that is not what it was.
#[derive(Clone, Debug)]
pub struct Change {
    /// The document before; `None` where there was none.
    pub before: Option<Arc<Document>>,
    /// The document after; `None` where there is none any more.
    pub after: Option<Arc<Document>>,
}

/// The objects of one kind.
#[derive(Clone, Debug)]
struct Collection {
    source: Source,
    kept: Arc<Projection>,
    namespaces: OrdMap<Text, OrdMap<Text, Arc<Document>>>,
    /// Of routes: by the namespace and name of a Service, the namespaces and names of what leads to it.
    backends: OrdMap<(Text, Text), OrdSet<(Text, Text)>>,
    meeting: Arc<Meeting>,
}

/// The documents that meet a condition, by the condition's id, found when first asked for. A write to the kind begins anew.
type Meeting = Mutex<HashMap<u32, Arc<[Arc<Document>]>>>;

impl Documents {
    /// None yet, of a cluster: nothing has been listed.
    pub fn of_cluster() -> Self {
        Self {
            kinds: OrdMap::new(),
            unmentioned: Source::Pending,
        }
    }

    /// None yet, of files: what is not put in is not there.
    pub fn of_files() -> Self {
        Self {
            kinds: OrdMap::new(),
            unmentioned: Source::Synced,
        }
    }

    /// From now on these parts of a kind's objects are kept. Answers whether they must be listed again, as what was kept
    /// before lacks something; until they are, the kind is pending.
    pub fn keep(&mut self, kind: &GroupKind, parts: &Projection) -> bool {
        let known = self.kinds.contains_key(kind);
        let collection = self.collection(kind);
        let lacking = !known || !collection.kept.covers(parts);
        if *collection.kept != *parts {
            collection.kept = Arc::new(parts.clone());
        }
        if lacking && collection.source == Source::Synced {
            collection.source = Source::Pending;
        }
        lacking
    }

    /// The parts of a kind's objects that are kept; `None` where none are. [`Document::decode`] wants them.
    pub fn kept(&self, kind: &GroupKind) -> Option<&Arc<Projection>> {
        self.kinds.get(kind).map(|collection| &collection.kept)
    }

    /// The kinds that were mentioned, in order.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.kinds.keys()
    }

    /// Stores a document in place of that of the same object. `None` where that was the same already.
    pub fn apply(&mut self, document: Document) -> Option<Change> {
        let collection = self.collection(document.kind());
        let before = collection
            .get(document.namespace(), document.name())
            .cloned();
        if before.as_deref() == Some(&document) {
            return None;
        }
        if let Some(before) = &before {
            collection.unlink(before);
        }
        let after = Arc::new(document);
        collection.insert(&after);
        Some(Change {
            before,
            after: Some(after),
        })
    }

    /// Removes a document. `None` where there was none.
    pub fn delete(&mut self, kind: &GroupKind, namespace: &str, name: &str) -> Option<Change> {
        let before = self.kinds.get_mut(kind)?.remove(namespace, name)?;
        Some(Change {
            before: Some(before),
            after: None,
        })
    }

    /// Makes the documents of a kind exactly these, and the kind synced.
    pub fn reset(
        &mut self,
        kind: &GroupKind,
        documents: impl IntoIterator<Item = Document>,
    ) -> Vec<Change> {
        let mut gone: OrdSet<(Text, Text)> = self
            .of_kind(kind)
            .map(|document| (document.namespace().clone(), document.name().clone()))
            .collect();
        let mut changes = Vec::new();
        for document in documents {
            gone.remove(&(document.namespace().clone(), document.name().clone()));
            changes.extend(self.apply(document));
        }
        changes.extend(
            gone.iter()
                .filter_map(|(namespace, name)| self.delete(kind, namespace, name)),
        );
        self.set_source(kind, Source::Synced);
        changes
    }

    /// Forgets a kind that nothing asks for any more.
    pub fn drop_kind(&mut self, kind: &GroupKind) -> Vec<Change> {
        let Some(collection) = self.kinds.remove(kind) else {
            return Vec::new();
        };
        let documents = collection
            .namespaces
            .values()
            .flat_map(|names| names.values());
        documents
            .map(|before| Change {
                before: Some(before.clone()),
                after: None,
            })
            .collect()
    }

    /// Says whether the objects of a kind are all here. True if that is news.
    pub fn set_source(&mut self, kind: &GroupKind, source: Source) -> bool {
        let collection = self.collection(kind);
        let news = collection.source != source;
        collection.source = source;
        news
    }

    /// Whether the objects of a kind are all here.
    pub fn source(&self, kind: &GroupKind) -> &Source {
        self.kinds
            .get(kind)
            .map_or(&self.unmentioned, |collection| &collection.source)
    }

    /// The document of an object.
    pub fn get(&self, kind: &GroupKind, namespace: &str, name: &str) -> Option<&Arc<Document>> {
        self.kinds.get(kind)?.get(namespace, name)
    }

    /// Every document of a kind, by namespace and name.
    pub fn of_kind(&self, kind: &GroupKind) -> impl Iterator<Item = &Arc<Document>> {
        let collection = self.kinds.get(kind).into_iter();
        collection
            .flat_map(|collection| collection.namespaces.values())
            .flat_map(|names| names.values())
    }

    /// Every document of a kind in a namespace, by name.
    pub fn in_namespace(
        &self,
        kind: &GroupKind,
        namespace: &str,
    ) -> impl Iterator<Item = &Arc<Document>> {
        let names = self
            .kinds
            .get(kind)
            .and_then(|collection| collection.namespaces.get(namespace));
        names.into_iter().flat_map(|names| names.values())
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        let collections = self.kinds.values();
        collections
            .flat_map(|collection| collection.namespaces.values())
            .map(OrdMap::len)
            .sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The documents of a kind that may meet a condition, by namespace and name. They are found once for all who ask of
    /// this state of the kind.
    pub(super) fn meeting(
        &self,
        kind: &GroupKind,
        condition: &Program,
        fresh: &mut u64,
    ) -> Arc<[Arc<Document>]> {
        let Some(collection) = self.kinds.get(kind) else {
            return Arc::default();
        };
        let lock = || {
            collection
                .meeting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(found) = lock().get(&condition.id()) {
            return found.clone();
        }
        let meets = |document: &&Arc<Document>| document.meets(condition, fresh) != Alone::DoesNot;
        let found: Arc<[Arc<Document>]> = self.of_kind(kind).filter(meets).cloned().collect();
        lock().insert(condition.id(), found.clone());
        found
    }

    /// The routes of a kind to a Service.
    pub(super) fn routes_to(
        &self,
        kind: &GroupKind,
        service: &(Text, Text),
    ) -> impl Iterator<Item = &Arc<Document>> {
        let collection = self.kinds.get(kind);
        let routes = collection.and_then(|collection| collection.backends.get(service));
        routes
            .into_iter()
            .flatten()
            .filter_map(move |(namespace, name)| collection?.get(namespace, name))
    }

    fn collection(&mut self, kind: &GroupKind) -> &mut Collection {
        let source = &self.unmentioned;
        self.kinds
            .entry(kind.clone())
            .or_insert_with(|| Collection {
                source: source.clone(),
                kept: Arc::new(Projection::presence()),
                namespaces: OrdMap::new(),
                backends: OrdMap::new(),
                meeting: Arc::default(),
            })
    }
}

impl Collection {
    fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Document>> {
        self.namespaces.get(namespace)?.get(name)
    }

    fn insert(&mut self, document: &Arc<Document>) {
        let key = (document.namespace().clone(), document.name().clone());
        for backend in document.backends() {
            self.backends
                .entry(backend.clone())
                .or_default()
                .insert(key.clone());
        }
        self.namespaces
            .entry(key.0)
            .or_default()
            .insert(key.1, document.clone());
        self.meeting = Arc::default();
    }

    fn remove(&mut self, namespace: &str, name: &str) -> Option<Arc<Document>> {
        let names = self.namespaces.get_mut(namespace)?;
        let before = names.remove(name)?;
        if names.is_empty() {
            self.namespaces.remove(namespace);
        }
        self.unlink(&before);
        self.meeting = Arc::default();
        Some(before)
    }

    fn unlink(&mut self, document: &Document) {
        let key = (document.namespace().clone(), document.name().clone());
        for backend in document.backends() {
            if let Some(routes) = self.backends.get_mut(backend) {
                routes.remove(&key);
                if routes.is_empty() {
                    self.backends.remove(backend);
                }
            }
        }
    }
}
