//! What people and exceptions add to what was found.

use super::attested;
use super::facts::Case;
use super::outcome::{JudgedItem, Outcome, Pending, earlier};
use super::ways::{self, Automatic};
use super::{derived, own};
use crate::check::LaunchCheck;
use crate::checklist::Item;
use crate::model::{Severity, Verdict};

/// What an item comes to that is not worked out of the others.
pub(super) fn judge(case: &Case<'_>, judged: &JudgedItem) -> Outcome {
    let item = &*judged.item;
    let Some(found) = ways::automatic(case, (item, &judged.checklist)) else {
        let stated = match item.attestation() {
            Some(rule) => attested::attested(case, item, rule),
            // Nothing but a checklist that is not there is decided by nobody.
            None => Outcome::fail(
                "there is no such ReadinessChecklist, or its status says why it is not accepted"
                    .to_owned(),
            ),
        };
        return waive_whole(case, judged, stated);
    };
    let Automatic { plain, waived } = found;
    // What people state closes an item for good, an exception does so at a risk.
    let whole = with_people(case, item, plain);
    match waived {
        Some(waived) if whole.is_open() => {
            waive_whole(case, judged, with_people(case, item, waived))
        }
        _ => waive_whole(case, judged, whole),
    }
}

/// What people add to what was found: an attestation beside another way is its fallback.
fn with_people(case: &Case<'_>, item: &Item, found: Outcome) -> Outcome {
    let more = needs_more(item, &found);
    if found.verdict != Verdict::Unknown && !more {
        return found;
    }
    let only = || format!("only indicated ({})", subjects(&found));
    let Some(rule) = item.attestation() else {
        return match more {
            true => {
                Outcome::unknown(format!("{}, and nobody may attest it", only())).until(found.until)
            }
            false => found,
        };
    };
    let mut stated = attested::attested(case, item, rule);
    match (stated.verdict, more) {
        (Verdict::Pass, true) => {
            stated.until = earlier(stated.until, found.until);
            stated.proofs.extend(found.proofs);
            stated
        }
        (Verdict::Pass | Verdict::NotApplicable, _) => stated.until(found.until),
        (_, true) => {
            let why = format!("{}: {}", only(), stated.why);
            Outcome {
                verdict: Verdict::Unknown,
                why,
                awaits: stated.awaits,
                ..found
            }
        }
        (_, false) => {
            let why = format!("{}; {}", found.why, stated.why);
            Outcome {
                why,
                awaits: found.awaits.or(stated.awaits),
                ..found
            }
        }
    }
}

/// An indication alone never closes a critical item.
fn needs_more(item: &Item, found: &Outcome) -> bool {
    item.severity == Severity::Critical && found.verdict == Verdict::Pass && found.is_only_indicated
}

fn subjects(found: &Outcome) -> String {
    let mut subjects: Vec<&str> = found.proofs.iter().map(|proof| &*proof.subject).collect();
    subjects.dedup();
    subjects.join(", ")
}

/// Waives an item that is open for the application as a whole: exceptions must cover each of its workloads. Sign-offs cannot
/// be waived, nor what is worked out of other items, nor that a checklist is there; a risk is accepted instead.
pub(super) fn waive_whole(case: &Case<'_>, judged: &JudgedItem, outcome: Outcome) -> Outcome {
    use LaunchCheck::{RiskRegister, TargetDate};
    let item = &*judged.item;
    let can_be = derived::checks(item).all(|check| matches!(check, RiskRegister | TargetDate))
        && !own::is_of_checklist(item);
    if !outcome.is_open() || item.is_sign_off() || !can_be || case.workloads.is_empty() {
        return outcome;
    }
    let waivers = case
        .workloads
        .iter()
        .map(|workload| case.waivers.find(&item.key, &judged.checklist, workload));
    let waivers: Option<Vec<_>> = waivers.collect();
    let first = waivers.and_then(|all| all.into_iter().min_by_key(|waiver| waiver.until()));
    let are_awaited = || {
        case.workloads
            .iter()
            .any(|workload| case.waivers.is_awaited(&item.key, workload))
    };
    match first {
        Some(waiver) => waiver.waive(&outcome),
        None => {
            let pending = are_awaited().then_some(Pending::People);
            outcome.awaiting(pending)
        }
    }
}
