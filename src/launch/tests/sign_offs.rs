//! Different people for different sign-offs.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::launch::signatures::matching;

const ITEMS: &str = "
- {id: e, title: E, section: S, severity: critical, source: sign-off, attestation: {roles: [engineering], validFor: 10d}}
- {id: d, title: D, section: S, severity: critical, source: sign-off, attestation: {roles: [devops], validFor: 10d}}
- {id: s, title: S, section: S, severity: critical, source: sign-off, attestation: {roles: [security], validFor: 10d}}
";

fn sign(user: &str, item: &str, role: &str) -> Attest {
    Attest::by(user, &[item])
        .role(role)
        .with(json!({"signOff": true}))
}

#[test]
fn one_person_cannot_sign_twice() {
    let mut world = World::new(ITEMS);
    world.attest(sign("ada", "team:e", "engineering"));
    world.attest(sign("ada", "team:d", "devops"));
    assert_item(&world, "team:e", Pass, "");
    assert_item(
        &world,
        "team:d",
        Unknown,
        "ada signs something else: sign-offs need different people",
    );
    world.attest(sign("bob", "team:d", "devops"));
    assert_item(&world, "team:d", Pass, "");
}

#[test]
fn whoever_can_sign_only_one_thing_does() {
    let mut world = World::new(ITEMS);
    // Ada could sign all three, and would be taken for the first.
    for (item, role) in [
        ("team:e", "engineering"),
        ("team:d", "devops"),
        ("team:s", "security"),
    ] {
        world.attest(sign("ada", item, role));
    }
    world.attest(
        sign("bob", "team:e", "engineering").with(json!({"expiresAt": "2026-01-02T00:00:00Z"})),
    );
    world
        .attest(sign("eve", "team:d", "devops").with(json!({"expiresAt": "2026-01-02T00:00:00Z"})));
    for item in ["team:e", "team:d", "team:s"] {
        assert_item(&world, item, Pass, "");
    }
}

#[test]
fn a_signature_is_no_attestation_and_cannot_be_left_out() {
    let mut world = World::new(ITEMS);
    world.attest(Attest::by("ada", &["team:d"]));
    assert_item(
        &world,
        "team:d",
        Unknown,
        "is no sign-off: set signOff to true",
    );
    world.attest(sign("bob", "team:d", "devops").with(json!({"notApplicable": "small change"})));
    assert_item(
        &world,
        "team:d",
        Unknown,
        "says that a sign-off does not apply",
    );
}

#[test]
fn a_sign_off_may_need_two_people_of_its_own() {
    let mut world = World::new(
        "
- {id: e, title: E, section: S, severity: critical, source: sign-off,
   attestation: {roles: [devops], validFor: 10d, minAttestations: 2}}
- {id: d, title: D, section: S, severity: critical, source: sign-off, attestation: {roles: [devops], validFor: 10d}}
",
    );
    for user in ["ada", "bob"] {
        world.attest(sign(user, "team:e", "devops"));
    }
    assert_item(&world, "team:e", Pass, "");
    world.attest(sign("ada", "team:d", "devops"));
    assert_item(&world, "team:d", Unknown, "ada signs something else");
    world.attest(sign("eve", "team:e", "devops"));
    assert_item(&world, "team:d", Pass, "");
    assert_item(&world, "team:e", Pass, "");
}

/// How many lines can have a person at most, by trying everything.
fn most(wanted: &[Vec<u8>], taken: &mut Vec<u8>) -> usize {
    let Some((line, rest)) = wanted.split_first() else {
        return 0;
    };
    let mut best = most(rest, taken);
    for person in line {
        if !taken.contains(person) {
            taken.push(*person);
            best = best.max(1 + most(rest, taken));
            taken.pop();
        }
    }
    best
}

proptest! {
    #[test]
    fn as_many_sign_as_can(wanted in proptest::collection::vec(proptest::collection::vec(0_u8..6, 0..5), 0..6)) {
        let lines: Vec<&[u8]> = wanted.iter().map(Vec::as_slice).collect();
        let found = matching(&lines);
        prop_assert_eq!(found.len(), wanted.len());
        let mut people: Vec<u8> = found.iter().copied().flatten().collect();
        for (line, person) in found.iter().enumerate() {
            prop_assert!(person.is_none_or(|person| wanted[line].contains(&person)));
        }
        let count = people.len();
        people.sort_unstable();
        people.dedup();
        prop_assert_eq!(people.len(), count, "somebody signs twice");
        prop_assert_eq!(count, most(&wanted, &mut Vec::new()));
    }
}
