//! What is written about a launch.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;
use crate::api::{LaunchStatus, ProofKind, Status};
use crate::checklist::Way;
use crate::inventory::View;
use crate::launch::{By, Judged, Outcome, Proof, judge, observe, status};

fn world() -> World {
    World::new(&format!(
        "[{}, {}, {}]",
        attested("a", "critical"),
        attested("b", "critical"),
        attested("c", "high")
    ))
}

fn condition<'a>(status: &'a LaunchStatus, type_: &str) -> (&'a str, &'a str, &'a str) {
    let found = status.conditions.iter().find(|known| known.type_ == type_);
    let found = found.unwrap_or_else(|| panic!("no condition {type_}: {status:#?}"));
    (&found.status, &found.reason, &found.message)
}

#[test]
fn it_says_what_is_missing_from_whom() {
    let mut world = world();
    world.attest(Attest::by("ada", &["team:b"]));
    let status = world.write();
    assert_eq!(
        (status.status, status.score, status.open, status.workloads),
        (Some(Status::NotReady), Some(42), 2, 1)
    );
    assert_eq!(status.checklists, ["team"]);
    let missing: Vec<_> = status
        .missing
        .iter()
        .map(|missing| (missing.item.as_str(), missing.severity.as_str()))
        .collect();
    assert_eq!(
        missing,
        [("team:a", "critical"), ("team:c", "high")],
        "the gravest first"
    );
    assert_eq!(status.missing[0].from, ["devops"]);
    assert_eq!(status.missing[0].message, "not attested by devops");
    assert_eq!(
        (status.sections[0].passed, status.sections[0].unknown),
        (1, 2)
    );
    assert_eq!(
        condition(&status, "LaunchReady"),
        ("False", "CriticalOpen", "open: team:a, team:c")
    );
    assert_eq!(condition(&status, "Ready").0, "True");
    assert_eq!(status.observed_generation, Some(1));
}

#[test]
fn nothing_is_different_while_nothing_changes() {
    let mut world = world();
    world.attest(Attest::by("ada", &["team:b"]));
    world.except("late", json!({"waives": ["team:c"]}));
    let first = world.write();
    // Going live makes another status once.
    let second = world.write();
    assert_eq!(first, second);
    world.now += jiff::SignedDuration::from_secs(59);
    assert_eq!(world.status(), second);
}

#[test]
fn a_change_of_the_verdict_is_kept_with_what_made_it() {
    let mut world = world();
    world.write();
    world.later(1);
    world.attest(Attest::by("ada", &["team:a", "team:b"]));
    let status = world.write();
    let history: Vec<_> = status
        .history
        .iter()
        .map(|step| (step.to, step.because.as_str()))
        .collect();
    assert_eq!(
        history,
        [
            (Status::ReadyWithRisks, "closed: team:a, team:b"),
            (Status::NotReady, "open: team:a, team:b, team:c"),
        ]
    );
    let since = |status: &LaunchStatus| status.conditions[0].last_transition_time.0;
    assert_eq!(since(&status), at("2026-01-01T13:00:00Z"));
    world.later(24 * 10);
    let status = world.write();
    assert_eq!(status.history[0].because, "opened: team:a, team:b");
    for _ in 0..12 {
        world.later(1);
        world.attest(Attest::by("ada", &["team:a", "team:b"]));
        world.write();
        world.later(24 * 10);
        world.write();
    }
    assert_eq!(world.write().history.len(), 10);
}

