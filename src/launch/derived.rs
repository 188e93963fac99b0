//! Items that are worked out from the others, or from what the launch says of itself.

use super::facts::Case;
use super::outcome::{JudgedItem, Outcome, earlier};
use super::risks::{self, of_launch};
use super::{fallback, phases};
use crate::check::LaunchCheck;
use crate::checklist::{Item, Way};
use crate::model::{Severity, Verdict};

/// The checks of an item that judge the launch as a whole.
pub(super) fn checks(item: &Item) -> impl Iterator<Item = LaunchCheck> {
    let checks = match &item.way {
        Way::Checks(checks) => checks.as_slice(),
        _ => &[],
    };
    checks.iter().filter_map(|check| check.launch())
}

/// Whether an item says nothing but what became of others.
pub(super) fn is_of_others(item: &Item) -> bool {
    use LaunchCheck::{CriticalComplete, HighComplete, Status};
    checks(item).any(|check| matches!(check, CriticalComplete | HighComplete | Status))
}

/// Works out the items that depend on the launch's own records or on the other items of their checklists. What each of the
/// latter counts is none of these items, so that their order does not matter.
pub(super) fn work_out(case: &Case<'_>, items: &mut [JudgedItem]) {
    for at in 0..items.len() {
        let judged = &items[at];
        let checks = checks(&judged.item);
        let each = checks.map(|check| outcome(case, check, judged, items));
        let Some(derived) = each.reduce(Outcome::and) else {
            continue;
        };
        // An item may name checks on workloads besides.
        let is_mixed = matches!(&judged.item.way, Way::Checks(all) if all.iter().any(|check| !check.judges_launches()));
        let whole = match is_mixed {
            true => judged.outcome.clone().and(derived),
            false => derived,
        };
        items[at].outcome = fallback::waive_whole(case, judged, whole);
    }
}

fn outcome(
    case: &Case<'_>,
    check: LaunchCheck,
    judged: &JudgedItem,
    items: &[JudgedItem],
) -> Outcome {
    let item = &*judged.item;
    let own = || {
        items
            .iter()
            .filter(|other| other.checklist == judged.checklist && phases::is_asked(case, other))
    };
    match check {
        LaunchCheck::RiskRegister => risks::register(case, item),
        LaunchCheck::RisksMitigated => risks::high_mitigated(case, &register(case, item, items)),
        LaunchCheck::TargetDate => target_date(case),
        LaunchCheck::ActualDate => actual_date(case),
        LaunchCheck::HighComplete => complete(case, own(), Severity::High),
        LaunchCheck::CriticalComplete => complete(case, own(), Severity::Critical),
        LaunchCheck::Status => status(case, own),
    }
}

/// Whether the register is complete, as the items say that ask for it; as this one would say it where none does.
fn register(case: &Case<'_>, item: &Item, items: &[JudgedItem]) -> Outcome {
    let asking = items.iter().map(|judged| &*judged.item);
    let asking = asking.filter(|item| checks(item).any(|check| check == LaunchCheck::RiskRegister));
    let each = asking.map(|item| risks::register(case, item));
    each.reduce(Outcome::or)
        .unwrap_or_else(|| risks::register(case, item))
}

/// `Not Ready`, `Ready with Risks` or `Ready for Production`: the first is a failure.
fn status<'a, I: Iterator<Item = &'a JudgedItem>>(case: &Case<'_>, own: impl Fn() -> I) -> Outcome {
    let signatures = own().filter(|judged| judged.item.is_sign_off());
    let critical = complete(case, own(), Severity::Critical).and(closed(case, signatures));
    if critical.verdict == Verdict::Fail {
        let Outcome {
            why, until, awaits, ..
        } = critical;
        return Outcome::fail(format!("Not Ready: {why}"))
            .until(until)
            .awaiting(awaits);
    }
    let high = complete(case, own(), Severity::High);
    let is_at_risk = [&critical, &high]
        .iter()
        .any(|whole| whole.verdict != Verdict::Pass)
        || risks::are_high_ones_left(case)
        || !case.waivers.overriding(&case.workloads).is_empty();
    let word = if is_at_risk {
        "Ready with Risks"
    } else {
        "Ready for Production"
    };
    Outcome::pass(of_launch(case, word.to_owned())).until(earlier(critical.until, high.until))
}

