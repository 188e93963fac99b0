//! Every line of the built-in checklists that people may attest: open without them, and closed by the right ones.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::checklist::{Checklists, Way};
use crate::launch::{Judged, JudgedItem};

/// A launch that is asked for every built-in checklist, and whose first days are over.
fn world() -> World {
    let mut world = World::new(&format!("[{}]", attested("none", "advice")));
    let names: Vec<_> = Checklists::built_in()
        .iter()
        .map(|checklist| checklist.name.to_string())
        .collect();
    world.policy("production", json!({"launch": {"checklists": names}}));
    world.write();
    world.later(49);
    world
}

/// The items that people may attest.
fn by_people(judged: &Judged) -> impl Iterator<Item = &JudgedItem> {
    judged
        .items
        .iter()
        .filter(|judged| judged.item.attestation().is_some() && &*judged.checklist != "launch")
}

/// Has every item attested in a way of its own.
fn attest_all(world: &mut World, attest: impl Fn(&JudgedItem) -> Vec<Attest>) {
    let judged = world.judge();
    for item in by_people(&judged) {
        for attestation in attest(item) {
            // Two in one second would have one name.
            world.now += jiff::SignedDuration::from_secs(1);
            world.attest(attestation);
        }
    }
}

/// As somebody does it who may, as often as it is asked for.
fn properly(item: &JudgedItem) -> Vec<Attest> {
    let rule = item.item.attestation().expect("people may attest it");
    let role = rule.roles.first().expect("in a role");
    let turns = rule
        .every
        .map_or(1, |every| 1 + 48 * 3600 / every.as_duration().as_secs());
    let people = 0..rule.min_attestations;
    let once = people.map(|which| {
        let sign_off = item.item.is_sign_off();
        Attest::by(&format!("{role}-{which}"), &[&item.item.key])
            .role(role)
            .with(json!({"signOff": sign_off, "evidenceURL": "https://wiki.example/evidence"}))
    });
    let once: Vec<_> = once.collect();
    (0..turns).flat_map(|_| once.clone()).collect()
}

#[test]
fn every_line_that_people_may_attest_is_open_without_them_and_closed_by_them() {
    let mut world = world();
    let before: BTreeMap<_, _> = {
        let judged = world.judge();
        by_people(&judged)
            .map(|item| (item.item.key.to_string(), item.clone()))
            .collect()
    };
    assert!(before.len() >= 318, "{} lines", before.len());
    attest_all(&mut world, properly);
    let judged = world.judge();
    let mut wrong = Vec::new();
    for item in by_people(&judged) {
        let (was, is) = (&before[&*item.item.key].outcome, &item.outcome);
        // Where the workload itself decides, an attestation changes nothing.
        let is_decided = matches!(was.verdict, Pass | Fail | NotApplicable)
            && !matches!(item.item.way, Way::Attestation);
        let expected = if is_decided { was.verdict } else { Pass };
        if was.verdict != Unknown && !is_decided {
            wrong.push(format!(
                "{} is {} before: {}",
                item.item.key, was.verdict, was.why
            ));
        }
        if is.verdict != expected {
            wrong.push(format!("{} is {}: {}", item.item.key, is.verdict, is.why));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What each attestation must be, and what the verdict says where it is not.
#[test]
fn no_line_is_closed_by_the_wrong_people_or_without_what_it_asks_for() {
    type Different = fn(&JudgedItem) -> Option<serde_json::Value>;
    let rows: [(&str, Different); 4] = [
        ("another role", |_| Some(json!({"role": "marketing"}))),
        ("a program", |_| {
            Some(json!({"approver": {"username": "system:serviceaccount:shop:ci"}}))
        }),
        ("no evidence", |item| {
            let rule = item.item.attestation()?;
            rule.evidence_required.then(|| json!({"evidenceURL": null}))
        }),
        ("signed or not", |item| {
            Some(json!({"signOff": !item.item.is_sign_off()}))
        }),
    ];
    for (what, different) in rows {
        let mut world = world();
        let before = world.judge();
        attest_all(&mut world, |item| {
            let Some(different) = different(item) else {
                return Vec::new();
            };
            properly(item)
                .into_iter()
                .map(|attest| attest.with(different.clone()))
                .collect()
        });
        let judged = world.judge();
        for (before, item) in by_people(&before).zip(by_people(&judged)) {
            let (was, is) = (&before.outcome, &item.outcome);
            assert_eq!(
                is.verdict, was.verdict,
                "{} by {what}: {}",
                item.item.key, is.why
            );
        }
    }
}

#[test]
fn as_many_people_as_are_asked_for_must_attest() {
    let mut world = world();
    attest_all(&mut world, |item| {
        let mut all = properly(item);
        all.truncate(1);
        all
    });
    let judged = world.judge();
    let several = by_people(&judged).filter(|item| {
        item.item
            .attestation()
            .is_some_and(|rule| rule.min_attestations > 1)
    });
    let mut count = 0;
    for item in several {
        count += 1;
        assert_eq!(
            item.outcome.verdict, Unknown,
            "{}: {}",
            item.item.key, item.outcome.why
        );
    }
    assert!(count > 0, "some line asks for several people");
}
