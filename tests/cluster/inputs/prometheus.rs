//! What metric items ask of Prometheus-compatible servers, and with which credentials.

use std::time::Duration;

use serde_json::{Value, json};

use super::{API, cluster, guarded, until};
use crate::prometheus::Stub;
use crate::testbed::{Testbed, good_deployment};

fn secret(testbed: &Testbed, labels: Value) {
    testbed.apply(&json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "prometheus", "namespace": "plimsoll-system", "labels": labels},
        "stringData": {"token": "t0ken", "tenant": "shop"},
    }));
}

#[test]
fn a_server_is_asked_with_the_credentials_of_a_labelled_secret_and_not_without() {
    let stub = Stub::start();
    let testbed = cluster();
    // Not for this: anybody who writes policies could have it sent anywhere.
    secret(&testbed, json!({}));
    let operator = testbed.operator();
    guarded(&operator);
    testbed.namespace("shop");
    let mut deployment = good_deployment("shop", "web");
    deployment["metadata"]["labels"] = json!({"app": "web"});
    testbed.apply(&deployment);
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessChecklist", "metadata": {"name": "metered"},
        "spec": {"title": "Metered", "items": [{
            "id": "answers", "title": "It answers", "section": "Metrics", "severity": "high",
            "metrics": {"query": "sum(up{namespace=\"$namespace\"})", "pass": "> 0", "for": "5m"},
        }]},
    }));
    testbed.apply(&json!({
        "apiVersion": API, "kind": "ReadinessLaunch", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"checklists": ["metered"], "selector": {"matchLabels": {"app": "web"}}, "release": "1"},
    }));
    testbed.policy(
        "shop",
        json!({"metrics": {"servers": [
            {"name": "main", "url": stub.url("main"), "secret": "prometheus"},
        ]}}),
    );
    let patience = Duration::from_secs(60);
    let launch = || testbed.get(&["readinesslaunch", "web", "-n", "shop"]);
    until(
        "the launch says that the Secret is not for this",
        patience,
        || {
            launch()
                .to_string()
                .contains("with the label plimsoll.dev/metrics-credentials")
                .then_some(())
        },
    );
    assert_eq!(stub.asked(), Vec::<String>::new());

    secret(
        &testbed,
        json!({"plimsoll.dev/metrics-credentials": "true"}),
    );
    let request = until("the server is asked", patience, || {
        stub.asked().first().cloned()
    });
    let lower = request.to_lowercase();
    assert!(lower.contains("authorization: bearer t0ken"), "{request}");
    assert!(lower.contains("x-scope-orgid: shop"), "{request}");
    assert!(request.contains("shop"), "{request}");
    until("the answer counts", patience, || {
        (launch()["status"]["status"] == "Ready").then_some(())
    });
}
