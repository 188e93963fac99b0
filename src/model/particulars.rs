//! What only some kinds of workloads have.

use jiff::Timestamp;

use super::Text;

/// What only some kinds of workloads have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Particulars {
    /// Nothing that a check reads.
    #[default]
    None,
    /// Of a StatefulSet.
    StatefulSet(Box<StatefulParts>),
    /// Of a Job, or of the Jobs of a CronJob.
    Job(Box<JobParts>),
}

impl Particulars {
    /// Those of a StatefulSet.
    pub fn stateful(&self) -> Option<&StatefulParts> {
        match self {
            Self::StatefulSet(parts) => Some(parts),
            _ => None,
        }
    }

    /// Those of a Job, or of the Jobs of a CronJob.
    pub fn job(&self) -> Option<&JobParts> {
        match self {
            Self::Job(parts) => Some(parts),
            _ => None,
        }
    }
}

/// What a StatefulSet says beside its pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatefulParts {
    /// The Service that gives its pods their names; empty where there is none.
    pub service_name: Text,
    /// How many of its pods an update leaves alone (`updateStrategy.rollingUpdate.partition`).
    pub partition: i32,
    /// Whether it starts and stops its pods without waiting for one another (`podManagementPolicy: Parallel`).
    pub is_parallel: bool,
    /// What deletes the claims of its pods, with their data.
    pub retention: Retention,
}

/// What deletes the claims that a StatefulSet makes (`persistentVolumeClaimRetentionPolicy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Deleting the StatefulSet does.
    pub deletes_with_set: bool,
    /// Scaling it down does.
    pub deletes_with_pod: bool,
}

/// What a Job says beside its pods, and a CronJob of its Jobs and of when they run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobParts {
    /// How often a failed pod is replaced, with the default of 6 filled in.
    pub backoff_limit: i32,
    /// Whether the limit is one for each index (`backoffLimitPerIndex`), or whatever counts is said by other means.
    pub counts_otherwise: bool,
    /// After how many seconds it is ended whatever it does: its own `activeDeadlineSeconds`, else its pods'.
    pub deadline: Option<i64>,
    /// After how many seconds it is deleted once it ended (`ttlSecondsAfterFinished`).
    pub ttl: Option<i32>,
    /// By how many seconds a run of a CronJob may be late (`startingDeadlineSeconds`).
    pub starting_deadline: Option<i64>,
}

/// What the cluster says of the runs of a CronJob.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// When the last one was due that was started.
    pub last: Option<Timestamp>,
    /// When the last one that succeeded had ended.
    pub succeeded: Option<Timestamp>,
    /// How many run.
    pub active: usize,
}
