//! How an object that is added selects a workload's pods, and what it is called.

use serde_json::{Map, Value, json};

use super::{Case, Left};
use crate::model::{Key, Kind, Workload};

/// Labels that say something of one revision, or of one pod.
const PASSING: [&str; 4] = [
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "app.kubernetes.io/version",
];

/// The label selector of a workload's pods: its own, or all the lasting labels that its template has.
pub(super) fn of(case: &Case<'_>, workload: &Workload) -> Result<Value, Left> {
    let own = case.at("/spec/selector");
    match (workload.kind(), own) {
        (Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::ReplicaSet, Some(own))
            if own.as_object().is_some_and(|own| !own.is_empty()) =>
        {
            return Ok(own.clone());
        }
        (Kind::ReplicationController, Some(own)) => return Ok(json!({ "matchLabels": own })),
        _ => {}
    }
    let labels = labels(case, workload);
    if labels.is_empty() {
        return Err("its pods have no labels that it could be selected by".into());
    }
    Ok(json!({ "matchLabels": labels }))
}

fn labels(case: &Case<'_>, workload: &Workload) -> Map<String, Value> {
    let pod = workload.pod_spec_path().trim_end_matches("/spec");
    let labels = case.at(&format!("{pod}/metadata/labels"));
    let mut labels = labels
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    labels.retain(|key, value| !PASSING.contains(&&**key) && value.is_string());
    labels
}

/// The metadata of an object that is added beside a workload: its name, in its namespace.
pub(super) fn metadata(case: &Case<'_>, name: &str) -> Value {
    let mut metadata = json!({ "name": name });
    if let Some(namespace) = case.at("/metadata/namespace") {
        metadata["namespace"] = namespace.clone();
    }
    metadata
}

/// The name for an object that is added: the workload's, or one made of it where that is taken.
pub(super) fn name(
    case: &Case<'_>,
    workload: &Workload,
    kind: Kind,
    end: &str,
) -> Result<String, Left> {
    let own = case.at("/metadata/name").and_then(Value::as_str);
    let own = own.ok_or("it has no name of its own to call it by")?;
    let namespace = &workload.key().namespace;
    let is_free = |name: &str| {
        let key = Key::new(kind, namespace.clone(), name);
        case.view.get(&key).is_none()
    };
    let names = [own.to_owned(), format!("{own}-{end}")];
    let free = names
        .into_iter()
        .find(|name| is_free(name) && name.len() <= 253);
    free.ok_or_else(|| {
        format!("there is a {kind} {own} already, which does not select its pods").into()
    })
}
