//! Several policies over one workload.

use std::sync::Arc;

use serde_json::json;

use super::{admit, denying, deployment, lines, policies, sound, synced};
use crate::engine::{PolicySet, evaluate};
use crate::inventory::View;
use crate::model::{Severity, Verdict};

#[test]
fn the_gravest_severity_and_the_strictest_action_win() {
    let policies = policies([
        (
            "lenient",
            json!({"checks": [{"id": "cpu-limits", "severity": "high", "action": "Warn"}]}),
        ),
        (
            "strict",
            json!({"checks": [{"id": "cpu-limits", "severity": "critical", "action": "Deny"}]}),
        ),
        (
            "third",
            json!({"checks": [{"id": "cpu-limits", "severity": "advice", "action": "Audit"}]}),
        ),
    ]);
    let inventory = synced();
    let workload = deployment(json!([{"name": "main"}]));
    let evaluation = evaluate(&policies, View::of(&inventory), &workload).expect("it is covered");
    let [entry] = evaluation.plan.entries.as_slice() else {
        panic!("one entry: {evaluation:?}")
    };
    assert_eq!(
        (entry.severity, entry.claims.len()),
        (Severity::Critical, 3)
    );
    let names: Vec<_> = evaluation
        .plan
        .policies
        .iter()
        .map(|policy| &*policy.name)
        .collect();
    assert_eq!(names, ["lenient", "strict", "third"]);

    let decision = admit(&policies, &inventory, &workload, None, super::now());
    assert_eq!(lines(&decision), ["deny cpu-limits main"]);
    // Whoever reads the denial asks the policy that says so.
    assert_eq!(decision.denials[0].policies, ["strict".into()]);
}

#[test]
fn other_parameters_are_another_question() {
    let allowing = |capability: &str| {
        let mut policy = denying(&["added-capabilities"]);
        policy["params"] = json!({"added-capabilities": {"allowed": [capability, "CHOWN"]}});
        policy
    };
    let set = policies([("a", allowing("SYS_TIME")), ("b", allowing("SYS_NICE"))]);
    let inventory = synced();
    let adds = |capability: &str| {
        let mut container = sound("main");
        container["securityContext"] = json!({"capabilities": {"add": [capability]}});
        deployment(json!([container]))
    };
    for (capability, denied_by) in [
        ("CHOWN", &[][..]),
        ("SYS_TIME", &["b"][..]),
        ("SYS_NICE", &["a"][..]),
        ("SYS_ADMIN", &["a", "b"][..]),
    ] {
        let decision = admit(&set, &inventory, &adds(capability), None, super::now());
        let mut by: Vec<_> = decision
            .denials
            .iter()
            .flat_map(|denial| &denial.policies)
            .map(|name| &**name)
            .collect();
        by.sort_unstable();
        assert_eq!(by, denied_by, "{capability}");
    }
    let workload = adds("CHOWN");
    let plan = set
        .plan(View::of(&inventory), &workload)
        .expect("it is covered");
    assert_eq!(plan.entries.len(), 2);
    let conflicts = plan.conflicts();
    let mut disputed: Vec<_> = conflicts
        .iter()
        .map(|(policy, check)| (&*policy.name, *check))
        .collect();
    disputed.sort_unstable();
    assert_eq!(
        disputed,
        [("a", "added-capabilities"), ("b", "added-capabilities")]
    );
}

#[test]
fn the_same_parameters_written_otherwise_are_no_conflict() {
    let with_params = |params| json!({"checks": [{"id": "added-capabilities"}], "params": params});
    let allowed = |names: &[&str]| with_params(json!({"added-capabilities": {"allowed": names}}));
    for (one, other) in [
        (allowed(&["A", "B"]), allowed(&["B", "A", "B"])),
        // The default, said and unsaid.
        (
            allowed(&["NET_BIND_SERVICE"]),
            with_params(json!({"added-capabilities": {}})),
        ),
        (allowed(&["NET_BIND_SERVICE"]), with_params(json!({}))),
    ] {
        let set = policies([("one", one), ("other", other)]);
        let inventory = synced();
        let workload = deployment(json!([sound("main")]));
        let plan = set
            .plan(View::of(&inventory), &workload)
            .expect("it is covered");
        assert_eq!(
            (plan.entries.len(), plan.conflicts().len()),
            (1, 0),
            "{:?}",
            plan.entries
        );
        assert_eq!(plan.entries[0].claims.len(), 2);
    }
}

#[test]
fn what_is_asked_for_is_sorted_by_severity_then_check() {
    let policies = policies([(
        "policy",
        json!({"checks": [
            {"id": "startup-probe", "severity": "critical"},
            {"id": "cpu-limits", "severity": "high"},
            {"id": "liveness-probe", "severity": "critical"},
            {"id": "memory-limits", "severity": "advice"},
        ]}),
    )]);
    let inventory = synced();
    let workload = deployment(json!([]));
    let evaluation = evaluate(&policies, View::of(&inventory), &workload).expect("it is covered");
    let order: Vec<_> = evaluation
        .plan
        .entries
        .iter()
        .map(|entry| entry.check.id)
        .collect();
    assert_eq!(
        order,
        [
            "liveness-probe",
            "startup-probe",
            "cpu-limits",
            "memory-limits"
        ]
    );
    assert!(
        evaluation
            .results
            .iter()
            .all(|result| result.verdict == Verdict::Pass),
        "no container lacks anything"
    );
}

#[test]
fn what_is_asked_for_is_worked_out_once_for_each_combination() {
    let inventory = synced();
    let policies = policies([
        ("all", denying(&["cpu-limits"])),
        (
            "jobs",
            json!({"match": {"kinds": ["Job"]}, "checks": [{"id": "memory-limits"}]}),
        ),
    ]);
    let plan = |policies: &PolicySet, image: &str| {
        let workload = deployment(json!([{"name": "main", "image": image}]));
        policies
            .plan(View::of(&inventory), &workload)
            .expect("it is covered")
    };
    let [one, other] = ["one", "other"].map(|image| plan(&policies, image));
    assert!(Arc::ptr_eq(&one, &other));
    assert_eq!(one.entries.len(), 1);
}
