//! What evidence is looked for in: which kinds must be watched, and what their objects are.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use super::Ledger;
use crate::cel::Projection;
use crate::checklist::Way;
use crate::controller::touched::Touched;
use crate::evidence::{
    Change, Demand, Document, Documents, Effort, GroupKind, Piece, Source, Subject,
};
use crate::inventory::{Inventory, View};
use crate::launch::Launch;

/// What a watch tells of the objects of a kind. One that was started for an older order is not listened to.
pub(in crate::controller) struct DocumentNews {
    pub(in crate::controller) order: Order,
    pub(in crate::controller) what: DocumentEvent,
}

pub(in crate::controller) enum DocumentEvent {
    /// These are all of them.
    All(Vec<Document>),
    /// One is there, or has changed.
    Is(Document),
    /// One is gone: its namespace and its name.
    Gone(String, String),
    /// They cannot be had, or there is no such kind.
    Source(Source),
}

/// An order to watch a kind. A later one of the same kind takes its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::controller) struct Order {
    pub(in crate::controller) kind: GroupKind,
    pub(in crate::controller) parts: Arc<Projection>,
    /// Of those that a workload controls, where that is another question.
    pub(in crate::controller) controlled: Option<Arc<Projection>>,
    pub(in crate::controller) number: u64,
}

impl Order {
    /// The document of an object; `None` where it has no name.
    pub(in crate::controller) fn document(&self, object: &Value) -> Option<Document> {
        match &self.controlled {
            Some(parts) if Document::is_controlled(object) => {
                Document::decode_controlled(&self.kind, object, parts)
            }
            _ => Document::decode(&self.kind, object, &self.parts),
        }
    }

    /// Whether all that is asked of what a workload controls is kept.
    fn covers_controlled(&self, parts: Option<&Projection>) -> bool {
        let kept = self.controlled.as_deref().unwrap_or(&self.parts);
        parts.is_none_or(|parts| kept.covers(parts))
    }
}

