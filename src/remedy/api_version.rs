//! Versions of the API that are deprecated or gone.
//!
//! Source: <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>, which says for each what is different in the
//! version to write instead.

use serde_json::{Value, json};

use super::{Case, Edit, Left, Offer};
use crate::model::{Finding, Kind, Written};

/// Writes the version that is served, where the object has the same fields in it.
pub(super) fn newer(case: &Case<'_>, _: &Finding) -> Result<Offer, Left> {
    let meta = case.object.meta();
    let Written::Superseded(version) = meta.written else {
        return Err("it does not say in which version it is written".into());
    };
    if case.at("/apiVersion").is_none() {
        return Err("it is an item of a list, which says the version".into());
    }
    let kind = meta.key.kind;
    let Some(instead) = version.instead(kind) else {
        return Err(format!("Kubernetes has no {kind} any more").into());
    };
    let mut edits = vec![Edit::set("/apiVersion", instead.as_str())];
    match (kind, version.api_version()) {
        (Kind::CronJob, "batch/v1beta1" | "batch/v2alpha1") => {}
        (Kind::HorizontalPodAutoscaler, "autoscaling/v2beta2") => {}
        (Kind::HorizontalPodAutoscaler, "autoscaling/v2beta1")
            if case.at("/spec/metrics").is_none() => {}
        (Kind::PodDisruptionBudget, "policy/v1beta1") => {
            let selector = case.at("/spec/selector").and_then(Value::as_object);
            if selector.is_none_or(serde_json::Map::is_empty) {
                return Err("an empty selector selects nothing in policy/v1beta1, and all pods in policy/v1".into());
            }
        }
        (
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::ReplicaSet,
            "apps/v1beta1" | "apps/v1beta2" | "extensions/v1beta1",
        ) => {
            for gone in ["rollbackTo", "templateGeneration"] {
                if case.at(&format!("/spec/{gone}")).is_some() {
                    return Err(format!("apps/v1 has no {gone}").into());
                }
            }
            edits.extend(selector(case)?);
        }
        (Kind::NetworkPolicy, "extensions/v1beta1") => {}
        (Kind::Role | Kind::ClusterRole | Kind::RoleBinding | Kind::ClusterRoleBinding, _) => {}
        (
            Kind::StorageClass | Kind::IngressClass | Kind::PriorityClass | Kind::RuntimeClass,
            written,
        ) if written.ends_with("v1beta1") => {}
        (kind, written) => {
            return Err(format!("{kind} has other fields in {instead} than in {written}").into());
        }
    }
    Ok(Offer::safe(edits))
}

/// The selector that apps/v1 asks for, which used to be the labels of the template where it was not said.
fn selector(case: &Case<'_>) -> Result<Option<Edit>, Left> {
    if case.at("/spec/selector").is_some() {
        return Ok(None);
    }
    let labels = case.at("/spec/template/metadata/labels");
    match labels
        .and_then(Value::as_object)
        .filter(|labels| !labels.is_empty())
    {
        Some(labels) => Ok(Some(Edit::set(
            "/spec/selector",
            json!({ "matchLabels": labels }),
        ))),
        None => Err("apps/v1 asks for a selector, and its pods have no labels".into()),
    }
}
