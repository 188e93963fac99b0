//! How reports are written down, and how large they get.

use serde_json::{Value, json};

use super::{deployment, deployment_with, policies, synced};
use crate::api::{ReadinessReport, Report, ReportFields};
use crate::checks;
use crate::engine::{CheckResult, Evaluation, Policy, PolicySet, evaluate, report};
use crate::inventory::View;
use crate::model::{Finding, Located, Place, Verdict, Workload};

fn judged(workload: &Workload) -> Evaluation {
    let policies = PolicySet::new([Policy::of_checks("production", checks::ALL.iter().copied())]);
    evaluate(&policies, View::of(&synced()), workload).expect("it is covered")
}

/// A report as etcd holds it: written by server-side apply, with the field manager's entry for an atomic value.
fn stored(report: Report) -> String {
    let name = "deployment-recommendations-api-production-blue".to_owned();
    let mut object = serde_json::to_value(ReadinessReport::new(&name, ReportFields { report }))
        .expect("it is plain data");
    let uid = "0b5f3a52-7f3c-4a41-9c4e-2f1a7f0f6d11";
    object["metadata"] = json!({
        "name": name,
        "namespace": "recommendations-production",
        "uid": uid,
        "generation": 12,
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "labels": {"app.kubernetes.io/managed-by": "plimsoll"},
        "ownerReferences": [{
            "apiVersion": "apps/v1", "kind": "Deployment", "name": "recommendations-api-production-blue",
            "uid": uid, "controller": false, "blockOwnerDeletion": false,
        }],
        "managedFields": [{
            "manager": "plimsoll", "operation": "Apply", "apiVersion": "plimsoll.dev/v1alpha1",
            "time": "2026-01-01T00:00:00Z", "fieldsType": "FieldsV1",
            "fieldsV1": {
                "f:metadata": {
                    "f:labels": {"f:app.kubernetes.io/managed-by": {}},
                    "f:ownerReferences": {format!("k:{{\"uid\":\"{uid}\"}}"): {}},
                },
                "f:report": {},
            },
        }],
    });
    object.to_string()
}

/// A Deployment that fails all it can.
fn careless() -> Workload {
    let context = json!({"privileged": true, "capabilities": {"add": ["SYS_ADMIN"]}});
    let containers = json!([{"name": "recommendations-api", "image": "registry.example/recommendations-api", "securityContext": context}]);
    let pod = json!({"hostNetwork": true, "hostPID": true, "hostIPC": true, "volumes": [{"name": "docker", "hostPath": {"path": "/var/run/docker.sock"}}]});
    deployment_with(
        containers,
        json!({"metadata": {"generation": 12}, "spec": {"replicas": 1, "strategy": {"type": "Recreate"}, "template": {"spec": pod}}}),
    )
}

#[test]
fn ten_failures_take_no_more_than_four_kibibytes() {
    let workload = careless();
    let mut report = report::of_workload(&workload, &judged(&workload));
    assert!(report.findings.len() > 20, "{report:#?}");
    // The longest there are.
    report.findings.sort_by_key(|finding| {
        std::cmp::Reverse(serde_json::to_string(finding).map_or(0, |text| text.len()))
    });
    report.findings.truncate(10);
    let stored = stored(report);
    assert!(stored.len() <= 4096, "{} bytes: {stored}", stored.len());
}

#[test]
fn hundreds_of_failures_are_counted_and_cut_off() {
    let containers: Vec<Value> = (0..500)
        .map(|number| json!({"name": format!("container-{number}")}))
        .collect();
    let policies = policies([(
        "policy",
        json!({"checks": [{"id": "liveness-probe", "severity": "high"}, {"id": "host-network", "severity": "critical"}]}),
    )]);
    let pod = json!({"spec": {"template": {"spec": {"hostNetwork": true}}}});
    let workload = deployment_with(Value::from(containers), pod);
    let evaluation = evaluate(&policies, View::of(&synced()), &workload).expect("it is covered");
    let report = report::of_workload(&workload, &evaluation);
    assert_eq!((report.findings.len(), report.truncated), (50, Some(451)));
    // The least grave are left out, and counted all the same.
    assert_eq!(report.findings[0].check, "host-network");
    assert_eq!((report.critical.failed, report.high.failed), (1, 1));
    let stored = stored(report);
    assert!(stored.len() <= 24 * 1024, "{} bytes", stored.len());
}