#[test]
fn what_lapses_soon_is_listed_once_it_does() {
    let mut world = world();
    world.attest(Attest::by("ada", &["team:a", "team:b"]));
    world.except(
        "late",
        json!({"waives": ["team:c"], "expiresAt": "2026-01-20T00:00:00Z"}),
    );
    let status = world.write();
    let next = status.expires_next.expect("something lapses");
    assert_eq!(next.at.0, at("2026-01-11T12:00:00Z"));
    assert!(next.what.ends_with(": team:a and 1 more"), "{}", next.what);
    assert!(status.lapsing.is_empty());
    let soon = at("2026-01-04T12:00:00Z");
    assert_eq!(world.judge().next, Some(soon));
    world.now = soon;
    let status = world.write();
    assert_eq!(status.lapsing.len(), 1);
    world.now = at("2026-01-13T00:00:00Z");
    let status = world.write();
    assert_eq!(status.lapsing[0].what, "exception late");
    assert_eq!(status.lapsing[0].at.0, at("2026-01-20T00:00:00Z"));
}

#[test]
fn the_actual_date_is_when_pods_were_first_let_run() {
    let date = |status: LaunchStatus| status.actual_date.map(|date| date.0);
    // Somebody looked before: it is when they are first seen.
    let mut world = World::empty(&format!("[{}]", attested("a", "critical")));
    assert_eq!(date(world.write()), None);
    let mut none = deployment("web");
    none["spec"]["replicas"] = json!(0);
    world.apply(none);
    assert_eq!(date(world.write()), None);
    world.later(3);
    world.apply(deployment("web"));
    assert_eq!(date(world.write()), Some(at("2026-01-01T15:00:00Z")));
    world.later(3);
    assert_eq!(
        date(world.write()),
        Some(at("2026-01-01T15:00:00Z")),
        "it stays"
    );
    world.delete("apps/v1", "Deployment", "web");
    assert_eq!(date(world.write()), Some(at("2026-01-01T15:00:00Z")));

    // Nobody did: the later of the launch and the oldest workload.
    let mut world = World::new(&format!("[{}]", attested("a", "critical")));
    assert_eq!(date(world.status()), Some(at("2026-01-01T11:00:00Z")));
    let mut web = deployment("web");
    web["metadata"]["creationTimestamp"] = json!("2026-01-01T11:30:00Z");
    world.apply(web);
    assert_eq!(date(world.status()), Some(at("2026-01-01T11:30:00Z")));
    let mut worker = deployment("worker");
    worker["metadata"]["creationTimestamp"] = json!("2026-01-01T11:15:00Z");
    world.apply(worker);
    assert_eq!(date(world.status()), Some(at("2026-01-01T11:15:00Z")));
}

#[test]
fn revisions_that_were_let_run_are_remembered() {
    let mut world = world();
    let revision = |tag: usize| {
        let mut web = deployment("web");
        web["spec"]["template"]["spec"]["containers"][0]["image"] = json!(format!("shop:{tag}"));
        web
    };
    for tag in 0..20 {
        world.apply(revision(tag));
        world.write();
    }
    let known = |world: &mut World| {
        world
            .write()
            .memory
            .expect("something is remembered")
            .admitted
    };
    let templates = known(&mut world)[0].templates.clone();
    assert_eq!(templates.len(), 11);
    // A rollback moves it to the end.
    world.apply(revision(15));
    let rolled_back = known(&mut world)[0].templates.clone();
    assert_eq!(rolled_back.last(), templates.iter().rev().nth(4));
    assert_eq!(
        rolled_back.iter().collect::<BTreeSet<_>>(),
        templates.iter().collect()
    );
    // Nothing runs, nothing is added; what is gone is remembered for a while.
    world.delete("apps/v1", "Deployment", "web");
    assert_eq!(known(&mut world)[0].templates, rolled_back);
    for at in 0..30 {
        world.apply(deployment(&format!("job-{at}")));
        world.write();
        world.delete("apps/v1", "Deployment", &format!("job-{at}"));
    }
    let gone = known(&mut world);
    assert_eq!(gone.len(), 16);
    assert_eq!(
        gone.last().map(|last| last.workload.as_str()),
        Some("Deployment/job-29")
    );
}

