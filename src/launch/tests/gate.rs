//! Whether pods may run.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::inventory::View;
use crate::launch::{Gate, GateInput, Launch, gate, template_digest};

/// What is asked of the gate.
struct Asked {
    new: Value,
    old: Option<Value>,
}

/// With an item that is open, and no workload yet.
fn world(rule: Value) -> World {
    let mut world = World::empty(&format!(
        "[{}, {}]",
        attested("a", "critical"),
        attested("h", "high")
    ));
    let mut rule = rule;
    rule["checklists"] = json!(["team"]);
    world.policy_since(
        "production",
        json!({"launch": rule}),
        at("2025-01-01T00:00:00Z"),
    );
    world
}

fn ask(world: &World, asked: &Asked) -> Gate {
    let launch = world.parsed();
    ask_of(world, asked, &[&launch])
}

fn ask_of(world: &World, asked: &Asked, launches: &[&Launch]) -> Gate {
    let new = workload(&asked.new);
    let old = asked.old.as_ref().map(workload);
    let template = template_digest(&new);
    let input = GateInput {
        new: &new,
        old: old.as_ref(),
        subject: None,
        launches,
        template: &template,
    };
    world.with_facts(View::with(&world.inventory, &new), |facts| {
        gate(input, facts)
    })
}

fn create(new: Value) -> Asked {
    Asked { new, old: None }
}

fn update(old: Value, new: Value) -> Asked {
    Asked {
        new,
        old: Some(old),
    }
}

fn with(name: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut object = deployment(name);
    change(&mut object);
    object
}

fn image(tag: &str) -> Value {
    with("web", |object| {
        object["spec"]["template"]["spec"]["containers"][0]["image"] =
            json!(format!("registry.example/shop:{tag}"));
    })
}

fn scaled(mut object: Value, replicas: i32) -> Value {
    object["spec"]["replicas"] = json!(replicas);
    object
}

