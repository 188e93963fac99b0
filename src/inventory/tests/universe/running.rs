//! What a cluster says of objects, besides what they declare.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{NAMES, decode, metadata, owner_in};
use crate::model::{Kind, Object};

/// What a cluster says of a workload: of pods, the Node and how they do; of others, their revision and their rollout.
pub(super) fn live(kind: Kind) -> BoxedStrategy<Value> {
    if kind != Kind::Pod {
        let counts = (0..3_u8, 0..3_u8, prop::option::of(1..4_u8));
        return counts
            .prop_map(|(generation, ready, revision)| {
                let annotations = revision.map(|revision| {
                    json!({"deployment.kubernetes.io/revision": revision.to_string()})
                });
                let status = json!({
                    "observedGeneration": generation, "replicas": 2, "updatedReplicas": ready, "readyReplicas": ready,
                    "availableReplicas": ready, "updateRevision": format!("r{ready}"),
                });
                json!({"annotations": annotations, "status": status})
            })
            .boxed();
    }
    let node = select(vec![Value::Null, json!("x"), json!("y"), json!("gone")]);
    let ready = select(vec!["True", "False"]);
    (node, ready, 0..3_u8)
        .prop_map(|(node, ready, restarts)| {
            let status = json!({
                "phase": if node.is_null() { "Pending" } else { "Running" },
                "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": "2026-01-01T11:55:00Z"}],
                "containerStatuses": [{
                    "name": "main", "ready": ready == "True", "restartCount": restarts,
                    "lastState": {"terminated": {"finishedAt": "2026-01-01T11:30:00Z"}},
                }],
            });
            json!({"node": node, "status": status})
        })
        .boxed()
}

/// A revision of a StatefulSet or a DaemonSet, or of nothing that is here.
pub(super) fn any_revision() -> BoxedStrategy<Object> {
    let kind = Kind::ControllerRevision;
    let owner = (
        select(vec!["StatefulSet", "DaemonSet"]),
        select(&NAMES[..]),
        0..2_u8,
    );
    (metadata(select(vec!["r1", "r2"]), kind), owner, 1..4_u8)
        .prop_map(
            move |(mut metadata, (owner, name, incarnation), revision)| {
                let owner = json!([owner, name, incarnation]);
                metadata["ownerReferences"] = json!([owner_in(&metadata, owner)]);
                decode(kind, json!({"metadata": metadata, "revision": revision}))
            },
        )
        .boxed()
}

/// What the controller of a HorizontalPodAutoscaler says of it.
pub(super) fn scaling() -> impl Strategy<Value = Value> {
    let active = |status: &str| json!({"conditions": [{"type": "ScalingActive", "status": status, "reason": "X"}]});
    select(vec![Value::Null, active("True"), active("False")])
}
