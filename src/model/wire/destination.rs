//! Istio's DestinationRules on the wire.

use serde::Deserialize;

use super::scalar::{List, Present, Str};
use crate::model::{Backend, DestinationRule, Meta, RuleHost, Text};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    host: Option<Str>,
    traffic_policy: Option<TrafficPolicy>,
    subsets: List<Subset>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Subset {
    traffic_policy: Option<TrafficPolicy>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct TrafficPolicy {
    load_balancer: Option<LoadBalancer>,
    port_level_settings: List<PortSettings>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct PortSettings {
    load_balancer: Option<LoadBalancer>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct LoadBalancer {
    consistent_hash: Option<Present>,
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> DestinationRule {
        let of_subsets = self.subsets.0.iter();
        let of_subsets = of_subsets.filter_map(|subset| subset.traffic_policy.as_ref());
        let mut policies = self.traffic_policy.iter().chain(of_subsets);
        DestinationRule {
            meta,
            is_sticky: policies.any(TrafficPolicy::is_sticky),
            host: host(&super::text(self.host)),
        }
    }
}

impl TrafficPolicy {
    fn is_sticky(&self) -> bool {
        let of_ports = self.port_level_settings.0.iter();
        let of_ports = of_ports.filter_map(|port| port.load_balancer.as_ref());
        self.load_balancer
            .iter()
            .chain(of_ports)
            .any(|balancer| balancer.consistent_hash.is_some())
    }
}

/// Which Services a host is: a name without dots is of the rule's own namespace, `name.namespace.svc` and longer is the
/// name of a Service in full.
/// Source: <https://istio.io/latest/docs/reference/config/networking/destination-rule/>.
fn host(host: &str) -> RuleHost {
    if !host.contains(['.', '*']) {
        return RuleHost::Service(Backend {
            namespace: None,
            name: host.into(),
        });
    }
    let labels: Vec<&str> = host.split('.').collect();
    match labels.as_slice() {
        ["*"] | ["*", "local"] | ["*", "cluster", "local"] | ["*", "svc"] | ["*", "svc", ..] => {
            RuleHost::Every
        }
        ["*", namespace, "svc", ..] => RuleHost::Namespace(Text::from(*namespace)),
        [name, namespace, "svc", ..] => RuleHost::Service(Backend {
            namespace: Some(Text::from(*namespace)),
            name: Text::from(*name),
        }),
        _ => RuleHost::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_istio_reads_them() {
        let service = |namespace: Option<&str>| {
            RuleHost::Service(Backend {
                namespace: namespace.map(Text::from),
                name: "web".into(),
            })
        };
        for (text, expected) in [
            ("web", service(None)),
            ("web.shop.svc", service(Some("shop"))),
            ("web.shop.svc.cluster.local", service(Some("shop"))),
            ("web.shop.svc.corp.example", service(Some("shop"))),
            (
                "*.shop.svc.cluster.local",
                RuleHost::Namespace("shop".into()),
            ),
            ("*.svc.cluster.local", RuleHost::Every),
            ("*.local", RuleHost::Every),
            ("*", RuleHost::Every),
            // Two labels are a name of the outside, whatever namespaces there are.
            ("web.shop", RuleHost::Foreign),
            ("api.example.com", RuleHost::Foreign),
            ("*.example.com", RuleHost::Foreign),
        ] {
            assert_eq!(host(text), expected, "{text}");
        }
    }
}
