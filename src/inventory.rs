//! The indexed set of records that verdicts are made from.
//!
//! It is fed by watches or by files through the same three writes: [`apply`](Inventory::apply),
//! [`delete`](Inventory::delete) and [`reset`](Inventory::reset). Each answers with the [`Change`]s that it made, and
//! [`affected`] says whose verdicts those can touch. Of files each object may also be [`add`](Inventory::add)ed once. A clone is a
//! snapshot: it costs a few reference counts (the first one of files, the edges), and later writes do not show in it.

mod affected;
mod edges;
mod pods;
mod record;
#[cfg(test)]
mod tests;
mod view;

use std::sync::{Arc, OnceLock};

use imbl::{OrdMap, OrdSet, Vector};

use self::edges::{Anchor, Edge, Fixed};
use self::pods::Pods;
use crate::model::{Key, Kind, Object, PodMaker, Text};

pub use affected::{ReportOn, Sight, affected};
pub use record::Record;
pub use view::{PeerNamespaces, Pools, Replica, View};

/// The records of a cluster, or of some files, with the edges between them.
#[derive(Debug)]
pub struct Inventory {
    objects: OrdMap<Key, Arc<Object>>,
    /// How many of them are of each kind: most kinds have none among files, and need not be looked for.
    population: [u32; Kind::ALL.len()],
    pods: Pods,
    /// Of files they are made when something is first looked up by them: often nothing is.
    edges: OnceLock<OrdSet<Edge>>,
    uids: OrdMap<Text, Key>,
    sources: [Source; Kind::ALL.len()],
    extent: Extent,
    /// Among files: custom resources that may make pods of which nothing is known.
    makers: Vector<Arc<PodMaker>>,
}

impl Clone for Inventory {
    fn clone(&self) -> Self {
        Self {
            objects: self.objects.clone(),
            population: self.population,
            pods: self.pods.clone(),
            // Made once for all clones.
            edges: self.edges().clone().into(),
            uids: self.uids.clone(),
            sources: self.sources.clone(),
            extent: self.extent,
            makers: self.makers.clone(),
        }
    }
}

/// What absence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A cluster: what is not here is not there.
    Cluster,
    /// Files: objects that Kubernetes makes itself, or that are often made elsewhere, may exist though they are not here.
    Files,
}

/// Whether the records of a kind are all here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The first list is not complete.
    Pending,
    /// All of them, up to date as far as the watch is.
    Synced,
    /// The API server has no such kind, which is a custom one: there are none of it, and that is a complete answer.
    NotServed,
    /// They cannot be had, and why: no permission, no such kind.
    Unavailable(Text),
}

impl Source {
    /// Whether what is not here is not there.
    pub fn is_complete(&self) -> bool {
        matches!(self, Self::Synced | Self::NotServed)
    }
}

/// One record that is not what it was.
#[derive(Clone, Debug)]
pub struct Change {
    /// The record before; `None` where there was none.
    pub before: Option<Record>,
    /// The record after; `None` where there is none any more.
    pub after: Option<Record>,
}

/// How many owners may stand between a pod and the workload that is judged in its place. Kubernetes' own are two at most.
const DEEPEST: usize = 8;

impl Inventory {
    /// An empty inventory of a cluster, nothing of which has been listed yet.
    pub fn of_cluster() -> Self {
        Self {
            // It grows by and by, and is looked at all the time.
            edges: OrdSet::new().into(),
            ..Self::new(Extent::Cluster, Source::Pending)
        }
    }

    /// An empty inventory of files.
    pub fn of_files() -> Self {
        Self::new(Extent::Files, Source::Synced)
    }

    fn new(extent: Extent, source: Source) -> Self {
        Self {
            objects: OrdMap::new(),
            population: [0; Kind::ALL.len()],
            pods: Pods::default(),
            edges: OnceLock::new(),
            uids: OrdMap::new(),
            sources: std::array::from_fn(|_| source.clone()),
            extent,
            makers: Vector::new(),
        }
    }

    /// Adds a custom resource among files that may make pods.
    pub fn add_maker(&mut self, maker: PodMaker) {
        self.makers.push_back(Arc::new(maker));
    }

