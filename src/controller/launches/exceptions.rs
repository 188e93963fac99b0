//! The statuses of exceptions: whether they hold, what they are used for, and that they end soon.

use jiff::Timestamp;
use kube::runtime::events::{Event, EventType};

use super::assessed::{Found, What};
use super::news::event;
use crate::api::{ExceptionStatus, Period};
use crate::controller::conditions::condition;
use crate::live::Snapshot;
use crate::people::{Exception, Holds, Name};

/// How long before it ends that is said, and said again.
const WEEK: Period = Period::days(7);
const DAY: Period = Period::days(1);

/// How long it may take until all that a new one waives has been judged.
const COUNTED: Period = Period::seconds(60);

/// Whether it is active, or why not, and until when.
struct State {
    reason: &'static str,
    message: String,
    ends: Option<Timestamp>,
}

/// What should be said of an exception that waives `used` findings and items now.
pub(super) fn assess(snapshot: &Snapshot, name: &Name, used: u32, now: Timestamp) -> Option<Found> {
    let known = snapshot.statuses.exceptions.get(name)?;
    let exception = snapshot.people.exceptions.get(name);
    let state = state(
        snapshot,
        exception.map(|exception| &**exception),
        known.error.as_deref(),
        now,
    );
    let before = (known.status.conditions.as_slice(), known.generation);
    let is_active = state.ends.is_some();
    let soon = |period: Period| state.ends.is_some_and(|ends| ends <= period.after(now));
    let ends = state
        .ends
        .map(|ends| format!("it ends at {ends:.0}"))
        .unwrap_or_default();
    let expiring = match (soon(DAY), soon(WEEK)) {
        (true, _) => ("True", "WithinADay", ends),
        (_, true) => ("True", "WithinAWeek", ends),
        _ if is_active => ("False", "NotSoon", ends),
        _ => ("False", "NotActive", "it does not hold".to_owned()),
    };
    let only_overrides = exception.is_some_and(|exception| exception.waives.is_empty());
    let counted = exception
        .and_then(|exception| exception.created)
        .map(|created| COUNTED.after(created));
    let is_counted = counted.is_none_or(|counted| counted <= now);
    let unused = match (is_active, only_overrides, used) {
        (true, false, 0) if !is_counted => (
            "False",
            "NotCounted",
            "what it waives is still being counted".to_owned(),
        ),
        (true, false, 0) => (
            "True",
            "NothingToWaive",
            "nothing that it waives fails: it can be deleted".to_owned(),
        ),
        (true, true, _) => (
            "False",
            "OverridesGate",
            "it opens the gate and waives nothing".to_owned(),
        ),
        (true, false, used) => (
            "False",
            "InUse",
            format!("it waives {used} findings and items"),
        ),
        (false, ..) => ("False", "NotActive", "it does not hold".to_owned()),
    };
    let status = if is_active { "True" } else { "False" };
    let wanted = ExceptionStatus {
        observed_generation: known.generation,
        used: if is_active { used } else { 0 },
        // By type.
        conditions: vec![
            condition(before, "Active", (status, state.reason, state.message), now),
            condition(before, "Expiring", expiring, now),
            condition(before, "Unused", unused, now),
        ],
    };
    let events = news(&known.status, &wanted);
    let what = What::Exception {
        state: if is_active { "Active" } else { state.reason },
        ends: state.ends,
    };
    let turns = state
        .ends
        .into_iter()
        .flat_map(|ends| [WEEK.before(ends), DAY.before(ends), ends]);
    let next = turns.chain(counted).filter(|moment| *moment > now).min();
    Some(Found::with(&known.uid, (&known.status, &wanted), events, what).again(next))
}

fn state(
    snapshot: &Snapshot,
    exception: Option<&Exception>,
    error: Option<&str>,
    now: Timestamp,
) -> State {
    let void = |reason, message| State {
        reason,
        message,
        ends: None,
    };
    let Some(exception) = exception else {
        return void(
            "Invalid",
            error.unwrap_or("it cannot be understood").to_owned(),
        );
    };
    match snapshot.relief(now).holds(exception) {
        Holds::Until(ends) => State {
            reason: "InForce",
            message: format!("it holds until {ends:.0}"),
            ends: Some(ends),
        },
        Holds::Not(why) => void(why.reason(), why.to_string()),
    }
}

/// What is to be announced: that it holds or does not any more, and that it ends soon.
fn news(before: &ExceptionStatus, after: &ExceptionStatus) -> Vec<Event> {
    let find = |status: &ExceptionStatus, type_: &str| {
        status
            .conditions
            .iter()
            .find(|known| known.type_ == type_)
            .cloned()
    };
    let another = |type_: &str| {
        let (was, is) = (find(before, type_), find(after, type_)?);
        let same = was.is_some_and(|was| (&was.status, &was.reason) == (&is.status, &is.reason));
        (!same).then_some(is)
    };
    let active = another("Active").map(|is| {
        let type_ = if is.status == "True" {
            EventType::Normal
        } else {
            EventType::Warning
        };
        event(type_, &is.reason, "Review", is.message)
    });
    let expiring = another("Expiring")
        .filter(|is| is.status == "True")
        .map(|is| event(EventType::Warning, "ExpiresSoon", &is.reason, is.message));
    active.into_iter().chain(expiring).collect()
}

#[cfg(test)]
mod tests;
