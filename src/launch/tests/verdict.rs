//! Which verdict follows from what became of the items.

use serde_json::json;

use super::*;
use crate::api::Status;
use crate::launch::Reason;

const ITEMS: &str = "
- {id: a, title: A, section: S, severity: critical, attestation: {roles: [devops], validFor: 10d}}
- {id: b, title: B, section: S, severity: high, attestation: {roles: [devops], validFor: 10d}}
- {id: c, title: C, section: S, severity: advice, attestation: {roles: [devops], validFor: 10d}}
- {id: s, title: S, section: S, severity: critical, source: sign-off, attestation: {roles: [product], validFor: 10d}}
";

fn world(attested: &[&str], signed: bool) -> World {
    let mut world = World::new(ITEMS);
    if !attested.is_empty() {
        world.attest(Attest::by("ada", attested));
    }
    if signed {
        world.attest(
            Attest::by("pat", &["team:s"])
                .role("product")
                .with(json!({"signOff": true})),
        );
    }
    world
}

#[test]
fn the_gravest_that_is_open_decides() {
    let rows: [(&[&str], bool, Reason, Option<u32>); 7] = [
        (&[], false, Reason::CriticalOpen, Some(0)),
        (&["team:a"], false, Reason::SignOffMissing, Some(42)),
        (&["team:b"], true, Reason::CriticalOpen, Some(57)),
        (
            &["team:a", "team:b"],
            false,
            Reason::SignOffMissing,
            Some(57),
        ),
        (&["team:a"], true, Reason::ReadyWithRisks, Some(85)),
        (&["team:a", "team:b"], true, Reason::Ready, Some(100)),
        (
            &["team:a", "team:b", "team:c"],
            true,
            Reason::Ready,
            Some(100),
        ),
    ];
    for (attested, signed, reason, score) in rows {
        let judged = world(attested, signed).judge();
        assert_eq!(
            (judged.reason, judged.score()),
            (reason, score),
            "{attested:?} {signed}"
        );
        let ready = match reason {
            Reason::Ready => Status::Ready,
            Reason::ReadyWithRisks => Status::ReadyWithRisks,
            _ => Status::NotReady,
        };
        assert_eq!(judged.status, ready);
    }
}

#[test]
fn a_launch_that_selects_nothing_is_not_ready() {
    let mut world = world(&["team:a", "team:b"], true);
    world.delete("apps/v1", "Deployment", "web");
    let judged = world.judge();
    assert_eq!(
        (judged.reason, judged.status),
        (Reason::NoWorkloads, Status::NotReady)
    );
    // The labels of its pods are not those of the workload.
    let mut other = deployment("web");
    other["metadata"]["labels"] = json!({"app": "other"});
    other["spec"]["template"]["metadata"]["labels"]["app"] = json!("shop");
    world.apply(other);
    assert_eq!(world.judge().reason, Reason::NoWorkloads);
}

#[test]
fn a_launch_without_a_checklist_is_not_ready() {
    let mut world = World::new(ITEMS);
    world.policy("production", json!({}));
    let judged = world.judge();
    assert_eq!(
        (judged.reason, judged.status, judged.score()),
        (Reason::NoChecklist, Status::NotReady, None)
    );
}

#[test]
fn a_checklist_that_does_not_exist_fails() {
    let mut world = world(&["team:a", "team:b"], true);
    world.says(json!({"checklists": ["none-such"]}));
    assert_item(
        &world,
        "launch:checklist/none-such",
        Fail,
        "there is no such ReadinessChecklist, or its status says why it is not accepted",
    );
    assert_eq!(world.judge().reason, Reason::CriticalOpen);
}

