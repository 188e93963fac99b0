//! Checks on what runs: when they are judged, and when again.

use serde_json::json;

use super::{denying, now, policies, synced};
use crate::check::testing::cluster;
use crate::engine::evaluate::evaluate_declared;
use crate::engine::{Evaluation, PolicySet, evaluate};
use crate::inventory::{Inventory, Sight, View};
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};
use crate::model::{Key, Kind, Workload};

/// A Pod that has been ready for five minutes, and a Node with a public address that it runs on.
const PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: node-1
  containers: [{name: web, readinessProbe: {tcpSocket: {port: 80}}}]
status:
  phase: Running
  conditions: [{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T11:55:00Z'}]
---
apiVersion: v1
kind: Node
metadata: {name: node-1}
status: {addresses: [{type: ExternalIP, address: 203.0.113.7}]}
";

fn asking() -> PolicySet {
    let checks = ["cpu-limits", "node-external-ip", "probes-passing"];
    policies([("policy", denying(&checks))])
}

fn web(inventory: &Inventory) -> &Workload {
    let key = Key::new(Kind::Pod, "default", "web");
    let object = inventory.get(&key).and_then(|object| object.workload());
    object.expect("it is there")
}

fn verdicts(evaluation: &Evaluation) -> Vec<(&str, Verdict)> {
    let all = evaluation.iter();
    all.map(|(entry, result)| (entry.check.id, result.verdict))
        .collect()
}

#[test]
fn they_are_judged_at_a_moment_and_never_at_admission() {
    let inventory = cluster(PODS);
    let view = View::of(&inventory);
    let web = web(&inventory);
    let policies = asking();
    let judged = |view| evaluate(&policies, view, web).expect("it is covered");
    assert_eq!(
        verdicts(&judged(view.at(now()))),
        [
            ("cpu-limits", Fail),
            ("node-external-ip", Fail),
            ("probes-passing", Fail)
        ]
    );
    assert_eq!(
        verdicts(&judged(view)),
        [
            ("cpu-limits", Fail),
            ("node-external-ip", Unknown),
            ("probes-passing", Unknown)
        ]
    );
    let at_admission = evaluate_declared(&policies, view.at(now()), web);
    assert_eq!(
        verdicts(&at_admission.expect("it is covered")),
        [
            ("cpu-limits", Fail),
            ("node-external-ip", NotApplicable),
            ("probes-passing", NotApplicable)
        ]
    );
}

#[test]
fn an_evaluation_says_when_time_alone_may_change_it() {
    let inventory = cluster(PODS);
    let web = web(&inventory);
    let policies = asking();
    let at = |moment: &str| {
        let moment = moment.parse().expect("a time");
        let evaluation = evaluate(&policies, View::of(&inventory).at(moment), web);
        let evaluation = evaluation.expect("it is covered");
        let next = evaluation.next().map(|next| next.to_string());
        (verdicts(&evaluation)[2].1, next)
    };
    let steady = Some("2026-01-01T12:05:00Z".to_owned());
    assert_eq!(at("2026-01-01T12:00:00Z"), (Fail, steady.clone()));
    assert_eq!(at("2026-01-01T12:04:59Z"), (Fail, steady));
    assert_eq!(at("2026-01-01T12:05:00Z"), (Pass, None));
}

/// What happens to pods is of no interest where no policy asks for a check that looks at them.
#[test]
fn policies_say_whether_they_look_at_what_runs() {
    assert_eq!(asking().sight(), Sight::Running);
    let declared = policies([("policy", denying(&["cpu-limits", "pdb-present"]))]);
    assert_eq!(declared.sight(), Sight::Declared);
    assert_eq!(policies([]).sight(), Sight::Declared);
}

/// Absence is no pass either.
#[test]
fn a_workload_without_pods_is_unknown() {
    let inventory = synced();
    let probe = json!({"tcpSocket": {"port": 80}});
    let workload = super::deployment(json!([{"name": "web", "readinessProbe": probe}]));
    let view = View::of(&inventory).at(now());
    let evaluation = evaluate(&asking(), view, &workload).expect("it is covered");
    assert_eq!(
        verdicts(&evaluation)[1..],
        [("node-external-ip", Unknown), ("probes-passing", Unknown)]
    );
}
