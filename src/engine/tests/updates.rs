//! Decisions about updates: a ratchet by default.

use serde_json::{Value, json};

use super::{
    admit, denying, deployment_with, lines, merge, object, policies, sound, synced, unlimited,
};
use crate::engine::{Decision, PolicySet};
use crate::model::{Kind, Object, Workload};

fn policy(on_update: &str) -> PolicySet {
    let mut spec = denying(&["cpu-limits", "liveness-probe"]);
    spec["onUpdate"] = on_update.into();
    policies([("policy", spec)])
}

fn decide(policies: &PolicySet, old: &Workload, new: &Workload) -> Vec<String> {
    lines(&admit(policies, &synced(), new, Some(old), super::now()))
}

fn failing(fields: Value) -> Workload {
    deployment_with(json!([unlimited("web"), sound("log")]), fields)
}

#[test]
fn what_changes_nothing_that_a_check_reads_is_let_pass() {
    let old = failing(json!({}));
    for fields in [
        json!({}),
        json!({"metadata": {"labels": {"team": "web"}}}),
        json!({"metadata": {"annotations": {"a": "b"}, "generation": 9, "finalizers": ["x"]}}),
        json!({"metadata": {"ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "a", "uid": "u"}]}}),
        json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}}),
        // `kubectl rollout restart`
        json!({"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}),
        json!({"spec": {"progressDeadlineSeconds": 5, "minReadySeconds": 1}}),
        json!({"status": {"replicas": 7}}),
    ] {
        for on_update in ["NewViolations", "All"] {
            let new = failing(fields.clone());
            assert_eq!(
                admit(
                    &policy(on_update),
                    &synced(),
                    &new,
                    Some(&old),
                    super::now()
                ),
                Decision::default(),
                "{on_update}: {fields}"
            );
        }
    }
}

#[test]
fn an_update_is_denied_only_for_what_it_makes_worse() {
    let of = |containers: Value| deployment_with(containers, json!({}));
    let mut newer = unlimited("web");
    newer["image"] = "registry.example/web:2".into();
    let mut in_vain = unlimited("web");
    in_vain["resources"] = json!({"limits": {"cpu": 0}});
    let bare = json!({"name": "log"});
    let rows = [
        (
            "another image",
            json!([newer]),
            json!([]),
            &["warn cpu-limits web"][..],
        ),
        (
            "one problem for another of its kind",
            json!([in_vain]),
            json!([]),
            &["warn cpu-limits web"],
        ),
        (
            "a sound container more",
            json!([unlimited("web"), sound("log")]),
            json!([]),
            &["warn cpu-limits web"],
        ),
        (
            "a failing container more",
            json!([unlimited("web"), unlimited("log")]),
            json!([]),
            &["deny cpu-limits log", "warn cpu-limits web"],
        ),
        ("fixed", json!([sound("web")]), json!([]), &[]),
        ("removed", json!([sound("log")]), json!([]), &[]),
        (
            "fixed, and another one broken",
            json!([sound("web"), unlimited("log")]),
            json!([]),
            &["deny cpu-limits log"],
        ),
        (
            "in another order",
            json!([sound("log"), unlimited("web")]),
            json!([]),
            &["warn cpu-limits web"],
        ),
        // It cannot be told from one removed and one added.
        (
            "renamed",
            json!([unlimited("app")]),
            json!([]),
            &["deny cpu-limits app"],
        ),
        (
            "moved to the init containers",
            json!([sound("log")]),
            json!([unlimited("web")]),
            &["warn cpu-limits web"],
        ),
        (
            "another check fails too",
            json!([{"name": "web", "image": "web:1"}]),
            json!([]),
            &["deny liveness-probe web", "warn cpu-limits web"],
        ),
        (
            "everything at once",
            json!([sound("web"), bare]),
            json!([]),
            &["deny cpu-limits log", "deny liveness-probe log"],
        ),
    ];
    let old = of(json!([unlimited("web")]));
    for (what, containers, init, expected) in rows {
        let init = json!({"spec": {"template": {"spec": {"initContainers": init}}}});
        let new = deployment_with(containers, init);
        assert_eq!(
            decide(&policy("NewViolations"), &old, &new),
            expected,
            "{what}"
        );
        let everything: Vec<_> = expected
            .iter()
            .map(|line| line.replace("warn", "deny"))
            .collect();
        let mut all = decide(&policy("All"), &old, &new);
        all.sort_by_key(|line| everything.iter().position(|other| other == line));
        assert_eq!(all, everything, "{what}, where all of it counts");
    }
}

#[test]
fn a_policy_that_began_to_cover_it_says_all_there_is() {
    let mut spec = denying(&["cpu-limits"]);
    let absent = json!([{"key": "experiment", "operator": "DoesNotExist"}]);
    spec["match"] = json!({"objectSelector": {"matchExpressions": absent}});
    let policies = policies([("policy", spec)]);
    let labelled = json!({"metadata": {"labels": {"experiment": "yes"}}});
    let scaled = |mut fields: Value| {
        merge(&mut fields, json!({"spec": {"replicas": 9}}));
        failing(fields)
    };
    let (inside, outside) = (failing(json!({})), failing(labelled.clone()));
    assert_eq!(
        decide(&policies, &outside, &scaled(json!({}))),
        ["deny cpu-limits web"]
    );
    assert_eq!(decide(&policies, &inside, &scaled(labelled)), [""; 0]);
    assert_eq!(
        decide(&policies, &inside, &scaled(json!({}))),
        ["warn cpu-limits web"]
    );
    // Only to relabel it changes nothing that a check reads.
    assert_eq!(decide(&policies, &outside, &inside), [""; 0]);
}

/// The one policy forgives what was there before, the other does not.
#[test]
fn each_policy_counts_updates_its_own_way() {
    let mut strict = denying(&["cpu-limits"]);
    strict["onUpdate"] = "All".into();
    let policies = policies([("lenient", denying(&["cpu-limits"])), ("strict", strict)]);
    let decision = admit(
        &policies,
        &synced(),
        &failing(json!({"spec": {"replicas": 9}})),
        Some(&failing(json!({}))),
        super::now(),
    );
    assert_eq!(lines(&decision), ["deny cpu-limits web"]);
    assert_eq!(decision.denials[0].policies, ["strict".into()]);
}

/// What is around a workload is looked up for the workload as it would be, and as it was.
#[test]
fn an_update_that_leaves_its_budget_behind_makes_it_worse() {
    let policies = policies([(
        "policy",
        json!({"checks": [{"id": "pdb-present", "action": "Deny"}]}),
    )]);
    let mut inventory = synced();
    let selector = json!({"matchLabels": {"app": "web"}});
    inventory.apply(object(
        Kind::PodDisruptionBudget,
        "web",
        json!({"spec": {"selector": selector, "maxUnavailable": 1}}),
    ));
    let labelled = |label: &str| {
        failing(json!({"spec": {"template": {"metadata": {"labels": {"app": label}}}}}))
    };
    let (inside, outside, elsewhere) = (labelled("web"), labelled("api"), labelled("db"));
    inventory.apply(Object::Workload(Box::new(inside.clone())));
    for (old, new, expected) in [
        (&inside, &outside, &["deny pdb-present"][..]),
        (&outside, &inside, &[]),
        (&outside, &elsewhere, &["warn pdb-present"]),
    ] {
        assert_eq!(
            lines(&admit(&policies, &inventory, new, Some(old), super::now())),
            expected
        );
    }
}