#[track_caller]
fn assert_closed(answer: &Gate, part: &str) {
    match answer {
        Gate::Closed(message) => assert!(message.contains(part), "{message}"),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn assert_warned(answer: &Gate, part: &str) {
    match answer {
        Gate::Warn(warnings) => assert!(
            warnings.iter().any(|warning| warning.contains(part)),
            "{warnings:?}"
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pods_first_run_when_the_items_before_the_rollout_are_closed() {
    let mut world = world(json!({"gate": "Deny"}));
    let first = create(deployment("web"));
    let answer = ask(&world, &first);
    assert_closed(
        &answer,
        "Deployment/web may not run yet: the launch shop is NotReady, 1 critical items are open: team:a.",
    );
    assert_closed(&answer, "First: not attested by devops");
    assert_closed(&answer, "[policy production]");
    // What is high does not keep anything.
    world.attest(Attest::by("ada", &["team:a"]));
    assert_eq!(ask(&world, &first), Gate::Open);
}

#[test]
fn objects_may_be_created_in_any_order_as_long_as_nothing_runs() {
    let world = world(json!({"gate": "Deny"}));
    let job = |suspend: bool| {
        json!({
            "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "job", "labels": {"app": "shop"}},
            "spec": {"suspend": suspend, "schedule": "@daily", "jobTemplate": {"spec": {"template": {"spec": {
                "containers": [{"name": "app", "image": "registry.example/job:1"}],
            }}}}},
        })
    };
    let deleting = with("web", |object| {
        object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z")
    });
    for open in [
        create(scaled(deployment("web"), 0)),
        create(job(true)),
        create(deleting),
    ] {
        assert_eq!(ask(&world, &open), Gate::Open);
    }
    let none = scaled(deployment("web"), 0);
    for closed in [
        create(job(false)),
        update(none.clone(), deployment("web")),
        update(job(true), job(false)),
    ] {
        assert_closed(&ask(&world, &closed), "may not run yet");
    }
    // Another image for nothing is nothing yet.
    assert_eq!(
        ask(&world, &update(none, scaled(image("2.0"), 0))),
        Gate::Open
    );
}

#[test]
fn without_a_launch_nothing_runs() {
    let world = world(json!({"gate": "Deny"}));
    let stranger = with("other", |object| {
        object["metadata"]["labels"] = json!({"app": "other"})
    });
    let answer = ask(&world, &create(stranger));
    assert_closed(
        &answer,
        "Deployment/other is part of no launch: create a ReadinessLaunch in namespace shop",
    );
    assert_closed(
        &ask_of(&world, &create(deployment("web")), &[]),
        "is part of no launch",
    );
}

#[test]
fn a_launch_without_a_checklist_opens_nothing() {
    let mut world = world(json!({"gate": "Deny"}));
    world.policy("production", json!({"launch": {"gate": "Deny"}}));
    assert_closed(
        &ask(&world, &create(deployment("web"))),
        "judged by no checklist",
    );
}

#[test]
fn later_rollouts_warn_unless_the_policy_denies() {
    for (later, is_closed) in [("Warn", false), ("Deny", true), ("Audit", false)] {
        let mut world = world(json!({"gate": "Deny", "laterRollouts": later}));
        world.apply(deployment("web"));
        world.write();
        for next in [
            update(deployment("web"), image("2.0")),
            create(deployment("worker")),
        ] {
            let answer = ask(&world, &next);
            match (later, is_closed) {
                ("Audit", _) => assert_eq!(answer, Gate::Open),
                (_, true) => assert_closed(&answer, "team:a"),
                _ => assert_warned(&answer, "team:a"),
            }
        }
        // More or fewer of the same pods are no rollout, nor is a new label of the object.
        assert_eq!(
            ask(
                &world,
                &update(deployment("web"), scaled(deployment("web"), 5))
            ),
            Gate::Open
        );
        let labelled = with("web", |object| {
            object["metadata"]["labels"]["team"] = json!("a")
        });
        assert_eq!(
            ask(&world, &update(deployment("web"), labelled)),
            Gate::Open
        );
    }
}

#[test]
fn a_live_launch_cannot_be_lent_to_another_application() {
    let mut world = world(json!({"gate": "Deny"}));
    world.apply(deployment("web"));
    world.write();
    world.says(json!({"selector": {"matchLabels": {"app": "other"}}}));
    let other = with("other", |object| {
        object["metadata"]["labels"] = json!({"app": "other"})
    });
    assert_closed(&ask(&world, &create(other)), "team:a");
    // The same workload, made anew, is the application's.
    world.says(json!({"selector": {"matchLabels": {"app": "shop"}}}));
    world.delete("apps/v1", "Deployment", "web");
    assert_warned(&ask(&world, &create(image("2.0"))), "team:a");
}

#[test]
fn a_later_rollout_is_never_asked_more_than_a_first_one() {
    let mut world = world(json!({"gate": "Warn", "laterRollouts": "Deny"}));
    world.apply(deployment("web"));
    world.write();
    assert_warned(
        &ask(&world, &update(deployment("web"), image("2.0"))),
        "team:a",
    );
}

#[test]
fn a_rollback_to_what_was_let_run_always_passes() {
    let mut world = world(json!({"gate": "Deny", "laterRollouts": "Deny"}));
    for tag in ["1.0", "2.0"] {
        world.apply(image(tag));
        world.write();
    }
    assert_eq!(ask(&world, &update(image("2.0"), image("1.0"))), Gate::Open);
    assert_eq!(
        ask(&world, &update(scaled(image("2.0"), 0), image("2.0"))),
        Gate::Open,
        "scaled to nothing and back"
    );
    assert_closed(&ask(&world, &update(image("2.0"), image("3.0"))), "team:a");
    // The revisions of another workload are not its own.
    let mut worker = image("1.0");
    worker["metadata"]["name"] = json!("worker");
    assert_closed(&ask(&world, &create(worker)), "team:a");
}

#[test]
fn a_workload_that_is_older_than_the_policy_warns() {
    let since = |world: &mut World, created: Timestamp| {
        world.policy_since(
            "production",
            json!({"launch": {"checklists": ["team"], "gate": "Deny"}}),
            created,
        );
    };
    let mut world = world(json!({"gate": "Deny"}));
    let wake = update(scaled(deployment("web"), 0), deployment("web"));
    since(&mut world, at("2026-01-01T10:00:01Z"));
    assert_warned(&ask(&world, &wake), "team:a");
    since(&mut world, at("2026-01-01T10:00:00Z"));
    assert_closed(&ask(&world, &wake), "team:a");
}

#[test]
fn an_exception_overrides_the_gate_of_its_policy() {
    let mut world = world(json!({"gate": "Deny"}));
    let first = create(deployment("web"));
    world.except("waives", json!({"waives": ["team:h"]}));
    world.except(
        "elsewhere",
        json!({"overridesGate": true, "workloads": {"names": ["worker"]}}),
    );
    assert_closed(&ask(&world, &first), "team:a");
    world.except(
        "night",
        json!({"overridesGate": true, "workloads": {"names": ["web"]}}),
    );
    assert_warned(
        &ask(&world, &first),
        "let through by the exception night [policy production]",
    );
    // Another policy's gate stays closed.
    world.policy_since(
        "strict",
        json!({"launch": {"gate": "Deny", "checklists": ["team"]}}),
        at("2025-01-01T00:00:00Z"),
    );
    assert_closed(&ask(&world, &first), "[policy strict]");
    world.except("too", json!({"overridesGate": true, "policy": "strict"}));
    assert_warned(&ask(&world, &first), "let through by the exception too");
    // It ends.
    world.later(24);
    assert_closed(&ask(&world, &first), "[policy production, strict]");
}

#[test]
fn a_waived_item_keeps_nothing() {
    let mut world = world(json!({"gate": "Deny"}));
    world.except(
        "late",
        json!({"waives": ["team:a"], "workloads": {"names": ["web"]}}),
    );
    assert_eq!(ask(&world, &create(deployment("web"))), Gate::Open);
}

#[test]
fn a_policy_that_only_audits_asks_nothing() {
    let mut world = world(json!({"gate": "Audit", "laterRollouts": "Deny"}));
    assert_eq!(ask(&world, &create(deployment("web"))), Gate::Open);
    world.policy("production", json!({}));
    assert_eq!(ask(&world, &create(deployment("web"))), Gate::Open);
    // The strictest of several counts.
    world.policy(
        "warns",
        json!({"launch": {"gate": "Warn", "checklists": ["team"]}}),
    );
    world.policy("denies", json!({"launch": {"gate": "Deny"}}));
    assert_closed(&ask(&world, &create(deployment("web"))), "[policy denies]");
}

#[test]
fn every_launch_of_a_workload_must_let_it() {
    let mut world = world(json!({"gate": "Deny"}));
    world.attest(Attest::by("ada", &["team:a"]));
    let ready = world.parsed();
    world.launch.metadata.name = Some("second".to_owned());
    let second = world.parsed();
    let first = create(deployment("web"));
    assert_eq!(ask_of(&world, &first, &[&ready]), Gate::Open);
    assert_closed(
        &ask_of(&world, &first, &[&ready, &second]),
        "the launch second is NotReady",
    );
}

#[test]
fn what_is_asked_once_pods_run_keeps_none_from_running() {
    let mut world = world(json!({"gate": "Deny"}));
    world.checklist("team", "
- {id: a, title: A, section: S, severity: critical, phase: running, cel: {expression: 'false', message: it is down}}
- {id: b, title: B, section: S, severity: critical, phase: post-launch, attestation: {roles: [devops], validFor: 1d}}
");
    assert_eq!(ask(&world, &create(deployment("web"))), Gate::Open);
}
