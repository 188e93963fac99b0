//! The one task that writes to the inventory.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::authority::Regrant;
use super::ledger::{Entry, Ledger, Order};
use super::reporter::News;
use super::touched::Touched as TouchedLaunches;
use crate::engine::Conditions;
use crate::inventory::{Change, Inventory, Record, ReportOn, Sight, Source, affected};
use crate::live::{Live, Snapshot};
use crate::model::{Key, Kind, Text};
use crate::telemetry::metrics::ControllerMetrics;

/// What watches tell the indexer.
pub(super) enum Input {
    /// These are all the objects of a kind.
    Reset(Kind, Vec<Record>),
    /// An object is there, or has changed.
    Apply(Record),
    /// An object is gone.
    Delete(Key),
    /// The API server has no such kind.
    NotServed(Kind),
    /// The objects of a kind cannot be had.
    Unavailable(Kind, Text),
    /// Something that launches are judged by.
    Ledger(Box<Entry>),
}

/// Inputs that are applied before a snapshot is published: a burst costs one.
const BATCH: usize = 256;

/// Applies inputs and publishes snapshots until the inputs end.
pub(super) async fn run(
    mut inputs: mpsc::Receiver<Input>,
    live: Arc<Live>,
    news: mpsc::UnboundedSender<News>,
    launches: LaunchNews,
    conditions: watch::Sender<Conditions>,
    metrics: Arc<ControllerMetrics>,
) {
    let mut indexer = Indexer {
        inventory: Inventory::of_cluster(),
        ledger: Ledger::default(),
        regrants: BTreeSet::new(),
        complete: false,
    };
    let mut batch = Vec::with_capacity(BATCH);
    while inputs.recv_many(&mut batch, BATCH).await > 0 {
        let (touched, touched_launches) = indexer.apply(batch.drain(..));
        metrics.set_records(indexer.inventory.len());
        metrics.set_evidence(indexer.ledger.sources());
        tell(&conditions, indexer.ledger.in_force.conditions());
        live.publish(indexer.snapshot());
        // The reporter judges by what is published: it must not hear of a change before.
        launches.tell(&indexer.ledger, touched_launches);
        launches.regrant(std::mem::take(&mut indexer.regrants));
        let told = match touched {
            Touched::Everything => news.send(News::Everything),
            Touched::Some(reports) if reports.is_empty() => Ok(()),
            Touched::Some(reports) => news.send(News::Affected(reports)),
        };
        if told.is_err() {
            return;
        }
    }
}

/// Tells the watches what to ask of each object, where that is news to them.
fn tell(watches: &watch::Sender<Conditions>, conditions: &Conditions) {
    watches.send_if_modified(|known| {
        let is_news = known != conditions;
        if is_news {
            known.clone_from(conditions);
        }
        is_news
    });
}

struct Indexer {
    inventory: Inventory,
    ledger: Ledger,
    /// Where RBAC may grant otherwise, since it was last told.
    regrants: BTreeSet<Regrant>,
    complete: bool,
}

/// Where it is told which launches may be judged otherwise, what is to be watched for them, and what RBAC to be asked again.
pub(super) struct LaunchNews {
    pub(super) touched: mpsc::UnboundedSender<TouchedLaunches>,
    pub(super) orders: watch::Sender<Vec<Order>>,
    pub(super) regrants: mpsc::UnboundedSender<Regrant>,
}

impl LaunchNews {
    fn tell(&self, ledger: &Ledger, touched: TouchedLaunches) {
        let orders = ledger.orders();
        self.orders.send_if_modified(|known| {
            let news = *known != orders;
            *known = orders;
            news
        });
        if !touched.is_none() {
            // Nobody listens where nothing is written.
            drop(self.touched.send(touched));
        }
    }

    fn regrant(&self, regrants: BTreeSet<Regrant>) {
        for regrant in regrants {
            // Who asks ends only when all of it does.
            drop(self.regrants.send(regrant));
        }
    }
}

/// Whether a change is one of a Namespace.
fn is_of_namespace(change: &Change) -> bool {
    let records = change.before.iter().chain(&change.after);
    records
        .into_iter()
        .any(|record| record.key().kind == Kind::Namespace)
}

