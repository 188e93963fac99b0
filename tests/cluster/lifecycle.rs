//! Exactly what is affected is written, also around a crash and with a second replica.

use std::collections::BTreeMap;

use plimsoll_controlplane::{AuditEvent, ControlPlane, Options, eventually};
use serde_json::{Value, json};

use crate::testbed::{Operator, PATIENCE, Testbed, findings, good_deployment};

const NAMESPACE: &str = "shop";

/// The writes of the operator since a mark in the audit log, without its leader election.
pub(crate) fn writes(plane: &ControlPlane, since: u64) -> Vec<AuditEvent> {
    let log = plane.audit_log().unwrap_or_else(|error| panic!("{error}"));
    let events = log.since(since).unwrap_or_else(|error| panic!("{error}"));
    let ours = |event: &AuditEvent| {
        event.username.as_str() == "system:serviceaccount:plimsoll-system:plimsoll"
            && event.is_write()
    };
    events
        .into_iter()
        .filter(|event| ours(event) && event.resource != "leases")
        .collect()
}

pub(crate) fn mark(plane: &ControlPlane) -> u64 {
    plane
        .audit_log()
        .and_then(|log| log.mark())
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Which version of each report there is.
fn versions(reports: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    let version = |report: &Value| {
        report["metadata"]["resourceVersion"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    reports
        .iter()
        .map(|(name, report)| (name.clone(), version(report)))
        .collect()
}

/// Waits until nothing is left to judge or write.
pub(crate) fn settled(operator: &Operator) {
    let mut before = u64::MAX;
    let quiet = || {
        let now = operator.metric("plimsoll_evaluations_total")
            + operator.metric("plimsoll_report_writes_total");
        let is_quiet = now == before && operator.metric("plimsoll_reports_pending") == 0;
        before = now;
        std::thread::sleep(std::time::Duration::from_millis(1200));
        Ok(is_quiet.then_some(()))
    };
    eventually("the operator is done", PATIENCE, quiet).unwrap_or_else(|error| panic!("{error}"));
}

/// Does something, waits until the report on one workload says so, and asserts that no other report was written.
fn only(
    testbed: &Testbed,
    operator: &Operator,
    report: &str,
    says: impl Fn(&Value) -> bool,
    act: impl Fn(&Testbed),
) {
    settled(operator);
    let before = versions(&testbed.reports(NAMESPACE));
    let since = mark(&testbed.plane);
    act(testbed);
    let after = testbed.until_reports(NAMESPACE, &format!("{report} changes"), |reports| {
        says(&reports[report])
    });
    settled(operator);
    let changed: Vec<_> = versions(&after)
        .into_iter()
        .filter(|(name, version)| before.get(name) != Some(version))
        .collect();
    let names: Vec<_> = changed.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, [report]);
    let written = writes(&testbed.plane, since);
    let written: Vec<_> = written
        .iter()
        .filter(|event| event.resource == "readinessreports")
        .map(|event| event.name.as_str())
        .collect();
    assert_eq!(written, [report]);
}

fn has(check: &'static str) -> impl Fn(&Value) -> bool {
    move |report| findings(report).contains(&check)
}

fn has_no(check: &'static str) -> impl Fn(&Value) -> bool {
    move |report| !findings(report).contains(&check)
}

#[test]
fn exactly_what_is_affected_is_written() {
    let testbed = Testbed::install(Options::default());
    let mut operator = testbed.operator();
    testbed.namespace(NAMESPACE);
    for name in ["cart", "payment", "web"] {
        let mut deployment = good_deployment(NAMESPACE, name);
        deployment["spec"]["replicas"] = json!(2);
        deployment["spec"]["template"]["spec"]["serviceAccountName"] = json!(name);
        testbed.apply(&json!({
            "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": NAMESPACE},
        }));
        testbed.apply(&deployment);
    }
    testbed.policy(NAMESPACE, json!({"checklists": ["essentials"], "checks": [
        {"id": "pdb-present"}, {"id": "pdb-drainable"}, {"id": "hpa-present"}, {"id": "hpa-bounds"}, {"id": "hpa-target-exists"},
        {"id": "network-policy-ingress"}, {"id": "rbac-cluster-admin"},
    ]}));
    testbed.until_reports(NAMESPACE, "three reports", |reports| reports.len() == 3);

    let budget = |available: u32| {
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
            "metadata": {"name": "cart", "namespace": NAMESPACE},
            "spec": {"minAvailable": available, "selector": {"matchLabels": {"app": "cart"}}},
        })
    };
    only(
        &testbed,
        &operator,
        "deployment-cart",
        has_no("pdb-present"),
        |testbed| testbed.apply(&budget(1)),
    );
    only(
        &testbed,
        &operator,
        "deployment-cart",
        has("pdb-drainable"),
        |testbed| testbed.apply(&budget(2)),
    );
    let autoscaler = json!({
        "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {
            "minReplicas": 2, "maxReplicas": 6,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        },
    });
    only(
        &testbed,
        &operator,
        "deployment-web",
        has_no("hpa-present"),
        |testbed| testbed.apply(&autoscaler),
    );
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
        "metadata": {"name": "payment", "namespace": NAMESPACE},
        "spec": {
            "podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["payment"]}]},
            "policyTypes": ["Ingress"],
        },
    });
    only(
        &testbed,
        &operator,
        "deployment-payment",
        has_no("network-policy-ingress"),
        |testbed| testbed.apply(&policy),
    );
    let binding = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "payment-admin"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "ServiceAccount", "name": "payment", "namespace": NAMESPACE}],
    });
    only(
        &testbed,
        &operator,
        "deployment-payment",
        has("rbac-cluster-admin"),
        |testbed| testbed.apply(&binding),
    );
    only(
        &testbed,
        &operator,
        "deployment-payment",
        has_no("rbac-cluster-admin"),
        |testbed| {
            testbed.kubectl(&["delete", "clusterrolebinding", "payment-admin"]);
        },
    );
    only(
        &testbed,
        &operator,
        "deployment-cart",
        has("pdb-present"),
        |testbed| {
            testbed.kubectl(&["delete", "pdb", "-n", NAMESPACE, "cart"]);
        },
    );

    nothing_is_written_after_a_crash(&testbed, &mut operator);
}

