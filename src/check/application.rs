//! Which containers of a pod are the application, and which only stand beside it.

use super::{Context, Param, ParamKind};
use crate::model::{Container, ContainerRole, Workload};

/// Names that meshes, agents and proxies give to the containers that they put beside others.
const BESIDE: &[&str] = &[
    "aws-xray-daemon",
    "cloud-sql-proxy",
    "cloudsql-proxy",
    "config-reloader",
    "consul-connect-envoy-sidecar",
    "consul-dataplane",
    "daprd",
    "datadog-agent",
    "envoy",
    "envoy-sidecar",
    "filebeat",
    "fluent-bit",
    "fluentd",
    "gke-gcsfuse-sidecar",
    "istio-proxy",
    "jaeger-agent",
    "kuma-sidecar",
    "linkerd-proxy",
    "linkerd2-proxy",
    "oauth2-proxy",
    "otc-container",
    "promtail",
    "vault-agent",
];

/// The parameter of checks that look at the application's containers alone.
pub const SIDECARS: Param = Param {
    name: "sidecars",
    doc: "Names of containers that only stand beside the application.",
    kind: ParamKind::Strings { default: BESIDE },
};

/// The containers of the application: neither init containers nor known sidecars. Where all are known sidecars, they are the
/// application (an ingress gateway is an Envoy).
pub fn containers<'w>(context: &Context<'_>, workload: &'w Workload) -> Vec<&'w Container> {
    let beside = context.strings(SIDECARS.name);
    let own = workload.pod.containers.iter();
    let own: Vec<_> = own
        .filter(|container| container.role == ContainerRole::App)
        .collect();
    let (beside, application): (Vec<_>, Vec<_>) = own
        .into_iter()
        .partition(|container| beside.contains(&&*container.name));
    if application.is_empty() {
        beside
    } else {
        application
    }
}