enum Touched {
    Everything,
    Some(BTreeSet<ReportOn>),
}

impl Indexer {
    fn apply(&mut self, batch: impl Iterator<Item = Input>) -> (Touched, TouchedLaunches) {
        let mut reports = BTreeSet::new();
        let mut everything = false;
        let mut launches = TouchedLaunches::none();
        let mut namespaces_changed = false;
        for input in batch {
            self.notice(&input);
            let before = self.inventory.clone();
            let mut changes = Vec::new();
            match input {
                Input::Apply(record) => changes.extend(self.inventory.apply(record)),
                Input::Delete(key) => changes.extend(self.inventory.delete(&key)),
                Input::Reset(kind, records) => {
                    everything |= !self.inventory.source(kind).is_complete();
                    changes = self.inventory.reset(kind, records);
                }
                Input::NotServed(kind) => {
                    everything |= !self.inventory.source(kind).is_complete();
                    changes = self.inventory.unserve(kind);
                }
                Input::Unavailable(kind, reason) => {
                    let source = Source::Unavailable(reason.clone());
                    if self.inventory.set_source(kind, source) {
                        tracing::warn!(%kind, %reason, "A kind cannot be read; what depends on it is Unknown");
                        everything = true;
                    }
                }
                Input::Ledger(entry) => {
                    let (touched, reports) = self.ledger.write(*entry, &self.inventory);
                    launches.and(touched);
                    everything |= reports;
                }
            }
            namespaces_changed |= changes.iter().any(is_of_namespace);
            // Nothing is judged before everything is listed, and then all of it is.
            if self.complete && !everything {
                let affected = self.touched(&before, &changes);
                launches.and(self.launches_of(&affected));
                reports.extend(affected);
            }
        }
        if namespaces_changed {
            // Policies select namespaces by their labels, and ask for checklists.
            self.ledger.order_anew(&self.inventory);
        }
        if !self.complete && self.is_complete() {
            self.complete = true;
            everything = true;
            tracing::info!(records = self.inventory.len(), "The cluster has been read");
        }
        if everything && self.complete {
            (Touched::Everything, TouchedLaunches::everything())
        } else {
            (Touched::Some(reports), launches)
        }
    }

    /// Notices that RBAC may grant otherwise. What roles say is not asked: not all of it is in their records.
    fn notice(&mut self, input: &Input) {
        let regrant = match input {
            Input::Apply(record) => Regrant::of(record.key().kind, &record.key().namespace),
            Input::Delete(key) => Regrant::of(key.kind, &key.namespace),
            // The first list is no news.
            Input::Reset(kind, _) if self.inventory.source(*kind).is_complete() => {
                Regrant::of(*kind, &Text::default()).map(|_| Regrant::Everywhere)
            }
            _ => None,
        };
        self.regrants.extend(regrant);
    }

    /// The launches of the namespaces of what is affected.
    fn launches_of(&self, affected: &BTreeSet<ReportOn>) -> TouchedLaunches {
        let namespaces: BTreeSet<_> = affected.iter().map(ReportOn::namespace).collect();
        self.ledger.launches_of(namespaces)
    }

    fn touched(&self, before: &Inventory, changes: &[Change]) -> BTreeSet<ReportOn> {
        // The items of a launch may look at what runs, whatever the policies judge workloads by.
        let sight = if self.ledger.launches.is_empty() {
            self.ledger.in_force.sight()
        } else {
            Sight::Running
        };
        changes
            .iter()
            .flat_map(|change| affected(before, &self.inventory, change, sight))
            .collect()
    }

    fn is_complete(&self) -> bool {
        let pending = |kind| *self.inventory.source(kind) == Source::Pending;
        self.ledger.is_complete() && !super::kinds().iter().any(pending)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            inventory: self.inventory.clone(),
            policies: self.ledger.in_force.clone(),
            checklists: self.ledger.checklists.clone(),
            launches: self.ledger.launches.clone(),
            people: self.ledger.people.clone(),
            statuses: self.ledger.statuses.clone(),
            documents: self.ledger.documents.clone(),
            measurements: self.ledger.measurements.clone(),
            complete: self.complete,
        }
    }
}
