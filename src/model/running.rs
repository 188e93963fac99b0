//! What is kept of what runs: the status of pods, and pods that belong to workloads.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Key, Kind, Labels, Text, Workload};

/// Labels by which controllers tell the revisions of a workload's pods apart.
const REVISION_LABELS: [&str; 2] = ["controller-revision-hash", "pod-template-hash"];

/// What the cluster says of a workload; a manifest says nothing that counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Observed {
    /// Nothing, or the kind has nothing that a check reads.
    #[default]
    Nothing,
    /// How far its controller has got.
    Rollout(Box<super::Rollout>),
    /// How a Pod does that is judged itself.
    Pod(Box<PodStatus>),
    /// How the runs of a CronJob went.
    Runs(Box<super::Runs>),
}

/// How a pod does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodStatus {
    /// The Node that it is scheduled to.
    pub node: Option<Text>,
    /// Whether it is ready, and since when.
    pub ready: Ready,
    /// The containers that are not ready or were ever restarted. Most pods have none.
    pub containers: Box<[ContainerState]>,
    /// How far it has got.
    pub phase: Phase,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// The images that its containers run, where its kubelet has said so. Pods of one revision share them.
    pub digests: Option<Arc<Digests>>,
}

/// The digests of the images that containers run, by the container's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digests(pub Box<[(Text, Text)]>);

impl Digests {
    /// The digest of what a container runs, as `sha256:...`.
    pub fn of(&self, container: &str) -> Option<&Text> {
        let mut all = self.0.iter();
        all.find(|(name, _)| **name == *container)
            .map(|(_, digest)| digest)
    }
}

/// The condition `Ready` of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// It is not true.
    No,
    /// It has been true since then.
    Since(Second),
    /// It is true, and does not say since when.
    Undated,
}

/// A moment to the second, as Kubernetes writes it, in little room. Those before 1970 and after 2106 are as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Second(u32);

impl From<Timestamp> for Second {
    fn from(moment: Timestamp) -> Self {
        let seconds = moment.as_second().clamp(0, i64::from(u32::MAX));
        Self(u32::try_from(seconds).unwrap_or(u32::MAX))
    }
}

impl From<Second> for Timestamp {
    fn from(Second(seconds): Second) -> Self {
        Timestamp::from_second(i64::from(seconds)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// `status.phase` of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for a Node, its images or its init containers.
    Pending,
    /// At least one container runs or is being restarted.
    Running,
    /// All its containers ended, and are not restarted.
    Ended,
    /// Its Node does not answer, or the phase is none that Kubernetes knows.
    Unknown,
}

/// A container of a pod that is not ready, or was restarted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerState {
    /// Its name.
    pub name: Text,
    /// Whether it is ready, or an init container that has done its work.
    pub ready: bool,
    /// How often it was started again.
    pub restarts: i32,
    /// When it last started again, or ended while it waits to. None where it never did, and where that is not known: then
    /// it does not run.
    pub restarted: Option<Timestamp>,
    /// The Secret for want of which it does not start, or for want of a key in it, as the kubelet says.
    pub missing_secret: Option<Text>,
}

impl PodStatus {
    /// Whether its controller counts it: it neither ended nor is being deleted (`FilterActivePods`).
    pub fn is_active(&self) -> bool {
        self.phase != Phase::Ended && !self.deleting
    }
}

/// A pod of a workload, which is judged in its place. There may be very many, so that one takes little.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// What it has in common with others: one for all of them.
    pub lineage: Arc<Lineage>,
    /// Its name.
    pub name: Text,
    /// How it does.
    pub status: PodStatus,
}

/// What the pods of one owner have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lineage {
    /// Their namespace.
    pub namespace: Text,
    /// The UID of the owner that controls them: a ReplicaSet, a Job, a StatefulSet, ...
    pub owner: Text,
    /// Which of the owner's revisions they are of (`controller-revision-hash`, `pod-template-hash`); empty where they do not
    /// say.
    pub revision: Text,
}

impl Instance {
    /// Of a Pod that a workload controls, whether that is here or not; `None` for any other Pod, and for what is no Pod.
    pub fn of(pod: &Workload) -> Option<Self> {
        let Observed::Pod(status) = &pod.observed else {
            return None;
        };
        let owner = pod.meta.controller.as_ref()?;
        owner.kind.filter(|kind| kind.is_workload())?;
        let lineage = Lineage {
            namespace: pod.meta.key.namespace.clone(),
            owner: owner.uid.clone(),
            revision: revision_of(&pod.meta.labels).unwrap_or_else(|| "".into()),
        };
        Some(Self {
            lineage: Arc::new(lineage),
            name: pod.meta.key.name.clone(),
            status: (**status).clone(),
        })
    }

    /// Which object it is.
    pub fn key(&self) -> Key {
        Key::new(Kind::Pod, self.lineage.namespace.clone(), self.name.clone())
    }
}

/// Which revision the labels of a pod, a ReplicaSet or a ControllerRevision name.
pub(super) fn revision_of(labels: &Labels) -> Option<Text> {
    REVISION_LABELS
        .iter()
        .find_map(|label| labels.get(label))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hundred thousand of them must fit in little: with its name, its places in the indexes and the allocator's share, a
    /// pod takes some 200 bytes.
    #[test]
    fn a_pod_is_small() {
        assert!(
            size_of::<Instance>() <= 80,
            "{} bytes",
            size_of::<Instance>()
        );
    }
}
