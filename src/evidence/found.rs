//! What a piece of evidence comes to.

use std::fmt;

use super::{GroupKind, Source};
use crate::model::Text;

/// What was found for a piece of evidence and a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// An object shows it.
    Holds {
        /// The first that does: of the workload's own namespace, or else by namespace and name.
        object: ObjectRef,
    },
    /// An object that ought to show it shows the contrary.
    Contradicted {
        /// The first that does.
        object: ObjectRef,
    },
    /// Nothing, though it was looked for.
    Nothing(Nothing),
    /// It cannot be said.
    Undecided(Gap),
}

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// The cluster has no such kind.
    NotInstalled(GroupKind),
    /// No object of the kind matches.
    NoneMatches(GroupKind),
    /// The workload itself does not show it.
    NotOnWorkload,
}

/// Why it cannot be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The objects of a kind have not been listed yet.
    Pending(GroupKind),
    /// The objects of a kind cannot be read, and why.
    Unavailable(GroupKind, Text),
    /// To look at all that might match would cost too much.
    Exhausted,
}

impl Gap {
    /// Why the objects of a kind cannot be relied on, if they cannot.
    pub(super) fn of(kind: &GroupKind, source: &Source) -> Option<Self> {
        match source {
            Source::Synced | Source::NotServed => None,
            Source::Pending => Some(Gap::Pending(kind.clone())),
            Source::Unavailable(reason) => Some(Gap::Unavailable(kind.clone(), reason.clone())),
        }
    }
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Its kind.
    pub kind: GroupKind,
    /// Its namespace; empty for a cluster-scoped object.
    pub namespace: Text,
    /// Its name.
    pub name: Text,
}

/// `Certificate.cert-manager.io shop/web`.
impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind)?;
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Nothing::NotInstalled(kind) => write!(f, "the cluster has no kind {kind}"),
            Nothing::NoneMatches(kind) => write!(f, "no {kind} matches"),
            Nothing::NotOnWorkload => f.write_str("the workload does not show it"),
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Gap::Pending(kind) => write!(f, "objects of kind {kind} have not been listed yet"),
            Gap::Unavailable(kind, reason) => {
                write!(f, "objects of kind {kind} cannot be read: {reason}")
            }
            Gap::Exhausted => f.write_str("the expression costs too much to evaluate"),
        }
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Holds { object } => write!(f, "shown by {object}"),
            Found::Contradicted { object } => write!(f, "contradicted by {object}"),
            Found::Nothing(why) => why.fmt(f),
            Found::Undecided(gap) => gap.fmt(f),
        }
    }
}
