//! What exceptions waive.

use serde_json::json;

use super::*;
use crate::api::Status;
use crate::launch::{Pending, Reason};
use crate::people::Name;

const ITEMS: &str = "
- {id: each, title: E, section: S, severity: critical, scope: workload, checks: [cpu-limits]}
- {id: whole, title: W, section: S, severity: critical, attestation: {roles: [devops], validFor: 10d}}
- {id: sign, title: H, section: S, severity: critical, source: sign-off, attestation: {roles: [product], validFor: 10d}}
";

/// Two workloads without limits.
fn world() -> World {
    let mut world = World::new(ITEMS);
    world.apply(deployment("worker"));
    world
}

#[test]
fn it_waives_an_item_or_a_check_for_the_workloads_that_it_covers() {
    let mut world = world();
    world.except(
        "web",
        json!({"waives": ["team:each"], "workloads": {"names": ["web"]}}),
    );
    assert_item(
        &world,
        "team:each",
        Fail,
        "Deployment/worker, container app",
    );
    world.except("worker", json!({"waives": ["cpu-limits"], "workloads": {"kinds": ["Deployment"], "names": ["worker"]}}));
    assert_item(&world, "team:each", Waived, "");
    let judged = world.judge();
    let used: Vec<(String, u32)> = judged
        .waivers
        .iter()
        .map(|(name, used)| (name.to_string(), *used))
        .collect();
    assert_eq!(
        used,
        [("shop/web".to_owned(), 1), ("shop/worker".to_owned(), 1)]
    );
}

#[test]
fn an_item_of_the_application_is_waived_for_all_of_its_workloads() {
    let mut world = world();
    world.except(
        "one",
        json!({"waives": ["team:whole"], "workloads": {"names": ["web"]}}),
    );
    assert_item(&world, "team:whole", Unknown, "not attested");
    world.except("all", json!({"waives": ["team:whole"]}));
    assert_item(&world, "team:whole", Waived, "not attested");
    assert_eq!(
        world.item("team:whole").outcome.until,
        Some(at("2026-01-02T12:00:00Z"))
    );
}

#[test]
fn a_sign_off_is_never_waived() {
    let mut world = world();
    world.except(
        "all",
        json!({"waives": ["team:each", "team:whole", "team:sign"]}),
    );
    assert_item(&world, "team:sign", Unknown, "not signed by product");
    assert_eq!(world.judge().reason, Reason::SignOffMissing);
    world.attest(
        Attest::by("pat", &["team:sign"])
            .role("product")
            .with(json!({"signOff": true})),
    );
    let judged = world.judge();
    assert_eq!(
        (judged.reason, judged.status),
        (Reason::ReadyWithRisks, Status::ReadyWithRisks)
    );
    assert_eq!(judged.score(), Some(33), "what is waived does not pass");
    assert_eq!(judged.waivers.get(&Name::new("shop", "all")), Some(&2));
}

#[test]
fn it_ends_to_the_second() {
    let mut world = world();
    world.except("all", json!({"waives": ["team:whole"]}));
    let end = at("2026-01-02T12:00:00Z");
    world.now = end - jiff::SignedDuration::from_secs(1);
    assert_item(&world, "team:whole", Waived, "");
    assert_eq!(world.judge().next, Some(end));
    world.now = end;
    assert_item(&world, "team:whole", Unknown, "not attested");
}

#[test]
fn what_people_state_comes_before_what_is_waived() {
    let mut world = World::new(
        "[{id: a, title: A, section: S, severity: critical, cel: {expression: workload.none, message: it is not},
           attestation: {roles: [devops], validFor: 10d}}]",
    );
    world.except("all", json!({"waives": ["team:a"]}));
    assert_item(&world, "team:a", Waived, "");
    world.attest(Attest::by("ada", &["team:a"]));
    assert_item(&world, "team:a", Pass, "");
    assert!(
        world.judge().waivers.is_empty(),
        "the exception is of no use"
    );
}