#[test]
fn images_of_named_containers_are_recorded_with_the_release() {
    let mut world = world();
    world.says(json!({"containers": ["app"]}));
    let mut web = deployment("web");
    let containers = &mut web["spec"]["template"]["spec"]["containers"];
    *containers = json!([
        {"name": "app", "image": "registry.example/shop@sha256:0123"}, {"name": "sidecar", "image": "registry.example/proxy:1"},
    ]);
    world.apply(web);
    let memory = world.write().memory.expect("something is remembered");
    assert_eq!(
        memory.releases[0].images,
        ["app=registry.example/shop@sha256:0123"]
    );
    // They are kept with the release that they were of.
    world.says(json!({"release": "1.1.0"}));
    world.apply(deployment("web"));
    let memory = world.write().memory.expect("something is remembered");
    let images: Vec<&str> = memory
        .releases
        .iter()
        .map(|release| release.images[0].as_str())
        .collect();
    assert_eq!(
        images,
        [
            "app=registry.example/shop@sha256:0123",
            "app=registry.example/shop:1.0"
        ]
    );
}

#[test]
fn the_digest_that_pods_run_is_recorded_where_they_say_so() {
    let mut world = world();
    world.says(json!({"containers": ["app"]}));
    let mut web = deployment("web");
    web["metadata"]["uid"] = "web-uid".into();
    world.apply(web);
    let owner = |kind: &str, name: &str, uid: &str| json!([{"apiVersion": "apps/v1", "kind": kind, "name": name, "uid": uid, "controller": true}]);
    world.apply(json!({
        "apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"namespace": "shop", "name": "web-1", "uid": "set-uid", "ownerReferences": owner("Deployment", "web", "web-uid")},
    }));
    let pod = |name: &str, statuses: serde_json::Value| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"namespace": "shop", "name": name, "uid": name, "ownerReferences": owner("ReplicaSet", "web-1", "set-uid")},
            "status": {"phase": "Running", "containerStatuses": statuses},
        })
    };
    world.apply(pod("web-1-a", json!([
        {"name": "app", "imageID": "registry.example/shop@sha256:0123"}, {"name": "sidecar", "imageID": "sha256:4567"},
    ])));
    // One is being pulled still, and one runtime gives no digest.
    world.apply(pod("web-1-b", json!([{"name": "app", "imageID": ""}])));
    world.apply(pod(
        "web-1-c",
        json!([{"name": "app", "imageID": "registry.example/shop:1.0"}]),
    ));
    let memory = world.write().memory.expect("something is remembered");
    assert_eq!(
        memory.releases[0].images,
        ["app=registry.example/shop:1.0@sha256:0123"]
    );
}

#[test]
fn a_workload_in_two_launches_shows_in_both() {
    let mut world = world();
    let first = world.parsed();
    world.launch.metadata.name = Some("second".to_owned());
    let second = world.parsed();
    let both = [&first, &second];
    for (launch, other) in [(&first, "second"), (&second, "shop")] {
        let status = world.with_facts(View::of(&world.inventory), |facts| {
            let judged = judge(launch, facts, None);
            assert_eq!(judged.workloads.len(), 1, "it counts in both");
            let observed = observe(launch, facts.view, both.into_iter());
            status(launch, &judged, &observed, facts.now)
        });
        let message = format!("also selected by another launch: Deployment/web ({other})");
        assert_eq!(
            condition(&status, "Overlapping"),
            ("True", "WorkloadInTwoLaunches", message.as_str())
        );
    }
    assert_eq!(condition(&world.status(), "Overlapping").0, "False");
}

#[test]
fn it_is_read_back_as_it_was_written() {
    let mut world = world();
    world.attest(Attest::by("ada", &["team:a"]));
    world.says(
        json!({"reviewEvery": "90d", "targetDate": "2026-02-01T00:00:00Z", "containers": ["app"]}),
    );
    let status = world.status();
    let json = serde_json::to_value(&status).expect("it is JSON");
    let read: LaunchStatus = serde_json::from_value(json.clone()).expect("it is a status");
    assert_eq!(read, status);
    assert_eq!(serde_json::to_value(&read).expect("it is JSON"), json);
}

