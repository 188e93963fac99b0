//! Items that are worked out from the others, or from what the launch says of itself.

use super::facts::Case;
use super::outcome::{JudgedItem, Outcome};
use super::risks::{self, of_launch};
use crate::api::Status;
use crate::check::LaunchCheck;
use crate::checklist::{Item, Way};
use crate::model::{Severity, Text, Verdict};

/// The check of an item that judges the launch as a whole.
pub(super) fn check(item: &Item) -> Option<LaunchCheck> {
    let Way::Checks(checks) = &item.way else {
        return None;
    };
    checks.iter().find_map(|check| check.launch())
}

/// What such an item says, where it does not depend on other items.
pub(super) fn of_record(case: &Case<'_>, item: &Item, check: LaunchCheck) -> Option<Outcome> {
    match check {
        LaunchCheck::RiskRegister => Some(risks::register(case, item)),
        LaunchCheck::RisksMitigated => Some(risks::high_mitigated(case, &risks::register(case, item))),
        LaunchCheck::TargetDate => Some(target_date(case)),
        LaunchCheck::ActualDate => Some(actual_date(case)),
        LaunchCheck::CriticalComplete | LaunchCheck::HighComplete | LaunchCheck::Status => None,
    }
}

/// What such an item says, by the other items of its checklist.
pub(super) fn of_others(
    case: &Case<'_>,
    check: LaunchCheck,
    checklist: &Text,
    others: &[JudgedItem],
) -> Outcome {
    let own = || others.iter().filter(|judged| judged.checklist == *checklist && judged.asked);
    match check {
        LaunchCheck::HighComplete => complete(case, own(), Severity::High),
        LaunchCheck::CriticalComplete => complete(case, own(), Severity::Critical),
        _ => {
            let signatures = own().filter(|judged| judged.item.is_sign_off());
            let whole = complete(case, own(), Severity::Critical).and(closed(case, signatures));
            match whole.verdict {
                Verdict::Fail => Outcome::fail(format!("{}: {}", Status::NotReady.name(), whole.why)),
                _ => Outcome::pass(of_launch(case, "not NotReady".to_owned())).until(whole.until),
            }
        }
    }
}

fn complete<'a>(
    case: &Case<'_>,
    own: impl Iterator<Item = &'a JudgedItem>,
    severity: Severity,
) -> Outcome {
    closed(case, own.filter(|judged| judged.item.severity == severity && counts(&judged.item)))
}

/// Leaves out what is worked out itself, and signatures, which are given to the whole.
fn counts(item: &Item) -> bool {
    use LaunchCheck::{ActualDate, CriticalComplete, HighComplete, Status, TargetDate};
    let derived = check(item);
    let is_whole = matches!(
        derived,
        Some(CriticalComplete | HighComplete | Status | TargetDate | ActualDate)
    );
    let is_risk = matches!(derived, Some(LaunchCheck::RiskRegister | LaunchCheck::RisksMitigated));
    !is_whole && !is_risk && !item.is_sign_off() && !item.spec.id.starts_with("acceptance/")
}

fn closed<'a>(case: &Case<'_>, items: impl Iterator<Item = &'a JudgedItem>) -> Outcome {
    let mut count = 0;
    let (mut open, mut waived) = (Vec::new(), Vec::new());
    let mut until = None;
    for judged in items {
        count += 1;
        match judged.outcome.verdict {
            Verdict::Fail | Verdict::Unknown => open.push(judged.item.spec.id.as_str()),
            Verdict::Waived => waived.push(judged.item.spec.id.as_str()),
            Verdict::Pass | Verdict::NotApplicable => {}
        }
        until = super::outcome::earlier(until, judged.outcome.until);
    }
    if !open.is_empty() {
        return Outcome::fail(format!("{} of {count} open: {}", open.len(), listed(&open)));
    }
    let what = match waived.len() {
        0 => format!("all {count} complete"),
        some => format!("all {count} complete, {some} of them waived: {}", listed(&waived)),
    };
    let pass = Outcome::pass(of_launch(case, what)).until(until);
    if waived.is_empty() {
        return pass;
    }
    Outcome { verdict: Verdict::Waived, ..pass }
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
        return Outcome::fail(format!("spec.targetDate {target} has passed, and the application is not live"));
    }
    let pass = Outcome::pass(of_launch(case, target.to_string()));
    pass.until(launch.live_since().is_none().then_some(target))
}

fn actual_date(case: &Case<'_>) -> Outcome {
    let (launch, now) = (case.launch, case.facts.now);
    let target = launch.spec.target_date.as_ref().map(|time| time.0);
    let Some(actual) = launch.live_since() else {
        return match target {
            Some(target) if target < now => {
                Outcome::fail(format!("the application is not live, though spec.targetDate {target} has passed"))
            }
            _ => Outcome::not_applicable("the application is not live yet"),
        };
    };
    let oldest = case.workloads.iter().filter_map(|workload| workload.meta.created).min();
    if actual > now {
        return Outcome::fail(format!("status.actualDate {actual} is in the future"));
    }
    match oldest {
        Some(oldest) if actual.as_second() < oldest.as_second() && case.is_first_release() => Outcome::fail(format!(
            "status.actualDate {actual} is before the oldest workload was created, at {oldest}"
        )),
        _ => Outcome::pass(of_launch(case, actual.to_string())),
    }
}
