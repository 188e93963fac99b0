//! What pods and routes name, and what is for some of them without being named: classes, grants, policies on backends, monitors.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{NAMES, labels, with_metadata, with_spec};
use crate::model::{Kind, Object};

pub(super) fn object_of(kind: Kind) -> BoxedStrategy<Object> {
    match kind {
        Kind::PriorityClass | Kind::RuntimeClass | Kind::IngressClass => {
            let fields = any::<bool>().prop_map(|is_default| {
                json!({
                    "globalDefault": is_default,
                    "annotations": {"ingressclass.kubernetes.io/is-default-class": is_default.to_string()},
                })
            });
            with_metadata(kind, &NAMES, fields)
        }
        Kind::ReferenceGrant => with_spec(kind, grant()),
        Kind::BackendTLSPolicy | Kind::BackendConfigPolicy => with_spec(kind, policy()),
        Kind::ServiceMonitor => with_spec(kind, monitor()),
        Kind::SecurityContextConstraints => {
            let group = select(vec![
                "system:authenticated",
                "system:serviceaccounts:a",
                "people",
            ]);
            let fields = (any::<bool>(), group).prop_map(|(privileged, group)| {
                json!({
                    "allowPrivilegedContainer": privileged, "groups": [group],
                    "users": ["system:serviceaccount:a:x"],
                })
            });
            with_metadata(kind, &NAMES, fields)
        }
        // Of the bare ones, only that they are there.
        _ => with_metadata(kind, &NAMES, Just(json!({}))),
    }
}

fn grant() -> impl Strategy<Value = Value> {
    let from = select(vec!["HTTPRoute", "GRPCRoute", "Gateway"]);
    let to = select(vec![
        json!({"group": "", "kind": "Service"}),
        json!({"group": "", "kind": "Service", "name": "x"}),
        json!({"group": "", "kind": "Secret"}),
    ]);
    (from, select(vec!["a", "b"]), to).prop_map(|(kind, namespace, to)| {
        let group = "gateway.networking.k8s.io";
        json!({"from": [{"group": group, "kind": kind, "namespace": namespace}], "to": [to]})
    })
}

fn policy() -> impl Strategy<Value = Value> {
    let name = select(vec!["x", "y", "gone"]);
    (name, any::<bool>()).prop_map(|(name, skips)| {
        json!({
            "targetRefs": [{"group": "", "kind": "Service", "name": name}],
            "tls": {"insecureSkipVerify": skips},
        })
    })
}

fn monitor() -> impl Strategy<Value = Value> {
    let namespaces = select(vec![
        Value::Null,
        json!({"any": true}),
        json!({"matchNames": ["a", "b"]}),
    ]);
    let port = select(vec!["http", "metrics"]);
    (labels(&["app"], &["x", "y"]), namespaces, port).prop_map(|(labels, namespaces, port)| {
        json!({
            "selector": {"matchLabels": labels}, "namespaceSelector": namespaces, "endpoints": [{"port": port}],
        })
    })
}

/// What the pods of a workload name of it: fields of their spec.
pub(super) fn of_pods() -> impl Strategy<Value = Value> {
    let class = || select(vec![Value::Null, Value::Null, json!("x"), json!("gone")]);
    let deadline = select(vec![Value::Null, json!(60)]);
    (class(), class(), deadline).prop_map(|(priority, runtime, deadline)| {
        json!({
            "priorityClassName": priority, "runtimeClassName": runtime, "activeDeadlineSeconds": deadline,
        })
    })
}

/// What a ResourceQuota counts of whom.
pub(super) fn quota() -> impl Strategy<Value = Value> {
    let hard = select(vec![
        json!({"limits.cpu": 1}),
        json!({"requests.storage": "1Gi"}),
        json!({"pods": 2, "requests.memory": "1Gi"}),
    ]);
    let scopes = select(vec![
        json!([]),
        json!([]),
        json!(["BestEffort"]),
        json!(["NotTerminating"]),
    ]);
    let of_class = json!({"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["x"]}]});
    let selector = select(vec![Value::Null, Value::Null, of_class]);
    (hard, scopes, selector).prop_map(|(hard, scopes, selector)| {
        json!({"hard": hard, "scopes": scopes, "scopeSelector": selector})
    })
}
