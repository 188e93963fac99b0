//! ServiceMonitors on the wire.

use serde::Deserialize;

use super::scalar::{List, Str};
use super::selectors::LabelSelector;
use crate::model::{Meta, MonitoredIn, MonitoredPort, ServiceMonitor};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    selector: Option<LabelSelector>,
    namespace_selector: Option<NamespaceSelector>,
    endpoints: List<Endpoint>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct NamespaceSelector {
    any: Option<bool>,
    match_names: List<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Endpoint {
    port: Option<Str>,
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> ServiceMonitor {
        let namespaces = self.namespace_selector.unwrap_or_default();
        let ports = (0..).zip(self.endpoints.0);
        let ports = ports.filter_map(|(index, endpoint)| {
            let name = endpoint.port?.0;
            (!name.is_empty()).then_some(MonitoredPort { index, name })
        });
        ServiceMonitor {
            meta,
            selector: self.selector.unwrap_or_default().record(),
            namespaces: match (namespaces.any, namespaces.match_names.into_texts()) {
                (Some(true), _) => MonitoredIn::Every,
                (_, names) if names.is_empty() => MonitoredIn::Own,
                (_, names) => MonitoredIn::These(names),
            },
            ports: ports.collect(),
        }
    }
}
