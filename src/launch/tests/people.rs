//! Which attestations close an item.

use serde_json::json;

use super::*;
use crate::launch::Pending;
use crate::people::{Grant, Guard, Interval};

fn world(rule: &str) -> World {
    World::new(&format!(
        "[{{id: a, title: A, section: S, severity: critical, attestation: {{roles: [devops, engineering], {rule}}}}}]"
    ))
}

const A: &str = "team:a";

#[test]
fn an_attestation_counts_where_nothing_is_the_matter_with_it() {
    type Case = (&'static str, serde_json::Value, Verdict, &'static str);
    let rows: [Case; 9] = [
        ("validFor: 10d", json!({}), Pass, ""),
        ("validFor: 10d", json!({"role": "engineering"}), Pass, ""),
        (
            "validFor: 10d",
            json!({"role": "security"}),
            Unknown,
            "is by ada as security, and not as devops or engineering",
        ),
        (
            "validFor: 10d",
            json!({"launch": "other"}),
            Unknown,
            "not attested by devops or engineering",
        ),
        (
            "validFor: 10d",
            json!({"signOff": true}),
            Unknown,
            "is a sign-off: set signOff to false",
        ),
        (
            "validFor: 10d, evidenceRequired: true",
            json!({}),
            Unknown,
            "names no evidence: give evidenceURL",
        ),
        (
            "validFor: 10d, evidenceRequired: true",
            json!({"evidenceURL": "https://wiki.example/1"}),
            Pass,
            "",
        ),
        (
            "validFor: 10d",
            json!({"notApplicable": "there is no database"}),
            NotApplicable,
            "there is no database",
        ),
        (
            "validFor: 10d",
            json!({"approver": {"username": "system:serviceaccount:shop:ci"}}),
            Unknown,
            "only people attest",
        ),
    ];
    for (rule, different, verdict, part) in rows {
        let mut world = world(rule);
        world.attest(Attest::by("ada", &[A]).with(different.clone()));
        let (is, why) = world.verdict(A);
        assert_eq!(is, verdict, "{different}: {why}");
        assert!(why.contains(part), "{different}: {why}");
    }
}

#[test]
fn one_attestation_may_cover_many_items() {
    let mut world = World::new(&format!(
        "[{}, {}]",
        attested("a", "critical"),
        attested("b", "high")
    ));
    world.attest(Attest::by("ada", &["team:a", "team:b", "other:c"]));
    assert_item(&world, "team:a", Pass, "");
    assert_item(&world, "team:b", Pass, "");
}

#[test]
fn a_role_that_is_not_granted_or_not_any_more_does_not_count() {
    let mut world = world("validFor: 10d");
    world.attest(Attest::by("ada", &[A]));
    world.authorize("ada", "devops", &Grant::Denied);
    assert_item(
        &world,
        A,
        Unknown,
        "ada has no permission to attest signoffs \"devops\"",
    );
    world.authorize(
        "ada",
        "devops",
        &Grant::Unknown("the API server is away".into()),
    );
    assert_item(&world, A, Unknown, "the API server is away");
    assert!(world.judge().pending.is_empty(), "it was asked");
    world.authorize("ada", "devops", &Grant::Granted);
    assert_item(&world, A, Pass, "");
}

#[test]
fn what_rbac_has_not_been_asked_yet_is_pending() {
    let mut world = world("validFor: 10d");
    world.attest(Attest::by("ada", &[A]));
    world.people.authority = crate::people::Authority::default();
    assert_item(&world, A, Unknown, "RBAC has not been asked yet");
    assert!(world.judge().pending.contains(&Pending::People));
}

#[test]
fn what_nothing_checked_does_not_count() {
    let mut world = world("validFor: 10d");
    world.attest(Attest::by("ada", &[A]));
    world.people.guard = Guard::Seen(vec![Interval {
        from: noon() + jiff::SignedDuration::from_secs(1),
        until: noon() + jiff::SignedDuration::from_hours(1),
    }]);
    assert_item(
        &world,
        A,
        Unknown,
        "made while nothing checked who makes it",
    );
    assert!(world.judge().pending.is_empty());
    world.people.guard = Guard::Seen(vec![Interval {
        from: noon(),
        until: noon(),
    }]);
    assert_item(&world, A, Pass, "");
    // Nothing has been seen of the guard yet.
    world.people.guard = Guard::Seen(Vec::new());
    assert!(world.judge().pending.contains(&Pending::People));
    // There is no API server, and there never will be.
    world.people.guard = Guard::None;
    assert_item(&world, A, Unknown, "nothing checked");
    assert!(world.judge().pending.is_empty());
}

#[test]
fn what_is_written_in_a_file_has_no_author() {
    for rule in ["validFor: 10d", "validFor: 10d, perRelease: true"] {
        let mut world = world(rule);
        world.attest(Attest::by("ada", &[A]));
        for attestation in world.people.attestations.clone().values() {
            let file = crate::people::Attestation {
                created: None,
                ..(**attestation).clone()
            };
            world
                .people
                .attestations
                .insert(file.name.clone(), file.into());
        }
        assert_item(&world, A, Unknown, "only an API server knows who made it");
    }
}