/// An evaluation of a few checks with these findings, whatever they would find.
fn found(findings: Vec<(&str, Verdict, Place, &str)>) -> Evaluation {
    let workload = deployment(json!([]));
    let checks = findings
        .iter()
        .filter_map(|(check, ..)| checks::find(check));
    let policies = PolicySet::new([Policy::of_checks("policy", checks)]);
    let mut evaluation =
        evaluate(&policies, View::of(&synced()), &workload).expect("it is covered");
    let plan = evaluation.plan.clone();
    for (entry, result) in plan.entries.iter().zip(&mut evaluation.results) {
        let own = findings
            .iter()
            .filter(|(check, ..)| *check == entry.check.id);
        let list: Vec<_> = own
            .map(|(_, verdict, at, message)| Located {
                object: None,
                finding: Finding {
                    verdict: *verdict,
                    at: at.clone(),
                    message: (*message).to_owned().into(),
                },
            })
            .collect();
        let verdict = list
            .iter()
            .map(|found| found.finding.verdict)
            .max()
            .unwrap_or(Verdict::Pass);
        *result = CheckResult {
            relieved: Vec::new(),
            verdict,
            findings: list,
            until: None,
        };
    }
    evaluation
}

#[test]
fn findings_are_sorted_whatever_order_they_were_made_in() {
    let at = |container: &str| Place {
        container: Some(container.into()),
        ..Place::field("/spec")
    };
    let mut findings = vec![
        ("cpu-limits", Verdict::Fail, at("a"), "1"),
        ("cpu-limits", Verdict::Fail, at("b"), "2"),
        ("liveness-probe", Verdict::Fail, at("a"), "3"),
        ("cpu-limits", Verdict::Unknown, at("a"), "4"),
        ("image-tag", Verdict::Fail, at("a"), "5"),
        ("startup-probe", Verdict::Fail, Place::field("/spec/a"), "6"),
        ("startup-probe", Verdict::Fail, Place::field("/spec/b"), "7"),
        ("image-tag", Verdict::Unknown, at("a"), "8"),
    ];
    let workload = deployment(json!([]));
    for _ in 0..findings.len() {
        findings.rotate_left(3);
        let report = report::of_workload(&workload, &found(findings.clone()));
        let order: String = report
            .findings
            .iter()
            .map(|finding| finding.message.as_str())
            .collect();
        assert_eq!(order, "12345678");
    }
}

#[test]
fn a_long_message_is_cut_between_characters() {
    let workload = deployment(json!([]));
    for (message, expected) in [
        ("x".repeat(240), "x".repeat(240)),
        ("x".repeat(241), format!("{}…", "x".repeat(237))),
        ("ü".repeat(200), format!("{}…", "ü".repeat(118))),
    ] {
        let evaluation = found(vec![(
            "cpu-limits",
            Verdict::Fail,
            Place::field(""),
            &message,
        )]);
        let report = report::of_workload(&workload, &evaluation);
        assert_eq!(report.findings[0].message, expected);
        assert!(report.findings[0].message.len() <= 240);
    }
}

#[test]
fn a_report_on_a_sound_workload_lists_nothing() {
    let policies = policies([(
        "policy",
        json!({"checks": [{"id": "host-network"}, {"id": "host-pid"}]}),
    )]);
    let workload = deployment_with(json!([]), json!({"metadata": {"generation": 3}}));
    let evaluation = evaluate(&policies, View::of(&synced()), &workload).expect("it is covered");
    let report = serde_json::to_value(report::of_workload(&workload, &evaluation))
        .expect("it is plain data");
    let none = json!({"passed": 0, "failed": 0, "unknown": 0});
    let expected = json!({
        "subject": {"kind": "Deployment", "name": "web"},
        "workloadGeneration": 3, "policies": ["policy"], "status": "Ready", "score": 100,
        "critical": none, "high": {"passed": 2, "failed": 0, "unknown": 0}, "advice": none, "waived": 0,
    });
    assert_eq!(report, expected);
}
