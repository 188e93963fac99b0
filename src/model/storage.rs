//! What is kept of the storage of a cluster.

use super::{ClaimSpec, Meta, Text};

/// A PersistentVolumeClaim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersistentVolumeClaim {
    /// Its metadata.
    pub meta: Meta,
    /// What it asks for.
    pub spec: ClaimSpec,
    /// The PersistentVolume that it is bound to, or asks for.
    pub volume: Option<Text>,
    /// What became of it.
    pub phase: ClaimPhase,
}

/// What became of a PersistentVolumeClaim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClaimPhase {
    /// It has no volume yet; so it is in a manifest.
    #[default]
    Pending,
    /// It has one.
    Bound,
    /// It had one.
    Lost,
}

/// A PersistentVolume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersistentVolume {
    /// Its metadata.
    pub meta: Meta,
    /// Its StorageClass; empty for none.
    pub class: Text,
    /// The namespace and name of the claim that has it, or that it is kept for.
    pub claim: Option<(Text, Text)>,
    /// What became of it.
    pub phase: VolumePhase,
    /// Whether it is a directory of whichever node the pod happens to run on: a `hostPath` without `nodeAffinity`.
    pub is_any_node: bool,
    /// Whether its own attributes say that it is encrypted.
    pub is_encrypted: bool,
}

/// What became of a PersistentVolume.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum VolumePhase {
    /// No claim has it; so it is in a manifest.
    #[default]
    Available,
    /// A claim has it.
    Bound,
    /// Its claim is gone.
    Released,
    /// It could not be given back.
    Failed,
}

/// A StorageClass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageClass {
    /// Its metadata.
    pub meta: Meta,
    /// Whether claims that name no class get this one.
    pub is_default: bool,
    /// Whether it makes volumes: its provisioner is not `kubernetes.io/no-provisioner`.
    pub provisions: bool,
    /// Whether it makes them only once a pod that uses the claim is placed (`WaitForFirstConsumer`).
    pub waits_for_pod: bool,
    /// Whether the volumes that it makes are encrypted, by its parameters or because its provisioner always does that.
    pub encrypts: bool,
}