fn complete<'a>(
    case: &Case<'_>,
    own: impl Iterator<Item = &'a JudgedItem>,
    severity: Severity,
) -> Outcome {
    closed(
        case,
        own.filter(|judged| judged.item.severity == severity && counts(&judged.item)),
    )
}

/// Leaves out what is worked out itself, and signatures, which are given to the whole.
fn counts(item: &Item) -> bool {
    checks(item).next().is_none() && !item.is_sign_off() && !item.spec.id.starts_with("acceptance/")
}

fn closed<'a>(case: &Case<'_>, items: impl Iterator<Item = &'a JudgedItem>) -> Outcome {
    let mut count = 0;
    let (mut open, mut waived) = (Vec::new(), Vec::new());
    let (mut until, mut awaits) = (None, None);
    for judged in items {
        count += 1;
        match judged.outcome.verdict {
            Verdict::Fail | Verdict::Unknown => {
                open.push(judged.item.spec.id.as_str());
                awaits = awaits.or(judged.outcome.awaits);
            }
            Verdict::Waived => waived.push(judged.item.spec.id.as_str()),
            Verdict::Pass | Verdict::NotApplicable => {}
        }
        until = earlier(until, judged.outcome.until);
    }
    if !open.is_empty() {
        let why = format!("{} of {count} open: {}", open.len(), listed(&open));
        return Outcome::fail(why).until(until).awaiting(awaits);
    }
    let what = match waived.len() {
        0 => format!("all {count} complete"),
        some => format!(
            "all {count} complete, {some} of them waived: {}",
            listed(&waived)
        ),
    };
    let pass = Outcome::pass(of_launch(case, what)).until(until);
    if waived.is_empty() {
        return pass;
    }
    Outcome {
        verdict: Verdict::Waived,
        ..pass
    }
}

/// A list that a person can read to its end.
fn listed(ids: &[&str]) -> String {
    const MOST: usize = 10;
    match ids.len() {
        many if many > MOST => format!("{} and {} more", ids[..MOST].join(", "), many - MOST),
        _ => ids.join(", "),
    }
}

fn target_date(case: &Case<'_>) -> Outcome {
    let (launch, now) = (case.launch, case.facts.now);
    let Some(target) = &launch.spec.target_date else {
        return Outcome::fail("spec.targetDate is not set");
    };
    let target = target.0;
    if launch.live_since().is_none() && target < now {
        return Outcome::fail(format!(
            "spec.targetDate {target:.0} has passed, and the application is not live"
        ));
    }
    let pass = Outcome::pass(of_launch(case, target.to_string()));
    pass.until(launch.live_since().is_none().then_some(target))
}

fn actual_date(case: &Case<'_>) -> Outcome {
    let (launch, now) = (case.launch, case.facts.now);
    let target = launch.spec.target_date.as_ref().map(|time| time.0);
    let Some(actual) = launch.live_since() else {
        return match target {
            Some(target) if target < now => Outcome::fail(format!(
                "the application is not live, though spec.targetDate {target:.0} has passed"
            )),
            target => Outcome::not_applicable("the application is not live yet").until(target),
        };
    };
    let oldest = case
        .workloads
        .iter()
        .filter_map(|workload| workload.meta.created)
        .min();
    if actual.as_second() > now.as_second() {
        return Outcome::fail(format!("status.actualDate {actual:.0} is in the future"))
            .until(Some(actual));
    }
    match oldest {
        // A later release may have made all of them anew.
        Some(oldest) if actual.as_second() < oldest.as_second() && case.is_first_release() => {
            Outcome::fail(format!(
                "status.actualDate {actual:.0} is before the oldest workload was created, at {oldest:.0}"
            ))
        }
        _ => Outcome::pass(of_launch(case, format!("{actual:.0}"))),
    }
}
