//! Match conditions: which workloads they leave to a policy, and what it means that one cannot be evaluated.

use serde_json::{Value, json};

use super::{admit, compiled, merge, now, object, policies, synced, unlimited};
use crate::engine::{Coverage, PolicySet, evaluate, report};
use crate::inventory::View;
use crate::model::{Kind, Labels, Object, Workload};

/// A policy with these conditions that denies what has no CPU limit.
fn policy(conditions: &[&str]) -> Value {
    let conditions: Vec<_> = conditions
        .iter()
        .enumerate()
        .map(|(at, expression)| json!({"name": format!("c{at}"), "expression": expression}))
        .collect();
    json!({
        "match": {"conditions": conditions},
        "checks": [{"id": "cpu-limits"}], "actions": {"critical": "Deny", "high": "Deny", "advice": "Deny"},
    })
}

/// A Deployment without a CPU limit, as it is written.
fn written(fields: Value) -> Value {
    let mut written = json!({
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [unlimited("web")]}}},
    });
    merge(&mut written, fields);
    written
}

/// Its record, read before anything was asked.
fn unasked(fields: Value) -> Workload {
    match object(Kind::Deployment, "web", written(fields)) {
        Object::Workload(workload) => *workload,
        other => panic!("{} is a workload", other.key()),
    }
}

/// Its record, read for these policies.
fn asked(policies: &PolicySet, fields: Value) -> Workload {
    let mut workload = unasked(fields.clone());
    workload.answers = policies.conditions().ask(Kind::Deployment, written(fields));
    workload
}

fn team(name: &str) -> Value {
    json!({"metadata": {"annotations": {"team": name}}})
}

#[test]
fn all_conditions_must_hold_and_one_that_does_not_is_enough() {
    let a = "object.metadata.annotations.team == 'a'";
    let many = "object.spec.replicas > 2";
    for (conditions, fields, expected) in [
        (&[a][..], team("a"), "covers"),
        (&[a], team("b"), "does not"),
        (&[a], json!({}), "c0 in doubt"),
        (&[a, many], team("a"), "covers"),
        (&[many, a], team("b"), "does not"),
        // As in Kubernetes: what is false is so whatever becomes of the others.
        (&[a, "object.spec.replicas > 5"], json!({}), "does not"),
        (&["object.spec.replicas > 5", a], json!({}), "does not"),
        (&[many, a], json!({}), "c1 in doubt"),
        (&["object.spec.nothing == 1", a], json!({}), "c0 in doubt"),
        (&["object.spec.replicas"], json!({}), "c0 in doubt"),
        // The object says what it is, also out of a list.
        (
            &["object.kind == 'Deployment' && object.apiVersion == 'apps/v1'"],
            json!({}),
            "covers",
        ),
        (
            &["has(object.metadata.annotations) && 'team' in object.metadata.annotations"],
            json!({}),
            "does not",
        ),
        (
            &["object.metadata.?annotations[?'team'].orValue('') == 'a'"],
            json!({}),
            "does not",
        ),
        (
            &["object.metadata.?annotations[?'team'].orValue('') == 'a'"],
            team("a"),
            "covers",
        ),
        (
            &[
                "object.spec.template.spec.containers.exists(c, c.image.startsWith('registry.example/'))",
            ],
            json!({}),
            "covers",
        ),
    ] {
        let policy = compiled("p", policy(conditions)).expect("it compiles");
        let set = PolicySet::new([policy.clone()]);
        let workload = asked(&set, fields.clone());
        let coverage = match policy.coverage(&workload, &Labels::default()) {
            Coverage::Yes => "covers".to_owned(),
            Coverage::No => "does not".to_owned(),
            Coverage::InDoubt(condition) => format!("{} in doubt", condition.name),
            Coverage::Unasked => "unasked".to_owned(),
        };
        assert_eq!(coverage, expected, "{conditions:?} of {fields}");
    }
}

#[test]
fn an_expression_that_costs_too_much_is_in_doubt() {
    let numbers = format!("[{}]", vec!["1"; 60].join(","));
    let costly = format!(
        "{numbers}.all(a, {numbers}.all(b, {numbers}.all(c, a + b + c + object.spec.replicas > 0)))"
    );
    let set = policies([("p", policy(&[&costly]))]);
    let workload = asked(&set, json!({}));
    let decision = admit(&set, &synced(), &workload, None, now());
    assert!(
        decision.doubts[0].ends_with("cannot be evaluated: it would cost more than it may"),
        "{decision:?}"
    );
}

