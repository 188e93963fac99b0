//! What is kept of a controller's word on its workload.

use super::{Meta, Text};

/// How far a workload's controller has got, by its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// `observedGeneration`: the generation of the workload that all of this is about.
    pub generation: i64,
    /// How many pods there should be: `replicas` of the spec, or for a DaemonSet the Nodes that it is meant for.
    pub wanted: i32,
    /// How many of them stay at an older revision because the spec says so (`partition` of a StatefulSet).
    pub held_back: i32,
    /// How many pods there are.
    pub replicas: i32,
    /// How many of them are of the newest revision. Kinds without revisions count all.
    pub updated: i32,
    /// How many are ready.
    pub ready: i32,
    /// How many have been ready for `minReadySeconds`.
    pub available: i32,
    /// The number of the newest revision, where the object says it (`deployment.kubernetes.io/revision`, on Deployments and
    /// their ReplicaSets); else 0.
    pub revision: i64,
    /// The name of the newest ControllerRevision, where the status says it (`updateRevision`, StatefulSet); else empty.
    pub update_revision: Text,
    /// What a Deployment says of its progress.
    pub progress: Progress,
}

/// The condition `Progressing` of a Deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// There is none: the kind has no such condition, or there is no deadline.
    Unsaid,
    /// A rollout is under way, and not overdue.
    UnderWay,
    /// The last rollout was completed; pods may have been lost since.
    Complete,
    /// Somebody has paused it.
    Paused,
    /// It does not get on, for this reason.
    Stuck(Text),
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// Nothing is said of it yet.
    Unsaid,
    /// It does.
    True,
    /// It does not, for this reason.
    False(Text),
    /// Its controller does not know, for this reason.
    Unknown(Text),
}

impl Rollout {
    /// Whether all of this is about the workload as it is: its controller has seen the last change.
    pub fn is_current(&self, workload: &Meta) -> bool {
        self.generation >= workload.generation
    }
}
