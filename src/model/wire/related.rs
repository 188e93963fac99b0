//! The objects around workloads on the wire, by kind.

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::rbac::{WireBinding, WireRole};
use super::scalar::{Pairs, Share, Str};
use super::selectors::LabelSelector;
use super::{Metadata, autoscaler, limits, network};
use crate::model::{Kind, Object, PodDisruptionBudget, Selector, Service, ServiceAccount};

/// The record of an object that is no workload.
pub(super) fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    Ok(match kind {
        Kind::HorizontalPodAutoscaler => {
            let from = Envelope::<autoscaler::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::PodAutoscaler(from.spec.unwrap_or_default().record(meta)?)
        }
        Kind::PodDisruptionBudget => {
            let from = Envelope::<BudgetSpec>::deserialize(from)?;
            let spec = from.spec.unwrap_or_default();
            // Until policy/v1, an empty selector selected nothing.
            let old = from
                .api_version
                .is_some_and(|version| &*version.0 == "policy/v1beta1");
            let selector = spec.selector.map(LabelSelector::record);
            Object::PodDisruptionBudget(PodDisruptionBudget {
                meta: from.metadata.record(kind)?,
                selector: selector.filter(|selector| !(old && selector.is_empty())),
                min_available: spec.min_available.map(|share| share.0),
                max_unavailable: spec.max_unavailable.map(|share| share.0),
            })
        }
        Kind::NetworkPolicy => {
            let from = Envelope::<network::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::NetworkPolicy(from.spec.unwrap_or_default().record(meta))
        }
        Kind::LimitRange => {
            let from = Envelope::<limits::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::LimitRange(from.spec.unwrap_or_default().record(meta))
        }
        Kind::Service => {
            let from = Envelope::<ServiceSpec>::deserialize(from)?;
            let selector = Selector::equal(
                from.spec
                    .unwrap_or_default()
                    .selector
                    .iter()
                    .map(|(key, value)| (key, value)),
            );
            // Without a selector, a Service selects nothing.
            let selector = Some(selector).filter(|selector| !selector.is_empty());
            Object::Service(Service {
                meta: from.metadata.record(kind)?,
                selector,
            })
        }
        Kind::ServiceAccount => {
            let from = WireAccount::deserialize(from)?;
            let automount_token = from.automount_service_account_token;
            Object::ServiceAccount(ServiceAccount {
                meta: from.metadata.record(kind)?,
                automount_token,
            })
        }
        Kind::Role | Kind::ClusterRole => Object::Role(WireRole::deserialize(from)?.record(kind)?),
        Kind::RoleBinding | Kind::ClusterRoleBinding => {
            Object::Binding(WireBinding::deserialize(from)?.record(kind)?)
        }
        _ => Object::Namespace(
            Envelope::<IgnoredAny>::deserialize(from)?
                .metadata
                .record(kind)?,
        ),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<S> {
    #[serde(default)]
    api_version: Option<Str>,
    #[serde(default)]
    metadata: Metadata,
    spec: Option<S>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct BudgetSpec {
    selector: Option<LabelSelector>,
    min_available: Option<Share>,
    max_unavailable: Option<Share>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ServiceSpec {
    selector: Pairs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAccount {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    automount_service_account_token: Option<bool>,
}