#[test]
fn what_is_not_meant_for_sure_is_warned_of_and_reported_but_not_denied() {
    let set = policies([("p", policy(&["object.metadata.annotations.team == 'a'"]))]);
    let workload = asked(&set, json!({}));
    let decision = admit(&set, &synced(), &workload, None, now());
    assert_eq!(super::lines(&decision), ["warn cpu-limits web"]);
    let doubt =
        "the policy p never denies this, since its match condition c0 cannot be evaluated: ";
    let [said] = decision.doubts.as_slice() else {
        panic!("{decision:?}")
    };
    assert!(
        said.starts_with(doubt) && said.len() > doubt.len(),
        "{said}"
    );

    let inventory = synced();
    let evaluation = evaluate(&set, View::of(&inventory), &workload).expect("it is covered");
    let report = report::of_workload(&workload, &evaluation);
    assert_eq!(
        (report.policies, report.doubts),
        (vec!["p".to_owned()], decision.doubts)
    );
    assert_eq!(report.findings.len(), 1);

    // What is meant is denied, and needs no more words.
    let meant = admit(&set, &synced(), &asked(&set, team("a")), None, now());
    assert_eq!(super::lines(&meant), ["deny cpu-limits web"]);
    assert!(meant.doubts.is_empty());
    assert_eq!(
        admit(&set, &synced(), &asked(&set, team("b")), None, now()),
        crate::engine::Decision::default()
    );

    // Another policy denies all the same.
    let both = policies([
        ("p", policy(&["object.metadata.annotations.team == 'a'"])),
        ("q", policy(&[])),
    ]);
    let decision = admit(&both, &synced(), &asked(&both, json!({})), None, now());
    assert_eq!(super::lines(&decision), ["deny cpu-limits web"]);
    assert_eq!(
        (&*decision.denials[0].policies, decision.doubts.len()),
        (&["q".into()][..], 0)
    );
}

#[test]
fn a_record_that_was_not_asked_is_waited_for() {
    let inventory = synced();
    let view = View::of(&inventory);
    let set = policies([("p", policy(&["object.spec.replicas > 2"]))]);
    assert!(set.awaits(view, &unasked(json!({}))));
    assert!(!set.awaits(view, &asked(&set, json!({}))));
    assert!(evaluate(&set, view, &unasked(json!({}))).is_none());
    // It need not be where the policy would not cover it anyway, and what another policy asked is no answer.
    let mut of_jobs = policy(&["object.spec.replicas > 2"]);
    of_jobs["match"]["kinds"] = json!(["Job"]);
    assert!(!policies([("p", of_jobs)]).awaits(view, &unasked(json!({}))));
    let edited = policies([("p", policy(&["object.spec.replicas > 3"]))]);
    assert!(edited.awaits(view, &asked(&set, json!({}))));
    assert!(!policies([("p", policy(&[]))]).awaits(view, &unasked(json!({}))));
}

#[test]
fn a_kind_is_asked_only_by_policies_for_it() {
    let mut of_jobs = policy(&["object.spec.parallelism > 2", "object.metadata.name != ''"]);
    of_jobs["match"]["kinds"] = json!(["Job"]);
    let mut of_both = policy(&["object.metadata.name != ''"]);
    of_both["match"]["kinds"] = json!(["Job", "Pod"]);
    let set = policies([("jobs", of_jobs), ("both", of_both)]);
    let of_kind = |kind| set.conditions().of_kind(kind);
    assert!(of_kind(Kind::Deployment).is_empty());
    assert!(!of_kind(Kind::Pod).is_empty() && of_kind(Kind::Pod) != of_kind(Kind::Job));
    let answers = set
        .conditions()
        .ask(Kind::Pod, json!({"metadata": {"name": "a"}}));
    assert!(answers.get("object.metadata.name != ''").is_some());
    assert!(answers.get("object.spec.parallelism > 2").is_none());
    // The same expressions are the same, whoever asks them and whenever they were compiled: nothing is read again for that.
    let mut again = policy(&["object.metadata.name != ''"]);
    again["match"]["kinds"] = json!(["Pod"]);
    let again = policies([("again", again)]);
    assert!(again.conditions().of_kind(Kind::Pod) == of_kind(Kind::Pod));
}

#[test]
fn an_update_is_judged_by_what_covers_it_then() {
    let set = policies([("p", policy(&["object.spec.replicas > 2"]))]);
    let replicas = |count: i32| asked(&set, json!({"spec": {"replicas": count}}));
    let denied = |new: &Workload, old: &Workload| {
        !admit(&set, &synced(), new, Some(old), now())
            .denials
            .is_empty()
    };
    assert!(
        denied(&replicas(3), &replicas(2)),
        "it was not the policy's before"
    );
    assert!(!denied(&replicas(4), &replicas(3)), "it fails already");
    assert!(!denied(&replicas(2), &replicas(3)));
}

#[test]
fn objects_around_no_workload_are_left_to_policies_for_everything() {
    let policy = compiled("p", policy(&["true"])).expect("it compiles");
    assert!(!policy.covers_namespace(&Labels::default()));
}

#[test]
fn what_is_no_expression_is_refused_with_its_place() {
    for (expression, expected) in [
        (
            "object.spec.replicas >",
            "spec.match.conditions[c0].expression: line 1, column 2",
        ),
        (
            "object.spec &&\n  now > 3",
            "spec.match.conditions[c0].expression: line 2, column 3: no variable now; there are object",
        ),
        (
            "object.name.matches('(')",
            "spec.match.conditions[c0].expression: line 1, column",
        ),
    ] {
        let error = compiled("p", policy(&[expression])).map(|policy| policy.name);
        let error = error.expect_err("it does not compile");
        assert!(
            error.to_string().starts_with(expected),
            "{expression}: {error}"
        );
        assert!(!error.may_be_mended());
    }
}
