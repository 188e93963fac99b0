//! What is kept of a run besides its findings.

use std::collections::BTreeSet;

use anyhow::Result;

use super::baseline::{Known, Written};
use super::doubts::{Doubt, Doubts};
use super::ignores::{self, Unused};
use crate::manifests::{Skipped, Whole};
use crate::render::{Compared, Judged, Summary};

/// What is kept of a run besides its findings.
#[derive(Default)]
pub(super) struct Books {
    doubts: Doubts,
    unused: Vec<Unused>,
    known: Option<Known>,
    written: Option<Written>,
}

impl Books {
    /// With the baseline to compare with, and the one to write.
    pub(super) fn open((known, written): (Option<Known>, Option<Written>), whole: &Whole) -> Self {
        let known = known.map(|mut known| {
            known.meet(&whole.members);
            known
        });
        Self {
            known,
            written,
            ..Self::default()
        }
    }

    /// Whether they compare what is found of all objects, in their order.
    pub(super) fn compare(&self) -> bool {
        self.known.is_some() || self.written.is_some()
    }

    /// Notes what is found of an object, and takes out what is known.
    pub(super) fn note(&mut self, judged: &mut Judged<'_>, summary: &mut Summary) {
        if let Some(written) = &mut self.written {
            written.add(judged);
        }
        if let Some(known) = &mut self.known {
            known.take_out(judged, summary);
        }
    }

    /// Adds what is said besides.
    pub(super) fn add(&mut self, doubts: Vec<Doubt>, unused: Vec<Unused>) {
        self.doubts.add(doubts);
        self.unused.extend(unused);
    }

    /// How what was found compares with the baseline, by these checks.
    pub(super) fn compared(
        &mut self,
        skipped: &[Skipped],
        asked: &BTreeSet<&'static str>,
    ) -> Option<Compared> {
        let known = self.known.take()?;
        Some(known.finish(skipped, asked))
    }

    /// Says on standard error what is in doubt, and what annotations ask in vain. Whether all of them were understood.
    pub(super) fn complain(&self, whole: &Whole) -> bool {
        self.doubts.complain();
        Unused::complain(&self.unused);
        !ignores::complain(&whole.members)
    }

    /// Writes the baseline that was asked for.
    pub(super) fn finish(self) -> Result<()> {
        self.written.map_or(Ok(()), Written::finish)
    }
}
