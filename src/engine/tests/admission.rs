//! Decisions about new objects.

use serde_json::{Value, json};

use super::{
    admit, denying, deployment, deployment_with, lines, object, policies, sound, synced, unlimited,
};
use crate::engine::Decision;
use crate::inventory::Source;
use crate::model::Kind;

#[test]
fn an_action_is_taken_by_severity_unless_the_check_is_named() {
    let bare = deployment(json!([{"name": "main", "resources": {"limits": {"cpu": 1}}}]));
    for (spec, expected) in [
        (
            json!({"checks": [{"id": "liveness-probe"}, {"id": "startup-probe"}]}),
            &[][..],
        ),
        (
            json!({"checks": [{"id": "liveness-probe"}, {"id": "startup-probe"}], "actions": {"critical": "Deny", "high": "Warn"}}),
            &["deny liveness-probe main", "warn startup-probe main"][..],
        ),
        (
            json!({"checks": [{"id": "liveness-probe", "severity": "high"}], "actions": {"critical": "Deny", "high": "Warn"}}),
            &["warn liveness-probe main"][..],
        ),
        (
            json!({"checks": [{"id": "liveness-probe", "action": "Audit"}, {"id": "startup-probe", "action": "Deny"}],
                   "actions": {"critical": "Deny"}}),
            &["deny startup-probe main"][..],
        ),
        // A pass is no news.
        (denying(&["cpu-limits"]), &[][..]),
    ] {
        let decision = admit(
            &policies([("policy", spec.clone())]),
            &synced(),
            &bare,
            None,
            super::now(),
        );
        assert_eq!(lines(&decision), expected, "{spec}");
    }
}

#[test]
fn without_a_policy_nothing_is_said() {
    let bare = deployment(json!([unlimited("main")]));
    assert_eq!(
        admit(&policies([]), &synced(), &bare, None, super::now()),
        Decision::default()
    );
    let of_jobs =
        json!({"match": {"kinds": ["Job"]}, "checks": [{"id": "cpu-limits", "action": "Deny"}]});
    assert_eq!(
        admit(
            &policies([("jobs", of_jobs)]),
            &synced(),
            &bare,
            None,
            super::now()
        ),
        Decision::default()
    );
}

#[test]
fn each_container_is_denied_by_name_the_gravest_first() {
    let containers = json!([unlimited("web"), sound("good"), {"name": "log", "resources": {"limits": {"cpu": 1}}}]);
    let policies = policies([(
        "policy",
        denying(&["startup-probe", "cpu-limits", "liveness-probe"]),
    )]);
    let decision = admit(
        &policies,
        &synced(),
        &deployment(containers),
        None,
        super::now(),
    );
    assert_eq!(
        lines(&decision),
        [
            "deny cpu-limits web",
            "deny liveness-probe log",
            "deny startup-probe web",
            "deny startup-probe good",
            "deny startup-probe log",
        ]
    );
}

/// A PodDisruptionBudget is often applied after its Deployment.
#[test]
fn a_check_that_looks_around_only_warns_unless_it_is_named() {
    let web = deployment(json!([sound("main")]));
    let by_severity = || denying(&["pdb-present"]);
    let by_name = || json!({"checks": [{"id": "pdb-present", "action": "Deny"}]});
    let empty = synced();
    for (specs, expected) in [
        (vec![("a", by_severity())], "warn pdb-present"),
        (vec![("a", by_name())], "deny pdb-present"),
        (
            vec![("a", by_severity()), ("b", by_name())],
            "deny pdb-present",
        ),
    ] {
        let decision = admit(&policies(specs.clone()), &empty, &web, None, super::now());
        assert_eq!(lines(&decision), [expected], "{specs:?}");
    }
    let decision = admit(
        &policies([("a", by_severity()), ("b", by_name())]),
        &empty,
        &web,
        None,
        super::now(),
    );
    assert_eq!(
        decision.denials[0].policies,
        ["b".into()],
        "only the one that names it"
    );

    let mut inventory = synced();
    let selector = json!({"matchLabels": {"app": "web"}});
    inventory.apply(object(
        Kind::PodDisruptionBudget,
        "web",
        json!({"spec": {"selector": selector, "maxUnavailable": 1}}),
    ));
    assert_eq!(
        admit(
            &policies([("a", by_name())]),
            &inventory,
            &web,
            None,
            super::now()
        ),
        Decision::default()
    );
}

/// What will be there once a LimitRange has filled it in is there: that does not depend on the order of things.
#[test]
fn a_check_that_looks_up_defaults_denies_by_its_severity() {
    let policies = policies([("policy", denying(&["cpu-limits"]))]);
    let bare = deployment(json!([unlimited("main")]));
    let mut inventory = synced();
    assert_eq!(
        lines(&admit(&policies, &inventory, &bare, None, super::now())),
        ["deny cpu-limits main"]
    );
    let limits = json!([{"type": "Container", "default": {"cpu": "1"}}]);
    inventory.apply(object(
        Kind::LimitRange,
        "limits",
        json!({"spec": {"limits": limits}}),
    ));
    assert_eq!(
        admit(&policies, &inventory, &bare, None, super::now()),
        Decision::default()
    );
}

#[test]
fn the_undecided_is_denied_only_where_the_policy_says_so() {
    let bare = deployment(json!([unlimited("main")]));
    let on_unknown = |on_unknown: &str| {
        let mut spec = denying(&["cpu-limits"]);
        spec["onUnknown"] = Value::from(on_unknown);
        spec
    };
    for source in [
        Source::Pending,
        Source::Unavailable("limitranges is forbidden".into()),
    ] {
        let mut inventory = synced();
        inventory.set_source(Kind::LimitRange, source.clone());
        let decide = |spec| {
            admit(
                &policies([("policy", spec)]),
                &inventory,
                &bare,
                None,
                super::now(),
            )
        };
        let allowed = decide(on_unknown("Allow"));
        assert_eq!(lines(&allowed), ["warn cpu-limits"], "{source:?}");
        assert_eq!(
            lines(&decide(on_unknown("Deny"))),
            ["deny cpu-limits"],
            "{source:?}"
        );
        let said = &allowed.warnings[0].found.finding.message;
        let expected = match &source {
            Source::Unavailable(reason) => &**reason,
            _ => "not listed yet",
        };
        assert!(
            said.contains("LimitRange") && said.contains(expected),
            "{said}"
        );
        // What the container says itself needs no look-up.
        let limited = deployment(json!([sound("main")]));
        assert_eq!(
            admit(
                &policies([("policy", on_unknown("Deny"))]),
                &inventory,
                &limited,
                None,
                super::now()
            ),
            Decision::default()
        );
    }
}

#[test]
fn what_is_being_deleted_is_let_pass() {
    let policies = policies([("policy", denying(&["cpu-limits"]))]);
    let deleting = json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}});
    let going = deployment_with(json!([unlimited("main")]), deleting);
    assert_eq!(
        admit(&policies, &synced(), &going, None, super::now()),
        Decision::default()
    );
}
