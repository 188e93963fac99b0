//! Kinds that a cluster need not have: they count once they are there, and no more once they are gone, without a restart.

use plimsoll_controlplane::{Components, Options};
use serde_json::{Value, json};

use crate::testbed::{Testbed, findings, good_deployment};

fn cluster() -> Testbed {
    Testbed::install(Options {
        components: Components::Controllers,
        ..Options::default()
    })
}

/// A definition as small as can be, served in these versions.
fn definition(group: &str, kind: &str, plural: &str, versions: &[&str]) -> Value {
    let schema = json!({"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}});
    let version = |(at, name): (usize, &&str)| json!({"name": name, "served": true, "storage": at == 0, "schema": schema});
    let versions: Vec<_> = versions.iter().enumerate().map(version).collect();
    let approved = json!({"api-approved.kubernetes.io": "https://github.com/kubernetes/enhancements/pull/1111"});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}"), "annotations": approved},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural}, "versions": versions,
        },
    })
}

fn service() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]},
    })
}

fn sticky_route(version: &str) -> Value {
    json!({
        "apiVersion": format!("gateway.networking.k8s.io/{version}"), "kind": "HTTPRoute",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"rules": [{"backendRefs": [{"name": "web", "port": 80}], "sessionPersistence": {"sessionName": "s"}}]},
    })
}

const CHECK: &str = "service-session-affinity";

/// Applies an object of a kind whose definition has just been applied.
fn apply_when_served(testbed: &Testbed, object: &Value) {
    let crd = "crd/httproutes.gateway.networking.k8s.io";
    testbed.kubectl(&["wait", "--for=condition=Established", crd, "--timeout=20s"]);
    testbed.apply(object);
}

#[test]
fn a_kind_counts_as_long_as_it_is_installed() {
    let testbed = cluster();
    // Neither the Gateway API nor Istio is here, and it is ready all the same.
    let operator = testbed.operator();
    testbed.namespace("shop");
    testbed.apply(&good_deployment("shop", "web"));
    testbed.apply(&service());
    testbed.policy("shop", json!({"checks": [{"id": CHECK}]}));
    let passes = |name: &str| {
        testbed.until_reports("shop", name, |reports| {
            reports.get("deployment-web").is_some_and(|report| {
                findings(report).is_empty() && report["report"]["high"]["passed"] == 1
            })
        });
    };
    let fails = |name: &str| {
        testbed.until_reports("shop", name, |reports| {
            reports
                .get("deployment-web")
                .is_some_and(|report| findings(report) == [CHECK])
        });
    };
    passes("nothing binds sessions, and nothing is unknown");

    // In a version that is not the one that we would rather have.
    let group = "gateway.networking.k8s.io";
    testbed.apply(&definition(group, "HTTPRoute", "httproutes", &["v1beta1"]));
    apply_when_served(&testbed, &sticky_route("v1beta1"));
    fails("a route that was installed later");

    testbed.kubectl(&["delete", "crd", "httproutes.gateway.networking.k8s.io"]);
    passes("without the route");

    testbed.apply(&definition(
        group,
        "HTTPRoute",
        "httproutes",
        &["v1", "v1beta1"],
    ));
    apply_when_served(&testbed, &sticky_route("v1"));
    fails("a route that was installed again");
    assert_eq!(operator.get("/readyz").as_deref(), Some("ok"));
    // That a kind is not served is no error; in the moment in which it comes or goes, the API server may answer with one.
    let errors = operator.metric("plimsoll_watch_errors_total");
    assert!(errors <= 2, "{errors} errors");
}

/// Of EndpointSlices, those of the API server are read and no others, and the permission is for these only.
#[test]
fn the_api_servers_addresses_are_read_from_their_own_namespace() {
    let testbed = cluster();
    let _operator = testbed.operator();
    testbed.namespace("shop");
    testbed.apply(&good_deployment("shop", "web"));
    let check = "control-plane-private-address";
    testbed.policy("shop", json!({"checks": [{"id": check}]}));
    let slice = |address: &str| {
        json!({
            "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
            "metadata": {
                "name": "kubernetes", "namespace": "default", "labels": {"kubernetes.io/service-name": "kubernetes"},
            },
            "endpoints": [{"addresses": [address]}],
        })
    };
    let verdict = |report: &Value| report["report"]["findings"][0]["verdict"].clone();
    testbed.until_reports("shop", "no address is known", |reports| {
        verdict(&reports["deployment-web"]) == "Unknown"
    });
    testbed.apply(&slice("203.0.113.10"));
    testbed.until_reports("shop", "a public address", |reports| {
        verdict(&reports["deployment-web"]) == "Fail"
    });
    testbed.apply(&slice("10.0.0.2"));
    testbed.until_reports("shop", "a private address", |reports| {
        findings(&reports["deployment-web"]).is_empty()
    });
    let may = |namespace: &str| {
        let user = "--as=system:serviceaccount:plimsoll-system:plimsoll";
        let arguments = [
            "auth",
            "can-i",
            "list",
            "endpointslices.discovery.k8s.io",
            "-n",
            namespace,
            user,
        ];
        let output = testbed.plane.kubectl(&arguments);
        output.is_ok_and(|output| output.status.success())
    };
    assert_eq!((may("default"), may("shop")), (true, false));
}
