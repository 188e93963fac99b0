//! Exceptions in reports and at admission.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{compiled, denying, deployment, lines, now, synced, unlimited};
use crate::api::{ReadinessException, Status};
use crate::checklist::Checklists;
use crate::engine::{PolicySet, Relief, evaluate, report};
use crate::inventory::View;
use crate::model::Verdict;
use crate::people::{Exception, Guard, Interval, Name, People};

fn exception(fields: Value) -> ReadinessException {
    let mut object = json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessException",
        "metadata": {"name": "until-friday", "namespace": "shop", "creationTimestamp": now().to_string()},
        "spec": {
            "policy": "a", "waives": ["cpu-limits"], "workloads": {"names": ["web"]}, "reason": "being measured",
            "owner": "team-web", "requestedBy": "ada", "expiresAt": (now() + SignedDuration::from_hours(24)).to_string(),
        },
    });
    super::merge(&mut object, fields);
    serde_json::from_value(object).expect("an exception")
}

fn people(fields: Value) -> People {
    let exception = Exception::of(&exception(fields)).expect("it is understood");
    let interval = Interval {
        from: Timestamp::MIN,
        until: Timestamp::MAX,
    };
    People {
        exceptions: [(
            Name::new("shop", "until-friday"),
            std::sync::Arc::new(exception),
        )]
        .into_iter()
        .collect(),
        guard: Guard::Seen(vec![interval]),
        ..People::default()
    }
}

fn set<'a>(specs: impl IntoIterator<Item = (&'a str, Value)>) -> PolicySet {
    PolicySet::new(
        specs
            .into_iter()
            .map(|(name, spec)| compiled(name, spec).expect("a policy")),
    )
}

/// What a Deployment without a CPU limit is told at admission, and its status in a report.
fn judged(policies: &PolicySet, people: &People, at: Timestamp) -> (Vec<String>, Status) {
    let relief = Relief {
        people,
        policies,
        checklists: Checklists::built_in(),
        now: at,
    };
    let web = deployment(json!([unlimited("web")]));
    let inventory = synced();
    let decision = super::super::admit(policies, &inventory, &web, None, relief);
    let mut evaluation =
        evaluate(policies, View::of(&inventory).at(at), &web).expect("it is covered");
    evaluation.relieve(&web, relief);
    (lines(&decision), evaluation.status())
}

#[test]
fn what_an_exception_covers_is_waived_and_a_risk() {
    let policies = set([("a", denying(&["cpu-limits"]))]);
    let denied = vec!["deny cpu-limits web".to_owned()];
    assert_eq!(
        judged(&policies, &People::default(), now()),
        (denied.clone(), Status::NotReady)
    );
    assert_eq!(
        judged(&policies, &people(json!({})), now()),
        (vec![], Status::ReadyWithRisks)
    );
    for other in [
        json!({"spec": {"waives": ["memory-limits"]}}),
        json!({"spec": {"workloads": {"names": ["web-api"]}}}),
        json!({"spec": {"workloads": {"kinds": ["StatefulSet"]}}}),
        json!({"spec": {"workloads": {"selector": {"matchLabels": {"app": "other"}}}}}),
        json!({"spec": {"policy": "b"}}),
    ] {
        assert_eq!(
            judged(&policies, &people(other.clone()), now()).0,
            denied,
            "{other}"
        );
    }
}

#[test]
fn an_item_of_a_checklist_names_its_check() {
    let policies = set([("a", json!({"actions": {"critical": "Deny"}}))]);
    let waives = |key: &str| people(json!({"spec": {"waives": [key]}}));
    let denies = |people: &People| {
        judged(&policies, people, now())
            .0
            .contains(&"deny cpu-limits web".to_owned())
    };
    assert!(!denies(&waives("essentials:cpu-limits")));
    assert!(denies(&waives("essentials:memory-limits")));
    assert!(denies(&waives("no-such:cpu-limits")));
}

#[test]
fn it_ends_everywhere_at_the_same_moment() {
    let policies = set([("a", denying(&["cpu-limits"]))]);
    let people = people(json!({}));
    let end = now() + SignedDuration::from_hours(24);
    let before = end - SignedDuration::from_nanos(1);
    assert_eq!(
        judged(&policies, &people, before),
        (vec![], Status::ReadyWithRisks)
    );
    assert_eq!(
        judged(&policies, &people, end),
        (vec!["deny cpu-limits web".to_owned()], Status::NotReady)
    );
}

#[test]
fn it_softens_the_policy_that_it_is_for_and_no_other() {
    let policies = set([
        ("a", denying(&["cpu-limits"])),
        ("b", denying(&["cpu-limits"])),
    ]);
    assert_eq!(
        judged(&policies, &people(json!({})), now()),
        (vec!["deny cpu-limits web".to_owned()], Status::NotReady)
    );
}

#[test]
fn a_report_shows_what_is_waived_and_by_what() {
    let policies = set([("a", denying(&["cpu-limits"]))]);
    let people = people(json!({}));
    let relief = Relief {
        people: &people,
        policies: &policies,
        checklists: Checklists::built_in(),
        now: now(),
    };
    let web = deployment(json!([unlimited("web")]));
    let inventory = synced();
    let mut evaluation =
        evaluate(&policies, View::of(&inventory).at(now()), &web).expect("it is covered");
    evaluation.relieve(&web, relief);
    assert_eq!(
        evaluation.next(),
        Some(now() + SignedDuration::from_hours(24))
    );
    let report = report::of_workload(&web, &evaluation);
    assert_eq!((report.waived, report.critical.failed), (1, 0));
    assert_eq!(report.findings[0].verdict, Verdict::Waived.name());
    assert!(
        report.findings[0]
            .message
            .starts_with("[waived by until-friday]"),
        "{}",
        report.findings[0].message
    );
}
