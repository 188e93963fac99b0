//! What may have to be said otherwise.

use std::collections::BTreeSet;

use crate::model::Text;
use crate::people::Name;
use crate::promql::Question;

/// Of which launches, exceptions and checklists something else may have to be said.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Touched {
    /// Of all of them.
    pub(super) everything: bool,
    /// Of all launches.
    pub(super) every_launch: bool,
    /// Of these launches.
    pub(super) launches: BTreeSet<Name>,
    /// Of these exceptions.
    pub(super) exceptions: BTreeSet<Name>,
    /// Of these checklists.
    pub(super) checklists: BTreeSet<Text>,
    /// Of launches that asked servers this. Whoever judges launches knows which of them did.
    pub(super) answers: BTreeSet<Question>,
}

impl Touched {
    pub(super) fn none() -> Self {
        Self::default()
    }

    pub(super) fn everything() -> Self {
        Self {
            everything: true,
            ..Self::default()
        }
    }

    pub(super) fn every_launch() -> Self {
        Self {
            every_launch: true,
            ..Self::default()
        }
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn and(&mut self, other: Self) {
        self.everything |= other.everything;
        self.every_launch |= other.every_launch;
        self.launches.extend(other.launches);
        self.exceptions.extend(other.exceptions);
        self.checklists.extend(other.checklists);
        self.answers.extend(other.answers);
    }
}