    /// Stores a record in place of the one with its key. `None` where that was the same already.
    pub fn apply(&mut self, record: impl Into<Record>) -> Option<Change> {
        let record = record.into();
        let before = self.record(&record.key());
        if before.as_ref() == Some(&record) {
            return None;
        }
        let after = match record {
            Record::Object(object) => {
                match &before {
                    Some(Record::Object(before)) => self.unlink(before),
                    other => self.remove(other.as_ref()),
                }
                self.link(&object);
                let key = object.key().clone();
                let kind = key.kind as usize;
                if self.objects.insert(key, object.clone()).is_none() {
                    self.population[kind] += 1;
                }
                Record::Object(object)
            }
            Record::Instance(pod) => {
                // The same pod is most often only in another state, and stays where it is.
                let known = match &before {
                    Some(Record::Instance(known)) => Some(known),
                    other => {
                        self.remove(other.as_ref());
                        None
                    }
                };
                let owner = self.by_uid(&pod.lineage.owner).cloned();
                Record::Instance(self.pods.insert(pod, known, owner.as_deref()))
            }
        };
        Some(Change {
            before,
            after: Some(after),
        })
    }

    /// Stores the record of an object, unless there is one with its key. Whether it did.
    pub fn add(&mut self, object: &Arc<Object>) -> bool {
        let key = object.key();
        if let Some(known) = self.objects.insert(key.clone(), object.clone()) {
            // Names are seldom used twice: to look for each beforehand would take longer.
            self.objects.insert(key.clone(), known);
            return false;
        }
        self.link(object);
        self.population[key.kind as usize] += 1;
        true
    }

    /// Removes a record. `None` where there was none.
    pub fn delete(&mut self, key: &Key) -> Option<Change> {
        let before = self.record(key)?;
        self.remove(Some(&before));
        Some(Change {
            before: Some(before),
            after: None,
        })
    }

    fn remove(&mut self, record: Option<&Record>) {
        match record {
            Some(Record::Object(object)) => {
                self.unlink(object);
                if self.objects.remove(object.key()).is_some() {
                    self.population[object.key().kind as usize] -= 1;
                }
            }
            Some(Record::Instance(pod)) => self.pods.remove(pod),
            None => {}
        }
    }

    /// Makes the records of a kind exactly these, and the kind synced.
    pub fn reset(&mut self, kind: Kind, records: impl IntoIterator<Item = Record>) -> Vec<Change> {
        let mut gone: OrdSet<Key> = self
            .of_kind(kind)
            .map(|object| object.key().clone())
            .collect();
        if kind == Kind::Pod {
            gone.extend(self.pods.iter().map(|pod| pod.key()));
        }
        let mut changes = Vec::new();
        for record in records {
            gone.remove(&record.key());
            changes.extend(self.apply(record));
        }
        changes.extend(gone.iter().filter_map(|key| self.delete(key)));
        self.sources[kind as usize] = Source::Synced;
        changes
    }

    /// Makes a kind one that the API server does not have.
    pub fn unserve(&mut self, kind: Kind) -> Vec<Change> {
        let changes = self.reset(kind, []);
        self.sources[kind as usize] = Source::NotServed;
        changes
    }

    /// Says whether the records of a kind are all here. True if that is news.
    pub fn set_source(&mut self, kind: Kind, source: Source) -> bool {
        let news = self.sources[kind as usize] != source;
        self.sources[kind as usize] = source;
        news
    }

    /// Whether the records of a kind are all here.
    pub fn source(&self, kind: Kind) -> &Source {
        &self.sources[kind as usize]
    }

    /// What absence means in this inventory.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// How many records it has.
    pub fn len(&self) -> usize {
        self.objects.len() + self.pods.len()
    }