fn nothing_is_written_after_a_crash(testbed: &Testbed, operator: &mut Operator) {
    settled(operator);
    let before = testbed.reports(NAMESPACE);
    let since = mark(&testbed.plane);
    operator.end("-KILL");

    // What happens while it is away is not lost.
    testbed.kubectl(&["delete", "deployment", "-n", NAMESPACE, "web"]);
    let restarted = testbed.operator();
    // The dead leader's Lease must lapse first.
    eventually("the restarted operator leads", PATIENCE, || {
        Ok((restarted.metric("plimsoll_leading") == 1).then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error}"));
    testbed.until_reports(NAMESPACE, "web's report is gone", |reports| {
        !reports.contains_key("deployment-web")
    });
    settled(&restarted);
    let mut expected = versions(&before);
    expected.remove("deployment-web");
    let mut after = versions(&testbed.reports(NAMESPACE));
    let unclaimed = after.remove("namespace");
    assert!(
        unclaimed.is_some(),
        "web's autoscaler concerns no workload any more, and nobody says so"
    );
    assert_eq!(
        after, expected,
        "the reports are not the same after a restart"
    );
    expected.extend(unclaimed.map(|version| ("namespace".to_owned(), version)));
    let reports = |event: &&AuditEvent| {
        event.resource == "readinessreports" && event.verb != "delete" && event.name != "namespace"
    };
    assert_eq!(
        writes(&testbed.plane, since).iter().filter(reports).count(),
        0
    );

    // A second replica reads all and writes nothing.
    let since = mark(&testbed.plane);
    let second = testbed.second_replica();
    settled(&restarted);
    assert_eq!(second.metric("plimsoll_leading"), 0);
    assert_eq!(
        writes(&testbed.plane, since).iter().filter(reports).count(),
        0
    );

    // It takes over when the leader is told to stop, and what was right stays as it is.
    let mut restarted = restarted;
    restarted.end("-TERM");
    eventually("the second replica leads", PATIENCE, || {
        Ok((second.metric("plimsoll_leading") == 1).then_some(()))
    })
    .unwrap_or_else(|error| panic!("{error}"));
    settled(&second);
    assert_eq!(versions(&testbed.reports(NAMESPACE)), expected);
    assert_eq!(
        writes(&testbed.plane, since).iter().filter(reports).count(),
        0
    );
    testbed.kubectl(&["delete", "deployment", "-n", NAMESPACE, "payment"]);
    testbed.until_reports(NAMESPACE, "payment's report is gone", |reports| {
        !reports.contains_key("deployment-payment")
    });
}
