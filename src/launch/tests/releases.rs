//! What attestations a release carries over.

use serde_json::json;

use super::*;
use crate::api::ReleaseType;

const ITEMS: &str = "
- {id: each, title: E, section: S, severity: critical, attestation: {roles: [devops], validFor: 300d, perRelease: true}}
- {id: once, title: O, section: S, severity: critical, attestation: {roles: [devops], validFor: 300d}}
";

const BOTH: [&str; 2] = ["team:each", "team:once"];

/// With both items attested for the first release, which has been seen.
fn world() -> World {
    let mut world = World::new(ITEMS);
    world.attest(Attest::by("ada", &BOTH));
    world.write();
    world.later(1);
    world
}

fn release(world: &mut World, name: &str, kind: &str) {
    world.says(json!({"release": name, "releaseType": kind}));
}

#[test]
fn a_minor_release_carries_over_and_a_major_one_asks_again() {
    let mut world = world();
    release(&mut world, "1.1.0", "minor");
    // Both before it has been written down, and after.
    for _ in 0..2 {
        assert_item(&world, "team:each", Pass, "");
        world.write();
    }
    world.later(1);
    release(&mut world, "2.0.0", "major");
    for _ in 0..2 {
        assert_item(&world, "team:each", Unknown, "is for an earlier release");
        assert_item(&world, "team:once", Pass, "");
        world.write();
    }
    world.later(1);
    world.attest(Attest::by("ada", &["team:each"]));
    assert_item(&world, "team:each", Pass, "");
    release(&mut world, "2.1.0", "minor");
    assert_item(&world, "team:each", Pass, "");
}

#[test]
fn an_attestation_may_name_a_release() {
    let mut world = world();
    // For the release to come.
    world.attest(Attest::by("bob", &["team:each"]).with(json!({"release": "2.0.0"})));
    release(&mut world, "2.0.0", "major");
    assert_item(&world, "team:each", Pass, "");
    world.write();
    world.later(1);
    release(&mut world, "2.1.0", "minor");
    world.write();
    assert_item(&world, "team:each", Pass, "");
    world.later(1);
    release(&mut world, "3.0.0", "major");
    world.write();
    assert_item(&world, "team:each", Unknown, "is for an earlier release");
    world.attest(Attest::by("eve", &["team:each"]).with(json!({"release": "2.1.0"})));
    assert_item(&world, "team:each", Unknown, "is for the release \"2.1.0\"");
}

#[test]
fn a_first_release_is_never_too_new() {
    for kind in ["minor", "major"] {
        let mut world = World::new(ITEMS);
        release(&mut world, "1.0.0", kind);
        world.attest(Attest::by("ada", &BOTH));
        world.later(1);
        assert_item(&world, "team:each", Pass, "");
        world.write();
        assert_item(&world, "team:each", Pass, "");
    }
}

#[test]
fn what_was_attested_a_moment_before_there_was_a_launch_is_for_its_first_release() {
    let mut world = World::new(ITEMS);
    world.attest(Attest::by("ada", &BOTH));
    let created = |world: &mut World, hours: i64| {
        let created = world.now + jiff::SignedDuration::from_hours(hours);
        world.launch.metadata.creation_timestamp = Some(
            k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(created),
        );
        created
    };
    // Objects are applied in any order; but what was attested long before was for another launch of the name.
    created(&mut world, 25);
    world.later(26);
    assert_item(&world, "team:each", Unknown, "is for an earlier release");
    world.later(-26);
    let named = created(&mut world, 23);
    world.later(24);
    assert_item(&world, "team:each", Pass, "");
    let memory = world.write().memory.expect("releases are remembered");
    assert_eq!(memory.releases[0].since.0, named);
    assert_item(&world, "team:each", Pass, "");
    release(&mut world, "1.1.0", "minor");
    world.write();
    assert_item(&world, "team:each", Pass, "");
    release(&mut world, "2.0.0", "major");
    assert_item(&world, "team:each", Unknown, "is for an earlier release");
}

