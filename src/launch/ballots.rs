//! The attestations of a launch, each weighed once for all the items that it names.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::Launch;
use crate::model::Text;
use crate::people::{Attestation, Guard, People, Standing, Subject};

/// An attestation of a launch's items.
pub(super) struct Ballot<'a> {
    pub(super) attestation: &'a Arc<Attestation>,
    pub(super) role: &'a Text,
    pub(super) sign_off: bool,
    /// What it is worth, leaving out when it ends.
    pub(super) standing: Standing,
    /// Whether that is only not known yet.
    pub(super) is_awaited: bool,
}

/// The attestations of a launch, by name, and by the items that they name.
pub(super) struct Ballots<'a> {
    all: Vec<Ballot<'a>>,
    by_item: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Ballots<'a> {
    pub(super) fn of(launch: &'a Launch, people: &'a People, now: Timestamp) -> Self {
        let mut ballots = Self {
            all: Vec::new(),
            by_item: BTreeMap::new(),
        };
        for attestation in people.attestations_in(&launch.name.namespace) {
            let Subject::Items {
                launch: of,
                items,
                role,
                sign_off,
            } = &attestation.subject
            else {
                continue;
            };
            if *of != launch.name.name {
                continue;
            }
            for item in items {
                ballots
                    .by_item
                    .entry(item)
                    .or_default()
                    .push(ballots.all.len());
            }
            ballots.all.push(Ballot {
                attestation,
                role,
                sign_off: *sign_off,
                // It cannot have ended before it was made; until when it counts depends on the item as well.
                standing: attestation.standing(people, attestation.created.unwrap_or(now)),
                is_awaited: is_awaited(attestation, people),
            });
        }
        ballots
    }

    /// Those that name an item.
    pub(super) fn on(&self, item: &str) -> impl Iterator<Item = &Ballot<'a>> {
        let found = self.by_item.get(item).into_iter().flatten();
        found.map(|at| &self.all[*at])
    }
}

/// Whether it is not known yet what an attestation is worth: shortly after a start, or after it was made.
pub(super) fn is_awaited(attestation: &Attestation, people: &People) -> bool {
    attestation.created.is_some()
        && (is_guard_awaited(people) || !people.authority.knows(&attestation.claim()))
}

/// Whether it is not known yet when it was checked who people are.
pub(super) fn is_guard_awaited(people: &People) -> bool {
    people.guard == Guard::Seen(Vec::new())
}
