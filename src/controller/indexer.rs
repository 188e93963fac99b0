//! The one task that writes to the inventory.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::reporter::News;
use crate::engine::PolicySet;
use crate::inventory::{Change, Inventory, ReportOn, Source, affected};
use crate::live::{Live, Snapshot};
use crate::model::{Key, Kind, Object, Text};
use crate::telemetry::metrics::ControllerMetrics;

/// What watches tell the indexer.
pub(super) enum Input {
    /// These are all the objects of a kind.
    Reset(Kind, Vec<Object>),
    /// An object is there, or has changed.
    Apply(Object),
    /// An object is gone.
    Delete(Key),
    /// The objects of a kind cannot be had.
    Unavailable(Kind, Text),
    /// These are the policies in force.
    Policies(PolicySet),
}

/// Inputs that are applied before a snapshot is published: a burst costs one.
const BATCH: usize = 256;

/// Applies inputs and publishes snapshots until the inputs end.
pub(super) async fn run(
    mut inputs: mpsc::Receiver<Input>,
    live: Arc<Live>,
    news: mpsc::UnboundedSender<News>,
    metrics: Arc<ControllerMetrics>,
) {
    let mut indexer = Indexer {
        inventory: Inventory::of_cluster(),
        policies: None,
        complete: false,
    };
    let mut batch = Vec::with_capacity(BATCH);
    while inputs.recv_many(&mut batch, BATCH).await > 0 {
        let touched = indexer.apply(batch.drain(..));
        metrics.set_records(indexer.inventory.len());
        live.publish(indexer.snapshot());
        // The reporter judges by what is published: it must not hear of a change before.
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

struct Indexer {
    inventory: Inventory,
    policies: Option<Arc<PolicySet>>,
    complete: bool,
}

enum Touched {
    Everything,
    Some(BTreeSet<ReportOn>),
}

impl Indexer {
    fn apply(&mut self, batch: impl Iterator<Item = Input>) -> Touched {
        let mut reports = BTreeSet::new();
        let mut everything = false;
        for input in batch {
            let before = self.inventory.clone();
            let mut changes = Vec::new();
            match input {
                Input::Apply(object) => changes.extend(self.inventory.apply(object)),
                Input::Delete(key) => changes.extend(self.inventory.delete(&key)),
                Input::Reset(kind, objects) => {
                    everything |= *self.inventory.source(kind) != Source::Synced;
                    changes = self.inventory.reset(kind, objects);
                }
                Input::Unavailable(kind, reason) => {
                    let source = Source::Unavailable(reason.clone());
                    if self.inventory.set_source(kind, source) {
                        tracing::warn!(%kind, %reason, "A kind cannot be read; what depends on it is Unknown");
                        everything = true;
                    }
                }
                Input::Policies(policies) => {
                    self.policies = Some(Arc::new(policies));
                    everything = true;
                }
            }
            // Nothing is judged before everything is listed, and then all of it is.
            if self.complete && !everything {
                reports.extend(self.touched(&before, &changes));
            }
        }
        if !self.complete && self.is_complete() {
            self.complete = true;
            everything = true;
            tracing::info!(records = self.inventory.len(), "The cluster has been read");
        }
        if everything && self.complete {
            Touched::Everything
        } else {
            Touched::Some(reports)
        }
    }

    fn touched(&self, before: &Inventory, changes: &[Change]) -> BTreeSet<ReportOn> {
        changes
            .iter()
            .flat_map(|change| affected(before, &self.inventory, change))
            .collect()
    }

    fn is_complete(&self) -> bool {
        let pending = |kind| *self.inventory.source(kind) == Source::Pending;
        self.policies.is_some() && !super::kinds().iter().any(pending)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            inventory: self.inventory.clone(),
            policies: self.policies.clone().unwrap_or_default(),
            complete: self.complete,
        }
    }
}
