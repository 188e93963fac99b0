//! What is kept of volumes and claims.

use super::{Quantity, Text};

/// A volume that keeps something beyond its pod, or that may. Others (`emptyDir`, `configMap`, `secret`, `projected`, ...) are
/// not kept; the ConfigMaps and Secrets in them are [references](super::Reference).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Its name.
    pub name: Text,
    /// Its place in `volumes`.
    pub index: u16,
    /// What it is.
    pub source: VolumeSource,
}

/// What a volume is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VolumeSource {
    /// A path of the node.
    HostPath(Text),
    /// The PersistentVolumeClaim of this name.
    Claim(Text),
    /// A claim that is made for the pod and goes with it.
    Ephemeral(ClaimSpec),
    /// A driver is asked by the pod itself, without a claim.
    Csi {
        /// Whether the pod may only read it.
        read_only: bool,
    },
    /// A disk or a share that the pod names itself, by the name of the field.
    Device(&'static str),
    /// A clone of a repository, made anew for each pod.
    GitRepo,
}

/// What a claim asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimSpec {
    /// How it may be mounted.
    pub modes: AccessModes,
    /// The StorageClass; `None` is the cluster's default, an empty one none at all.
    pub class: Option<Text>,
    /// How much, in bytes.
    pub storage: Option<Box<Quantity>>,
}

/// A `volumeClaimTemplate` of a StatefulSet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimTemplate {
    /// Its name, with which those of its claims begin.
    pub name: Text,
    /// What its claims ask for.
    pub spec: ClaimSpec,
}

/// How a volume may be mounted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccessModes(u8);

impl AccessModes {
    /// By one node.
    pub const READ_WRITE_ONCE: Self = Self(1);
    /// By many nodes, to read.
    pub const READ_ONLY_MANY: Self = Self(2);
    /// By many nodes.
    pub const READ_WRITE_MANY: Self = Self(4);
    /// By one pod.
    pub const READ_WRITE_ONCE_POD: Self = Self(8);

    /// These and others.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one node or one pod at a time may write to it, and many may not mount it.
    pub const fn is_exclusive(self) -> bool {
        let (once, many) = (
            Self::READ_WRITE_ONCE.0 | Self::READ_WRITE_ONCE_POD.0,
            Self::READ_ONLY_MANY.0 | Self::READ_WRITE_MANY.0,
        );
        self.0 & once != 0 && self.0 & many == 0
    }

    /// The mode of this name, if it is one.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ReadWriteOnce" => Self::READ_WRITE_ONCE,
            "ReadOnlyMany" => Self::READ_ONLY_MANY,
            "ReadWriteMany" => Self::READ_WRITE_MANY,
            "ReadWriteOncePod" => Self::READ_WRITE_ONCE_POD,
            _ => return None,
        })
    }
}
