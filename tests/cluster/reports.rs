//! Policies lead to reports.

use plimsoll_controlplane::eventually;
use serde_json::json;

use crate::testbed::{PATIENCE, Testbed, bad_deployment, findings, good_deployment, statuses};

#[test]
fn a_policy_leads_to_reports_and_its_end_to_theirs() {
    let testbed = Testbed::shared();
    let namespace = "reports";
    testbed.namespace(namespace);
    testbed.apply(&bad_deployment(namespace, "bad"));
    testbed.apply(&good_deployment(namespace, "good"));
    let mut risky = good_deployment(namespace, "risky");
    risky["spec"]["template"]["spec"]["containers"][0]
        .as_object_mut()
        .expect("a container")
        .remove("startupProbe");
    testbed.apply(&risky);
    testbed.policy(namespace, json!({}));

    let reports = testbed.until_reports(namespace, "three reports", |reports| reports.len() == 3);
    let expected = [
        ("deployment-bad", "NotReady"),
        ("deployment-good", "Ready"),
        ("deployment-risky", "ReadyWithRisks"),
    ];
    assert_eq!(statuses(&reports), expected.into());
    assert_eq!(findings(&reports["deployment-risky"]), ["startup-probe"]);
    assert_eq!(reports["deployment-good"]["report"]["score"], 100);
    assert_eq!(reports["deployment-bad"]["report"]["critical"]["failed"], 6);
    let owner = &reports["deployment-bad"]["metadata"]["ownerReferences"][0];
    assert_eq!(
        (&owner["kind"], &owner["name"]),
        (&json!("Deployment"), &json!("bad"))
    );
    assert_eq!(
        (&owner["controller"], &owner["blockOwnerDeletion"]),
        (&json!(false), &json!(false))
    );

    let counts = || {
        let status = testbed.get(&["readinesspolicy", namespace])["status"].clone();
        let counts = [
            &status["workloads"],
            &status["ready"],
            &status["readyWithRisks"],
            &status["notReady"],
        ];
        Ok((counts == [3, 1, 1, 1]).then_some(status))
    };
    let status = eventually("the policy's counts", PATIENCE, counts)
        .unwrap_or_else(|error| panic!("{error}"));
    let conditions = status["conditions"].as_array().expect("conditions");
    assert!(conditions.iter().all(|condition| {
        condition["observedGeneration"] == 1
            && condition["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty())
    }));

    // What becomes ready is reported so, with an Event.
    testbed.apply(&good_deployment(namespace, "bad"));
    testbed.until_reports(namespace, "bad is mended", |reports| {
        statuses(reports)["deployment-bad"] == "Ready"
    });
    let event = || {
        let events = testbed.get(&["events.events.k8s.io", "-n", namespace]);
        let events = events["items"].as_array().cloned().unwrap_or_default();
        Ok(events
            .into_iter()
            .find(|event| event["reason"] == "Ready" && event["regarding"]["name"] == "bad"))
    };
    eventually("an Event", PATIENCE, event).unwrap_or_else(|error| panic!("{error}"));

    testbed.kubectl(&["delete", "readinesspolicy", namespace]);
    testbed.until_reports(namespace, "no reports", |reports| reports.is_empty());
}

#[test]
fn workloads_of_one_name_have_a_report_each() {
    let testbed = Testbed::shared();
    let namespace = "twins";
    testbed.namespace(namespace);
    testbed.policy(namespace, json!({}));
    testbed.apply(&good_deployment(namespace, "web"));
    let mut twin = bad_deployment(namespace, "web");
    twin["kind"] = json!("StatefulSet");
    twin["spec"]["serviceName"] = json!("web");
    twin["spec"]["selector"] = json!({"matchLabels": {"app": "web-db"}});
    twin["spec"]["template"]["metadata"]["labels"] = json!({"app": "web-db"});
    testbed.apply(&twin);
    let reports = testbed.until_reports(namespace, "two reports", |reports| reports.len() == 2);
    assert_eq!(
        statuses(&reports),
        [("deployment-web", "Ready"), ("statefulset-web", "NotReady")].into()
    );
}

#[test]
fn a_workload_that_goes_takes_its_report_with_it() {
    let testbed = Testbed::shared();
    let namespace = "goers";
    testbed.namespace(namespace);
    testbed.policy(namespace, json!({}));
    testbed.apply(&bad_deployment(namespace, "web"));
    testbed.until_reports(namespace, "a report", |reports| reports.len() == 1);
    testbed.kubectl(&["delete", "deployment", "-n", namespace, "web"]);
    testbed.until_reports(namespace, "no report", |reports| reports.is_empty());
}

#[test]
fn what_somebody_changes_in_a_report_is_mended() {
    let testbed = Testbed::shared();
    let namespace = "forgers";
    testbed.namespace(namespace);
    testbed.policy(namespace, json!({}));
    testbed.apply(&bad_deployment(namespace, "web"));
    testbed.until_reports(namespace, "a report", |reports| reports.len() == 1);
    let mut forged = testbed
        .reports(namespace)
        .remove("deployment-web")
        .expect("the report");
    forged["report"]["status"] = json!("Ready");
    let replace = |more: &[&str]| {
        let arguments: Vec<_> = ["replace", "-f", "-"].iter().chain(more).copied().collect();
        let output = testbed
            .plane
            .kubectl_with_input(&arguments, &forged.to_string());
        output.unwrap_or_else(|error| panic!("{error}"))
    };
    let refused = replace(&[]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("only Plimsoll writes"),
        "{said}"
    );
    // Whoever may impersonate the operator is let through, and gains nothing by it.
    let operator = "system:serviceaccount:plimsoll-system:plimsoll";
    let forged = replace(&["--as", operator, "--as-group", "system:masters"]);
    assert!(
        forged.status.success(),
        "{}",
        String::from_utf8_lossy(&forged.stderr)
    );
    testbed.until_reports(namespace, "the report is mended", |reports| {
        statuses(reports)["deployment-web"] == "NotReady"
    });
}

#[test]
fn reports_are_small() {
    let testbed = Testbed::shared();
    let namespace = "small";
    testbed.namespace(namespace);
    let mut deployment = bad_deployment(namespace, "web-frontend-with-a-usual-name");
    let container = deployment["spec"]["template"]["spec"]["containers"][0].clone();
    let mut other = container;
    other["name"] = json!("proxy");
    deployment["spec"]["template"]["spec"]["containers"]
        .as_array_mut()
        .expect("containers")
        .push(other);
    testbed.apply(&deployment);
    testbed.policy(namespace, json!({"checks": [
        {"id": "liveness-probe"}, {"id": "readiness-probe"}, {"id": "cpu-limits"}, {"id": "memory-limits"},
        {"id": "run-as-non-root"},
    ]}));
    let reports = testbed.until_reports(namespace, "a report", |reports| reports.len() == 1);
    let arguments = [
        "get",
        "rr",
        "-n",
        namespace,
        "-o",
        "json",
        "--show-managed-fields",
    ];
    let list: serde_json::Value = serde_json::from_str(&testbed.kubectl(&arguments)).expect("JSON");
    assert_eq!(
        reports.values().next().expect("one")["report"]["findings"]
            .as_array()
            .map(Vec::len),
        Some(10)
    );
    let stored = list["items"][0].to_string().len();
    assert!(stored <= 4096, "ten failures take {stored} bytes");
}
