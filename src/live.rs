//! The state that the parts of a running operator share: the latest snapshot of the records and the policies.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::engine::PolicySet;
use crate::inventory::Inventory;

/// The records and the policies as they were at one moment. Everything decided about one request or one report is decided by
/// one of these.
#[derive(Debug)]
pub struct Snapshot {
    /// The records.
    pub inventory: Inventory,
    /// The policies in force.
    pub policies: Arc<PolicySet>,
    /// Whether the policies, and every kind that they need, are listed or cannot be had: verdicts are worth something.
    pub complete: bool,
}

/// The latest snapshot: written by one task, read by all.
#[derive(Debug)]
pub struct Live {
    current: ArcSwap<Snapshot>,
    version: watch::Sender<u64>,
}

impl Live {
    /// Before anything is known.
    pub fn new() -> Arc<Self> {
        Self::at(Snapshot {
            inventory: Inventory::of_cluster(),
            policies: Arc::default(),
            complete: false,
        })
    }

    /// At a snapshot.
    pub fn at(snapshot: Snapshot) -> Arc<Self> {
        Arc::new(Self {
            current: ArcSwap::from_pointee(snapshot),
            version: watch::Sender::new(0),
        })
    }

    /// The latest snapshot. Cheap, and never waits for the writer.
    pub fn snapshot(&self) -> arc_swap::Guard<Arc<Snapshot>> {
        self.current.load()
    }

    /// Replaces the snapshot.
    pub fn publish(&self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
        self.version.send_modify(|version| *version += 1);
    }

    /// Told of every new snapshot.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}
