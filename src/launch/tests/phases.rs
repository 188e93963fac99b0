//! When an item counts.

use serde_json::json;

use super::*;
use crate::launch::Reason;

fn phased(phase: &str, way: &str) -> World {
    World::new(&format!(
        "[{{id: a, title: A, section: S, severity: critical, phase: {phase}, {way}}}]"
    ))
}

const A: &str = "team:a";
const ATTESTED: &str = "attestation: {roles: [devops], validFor: 30d}";
const FAILS: &str = "cel: {expression: 'false', message: it is not}";

/// Whether the item counts some hours after the application went live; `None` is before.
fn asked(world: &mut World, hours: impl IntoIterator<Item = Option<i64>>) -> Vec<bool> {
    let hours = hours.into_iter().map(|hours| {
        if let Some(hours) = hours {
            world.launch.status.get_or_insert_default().actual_date =
                Some(super::super::status::seconds(noon()));
            world.now = noon() + jiff::SignedDuration::from_hours(hours);
        }
        world.item(A).asked
    });
    hours.collect()
}

#[test]
fn what_needs_pods_is_not_asked_before_there_are_some() {
    let hours = [None, Some(0), Some(1), Some(47), Some(48)];
    let rows = [
        ("pre-rollout", ATTESTED, [true, true, true, true, true]),
        // An hour to be seen.
        ("running", ATTESTED, [false, false, true, true, true]),
        // What is seen to be wrong counts at once.
        ("running", FAILS, [false, true, true, true, true]),
        // The first days are over after two.
        ("post-launch", ATTESTED, [false, false, false, false, true]),
        ("post-launch", FAILS, [false, false, false, false, true]),
        (
            "post-launch",
            "attestation: {roles: [devops], validFor: 30d, every: 1d}",
            [false, false, false, true, true],
        ),
    ];
    for (phase, way, expected) in rows {
        let mut world = phased(phase, way);
        assert_eq!(asked(&mut world, hours), expected, "{phase} {way}");
    }
}

#[test]
fn a_metric_may_need_as_long_as_its_window() {
    let way = "metrics: {query: up, pass: '> 0', for: 24h}";
    let mut world = phased("running", way);
    assert_eq!(
        asked(&mut world, [Some(1), Some(23), Some(24)]),
        [false, false, true]
    );
    assert_eq!(world.judge().reason, Reason::CriticalOpen);
}

#[test]
fn the_end_of_a_grace_period_is_looked_at() {
    let mut world = phased("running", ATTESTED);
    assert_eq!(asked(&mut world, [Some(0)]), [false]);
    assert_eq!(
        world.judge().next,
        Some(noon() + jiff::SignedDuration::from_hours(1))
    );
}

#[test]
fn what_is_due_each_day_is_due_each_day_of_the_watch() {
    let mut world = phased(
        "post-launch",
        "attestation: {roles: [devops], validFor: 30d, every: 1d}",
    );
    assert_item(
        &world,
        A,
        NotApplicable,
        "asked once the application is live",
    );
    asked(&mut world, [Some(0)]);
    let end_of_day = |day: i64| noon() + jiff::SignedDuration::from_hours(24 * day);

    // Nothing is late on the first day.
    world.later(23);
    assert!(!world.item(A).asked);
    assert_eq!(world.judge().next, Some(end_of_day(1)));
    world.attest(Attest::by("ada", &[A]));
    assert_item(&world, A, Pass, "");
    assert_eq!(world.item(A).outcome.until, Some(end_of_day(2)));

    // The second day has none.
    world.now = end_of_day(2) - jiff::SignedDuration::from_secs(1);
    assert_item(&world, A, Pass, "");
    world.now = end_of_day(2);
    assert_item(
        &world,
        A,
        Unknown,
        "one is due every 1d since 2026-01-01T12:00:00Z; there are 1, and the next was due at",
    );
    assert!(world.item(A).asked);

    // It is made up for, once and for all.
    world.later(5);
    world.attest(Attest::by("ada", &[A]));
    assert_item(&world, A, Pass, "");
    assert_eq!(world.item(A).outcome.until, None);
    world.later(24 * 100);
    assert_item(&world, A, Pass, "");
}

#[test]
fn two_on_one_day_are_not_one_on_each() {
    let mut world = phased(
        "post-launch",
        "attestation: {roles: [devops], validFor: 30d, every: 1d}",
    );
    asked(&mut world, [Some(1)]);
    world.attest(Attest::by("ada", &[A]));
    world.later(1);
    world.attest(Attest::by("bob", &[A]));
    world.now = noon() + jiff::SignedDuration::from_hours(48);
    assert_item(&world, A, Unknown, "there are 1");
}

#[test]
fn a_review_is_due_again_and_again() {
    let mut world = World::new(&format!("[{}]", attested("a", "critical")));
    world.says(json!({"reviewEvery": "90d"}));
    let review = "launch:review";
    assert_item(
        &world,
        review,
        NotApplicable,
        "once the application is live",
    );
    world.write();
    let live = world.parsed().live_since().expect("it runs");
    let day = |days: i64| live + jiff::SignedDuration::from_hours(24 * days);
    assert_eq!(world.judge().review_due, Some(day(90)));
    assert_item(&world, review, Pass, "");
    world.now = day(90);
    assert_item(
        &world,
        review,
        Fail,
        &format!("a review was due at {}", text(day(90))),
    );
    assert!(world.item(review).asked);
    assert_eq!(world.status().review_due.map(|time| time.0), Some(day(90)));
    world.attest(Attest::by("pat", &[review]).role("product"));
    assert_item(&world, review, Pass, "");
    assert_eq!(world.judge().review_due, Some(day(180)));
    // A launch that asks for no reviews has no such item.
    world.says(json!({"reviewEvery": null}));
    assert!(
        world
            .judge()
            .items
            .iter()
            .all(|item| &*item.item.key != review)
    );
}
