//! What pods need: ConfigMaps, Secrets, claims, volumes, classes of storage, and nodes.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{NAMES, labels, routing, with_metadata};
use crate::model::{Kind, Object};

/// Those of two StatefulSets, and one that anybody may use.
const CLAIMS: [&str; 5] = ["x", "d-x-0", "d-x-1", "d-y-0", "e-x-0"];

pub(super) fn object_of(kind: Kind) -> BoxedStrategy<Object> {
    match kind {
        Kind::ConfigMap => {
            let data = labels(&["a", "b"], &["1", "2"]);
            with_metadata(kind, &NAMES, data.prop_map(|data| json!({"data": data})))
        }
        Kind::PersistentVolumeClaim => with_metadata(kind, &CLAIMS, claim()),
        Kind::PersistentVolume => with_metadata(kind, &["x", "y", "z"], volume()),
        Kind::StorageClass => {
            let provisioner = select(vec!["kubernetes.io/no-provisioner", "a", "b"]);
            let binding = select(vec!["Immediate", "WaitForFirstConsumer"]);
            let fields = (provisioner, binding, any::<bool>());
            let fields = fields.prop_map(|(provisioner, binding, is_default)| {
                let is_default = is_default.to_string();
                json!({
                    "provisioner": provisioner, "volumeBindingMode": binding,
                    "annotations": {"storageclass.kubernetes.io/is-default-class": is_default},
                })
            });
            with_metadata(kind, &NAMES, fields)
        }
        Kind::Node => {
            let fields = (
                labels(&["pool"], &["a", "b"]),
                any::<bool>(),
                any::<bool>(),
                routing::provider(),
            );
            let fields = fields.prop_map(|(labels, unschedulable, external, provider)| {
                let address = if external { "ExternalIP" } else { "InternalIP" };
                json!({
                    "labels": labels, "spec": {"unschedulable": unschedulable, "providerID": provider},
                    "status": {"addresses": [{"type": address, "address": "192.0.2.1"}]},
                })
            });
            with_metadata(kind, &NAMES, fields)
        }
        // They are never seen in a cluster.
        _ => with_metadata(kind, &NAMES, Just(json!({}))),
    }
}

fn class_name() -> impl Strategy<Value = Value> {
    select(vec![
        Value::Null,
        json!(""),
        json!("x"),
        json!("y"),
        json!("gone"),
    ])
}

fn claim() -> impl Strategy<Value = Value> {
    let volume = select(vec![Value::Null, json!("x"), json!("y"), json!("gone")]);
    let mode = select(vec!["ReadWriteOnce", "ReadWriteMany"]);
    let phase = select(vec!["Pending", "Bound", "Lost"]);
    (class_name(), volume, mode, phase).prop_map(|(class, volume, mode, phase)| {
        json!({
            "spec": {
                "storageClassName": class, "volumeName": volume, "accessModes": [mode],
                "resources": {"requests": {"storage": "2Gi"}},
            },
            "status": {"phase": phase},
        })
    })
}

fn volume() -> impl Strategy<Value = Value> {
    let phase = select(vec!["Available", "Available", "Bound", "Released"]);
    let claim = prop::option::of((select(&["a", "b"][..]), select(&CLAIMS[..])));
    (class_name(), phase, claim, any::<bool>()).prop_map(|(class, phase, claim, is_local)| {
        let claim = claim.map(|(namespace, name)| json!({"namespace": namespace, "name": name}));
        let path = is_local.then(|| json!({"path": "/data"}));
        json!({
            "spec": {"storageClassName": class, "claimRef": claim, "hostPath": path},
            "status": {"phase": phase},
        })
    })
}

/// What the pods of a workload need: fields of their spec, of their container, and of a StatefulSet.
pub(super) fn of_workload() -> impl Strategy<Value = Value> {
    let reference = select(vec![
        Value::Null,
        json!({"configMapRef": {"name": "x"}}),
        json!({"configMapRef": {"name": "y", "optional": true}}),
        json!({"secretRef": {"name": "x"}}),
    ]);
    let volume = select(vec![
        json!({"emptyDir": {}}),
        json!({"configMap": {"name": "y", "items": [{"key": "a"}]}}),
        json!({"persistentVolumeClaim": {"claimName": "x"}}),
        json!({"persistentVolumeClaim": {"claimName": "d-x-0"}}),
        json!({"ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": "x"}}}}),
        json!({"ephemeral": {"volumeClaimTemplate": {"spec": {}}}}),
    ]);
    let templates = prop::collection::vec((select(&["d", "e"][..]), class_name()), 0..2);
    let first = 0..2_u8;
    let chooses = prop::bool::weighted(0.3);
    (reference, volume, templates, first, chooses).prop_map(
        |(reference, mut volume, templates, first, chooses)| {
            volume["name"] = "files".into();
            let references: Vec<_> = Some(reference).filter(|one| !one.is_null()).into_iter().collect();
            let selector = chooses.then(|| json!({"pool": "a"}));
            let template = |(name, class)| {
                json!({"metadata": {"name": name}, "spec": {"storageClassName": class}})
            };
            let templates: Vec<_> = templates.into_iter().map(template).collect();
            json!({
                "pod": {"volumes": [volume], "nodeSelector": selector},
                "container": {"envFrom": references},
                "set": {"volumeClaimTemplates": templates, "ordinals": {"start": first}},
            })
        },
    )
}

/// Puts the fields of one object into another.
pub(super) fn merge(into: &mut Value, fields: &Value) {
    for (name, field) in fields.as_object().into_iter().flatten() {
        into[name] = field.clone();
    }
}