#[test]
fn it_is_for_the_policy_that_asks() {
    let mut world = world();
    world.policy("lenient", json!({"exceptions": {"maxLifetime": "300d"}}));
    world.except(
        "other",
        json!({"waives": ["team:whole"], "policy": "lenient"}),
    );
    assert_item(&world, "team:whole", Unknown, "");
    // Where two policies require the checklist, both must be excepted from.
    world.policy("strict", json!({"launch": {"checklists": ["team"]}}));
    world.except("first", json!({"waives": ["team:whole"]}));
    assert_item(&world, "team:whole", Unknown, "");
    world.except(
        "second",
        json!({"waives": ["team:whole"], "policy": "strict"}),
    );
    assert_item(&world, "team:whole", Waived, "");
    // What the launch adds itself is nobody's in particular.
    world.checklist(
        "extra",
        "[{id: x, title: X, section: S, severity: high, attestation: {roles: [a], validFor: 1d}}]",
    );
    world.says(json!({"checklists": ["extra"]}));
    world.except("added", json!({"waives": ["extra:x"], "policy": "lenient"}));
    assert_item(&world, "extra:x", Waived, "");
}

#[test]
fn it_must_keep_to_its_policy() {
    let mut world = world();
    world.except(
        "long",
        json!({"waives": ["team:whole"], "expiresAt": "2026-03-01T00:00:00Z"}),
    );
    assert_item(&world, "team:whole", Unknown, "");
    world.policy("production", json!({"launch": {"checklists": ["team"]}, "exceptions": {"maxLifetime": "90d", "approval": "SecondPerson"}}));
    assert_item(&world, "team:whole", Unknown, "");
    let approve = |user: &str| {
        let approves = json!({"items": null, "launch": null, "role": null, "approves": {"name": "long", "uid": "long-uid"}});
        Attest::by(user, &[]).with(approves)
    };
    world.attest(approve("ada"));
    assert_item(&world, "team:whole", Unknown, "");
    world.attest(approve("bob"));
    assert_item(&world, "team:whole", Waived, "");
    // Whether bob may is not known yet.
    world.people.authority = crate::people::Authority::default();
    assert_item(&world, "team:whole", Unknown, "");
    assert!(world.judge().pending.contains(&Pending::People));
}

#[test]
fn one_that_overrides_the_gate_is_a_risk_as_long_as_it_holds() {
    let mut world = World::new(
        "[{id: a, title: A, section: S, severity: critical, attestation: {roles: [devops], validFor: 10d}},
          {id: status, title: T, section: S, severity: critical, source: field, checks: [checklist-status]}]",
    );
    let open = |world: &World| world.status().open_risks;
    world.except("emergency", json!({"overridesGate": true}));
    // It opens the gate, and nothing else.
    assert_eq!(world.judge().reason, Reason::CriticalOpen);
    assert_eq!(open(&world), ["exception/emergency"]);
    world.attest(Attest::by("ada", &["team:a"]));
    let judged = world.judge();
    assert_eq!(judged.reason, Reason::ReadyWithRisks);
    assert_eq!(
        world.item("team:status").outcome.proofs[0].what,
        "Ready with Risks"
    );
    let end = at("2026-01-02T12:00:00Z");
    assert_eq!(judged.overrides[0].until, end);
    assert_eq!(judged.next, Some(end));
    let status = world.status();
    assert_eq!(
        status.expires_next.map(|expiry| expiry.what).as_deref(),
        Some("exception emergency")
    );
    let verdict = &status.conditions[0];
    assert_eq!(
        (verdict.reason.as_str(), verdict.message.as_str()),
        (
            "ReadyWithRisks",
            "the gate is overridden by the exception emergency"
        )
    );
    world.now = end;
    assert_eq!(world.judge().reason, Reason::Ready);
    assert_eq!(open(&world), [""; 0]);
    // What it does not hold for, or is not about, is none.
    world.except(
        "elsewhere",
        json!({"overridesGate": true, "workloads": {"names": ["other"]}}),
    );
    world.except("nowhere", json!({"overridesGate": true, "policy": "none"}));
    world.except("waives", json!({"waives": ["team:b"]}));
    assert_eq!(world.judge().reason, Reason::Ready);
}

#[test]
fn that_a_checklist_is_missing_is_never_waived() {
    let mut world = world();
    world.policy("strict", json!({"launch": {"checklists": ["gone"]}}));
    world.except("gone", json!({"waives": ["launch:checklist/gone"]}));
    world.except(
        "strictly",
        json!({"waives": ["launch:checklist/gone"], "policy": "strict"}),
    );
    assert_item(
        &world,
        "launch:checklist/gone",
        Fail,
        "there is no such ReadinessChecklist",
    );
}