#[test]
fn it_counts_until_the_exact_second() {
    // The shorter of what the item and the attestation say.
    let rows = [
        ("validFor: 10d", "2027-01-01T00:00:00Z", 240 * 3600),
        ("validFor: 10d", "2026-01-02T00:00:00Z", 12 * 3600),
    ];
    for (rule, expires, seconds) in rows {
        let mut world = world(rule);
        world.attest(Attest::by("ada", &[A]).with(json!({"expiresAt": expires})));
        let end = noon() + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(world.item(A).outcome.until, Some(end));
        assert!(world.judge().next.is_some_and(|next| next <= end));
        world.now = end - jiff::SignedDuration::from_secs(1);
        assert_item(&world, A, Pass, "");
        assert_eq!(world.judge().next, Some(end));
        world.now = end;
        assert_item(&world, A, Unknown, &format!("lapsed at {}", text(end)));
    }
}

#[test]
fn different_people_are_counted_once_each() {
    let mut world = world("validFor: 10d, minAttestations: 2");
    world.attest(Attest::by("ada", &[A]));
    assert_item(
        &world,
        A,
        Unknown,
        "attested by 1 of 2 people of devops or engineering",
    );
    world.attest(Attest::by("ada", &[A]).role("engineering"));
    assert_item(&world, A, Unknown, "attested by 1 of 2");
    world.attest(Attest::by("bob", &[A]).with(json!({"expiresAt": "2026-01-03T00:00:00Z"})));
    assert_item(&world, A, Pass, "");
    // As long as two count.
    assert_eq!(
        world.item(A).outcome.until,
        Some(at("2026-01-03T00:00:00Z"))
    );
    world.attest(Attest::by("eve", &[A]));
    assert_eq!(
        world.item(A).outcome.until,
        Some(at("2026-01-11T12:00:00Z"))
    );
    assert_eq!(world.item(A).outcome.proofs.len(), 2);
}

#[test]
fn people_must_agree_on_whether_an_item_applies() {
    let mut world = world("validFor: 10d, minAttestations: 2");
    world.attest(Attest::by("ada", &[A]));
    world.attest(Attest::by("bob", &[A]).with(json!({"notApplicable": "no database"})));
    assert_item(&world, A, Unknown, "1 of 2");
    world.attest(Attest::by("eve", &[A]).with(json!({"notApplicable": "none here"})));
    let (verdict, why) = world.verdict(A);
    assert_eq!(verdict, NotApplicable);
    assert!(why == "no database" || why == "none here", "{why}");
    world.attest(Attest::by("joe", &[A]));
    assert_item(&world, A, Pass, "");
}

#[test]
fn a_fallback_serves_only_where_the_other_way_is_unknown() {
    let item = |expression: &str| {
        format!(
            "[{{id: a, title: A, section: S, severity: critical, cel: {{expression: '{expression}', message: it is not}},
               attestation: {{roles: [devops], validFor: 10d}}}}]"
        )
    };
    let rows = [
        ("true", Pass, Pass, "cel"),
        ("false", Fail, Fail, ""),
        ("workload.spec.none", Unknown, Pass, "attestation"),
    ];
    for (expression, without, with, by) in rows {
        let mut world = World::new(&item(expression));
        assert_eq!(world.verdict(A).0, without, "{expression}");
        if without == Unknown {
            assert_item(&world, A, Unknown, "; not attested by devops");
        }
        world.attest(Attest::by("ada", &[A]));
        let outcome = world.item(A).outcome;
        assert_eq!(outcome.verdict, with, "{expression}");
        let shown = outcome.proofs.first().map_or("", |proof| match proof.by {
            crate::launch::By::Cel => "cel",
            crate::launch::By::Person { .. } => "attestation",
            _ => "something else",
        });
        assert_eq!(shown, by, "{expression}");
    }
}

#[test]
fn what_is_due_every_so_often_lapses_so_soon() {
    let mut world = world("validFor: 30d, every: 7d");
    world.attest(Attest::by("ada", &[A]));
    world.now = noon() + jiff::SignedDuration::from_hours(7 * 24 - 1);
    assert_item(&world, A, Pass, "");
    world.later(1);
    assert_item(&world, A, Unknown, "lapsed at 2026-01-08T12:00:00Z");
    world.attest(Attest::by("ada", &[A]));
    assert_item(&world, A, Pass, "");
}

#[test]
fn of_many_obstacles_some_are_told() {
    let mut world = world("validFor: 10d");
    for user in ["a", "b", "c", "d", "e"] {
        world.attest(Attest::by(user, &[A]).role("security"));
    }
    let (_, why) = world.verdict(A);
    assert!(why.ends_with("; and 2 more"), "{why}");
}
