//! Evidence that was seen before.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Case;
use super::outcome::{By, Proof};
use super::verdict::Judged;
use super::{Launch, ways};
use crate::api::{Scope, Seen};
use crate::checklist::{Item, Way};
use crate::evidence::{Found, Nothing, Piece};
use crate::model::{Verdict, Workload};

/// Items that are remembered at most.
const MOST: usize = 1000;

/// What is gone, where no object holds now and one did before: that is a failure. Whoever takes a kind away takes the means to
/// look at it, not the thing; and what cannot be read may be there.
pub(super) fn gone(
    case: &Case<'_>,
    item: &Item,
    workload: &Workload,
    found: &[(&Piece, Found)],
) -> Option<String> {
    let of = (item.spec.scope == Scope::Workload).then(|| ways::name(workload));
    let (seen, mark) = (&case.launch.memory().seen, mark(&item.key));
    let of_this = seen
        .iter()
        .filter(|seen| seen.items.split(' ').any(|known| known == mark));
    let seen = of_this
        .into_iter()
        .find(|seen| of.is_none() || seen.workload == of)?;
    let is_of = |piece: &Piece| match piece.kind() {
        Some(kind) => seen.object.split(' ').next() == Some(kind.to_string().as_str()),
        // About the workload itself.
        None => true,
    };
    let undecided = found
        .iter()
        .any(|(_, found)| matches!(found, Found::Undecided(_)));
    let taken_away = found.iter().any(|(piece, found)| {
        is_of(piece) && matches!(found, Found::Nothing(Nothing::NotInstalled(_)))
    });
    if undecided || taken_away {
        return None;
    }
    let pieces = found
        .iter()
        .map(|(piece, _)| piece)
        .filter(|piece| is_of(piece));
    let meaning: Vec<&str> = pieces.map(|piece| &**piece.meaning()).collect();
    Some(format!(
        "{} is gone, or no longer shows: {}",
        seen.object,
        meaning.join("; or: ")
    ))
}

/// What evidence closes now, and what it closed before where nothing does now, or where nobody asks now: that it is gone must be
/// seen again next time.
pub(super) fn remembered(launch: &Launch, judged: &Judged) -> Vec<Seen> {
    let mut seen: BTreeMap<Place, BTreeSet<String>> = BTreeMap::new();
    let before = before(launch, judged);
    let items = judged
        .items
        .iter()
        .filter(|judged| matches!(judged.item.way, Way::Evidence(_)));
    let mut asked = BTreeSet::new();
    for judged in items.take(MOST) {
        let mark = mark(&judged.item.key);
        asked.insert(mark.clone());
        let proofs = judged
            .outcome
            .proofs
            .iter()
            .filter(|_| judged.outcome.verdict == Verdict::Pass);
        let now: BTreeSet<Place> = proofs
            .filter_map(|proof| Place::of(launch, &judged.item, proof))
            .collect();
        let places = match now.is_empty() {
            true => before.get(mark.as_str()).cloned().unwrap_or_default(),
            false => now,
        };
        for place in places {
            seen.entry(place).or_default().insert(mark.clone());
        }
    }
    // A checklist may be replaced by deleting it first, and an item come back: that forgets nothing.
    let unasked = before.iter().filter(|(mark, _)| !asked.contains(**mark));
    for (mark, places) in unasked.take(MOST.saturating_sub(asked.len())) {
        for place in places {
            let marks = seen.entry(place.clone()).or_default();
            marks.insert((*mark).to_owned());
        }
    }
    let seen = seen
        .into_iter()
        .map(|(Place { object, workload }, items)| Seen {
            object,
            workload,
            items: items.into_iter().collect::<Vec<_>>().join(" "),
        });
    seen.take(MOST).collect()
}

/// What an item is remembered by: FNV-1a of its key, in 32 bits. A launch has some hundred items.
pub(super) fn mark(key: &str) -> String {
    let digest = key.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{digest:08x}")
}

/// Where something was seen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    object: String,
    workload: Option<String>,
}

impl Place {
    fn of(launch: &Launch, item: &Item, proof: &Proof) -> Option<Self> {
        let By::Evidence(_) = proof.by else {
            return None;
        };
        let own = format!(" {}/", launch.name.namespace);
        let of_each = item.spec.scope == Scope::Workload;
        Some(Self {
            object: proof.subject.replacen(&own, " ", 1),
            workload: proof
                .workload
                .as_ref()
                .filter(|_| of_each)
                .map(ToString::to_string),
        })
    }
}

/// Where each item was seen before, leaving out workloads that are no longer part of the application.
fn before<'a>(launch: &'a Launch, judged: &Judged) -> BTreeMap<&'a str, BTreeSet<Place>> {
    let workloads: BTreeSet<String> = judged
        .workloads
        .iter()
        .map(|key| format!("{}/{}", key.kind, key.name))
        .collect();
    let mut before: BTreeMap<&str, BTreeSet<Place>> = BTreeMap::new();
    for seen in &launch.memory().seen {
        if seen
            .workload
            .as_ref()
            .is_some_and(|workload| !workloads.contains(workload))
        {
            continue;
        }
        let place = Place {
            object: seen.object.clone(),
            workload: seen.workload.clone(),
        };
        for mark in seen.items.split(' ') {
            before.entry(mark).or_default().insert(place.clone());
        }
    }
    before
}