#[test]
fn a_launch_adds_to_what_policies_require_and_takes_nothing_away() {
    let mut world = world(&["team:a", "team:b"], true);
    world.checklist("extra", "[{id: x, title: X, section: S, severity: critical, attestation: {roles: [devops], validFor: 1d}}]");
    world.policy("more", json!({"launch": {"signOffs": ["security"]}}));
    world.says(json!({"checklists": ["extra", "team"], "signOffs": ["product", "legal"]}));
    let judged = world.judge();
    let checklists: Vec<&str> = judged.checklists.iter().map(|(name, _)| &**name).collect();
    assert_eq!(checklists, ["team", "extra"]);
    let own: Vec<&str> = judged.items[5..]
        .iter()
        .map(|item| &*item.item.key)
        .collect();
    // Somebody signs as product already, for the checklist.
    assert_eq!(own, ["launch:sign-off/security", "launch:sign-off/legal"]);
    assert_eq!(judged.reason, Reason::CriticalOpen);
    world.says(json!({"checklists": [], "signOffs": []}));
    let keys: Vec<_> = world
        .judge()
        .items
        .iter()
        .map(|item| item.item.key.to_string())
        .collect();
    assert_eq!(
        keys,
        [
            "team:a",
            "team:b",
            "team:c",
            "team:s",
            "launch:sign-off/security"
        ]
    );
}

#[test]
fn only_a_sign_off_that_is_worth_as_much_stands_for_one_that_a_policy_requires() {
    let sign_off = |different: &str| {
        format!(
            "[{{id: s, title: S, section: S, source: sign-off, attestation: {{roles: [security], validFor: 1d}}, \
               severity: critical{different}}}]"
        )
    };
    let either = sign_off("").replace("[security]", "[security, product]");
    let high = sign_off("").replace("critical", "high");
    for (items, is_asked_for) in [
        (sign_off(""), false),
        (either, true),
        (high, true),
        (sign_off(", phase: post-launch"), true),
    ] {
        let mut world = world(&[], false);
        world.policy("more", json!({"launch": {"signOffs": ["security"]}}));
        world.checklist("extra", &items);
        world.says(json!({"checklists": ["extra"]}));
        let judged = world.judge();
        let own = judged
            .items
            .iter()
            .any(|item| &*item.item.key == "launch:sign-off/security");
        assert_eq!(own, is_asked_for, "{items}");
    }
}

const SCOPED: &str = "
- {id: each, title: Each, section: S, severity: critical, scope: workload,
   cel: {expression: workload.spec.replicas > 1, message: has one replica}}
- {id: some, title: Some, section: S, severity: critical, scope: application,
   cel: {expression: workload.spec.replicas > 1, message: has one replica}}
- {id: once, title: Once, section: S, severity: critical, scope: cluster,
   cel: {expression: workload.spec.replicas > 1, message: has one replica}}
";

#[test]
fn the_worst_workload_counts_or_one_suffices_by_scope() {
    let mut world = World::new(SCOPED);
    let mut more = deployment("worker");
    more["spec"]["replicas"] = json!(3);
    world.apply(more);
    assert_item(&world, "team:each", Fail, "Deployment/web: has one replica");
    assert_item(&world, "team:some", Pass, "");
    assert_item(&world, "team:once", Pass, "");
    let proof = &world.item("team:some").outcome.proofs[0];
    assert_eq!(&*proof.subject, "Deployment/worker");
    // An error is neither.
    let mut broken = deployment("web");
    broken["spec"]
        .as_object_mut()
        .expect("a spec")
        .remove("replicas");
    world.apply(broken);
    assert_item(&world, "team:each", Unknown, "Deployment/web");
    assert_item(&world, "team:some", Pass, "");
}

#[test]
fn checks_of_an_item_must_all_pass() {
    let mut world = World::new(
        "- {id: limits, title: Limits, section: S, severity: critical, scope: workload, checks: [cpu-limits, memory-limits]}",
    );
    assert_item(
        &world,
        "team:limits",
        Fail,
        "Deployment/web, container app: ",
    );
    let mut web = deployment("web");
    let container = &mut web["spec"]["template"]["spec"]["containers"][0];
    container["resources"] = json!({"limits": {"cpu": "1"}});
    world.apply(web.clone());
    assert_item(&world, "team:limits", Fail, "memory");
    web["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] =
        json!("1Gi");
    world.apply(web);
    assert_item(&world, "team:limits", Pass, "");
    // Parameters are those of the policies.
    assert_eq!(world.item("team:limits").outcome.proofs.len(), 2);
}

#[test]
fn a_launch_in_another_namespace_is_asked_what_that_is() {
    let mut world = world(&["team:a", "team:b"], true);
    world.policy("production", json!({
        "match": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "other"}}},
        "launch": {"checklists": ["team"]},
    }));
    assert_eq!(world.judge().reason, Reason::NoChecklist);
}
