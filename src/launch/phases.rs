//! When an item counts.

use jiff::Timestamp;

use super::derived;
use super::facts::Case;
use super::outcome::JudgedItem;
use crate::api::{Period, Phase};
use crate::check::LaunchCheck;
use crate::checklist::{Item, Way};
use crate::model::Verdict;

/// How long the first days after a launch are watched.
pub(super) const WATCH: Period = Period::days(2);

/// How long what needs running pods may take to be seen.
const SETTLE: Period = Period::seconds(3600);

/// Whether an item counts now. What needs running pods is asked for once there are some, and what is open of it not before it
/// could be otherwise.
pub(super) fn is_asked(case: &Case<'_>, judged: &JudgedItem) -> bool {
    let phase = judged.item.spec.phase;
    let verdict = judged.outcome.verdict;
    if phase == Phase::PreRollout {
        return true;
    }
    if derived::checks(&judged.item).any(|check| check == LaunchCheck::ActualDate) {
        // It is known without pods that they should be there.
        return verdict != Verdict::NotApplicable;
    }
    match (due(case, &judged.item), verdict) {
        (None, _) => false,
        (Some(_), Verdict::Pass | Verdict::Waived | Verdict::NotApplicable) => true,
        // What runs is wrong as soon as it is seen to be; what is to be done in the first days is not late before they are over.
        (Some(_), Verdict::Fail) if phase == Phase::Running => true,
        (Some(due), _) => case.facts.now >= due,
    }
}

/// Until when an item may be open after the application went live; `None` before that, and where it may never.
pub(super) fn due(case: &Case<'_>, item: &Item) -> Option<Timestamp> {
    let live = case.launch.live_since()?;
    let window = match &item.way {
        Way::Metrics(_) => item
            .spec
            .metrics
            .as_ref()
            .map_or(SETTLE, |metric| metric.over.max(SETTLE)),
        _ => SETTLE,
    };
    let window = match (
        item.spec.phase,
        item.attestation().and_then(|rule| rule.every),
    ) {
        (Phase::PreRollout, _) => return None,
        (Phase::Running, _) => window,
        // The first one is due when the first turn is over.
        (Phase::PostLaunch, Some(every)) => every.min(WATCH),
        (Phase::PostLaunch, None) => window.max(WATCH),
    };
    Some(window.after(start(case, item, live)))
}

/// When the days after a launch began for an item: when the application went live, or with the major release that asks for it
/// again.
pub(super) fn start(case: &Case<'_>, item: &Item, live: Timestamp) -> Timestamp {
    match item.attestation() {
        Some(rule) if rule.per_release => live.max(case.lineage.since),
        _ => live,
    }
}