/// A launch of both checklists in which as much evidence is seen as can be, on objects of usual names.
fn seen_of_both(workloads: usize) -> (World, Judged) {
    let mut world = World::empty(
        "[{id: a, title: A, section: S, severity: high, attestation: {roles: [devops], validFor: 1d}}]",
    );
    world.policy(
        "production",
        json!({"launch": {"checklists": ["ai-agent", "production-deployment"]}}),
    );
    for at in 0..workloads {
        world.apply(deployment(&format!("agent-worker-{at}")));
    }
    let mut judged = world.judge();
    for judged in &mut judged.items {
        let Way::Evidence(pieces) = &judged.item.way else {
            continue;
        };
        let proofs = (0..workloads).map(|at| {
            let object = match pieces[0].kind() {
                Some(kind) => format!("{kind} shop/agent-worker-{at}-production"),
                None => format!("Deployment.apps shop/agent-worker-{at}"),
            };
            Proof {
                by: By::Evidence(pieces[0].name().clone()),
                kind: ProofKind::Proves,
                subject: object.into(),
                workload: Some(format!("Deployment/agent-worker-{at}").into()),
                what: pieces[0].meaning().to_string(),
                at: Some(noon()),
                until: None,
            }
        });
        let of_each = judged.item.spec.scope == crate::api::Scope::Workload;
        let proofs: Vec<Proof> = proofs.take(if of_each { workloads } else { 1 }).collect();
        let passes = proofs.into_iter().map(Outcome::pass).reduce(Outcome::and);
        judged.outcome = passes.expect("there is a workload");
    }
    (world, judged)
}

/// How many bytes a status takes as the API server stores it.
fn size(status: &LaunchStatus) -> usize {
    serde_json::to_vec(status).expect("it is JSON").len()
}

#[test]
fn the_status_of_both_checklists_stays_small() {
    // Nothing is closed yet; all evidence is seen of one workload, and of five.
    let (world, _) = seen_of_both(1);
    let launch = world.parsed();
    let nothing = size(&world.status());
    let sizes: Vec<usize> = [1, 5]
        .into_iter()
        .map(|workloads| {
            let (world, judged) = seen_of_both(workloads);
            let of_all = world.with_facts(View::of(&world.inventory), |facts| {
                let observed = observe(&launch, facts.view, std::iter::empty());
                status(&launch, &judged, &observed, facts.now)
            });
            let memory = of_all.memory.as_ref().expect("something is remembered");
            let items: usize = memory
                .seen
                .iter()
                .map(|seen| seen.items.split(' ').count())
                .sum();
            assert!(items >= 189, "only {items} items are remembered");
            size(&of_all)
        })
        .collect();
    for bytes in [nothing, sizes[0], sizes[1]] {
        assert!(
            bytes <= 24 * 1024,
            "{nothing} bytes with nothing closed, {sizes:?} with all evidence seen"
        );
    }
}

#[test]
fn no_two_items_of_both_checklists_are_remembered_alike() {
    let (world, _) = seen_of_both(1);
    let keys: Vec<_> = world
        .judge()
        .items
        .iter()
        .map(|judged| judged.item.key.clone())
        .collect();
    let marks: BTreeSet<String> = keys
        .iter()
        .map(|key| crate::launch::seen::mark(key))
        .collect();
    assert_eq!(marks.len(), keys.len());
}

#[test]
fn no_message_is_long() {
    let mut world = world();
    let long = "ü".repeat(1000);
    world.checklist("team", &format!(
        "[{{id: a, title: A, section: S, severity: high, cel: {{expression: 'false', message: {}}}}}]",
        &long[..500]
    ));
    let status = world.write();
    let message = &status.missing[0].message;
    assert!(
        message.len() <= 160 && message.ends_with('…'),
        "{} bytes",
        message.len()
    );
    let _: Value = serde_json::to_value(&status).expect("it is JSON");
}
