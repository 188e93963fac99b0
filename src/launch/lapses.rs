//! What lapses by itself of that which passes or is waived.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::outcome::{By, JudgedItem};
use super::risks::RiskState;
use super::waivers::Override;
use crate::api::{Period, Risk};
use crate::model::Text;

/// How long before something lapses it is said.
pub(super) const SOON: Period = Period::days(7);

/// Something that lapses.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lapse {
    pub(super) at: Timestamp,
    pub(super) what: String,
}

/// What lapses, the first first. What is only looked at again is no lapse. An attestation of many items is one.
pub(super) fn lapses<'a>(
    items: &'a [JudgedItem],
    risks: impl Iterator<Item = (&'a Risk, &'a RiskState)>,
    overrides: &[Override],
) -> Vec<Lapse> {
    let mut attestations: BTreeMap<(Timestamp, &Text), Vec<&Text>> = BTreeMap::new();
    let mut lapses = Vec::new();
    for judged in items
        .iter()
        .filter(|judged| judged.asked && !judged.outcome.is_open())
    {
        for proof in &judged.outcome.proofs {
            let Some(until) = proof.until else { continue };
            match proof.by {
                By::Person { .. } => {
                    let items = attestations.entry((until, &proof.subject)).or_default();
                    items.push(&judged.item.key);
                }
                By::Exception { .. } => lapses.push(of_exception(&proof.subject, until)),
                _ => {}
            }
        }
    }
    lapses.extend(attestations.into_iter().map(|((at, name), items)| Lapse {
        at,
        what: match items.as_slice() {
            [] => name.to_string(),
            [item] => format!("attestation {name}: {item}"),
            [item, more @ ..] => format!("attestation {name}: {item} and {} more", more.len()),
        },
    }));
    lapses.extend(risks.filter_map(|(risk, state)| match state {
        RiskState::Accepted(at) => Some(Lapse {
            at: *at,
            what: format!("accepted risk {}", risk.id),
        }),
        _ => None,
    }));
    let over = overrides.iter();
    lapses.extend(over.map(|over| of_exception(&over.exception, over.until)));
    lapses.sort();
    lapses.dedup();
    lapses
}

fn of_exception(name: &Text, at: Timestamp) -> Lapse {
    Lapse {
        at,
        what: format!("exception {name}"),
    }
}
