//! Metric items.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::inventory::View;
use crate::launch::{Pending, questions_of_gate};
use crate::promql::{
    Failure, FailureKind, Pass as Condition, Point, Question, Range, Reading, Series,
};

fn items(phase: &str) -> String {
    format!(
        "[{{id: a, title: A, section: S, severity: high, phase: {phase}, scope: workload,
           metrics: {{query: 'max(errors{{namespace=\"$namespace\",app=\"$workload\"}})', pass: '< 1', for: 1h}}}}]"
    )
}

const A: &str = "team:a";

fn world(phase: &str) -> World {
    let mut world = World::new(&items(phase));
    world.policy(
        "production",
        json!({
            "launch": {"checklists": ["team"]},
            "metrics": {"servers": [{"name": "main", "url": "http://prometheus:9090"}]},
        }),
    );
    world
}

fn question(world: &World) -> Question {
    let judged = world.judge();
    judged
        .questions
        .first()
        .expect("something is asked")
        .clone()
}

fn answer(world: &mut World, value: f64) {
    let question = question(world);
    let window = Duration::from_secs(3600);
    let series = Series {
        labels: std::collections::BTreeMap::new(),
        points: vec![Point {
            at: world.now,
            value,
        }],
        histograms: false,
    };
    let condition: Condition = question.pass;
    let reading = Reading::of(
        &[series],
        condition,
        window,
        &Range::ending(world.now, window),
    );
    world.measurements.record(question, Ok(reading));
}

#[test]
fn a_question_is_asked_and_its_answer_counts() {
    let mut world = world("pre-rollout");
    assert_item(&world, A, Unknown, "Deployment/web: not asked yet");
    assert!(world.judge().pending.contains(&Pending::Metrics));
    let asked = question(&world);
    assert_eq!(asked.server.as_deref(), Some("production/main"));
    assert_eq!(
        &*asked.promql,
        "max(errors{namespace=\"shop\",app=\"web\"})"
    );
    answer(&mut world, 0.0);
    assert_item(&world, A, Pass, "");
    assert!(world.judge().pending.is_empty());
    // A sample grows old though nothing happens.
    assert_eq!(
        world.judge().next,
        Some(noon() + jiff::SignedDuration::from_mins(5))
    );
    world.later(1);
    assert_eq!(world.verdict(A).0, Unknown);
    answer(&mut world, 2.0);
    assert_eq!(world.verdict(A).0, Fail);
}

#[test]
fn an_answer_that_lapses_sooner_is_looked_at_when_it_does() {
    for value in [0.0, 2.0] {
        let mut world = world("pre-rollout");
        world.measurements.set_max_age(Duration::from_secs(60));
        answer(&mut world, value);
        assert_ne!(world.verdict(A).0, Unknown, "{value}");
        let next = world.judge().next.expect("time tells");
        assert!(
            next <= noon() + jiff::SignedDuration::from_secs(61),
            "{next}"
        );
        world.now = next;
        assert_item(&world, A, Unknown, "no sample since");
        assert_eq!(world.judge().next, None, "{value}");
    }
}

#[test]
fn what_is_stored_does_not_change_with_each_sample() {
    let mut world = world("pre-rollout");
    answer(&mut world, 2.0);
    let before = world.write();
    world.now += jiff::SignedDuration::from_mins(5);
    answer(&mut world, 3.0);
    assert_eq!(world.status(), before);
}

#[test]
fn a_server_that_fails_is_no_pass() {
    let mut world = world("pre-rollout");
    let asked = question(&world);
    world.measurements.record(
        asked,
        Err(Failure::new(FailureKind::Unreachable, "connection refused")),
    );
    assert_item(&world, A, Unknown, "connection refused");
    assert!(world.judge().pending.is_empty(), "it was asked");
}

#[test]
fn what_needs_pods_is_measured_once_there_are_some() {
    let mut world = world("running");
    assert_item(&world, A, Unknown, "measured once the application is live");
    let judged = world.judge();
    assert!(judged.questions.is_empty() && judged.pending.is_empty());
    world.write();
    assert!(!world.judge().questions.is_empty());
    assert!(world.judge().pending.contains(&Pending::Metrics));
}

#[test]
fn the_gate_needs_the_answers_of_items_before_the_rollout() {
    for (phase, some) in [("pre-rollout", true), ("running", false)] {
        let mut world = world(phase);
        world.write();
        let launch = world.parsed();
        let asked = world.with_facts(View::of(&world.inventory), |facts| {
            questions_of_gate(&launch, facts)
        });
        assert_eq!(!asked.is_empty(), some, "{phase}");
    }
}
