//! Items that are worked out from the others, or from what the launch says of itself.

use serde_json::json;

use super::*;

const ITEMS: &str = "
- {id: all-critical, title: A, section: S, severity: critical, checks: [checklist-critical-complete]}
- {id: all-high, title: B, section: S, severity: high, checks: [checklist-high-complete]}
- {id: status, title: C, section: S, severity: high, checks: [checklist-status]}
- {id: c, title: D, section: S, severity: critical, attestation: {roles: [devops], validFor: 10d}}
- {id: h, title: E, section: S, severity: high, attestation: {roles: [devops], validFor: 10d}}
- {id: later, title: F, section: S, severity: critical, phase: running, cel: {expression: 'false', message: it is down}}
- {id: acceptance/c, title: G, section: S, severity: critical, attestation: {roles: [devops], validFor: 10d}}
- {id: sign, title: H, section: S, severity: critical, source: sign-off, attestation: {roles: [product], validFor: 10d}}
";

fn world(attested: &[&str], signed: bool) -> World {
    let mut world = World::new(ITEMS);
    world.attest(Attest::by("ada", attested));
    if signed {
        world.attest(
            Attest::by("pat", &["team:sign"])
                .role("product")
                .with(json!({"signOff": true})),
        );
    }
    world
}

#[test]
fn checklists_are_complete_when_their_own_items_are() {
    let rows: [(&[&str], bool, Verdict, Verdict, Verdict); 5] = [
        (&["team:none"], true, Fail, Fail, Fail),
        (&["team:c"], true, Pass, Fail, Pass),
        // Sign-offs are given to the whole; without one it is not ready.
        (&["team:c", "team:h"], false, Pass, Pass, Fail),
        (&["team:c", "team:h"], true, Pass, Pass, Pass),
        (&["team:h", "team:acceptance/c"], true, Fail, Pass, Fail),
    ];
    for (attested, signed, critical, high, status) in rows {
        let world = world(attested, signed);
        assert_eq!(
            world.verdict("team:all-critical").0,
            critical,
            "{attested:?}"
        );
        assert_eq!(world.verdict("team:all-high").0, high, "{attested:?}");
        assert_eq!(
            world.verdict("team:status").0,
            status,
            "{attested:?} {signed}"
        );
    }
    assert_item(
        &world(&["team:h"], true),
        "team:all-critical",
        Fail,
        "1 of 1 open: c",
    );
    assert_item(
        &world(&["team:c"], false),
        "team:status",
        Fail,
        "Not Ready: 1 of 1 open: sign",
    );
}

#[test]
fn the_status_says_which_one_it_is() {
    let says = |world: &World| world.item("team:status").outcome.proofs[0].what.clone();
    assert_eq!(says(&world(&["team:c"], true)), "Ready with Risks");
    let mut world = world(&["team:c", "team:h"], true);
    assert_eq!(says(&world), "Ready for Production");
    world.says(json!({"risks": [{"id": "a", "risk": "r", "severity": "high", "mitigation": "m", "owner": "o"}]}));
    assert_eq!(says(&world), "Ready with Risks");
}

#[test]
fn what_needs_pods_is_left_out_until_there_are_some() {
    let mut world = world(&["team:c"], true);
    assert_item(&world, "team:all-critical", Pass, "");
    world.write();
    assert_item(&world, "team:all-critical", Fail, "1 of 2 open: later");
}

#[test]
fn what_is_waived_of_them_shows() {
    let mut world = world(&["team:none"], true);
    world.except("late", json!({"waives": ["team:c"]}));
    assert_item(&world, "team:all-critical", Waived, "");
    let proof = &world.item("team:all-critical").outcome.proofs[0];
    assert_eq!(proof.what, "all 1 complete, 1 of them waived: c");
    // What is worked out cannot be waived itself.
    world.people.exceptions.clear();
    world.except(
        "whole",
        json!({"waives": ["team:all-critical", "team:all-high", "team:status", "team:sign"]}),
    );
    assert_item(&world, "team:all-critical", Fail, "open: c");
    assert_item(&world, "team:status", Fail, "Not Ready");
}

#[test]
fn other_checklists_do_not_count() {
    let mut world = world(&["team:c", "team:h"], true);
    world.checklist("extra", "[{id: x, title: X, section: S, severity: critical, attestation: {roles: [a], validFor: 1d}}]");
    world.says(json!({"checklists": ["extra"]}));
    assert_item(&world, "team:all-critical", Pass, "");
}

#[test]
fn an_item_may_name_a_check_on_workloads_besides() {
    let mut world = World::new(
        "[{id: a, title: A, section: S, severity: critical, checks: [launch-date-target, cpu-limits]}]",
    );
    assert_item(&world, "team:a", Fail, "spec.targetDate is not set");
    assert_item(&world, "team:a", Fail, "has no cpu limit");
    world.says(json!({"targetDate": "2026-06-01T00:00:00Z"}));
    let (verdict, why) = world.verdict("team:a");
    assert!(verdict == Fail && !why.contains("targetDate"), "{why}");
}

#[test]
fn a_target_date_is_set_and_has_not_passed() {
    let items = "[{id: a, title: A, section: S, severity: high, checks: [launch-date-target]}]";
    let mut world = World::empty(items);
    assert_item(&world, "team:a", Fail, "spec.targetDate is not set");
    world.says(json!({"targetDate": "2026-01-01T12:00:00Z"}));
    assert_item(&world, "team:a", Pass, "");
    assert_eq!(world.judge().next, None, "the moment is now");
    world.now += jiff::SignedDuration::from_secs(1);
    assert_item(
        &world,
        "team:a",
        Fail,
        "spec.targetDate 2026-01-01T12:00:00Z has passed, and the application is not live",
    );
    // Once it is live, the date is history.
    world.apply(deployment("web"));
    world.write();
    assert_item(&world, "team:a", Pass, "");
}

#[test]
fn the_date_of_going_live_is_known_once_it_was() {
    let items = "[{id: a, title: A, section: S, severity: high, phase: post-launch, checks: [launch-date-actual]}]";
    let mut world = World::empty(items);
    assert_item(&world, "team:a", NotApplicable, "not live yet");
    assert!(!world.item("team:a").asked);
    world.says(json!({"targetDate": "2026-01-01T13:00:00Z"}));
    assert_eq!(world.judge().next, Some(at("2026-01-01T13:00:00Z")));
    world.later(2);
    assert_item(
        &world,
        "team:a",
        Fail,
        "not live, though spec.targetDate 2026-01-01T13:00:00Z has passed",
    );
    assert!(world.item("team:a").asked);
    world.apply(deployment("web"));
    world.write();
    assert_item(&world, "team:a", Pass, "");
    // It cannot be in the future, nor before there was anything to run.
    let mut set = |date: &str| {
        world
            .launch
            .status
            .as_mut()
            .expect("it was written")
            .actual_date = Some(super::super::status::seconds(at(date)))
    };
    set("2026-01-01T15:00:00Z");
    assert_item(&world, "team:a", Fail, "is in the future");
    let mut set = |date: &str| {
        world
            .launch
            .status
            .as_mut()
            .expect("it was written")
            .actual_date = Some(super::super::status::seconds(at(date)))
    };
    set("2026-01-01T09:59:59Z");
    assert_item(
        &world,
        "team:a",
        Fail,
        "before the oldest workload was created, at 2026-01-01T10:00:00Z",
    );
    // Later releases may have made the workloads anew.
    world.says(json!({"release": "1.1.0"}));
    world.write();
    assert_item(&world, "team:a", Pass, "");
}
