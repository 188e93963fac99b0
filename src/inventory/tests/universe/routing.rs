//! What leads to pods and delivers them: Services, Ingresses, Gateways and routes, quotas, Argo CD and Flux.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{NAMES, labels, meeting, pod_labels, with_spec};
use crate::model::{Kind, Object};

pub(super) fn object_of(kind: Kind) -> BoxedStrategy<Object> {
    match kind {
        Kind::Service => with_spec(kind, service()),
        Kind::Ingress => with_spec(kind, ingress()),
        Kind::Gateway => with_spec(kind, gateway()),
        Kind::HTTPRoute | Kind::GRPCRoute => with_spec(kind, route()),
        Kind::DestinationRule => with_spec(kind, destination_rule()),
        Kind::ResourceQuota => with_spec(kind, meeting::quota()),
        Kind::EndpointSlice => slice(),
        // Of what delivers, it only matters that it is there.
        _ => with_spec(kind, Just(json!({}))),
    }
}

/// The addresses of the API server most often.
fn slice() -> BoxedStrategy<Object> {
    let service = select(vec!["kubernetes", "kubernetes", "x"]);
    let namespace = select(vec!["default", "default", "a"]);
    let addresses = prop::collection::vec(select(vec!["10.0.0.1", "203.0.113.1"]), 0..3);
    (select(&NAMES[..]), namespace, service, addresses)
        .prop_map(|(name, namespace, service, addresses)| {
            let kind = Kind::EndpointSlice;
            let metadata = json!({
                "name": name, "namespace": namespace, "labels": {"kubernetes.io/service-name": service},
                "uid": super::uid_of(kind.name(), namespace, name, 0),
            });
            super::decode(kind, json!({"metadata": metadata, "endpoints": [{"addresses": addresses}]}))
        })
        .boxed()
}

fn service() -> impl Strategy<Value = Value> {
    let pod = "statefulset.kubernetes.io/pod-name";
    let selector = prop_oneof![
        1 => Just(json!({})),
        6 => pod_labels(),
        1 => Just(json!({pod: "x-0"})),
        1 => pod_labels().prop_map(move |mut labels| {
            labels[pod] = "y-1".into();
            labels
        }),
    ];
    let kind = select(vec!["ClusterIP", "ClusterIP", "NodePort", "ExternalName"]);
    let target = select(vec![json!("http"), json!("web"), json!(8080)]);
    (selector, kind, target).prop_map(|(selector, kind, target)| {
        json!({"selector": selector, "type": kind, "ports": [{"port": 80, "targetPort": target}]})
    })
}

fn backend_name() -> impl Strategy<Value = &'static str> {
    select(vec!["x", "y", "gone"])
}

fn some_namespace() -> impl Strategy<Value = Value> {
    select(vec![Value::Null, Value::Null, json!("a"), json!("b")])
}

fn ingress() -> impl Strategy<Value = Value> {
    let rules = prop::collection::vec(backend_name(), 0..3);
    let default = prop::option::of(backend_name());
    (rules, default, any::<bool>()).prop_map(|(rules, default, tls)| {
        let backend = |name| json!({"service": {"name": name}});
        let rule = |name| json!({"host": name, "http": {"paths": [{"backend": backend(name)}]}});
        let rules: Vec<_> = rules.into_iter().map(rule).collect();
        let tls = tls.then(|| json!([{}]));
        json!({"rules": rules, "defaultBackend": default.map(backend), "tls": tls})
    })
}

fn gateway() -> impl Strategy<Value = Value> {
    let from = select(vec![
        Value::Null,
        json!({"from": "All"}),
        json!({"from": "Selector", "selector": {"matchLabels": {"env": "prod"}}}),
    ]);
    let listener = (select(vec!["HTTP", "HTTPS"]), from);
    let listener = listener.prop_map(|(protocol, from)| {
        json!({
            "name": protocol.to_lowercase(), "port": 80, "protocol": protocol,
            "allowedRoutes": {"namespaces": from},
        })
    });
    prop::collection::vec(listener, 0..3).prop_map(|listeners| json!({"listeners": listeners}))
}

fn route() -> impl Strategy<Value = Value> {
    let kind = select(vec![
        Value::Null,
        json!("Gateway"),
        json!("Service"),
        json!("ListenerSet"),
    ]);
    let parent = (kind, some_namespace(), backend_name());
    let parent = parent.prop_map(|(kind, namespace, name)| {
        let group = (kind == "Service").then_some("");
        json!({"group": group, "kind": kind, "namespace": namespace, "name": name})
    });
    let backend = (some_namespace(), backend_name());
    let backend =
        backend.prop_map(|(namespace, name)| json!({"namespace": namespace, "name": name}));
    let rule = (prop::collection::vec(backend, 0..2), any::<bool>());
    let rule = rule.prop_map(|(backends, sticky)| {
        let session = sticky.then(|| json!({"sessionName": "s"}));
        json!({"backendRefs": backends, "sessionPersistence": session})
    });
    (
        prop::collection::vec(parent, 0..3),
        prop::collection::vec(rule, 0..3),
    )
        .prop_map(|(parents, rules)| json!({"parentRefs": parents, "rules": rules}))
}

fn destination_rule() -> impl Strategy<Value = Value> {
    let host = select(vec![
        "x",
        "gone",
        "y.a.svc.cluster.local",
        "*.b.svc.cluster.local",
        "*.local",
        "example.com",
    ]);
    (host, prop::bool::weighted(0.7)).prop_map(|(host, sticky)| {
        let hash = sticky.then(|| json!({"useSourceIp": true}));
        json!({"host": host, "trafficPolicy": {"loadBalancer": {"consistentHash": hash}}})
    })
}

/// What a workload listens on and tells of who delivers it: fields of its container, labels and annotations.
pub(super) fn of_workload() -> impl Strategy<Value = Value> {
    let port = select(vec![
        json!([]),
        json!([{"name": "http", "containerPort": 1}]),
        json!([{"name": "web", "containerPort": 1}]),
        json!([{"name": "http", "containerPort": 1, "protocol": "UDP"}]),
    ]);
    let marks = select(vec![
        json!({}),
        json!({"app.kubernetes.io/instance": "x"}),
        json!({"kustomize.toolkit.fluxcd.io/name": "x", "kustomize.toolkit.fluxcd.io/namespace": "b"}),
        json!({"helm.toolkit.fluxcd.io/name": "y", "helm.toolkit.fluxcd.io/namespace": "a"}),
    ]);
    let tracking = select(vec![
        Value::Null,
        json!("x:apps/Deployment:a/x"),
        json!("b_y:apps/Deployment:a/y"),
    ]);
    (port, marks, tracking).prop_map(|(ports, labels, tracking)| {
        let annotations = match tracking {
            Value::Null => json!({}),
            id => json!({"argocd.argoproj.io/tracking-id": id}),
        };
        json!({"container": {"ports": ports}, "labels": labels, "annotations": annotations})
    })
}

/// The clouds that nodes are of.
pub(super) fn provider() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!("gce://p/z/n"),
        json!("aws:///z/i-0"),
    ])
}

/// Labels of a Namespace, by which listeners choose.
pub(super) fn of_namespace() -> impl Strategy<Value = Value> {
    labels(&["env"], &["prod", "dev"])
}