    /// Whether it has no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn record(&self, key: &Key) -> Option<Record> {
        if let Some(object) = self.objects.get(key) {
            return Some(Record::Object(object.clone()));
        }
        let pod = match key.kind {
            Kind::Pod => self.pods.get(&key.namespace, &key.name),
            _ => None,
        };
        pod.cloned().map(Record::Instance)
    }

    /// The record of an object; `None` for a pod of a workload.
    pub fn get(&self, key: &Key) -> Option<&Arc<Object>> {
        // Of most kinds there are none among files.
        self.has(key.kind).then(|| self.objects.get(key))?
    }

    /// The record of the object with a UID.
    pub fn by_uid(&self, uid: &str) -> Option<&Arc<Object>> {
        self.uids.get(uid).and_then(|key| self.objects.get(key))
    }

    /// Whether it has a record of a kind, but for those of pods of workloads.
    pub fn has(&self, kind: Kind) -> bool {
        self.population[kind as usize] > 0
    }

    /// Every record of a kind but those of pods of workloads, by namespace and name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Object>> {
        let objects = self.has(kind).then(|| {
            let from = Key::new(kind, "", "");
            self.objects.range(from..).map(|(_, object)| object)
        });
        let objects = objects.into_iter().flatten();
        objects.take_while(move |object| object.key().kind == kind)
    }

    /// Every record of a kind in a namespace, by name.
    pub fn in_namespace<'a>(
        &'a self,
        kind: Kind,
        namespace: &Text,
    ) -> impl Iterator<Item = &'a Arc<Object>> + use<'a> {
        let namespace = namespace.clone();
        let objects = self.has(kind).then(|| {
            let from = Key::new(kind, namespace.clone(), "");
            self.objects.range(from..).map(|(_, object)| object)
        });
        objects.into_iter().flatten().take_while(move |object| {
            object.key().kind == kind && object.key().namespace == namespace
        })
    }

    /// Whether an object is judged itself: no workload that is here controls it.
    pub fn is_top_level(&self, object: &Object) -> bool {
        let Object::Workload(workload) = object else {
            return false;
        };
        let Some(owner) = &workload.meta.controller else {
            return true;
        };
        // Whoever makes a Pod can name any object as its owner; only one that could be judged in its place counts.
        !owner.kind.is_some_and(Kind::is_workload) || !self.uids.contains_key(&owner.uid)
    }

    /// The workload that is judged in place of what the object with this UID controls, where it is here.
    fn top_of(&self, uid: &Text) -> Option<&Key> {
        let mut uid = uid;
        // A cycle of references would never end.
        for _ in 0..DEEPEST {
            let object = self.by_uid(uid)?;
            if self.is_top_level(object) {
                return Some(object.key());
            }
            let above = object.meta().controller.as_ref();
            uid = &above.filter(|_| object.key().kind.is_workload())?.uid;
        }
        None
    }

    fn anchored(&self, anchor: Anchor) -> impl Iterator<Item = &Arc<Object>> {
        let first = Edge {
            anchor: anchor.clone(),
            to: edges::first_key(),
        };
        self.edges()
            .range(first..)
            .take_while(move |edge| edge.anchor == anchor)
            .filter_map(|edge| self.objects.get(&edge.to))
    }

    /// The first selectors from here on, of the same kind in the same namespace.
    fn fixed_from(&self, from: Fixed) -> Option<&Fixed> {
        let (namespace, kind) = (from.namespace.clone(), from.kind);
        let first = Edge {
            anchor: Anchor::Selector(from),
            to: edges::first_key(),
        };
        match &self.edges().range(first..).next()?.anchor {
            Anchor::Selector(fixed) => {
                Some(fixed).filter(|fixed| fixed.namespace == namespace && fixed.kind == kind)
            }
            _ => None,
        }
    }

    /// The first pool of nodes from this one on.
    fn pool_from(&self, pool: Text) -> Option<&Text> {
        let first = Edge {
            anchor: Anchor::Pool(pool),
            to: edges::first_key(),
        };
        match &self.edges().range(first..).next()?.anchor {
            Anchor::Pool(pool) => Some(pool),
            _ => None,
        }
    }

    fn edges(&self) -> &OrdSet<Edge> {
        let of_all = || {
            self.objects
                .values()
                .flat_map(|object| Edge::all_of(object))
        };
        self.edges.get_or_init(|| of_all().collect())
    }

    fn link(&mut self, object: &Object) {
        if let Some(edges) = self.edges.get_mut() {
            edges.extend(Edge::all_of(object));
        }
        if !object.meta().uid.is_empty() {
            self.uids
                .insert(object.meta().uid.clone(), object.key().clone());
        }
    }

    fn unlink(&mut self, object: &Object) {
        if let Some(edges) = self.edges.get_mut() {
            for edge in Edge::all_of(object) {
                edges.remove(&edge);
            }
        }
        // A successor of the same name may have been applied first.
        if self.uids.get(&object.meta().uid) == Some(object.key()) {
            self.uids.remove(&object.meta().uid);
        }
    }
}