impl Ledger {
    /// How far the watches of what evidence is looked for in are, and of how many kinds.
    pub(in crate::controller) fn sources(&self) -> [(&'static str, usize); 4] {
        let mut counts = [
            ("synced", 0),
            ("pending", 0),
            ("not_served", 0),
            ("unavailable", 0),
        ];
        for kind in self.orders.keys() {
            let at = match self.documents.source(kind) {
                Source::Synced => 0,
                Source::Pending => 1,
                Source::NotServed => 2,
                Source::Unavailable(_) => 3,
            };
            counts[at].1 += 1;
        }
        counts
    }

    /// What is to be watched.
    pub(in crate::controller) fn orders(&self) -> Vec<Order> {
        self.orders.values().cloned().collect()
    }

    /// Works out what must be watched: what the items of some launch ask for.
    pub(in crate::controller) fn order_anew(&mut self, inventory: &Inventory) {
        let view = View::of(inventory);
        let mut names: BTreeSet<String> = BTreeSet::new();
        for launch in self.launches.values() {
            let policies = self.in_force.of_namespace(view, &launch.name.namespace);
            names.extend(
                policies
                    .filter_map(|policy| policy.launch.as_ref())
                    .flat_map(|rule| rule.checklists.clone()),
            );
            names.extend(launch.spec.checklists.iter().cloned());
        }
        let checklists = self.checklists.clone();
        let items = names
            .iter()
            .filter_map(|name| checklists.find(name))
            .flat_map(|checklist| &checklist.items);
        let pieces = items.flat_map(|item| match &item.way {
            Way::Evidence(pieces) => pieces.as_slice(),
            Way::Cel(rule) => std::slice::from_ref(&rule.piece),
            _ => &[],
        });
        self.in_use = pieces.cloned().collect();
        let demand = Demand::of(&self.in_use);
        let gone: Vec<GroupKind> = self
            .orders
            .keys()
            .filter(|kind| demand.get(kind).is_none())
            .cloned()
            .collect();
        for kind in gone {
            self.orders.remove(&kind);
            self.documents.drop_kind(&kind);
        }
        for (kind, parts) in demand.iter() {
            let controlled = demand.of_controlled(kind);
            let known = self.orders.get(kind);
            let suffices = known.is_some_and(|order| order.covers_controlled(controlled));
            if self.documents.keep(kind, parts) || !suffices {
                if *self.documents.source(kind) == Source::Synced {
                    self.documents.set_source(kind, Source::Pending);
                }
                self.count += 1;
                let kept = self.documents.kept(kind).cloned();
                let order = Order {
                    kind: kind.clone(),
                    parts: kept.unwrap_or_else(|| Arc::new(parts.clone())),
                    controlled: controlled.map(|parts| Arc::new(parts.clone())),
                    number: self.count,
                };
                self.orders.insert(kind.clone(), order);
            }
        }
    }

    pub(in crate::controller) fn documents_changed(
        &mut self,
        news: DocumentNews,
        inventory: &Inventory,
    ) -> Touched {
        let kind = news.order.kind.clone();
        if self
            .orders
            .get(&kind)
            .is_none_or(|order| order.number != news.order.number)
        {
            return Touched::none();
        }
        let documents = &mut self.documents;
        match news.what {
            DocumentEvent::All(all) => {
                let was_read = *documents.source(&kind) == Source::Synced;
                let changes = documents.reset(&kind, all);
                // A watch that begins anew lists what is known already.
                match was_read && changes.is_empty() {
                    true => Touched::none(),
                    false => Touched::every_launch(),
                }
            }
            DocumentEvent::Is(document) => {
                let change = documents.apply(document);
                self.concerned(change, inventory)
            }
            DocumentEvent::Gone(namespace, name) => {
                let change = documents.delete(&kind, &namespace, &name);
                self.concerned(change, inventory)
            }
            DocumentEvent::Source(source) => match documents.set_source(&kind, source) {
                true => Touched::every_launch(),
                false => Touched::none(),
            },
        }
    }

    /// The launches that a change of an object may make another: those with a workload for which it counted before or counts
    /// now, wherever it is. Of a workload, all of its namespace.
    fn concerned(&self, change: Option<Change>, inventory: &Inventory) -> Touched {
        let Some(change) = change else {
            return Touched::none();
        };
        let Some(document) = change.after.as_ref().or(change.before.as_ref()) else {
            return Touched::none();
        };
        let may_concern = |namespace: &str| -> Vec<&Piece> {
            let pieces = self.in_use.iter();
            pieces
                .filter(|piece| piece.may_concern(&change, namespace))
                .collect()
        };
        let own = document.namespace();
        let is_workload = GroupKind::workloads().any(|kind| kind == *document.kind());
        let mut touched = match is_workload {
            true => self.launches_of([own]),
            false => Touched::none(),
        };
        // No namespace has this name, so that it stands for every other one.
        let (near, far) = (may_concern(own), may_concern("/"));
        let mut looking = Looking {
            documents: &self.documents,
            view: View::of(inventory),
            change: &change,
            now: Timestamp::now(),
            effort: Effort::default(),
        };
        for (name, launch) in &self.launches {
            let pieces = if name.namespace == *own { &near } else { &far };
            if pieces.is_empty() || touched.launches.contains(name) {
                continue;
            }
            if looking.effort.pairs > MOST_PAIRS {
                return Touched::every_launch();
            }
            if looking.may_alter(launch, pieces) {
                touched.launches.insert(name.clone());
            }
        }
        touched
    }
}

/// How many pairs of object and workload are looked at for one change: some ten milliseconds. Where that is not enough, every
/// launch is judged again, which whoever writes the records down does not wait for.
const MOST_PAIRS: u64 = 5_000;

/// Looks whom a change makes another.
struct Looking<'a> {
    documents: &'a Documents,
    view: View<'a>,
    change: &'a Change,
    now: Timestamp,
    effort: Effort,
}

impl Looking<'_> {
    fn may_alter(&mut self, launch: &Launch, pieces: &[&Piece]) -> bool {
        launch.workloads(self.view).into_iter().any(|workload| {
            let key = workload.key();
            let kind = GroupKind::new(key.kind.group(), key.kind.name());
            let subject = Subject::of(self.documents, &kind, &key.namespace, &key.name);
            // Of a workload that has not been read, nothing can be said.
            subject.is_none_or(|subject| {
                pieces
                    .iter()
                    .any(|piece| piece.may_alter(self.change, &subject, self.now, &mut self.effort))
            })
        })
    }
}