#[test]
fn a_release_that_turns_out_to_be_major_asks_again() {
    let mut world = world();
    release(&mut world, "2.0.0", "minor");
    world.write();
    assert_item(&world, "team:each", Pass, "");
    release(&mut world, "2.0.0", "major");
    assert_item(&world, "team:each", Unknown, "earlier release");
    let memory = world.write().memory.expect("releases are remembered");
    assert_eq!(memory.releases.len(), 1);
    assert_eq!(memory.releases[0].kind, ReleaseType::Major);
    assert_item(&world, "team:each", Unknown, "earlier release");
    // What was attested since the release began still counts.
    world.attest(Attest::by("ada", &["team:each"]));
    assert_item(&world, "team:each", Pass, "");
}

#[test]
fn what_was_attested_since_a_major_release_was_named_counts_though_nobody_saw_it_named() {
    // The operator was away for an hour.
    let mut world = world();
    let named = world.now;
    world.later(1);
    world.attest(Attest::by("ada", &["team:each"]));
    release(&mut world, "2.0.0", "major");
    let writes = |time: &str, fields: serde_json::Value, subresource: serde_json::Value| {
        let entry = json!({
            "manager": "kubectl", "operation": "Apply", "time": time, "fieldsType": "FieldsV1", "fieldsV1": fields,
            "subresource": subresource,
        });
        serde_json::from_value(entry).expect("it is an entry")
    };
    let release = json!({"f:spec": {"f:release": {}}});
    world.launch.metadata.managed_fields = Some(vec![
        writes(&text(named), release.clone(), json!(null)),
        writes(
            &text(world.now),
            json!({"f:spec": {"f:notes": {}}}),
            json!(null),
        ),
        writes(&text(world.now), release, json!("status")),
    ]);
    world.later(1);
    assert_item(&world, "team:each", Pass, "");
    world.write();
    assert_item(&world, "team:each", Pass, "");
    let since = world.parsed().memory().since.clone();
    assert_eq!(since.map(|since| since.0), Some(named));
}

#[test]
fn many_releases_are_remembered_by_name() {
    let mut world = world();
    world.attest(
        Attest::by("bob", &["team:each"])
            .with(json!({"release": "1.0.0", "expiresAt": "2026-12-01T00:00:00Z"})),
    );
    for minor in 1..30 {
        release(&mut world, &format!("1.{minor}.0"), "minor");
        world.later(1);
        world.write();
    }
    let memory = world.write().memory.expect("releases are remembered");
    assert_eq!((memory.releases.len(), memory.earlier.len()), (8, 22));
    assert_eq!(memory.earlier[0], "1.0.0");
    // That of bob names a release that is listed no more, that of ada none at all.
    let proofs = world.item("team:each").outcome.proofs;
    assert_eq!(proofs.len(), 1);
    let of_bob = world
        .people
        .attestations
        .iter()
        .filter(|(name, _)| name.name.starts_with("bob"));
    world.people.attestations = of_bob
        .map(|(name, one)| (name.clone(), one.clone()))
        .collect();
    assert_item(&world, "team:each", Pass, "");
    for minor in 30..100 {
        release(&mut world, &format!("1.{minor}.0"), "minor");
        world.write();
    }
    let memory = world.write().memory.expect("releases are remembered");
    assert_eq!((memory.releases.len(), memory.earlier.len()), (8, 64));
    assert_item(&world, "team:each", Unknown, "is for the release");
}

#[test]
fn after_a_major_release_there_is_time_again_for_what_follows_a_launch() {
    let mut world = World::new(
        "[{id: review, title: R, section: S, severity: critical, phase: post-launch,
           attestation: {roles: [devops], validFor: 300d, perRelease: true}}]",
    );
    world.write();
    world.later(48);
    assert!(world.item("team:review").asked);
    release(&mut world, "2.0.0", "major");
    world.write();
    assert!(!world.item("team:review").asked);
    world.later(48);
    assert!(world.item("team:review").asked);
}
