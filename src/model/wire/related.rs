//! The objects around workloads on the wire, by kind.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use super::rbac::{WireBinding, WireRole};
use super::scalar::{List, Share, Str};
use super::selectors::LabelSelector;
use super::{
    Metadata, autoscaler, class, constraints, destination, gateway, gateway_policy, ingress,
    limits, monitor, network, quota, service,
};
use crate::model::{
    EndpointSlice, Kind, KindSet, Labels, Meta, Object, PodDisruptionBudget, ServiceAccount, Stub,
};

/// The record of an object that is no workload.
pub(super) fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    Ok(match kind {
        Kind::HorizontalPodAutoscaler => {
            let from = autoscaler::Autoscaler::deserialize(from)?;
            Object::PodAutoscaler(from.record()?.into())
        }
        Kind::PodDisruptionBudget => {
            let from = Envelope::<BudgetSpec>::deserialize(from)?;
            let spec = from.spec.unwrap_or_default();
            // Until policy/v1, an empty selector selected nothing.
            let old = from
                .api_version
                .is_some_and(|version| &*version.0 == "policy/v1beta1");
            let selector = spec.selector.map(LabelSelector::record);
            Object::PodDisruptionBudget(
                PodDisruptionBudget {
                    meta: from.metadata.record(kind)?,
                    selector: selector.filter(|selector| !(old && selector.is_empty())),
                    min_available: spec.min_available.map(|share| share.0),
                    max_unavailable: spec.max_unavailable.map(|share| share.0),
                    decides_unhealthy: spec
                        .unhealthy_pod_eviction_policy
                        .is_some_and(|name| matches!(&*name.0, "AlwaysAllow" | "IfHealthyBudget")),
                }
                .into(),
            )
        }
        Kind::NetworkPolicy => {
            let from = Envelope::<network::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::NetworkPolicy(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::LimitRange => {
            let from = Envelope::<limits::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::LimitRange(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::Service => {
            let mut from = Envelope::<service::Spec>::deserialize(from)?;
            let annotations = std::mem::take(&mut from.metadata.annotations);
            let meta = from.metadata.record(kind)?;
            Object::Service(
                from.spec
                    .unwrap_or_default()
                    .record(meta, &annotations)
                    .into(),
            )
        }
        Kind::Ingress => {
            let mut from = Envelope::<ingress::Spec>::deserialize(from)?;
            let annotations = std::mem::take(&mut from.metadata.annotations);
            let meta = from.metadata.record(kind)?;
            let is_v1 = from
                .api_version
                .is_some_and(|version| &*version.0 == "networking.k8s.io/v1");
            let spec = from.spec.unwrap_or_default();
            Object::Ingress(spec.record(meta, is_v1, &annotations).into())
        }
        Kind::Gateway => {
            let mut from = Envelope::<gateway::GatewaySpec>::deserialize(from)?;
            let annotations = std::mem::take(&mut from.metadata.annotations);
            let meta = from.metadata.record(kind)?;
            Object::Gateway(
                from.spec
                    .unwrap_or_default()
                    .record(meta, &annotations)
                    .into(),
            )
        }
        Kind::HTTPRoute | Kind::GRPCRoute => {
            let from = Envelope::<gateway::RouteSpec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::Route(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::DestinationRule => {
            let from = Envelope::<destination::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::DestinationRule(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::ResourceQuota => {
            let from = Envelope::<quota::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::ResourceQuota(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::EndpointSlice => {
            let from = WireSlice::deserialize(from)?;
            let addresses = from.endpoints.0.into_iter();
            let addresses = addresses.flat_map(|endpoint| endpoint.addresses.0);
            let addresses: BTreeSet<_> = addresses.map(|address| address.0).collect();
            Object::EndpointSlice(
                EndpointSlice {
                    meta: from.metadata.record(kind)?,
                    addresses: addresses.into_iter().collect(),
                }
                .into(),
            )
        }
        Kind::Application | Kind::Kustomization | Kind::HelmRelease => {
            let from = Envelope::<IgnoredAny>::deserialize(from)?;
            let mut meta: Meta = from.metadata.record(kind)?;
            // Argo CD counts every change of a status as a generation; only that it is there is of interest.
            meta.generation = 0;
            meta.labels = Labels::default();
            Object::Deliverer(meta.into())
        }
        Kind::ServiceAccount => {
            let from = WireAccount::deserialize(from)?;
            let automount_token = from.automount_service_account_token;
            Object::ServiceAccount(
                ServiceAccount {
                    meta: from.metadata.record(kind)?,
                    automount_token,
                }
                .into(),
            )
        }
        Kind::PriorityClass | Kind::RuntimeClass | Kind::IngressClass => {
            Object::Class(class::WireClass::deserialize(from)?.record(kind)?.into())
        }
        Kind::ReferenceGrant => {
            let from = Envelope::<gateway_policy::GrantSpec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::ReferenceGrant(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::BackendTLSPolicy | Kind::BackendConfigPolicy => {
            let from = Envelope::<gateway_policy::PolicySpec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::BackendPolicy(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::ServiceMonitor => {
            let from = Envelope::<monitor::Spec>::deserialize(from)?;
            let meta = from.metadata.record(kind)?;
            Object::ServiceMonitor(from.spec.unwrap_or_default().record(meta).into())
        }
        Kind::SecurityContextConstraints => {
            let from = constraints::Constraints::deserialize(from)?;
            Object::SecurityConstraints(from.record(kind)?.into())
        }
        Kind::ControllerRevision => {
            let from = WireRevision::deserialize(from)?;
            let revision = from.revision.unwrap_or(0);
            Object::Owned(Stub::new(from.metadata.record(kind)?, revision).into())
        }
        Kind::Role | Kind::ClusterRole => {
            Object::Role(WireRole::deserialize(from)?.record(kind)?.into())
        }
        Kind::RoleBinding | Kind::ClusterRoleBinding => {
            Object::Binding(WireBinding::deserialize(from)?.record(kind)?.into())
        }
        kind if KindSet::BARE.contains(kind) => Object::Bare(bare(kind, from)?.into()),
        _ => Object::Namespace(
            Envelope::<IgnoredAny>::deserialize(from)?
                .metadata
                .record(kind)?
                .into(),
        ),
    })
}

/// The metadata of an object, whatever else it says.
pub(super) fn bare<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Meta, D::Error> {
    Envelope::<IgnoredAny>::deserialize(from)?
        .metadata
        .record(kind)
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
    unhealthy_pod_eviction_policy: Option<Str>,
}

#[derive(Deserialize)]
struct WireSlice {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    endpoints: List<Endpoint>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Endpoint {
    addresses: List<Str>,
}

#[derive(Deserialize)]
struct WireRevision {
    #[serde(default)]
    metadata: Metadata,
    revision: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireAccount {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    automount_service_account_token: Option<bool>,
}
