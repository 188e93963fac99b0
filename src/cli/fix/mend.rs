//! What can be mended of one object.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{Bench, Identity, Look, NO_PLACE, Place, Tried, identity};
use crate::check::Check;
use crate::remedy::{self, Left, Offer, Remedy};
use crate::render::Row;

/// One mending may make another one possible: a container that is privileged no more can be kept from gaining privileges.
const PASSES: usize = 3;

/// What became of an object.
pub(super) struct Mended {
    /// Its document by now.
    pub(super) text: String,
    /// Objects that are added.
    pub(super) documents: Vec<serde_json::Value>,
    /// What is found by now.
    pub(super) look: Look,
    /// What is left, by check, and why.
    pub(super) left: BTreeMap<&'static str, Left>,
}

/// Mends what can be mended, one check after the other.
pub(super) fn mend(bench: &Bench<'_>, place: Place<'_>, text: String, look: Look) -> Mended {
    let mut mended = Mended {
        text,
        documents: Vec::new(),
        look,
        left: BTreeMap::new(),
    };
    for _ in 0..PASSES {
        let mut has_changed = false;
        mended.left.clear();
        let mut asked: BTreeSet<&'static str> = BTreeSet::new();
        while let Some(check) = next(&mended.look.open, &asked) {
            asked.insert(check.id);
            let Some(remedy) = remedy::of(check) else {
                let reason = remedy::why_not(check);
                mended.left.insert(check.id, reason.into());
                continue;
            };
            has_changed |= mended.by(bench, place, (check, remedy));
        }
        if !has_changed {
            break;
        }
    }
    let still: BTreeSet<_> = mended.look.open.iter().map(|row| row.check.id).collect();
    mended.left.retain(|check, _| still.contains(check));
    mended
}

/// The next check that finds something and was not asked yet.
fn next(open: &[Row], asked: &BTreeSet<&'static str>) -> Option<&'static Check> {
    let new = open.iter().find(|row| !asked.contains(row.check.id));
    new.map(|row| row.check)
}

impl Mended {
    /// Says why there is no place for what would be added.
    pub(super) fn no_place(&mut self, why: &str) {
        for reason in self.left.values_mut().filter(|reason| **reason == NO_PLACE) {
            *reason = Left::Owned(why.to_owned());
        }
    }

    /// Does what the remedy of a check offers: for all findings at once, or for each by itself. Whether anything was done.
    fn by(
        &mut self,
        bench: &Bench<'_>,
        place: Place<'_>,
        (check, remedy): (&'static Check, &Remedy),
    ) -> bool {
        let mut offers: Vec<(Identity, Offer)> = Vec::new();
        for row in self.look.open.iter().filter(|row| row.check.id == check.id) {
            match bench.offer(&self.look, remedy, row) {
                Ok(offer) => offers.push((identity(row), offer)),
                Err(reason) => {
                    self.left.entry(check.id).or_insert(reason);
                }
            }
        }
        if offers.is_empty() {
            return false;
        }
        match self.attempt(bench, place, &offers) {
            Ok(tried) => {
                self.take(tried);
                return true;
            }
            Err(reason) if offers.len() == 1 => {
                self.left.insert(check.id, reason);
                return false;
            }
            Err(_) => {}
        }
        let mut has_changed = false;
        for (finding, _) in offers {
            // Each change may be one for another finding as well, and may move what the next one is about.
            let row = self.look.open.iter().find(|row| identity(row) == finding);
            let Some(offer) = row.map(|row| bench.offer(&self.look, remedy, row)) else {
                continue;
            };
            let tried = offer.and_then(|offer| self.attempt(bench, place, &[(finding, offer)]));
            match tried {
                Ok(tried) => {
                    self.take(tried);
                    has_changed = true;
                }
                Err(reason) => {
                    self.left.insert(check.id, reason);
                }
            }
        }
        has_changed
    }

    fn attempt(
        &self,
        bench: &Bench<'_>,
        place: Place<'_>,
        offers: &[(Identity, Offer)],
    ) -> Result<Tried, Left> {
        let findings = offers.iter().map(|(finding, _)| finding.clone()).collect();
        let offers: Vec<Offer> = offers.iter().map(|(_, offer)| offer.clone()).collect();
        bench.attempt(&self.look, place, &self.text, &offers, &findings)
    }

    fn take(&mut self, tried: Tried) {
        self.text = tried.text;
        self.documents.extend(tried.documents);
        self.look = tried.look;
    }
}
