//! The state that the parts of a running operator share: the latest snapshot of the records and the policies.

mod statuses;

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use imbl::OrdMap;
use jiff::Timestamp;

use crate::checklist::Checklists;
use crate::engine::{PolicySet, Relief};
use crate::evidence::Documents;
use crate::inventory::{Inventory, View};
use crate::launch::{Facts, Launch};
use crate::people::{Guard, Name, People};
use crate::promql::Measurements;

pub use statuses::{Known, Statuses};

/// The records and the policies as they were at one moment. Everything decided about one request or one report is decided by
/// one of these.
#[derive(Debug)]
pub struct Snapshot {
    /// The records.
    pub inventory: Inventory,
    /// The policies in force.
    pub policies: Arc<PolicySet>,
    /// Every checklist.
    pub checklists: Arc<Checklists>,
    /// The launches.
    pub launches: OrdMap<Name, Arc<Launch>>,
    /// What people state.
    pub people: People,
    /// What the statuses of what people write say.
    pub statuses: Statuses,
    /// Objects that evidence is looked for in.
    pub documents: Documents,
    /// What servers measured.
    pub measurements: Measurements,
    /// Whether the policies, and every kind that they need, are listed or cannot be had: verdicts are worth something.
    pub complete: bool,
}

/// Samples older than this are no answer, where no policy says another age.
const OLDEST_SAMPLE: std::time::Duration = std::time::Duration::from_secs(15 * 60);

impl Snapshot {
    /// Before anything is known.
    pub fn empty() -> Self {
        Self {
            inventory: Inventory::of_cluster(),
            policies: Arc::default(),
            checklists: Arc::default(),
            launches: OrdMap::new(),
            // In a cluster, what nothing checked is worth nothing.
            people: People {
                guard: Guard::Seen(Vec::new()),
                ..People::default()
            },
            statuses: Statuses::default(),
            documents: Documents::of_cluster(),
            measurements: Measurements::new(OLDEST_SAMPLE),
            complete: false,
        }
    }

    /// What launches are judged by at a moment; the view may have a workload as it would be.
    pub fn facts<'a>(&'a self, view: View<'a>, now: Timestamp) -> Facts<'a> {
        Facts {
            view: view.at(now),
            documents: &self.documents,
            checklists: &self.checklists,
            policies: &self.policies,
            people: &self.people,
            measurements: &self.measurements,
            now,
        }
    }
}

impl Snapshot {
    /// What exceptions are looked for in at a moment.
    pub fn relief(&self, now: Timestamp) -> Relief<'_> {
        Relief {
            people: &self.people,
            policies: &self.policies,
            checklists: &self.checklists,
            now,
        }
    }
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
        Self::at(Snapshot::empty())
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
