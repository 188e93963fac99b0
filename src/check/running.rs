//! What the checks on what runs share.

use super::{Context, Undecided};
use crate::inventory::Replica;
use crate::model::{Kind, Observed, Progress, Rollout, Strategy, Stub, Workload};

/// The newest revision of a workload: the one that its template is.
#[derive(Clone, Copy, Debug)]
pub enum Newest<'a> {
    /// The kind has no revisions.
    All,
    /// This one.
    Kept(&'a Stub),
    /// There is no pod of it yet; all that are kept are older.
    Unmade,
    /// That is not known, for this reason.
    Unknown(&'static str),
}

impl<'a> Newest<'a> {
    /// Of a workload that is judged itself.
    ///
    /// # Errors
    /// Where its revisions cannot be looked up.
    pub fn of(context: &Context<'a>, workload: &Workload) -> Result<Self, Undecided> {
        let view = context.read(Kind::ReplicaSet)?;
        // Of both kinds, so that no verdict depends on which one a workload happens to have.
        context.read(Kind::ControllerRevision)?;
        if !matches!(
            workload.kind(),
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet
        ) {
            return Ok(Self::All);
        }
        let rollout = match observed(workload) {
            Ok(rollout) => rollout,
            Err(reason) => return Ok(Self::Unknown(reason)),
        };
        let revisions = view.revisions(workload);
        let newest = match workload.kind() {
            // A paused Deployment goes on naming the revision before.
            Kind::Deployment if rollout.updated == 0 && rollout.replicas > 0 => {
                return Ok(Self::Unmade);
            }
            // The controller gives it the highest number, and the Deployment that number.
            Kind::Deployment => revisions
                .first()
                .filter(|newest| newest.revision == rollout.revision && rollout.revision != 0),
            Kind::StatefulSet => revisions
                .iter()
                .find(|revision| revision.meta.key.name == rollout.update_revision),
            // The highest number as well.
            _ => revisions.first(),
        };
        Ok(newest.map_or(
            Self::Unknown("its newest revision is not known yet"),
            |newest| Self::Kept(newest),
        ))
    }

    /// Whether a pod of the workload is of this revision.
    pub fn has(&self, pod: &Replica<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Kept(revision) => match revision.meta.key.kind {
                Kind::ReplicaSet => *revision.meta.uid == *pod.owner,
                _ => *revision.hash == *pod.revision,
            },
            Self::Unmade | Self::Unknown(_) => false,
        }
    }
}

/// What a workload's controller says of it as it is.
///
/// # Errors
/// A reason, where it has not said anything since the last change.
pub fn observed(workload: &Workload) -> Result<&Rollout, &'static str> {
    match &workload.observed {
        Observed::Rollout(rollout) if rollout.is_current(&workload.meta) => Ok(rollout),
        _ => Err("its controller has not seen the last change yet"),
    }
}

/// How far a rollout is from what it should be, as `kubectl rollout status` decides it. None where it is complete.
pub fn lacks(workload: &Workload, rollout: &Rollout) -> Option<String> {
    let Rollout {
        wanted,
        held_back,
        replicas,
        updated,
        ready,
        available,
        ..
    } = rollout;
    // A StatefulSet counts pods as soon as they are ready.
    let (well, word) = match workload.kind() {
        Kind::StatefulSet => (ready, "ready"),
        _ => (available, "available"),
    };
    // Where pods are replaced when somebody deletes them, no number of them is due.
    let renewed = match workload.strategy {
        Strategy::OnDelete => 0,
        _ => wanted - held_back,
    };
    if *updated < renewed {
        return Some(format!(
            "{updated} of {renewed} pods are of the newest revision"
        ));
    }
    if workload.kind() == Kind::Deployment && replicas > updated {
        let older = replicas - updated;
        return Some(format!(
            "{older} of {replicas} pods are of an older revision"
        ));
    }
    (well < wanted).then(|| format!("{well} of {wanted} pods are {word}"))
}

/// Whether a rollout that is not complete may still become so by itself.
pub fn is_under_way(rollout: &Rollout) -> bool {
    rollout.progress == Progress::UnderWay
}

/// Names, as many as fit into a line.
pub fn some<'a>(mut names: impl Iterator<Item = &'a str>) -> String {
    let first: Vec<_> = names.by_ref().take(3).collect();
    let others = if names.next().is_some() {
        " and others"
    } else {
        ""
    };
    format!("{}{others}", first.join(", "))
}
