//! The table of answers.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{HOUR, NOW, constant, pass};
use crate::model::Verdict;
use crate::promql::{Cause, Failure, FailureKind, Measurements, Question, Range, Reading};

const MAX_AGE: Duration = Duration::from_secs(15 * 60);

fn question(promql: &str) -> Question {
    Question {
        server: None,
        window: HOUR,
        promql: promql.into(),
        pass: pass("> 1"),
    }
}

fn reading(value: f64, end: Timestamp) -> Reading {
    let range = Range::ending(end, HOUR);
    let series = constant(value, &range, Timestamp::MIN, end);
    Reading::of(&[series], pass("> 1"), HOUR, &range)
}

fn unreachable() -> Failure {
    Failure::new(FailureKind::Unreachable, "main: connection refused")
}

#[test]
fn what_was_never_asked_is_unknown() {
    let measured = Measurements::new(MAX_AGE).get(&question("a"), NOW);
    assert_eq!(
        (measured.verdict, measured.cause),
        (Verdict::Unknown, Cause::Pending)
    );
}

#[test]
fn a_failure_lets_the_last_reading_stand_until_it_is_old() {
    let mut table = Measurements::new(MAX_AGE);
    table.record(question("a"), Ok(reading(2.0, NOW)));
    table.record(question("a"), Err(unreachable()));
    let at = |mins| table.get(&question("a"), NOW + SignedDuration::from_mins(mins));
    assert_eq!(at(10).verdict, Verdict::Pass);
    assert_eq!(at(10).notes, ["main: connection refused".into()]);
    let old = at(16);
    assert_eq!(
        (old.verdict, old.cause),
        (Verdict::Unknown, Cause::Failed(FailureKind::Unreachable))
    );
    assert_eq!(old.age, Some(Duration::from_secs(16 * 60)));
    assert_eq!(
        old.reason,
        "main: connection refused; what was measured before is older than 15m"
    );

    table.record(
        question("a"),
        Ok(reading(2.0, NOW + SignedDuration::from_mins(16))),
    );
    let back = table.get(&question("a"), NOW + SignedDuration::from_mins(16));
    assert_eq!((back.verdict, back.notes.len()), (Verdict::Pass, 0));
}

#[test]
fn a_failure_alone_is_unknown_with_its_reason() {
    let mut table = Measurements::new(MAX_AGE);
    table.record(question("a"), Err(unreachable()));
    let measured = table.get(&question("a"), NOW);
    assert_eq!(measured.cause, Cause::Failed(FailureKind::Unreachable));
    assert_eq!(measured.reason, "main: connection refused");
}

#[test]
fn only_what_says_something_else_has_changed() {
    let mut table = Measurements::new(MAX_AGE);
    table.record(question("a"), Ok(reading(2.0, NOW)));
    table.record(question("b"), Ok(reading(2.0, NOW)));
    table.record(question("c"), Ok(reading(2.0, NOW)));
    table.record(question("e"), Ok(reading(2.0, NOW)));
    let before = table.clone();
    let later = NOW + SignedDuration::from_mins(5);
    table.record(question("a"), Ok(reading(3.0, later)));
    table.record(question("b"), Ok(reading(0.0, later)));
    table.record(question("c"), Err(unreachable()));
    table.record(question("d"), Ok(reading(2.0, later)));
    table.retain(
        &["a", "b", "c", "d"]
            .map(question)
            .into_iter()
            .collect::<BTreeSet<_>>(),
    );
    assert_eq!(table.len(), 4);
    let changed: Vec<&str> = (table.changed_since(&before).iter())
        .map(|question| &*question.promql)
        .collect();
    assert_eq!(changed, ["b", "c", "d", "e"]);
    assert!(table.changed_since(&table.clone()).is_empty());
    // The clone did not change.
    assert_eq!(before.get(&question("b"), NOW).verdict, Verdict::Pass);
}

/// Who evaluates for each change may ask for each evaluation.
#[test]
fn what_is_not_new_is_said_so() {
    let mut table = Measurements::new(MAX_AGE);
    assert!(table.record(question("a"), Ok(reading(2.0, NOW))));
    assert!(!table.record(question("a"), Ok(reading(2.0, NOW))));
    assert!(table.record(question("a"), Err(unreachable())));
    assert!(!table.record(question("a"), Err(unreachable())));
    let both: BTreeSet<_> = ["a", "b"].map(question).into();
    assert!(!table.retain(&both));
    assert!(table.retain(&BTreeSet::new()));
    assert!(!table.set_max_age(MAX_AGE));
    assert!(table.set_max_age(HOUR));
}
