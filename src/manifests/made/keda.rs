//! KEDA scales by a HorizontalPodAutoscaler that it makes of each ScaledObject.

use serde_json::{Value, json};

use super::{Custom, Made, What};
use crate::manifests::yaml::Node;
use crate::model::{self, Kind};

/// The HorizontalPodAutoscaler that KEDA makes of a ScaledObject (`newHPAForScaledObject`), with KEDA's defaults: of a Deployment,
/// up to 100 replicas. It never has fewer than one: what goes down to none is KEDA itself, without it.
///
/// Source: <https://keda.sh/docs/latest/reference/scaledobject-spec/>.
pub(super) fn autoscaler(custom: &Custom<'_>) -> Option<Made> {
    let spec = custom.node.get("spec")?;
    let target = spec.get("scaleTargetRef")?;
    let text = |key| target.get(key).and_then(Node::as_str);
    let number = |key| spec.get(key)?.deserialize::<i32>().ok();
    let named = spec
        .get("advanced")
        .and_then(|advanced| advanced.get("horizontalPodAutoscalerConfig")?.get("name"))
        .and_then(Node::as_str)
        .map(str::to_owned);
    let owner = json!({"kind": custom.kind, "name": custom.name, "controller": true});
    let object: Value = json!({
        "metadata": {
            "name": named.unwrap_or_else(|| format!("keda-hpa-{}", custom.name)),
            "namespace": &*custom.namespace(),
            "ownerReferences": [owner],
        },
        "spec": {
            "scaleTargetRef": {
                "apiVersion": text("apiVersion").unwrap_or("apps/v1"),
                "kind": text("kind").unwrap_or("Deployment"),
                "name": text("name")?,
            },
            "minReplicas": number("minReplicaCount").unwrap_or(0).max(1),
            "maxReplicas": number("maxReplicaCount").unwrap_or(100),
            "metrics": [{"type": "External"}],
        },
    });
    let object = model::decode(Kind::HorizontalPodAutoscaler, &object).ok()?;
    Some(custom.made(What::Object(Box::new(object))))
}
