//! NetworkPolicies on the wire.

use serde::Deserialize;

use super::scalar::{Length, List, Present, Str};
use super::selectors::LabelSelector;
use crate::model::{Meta, NetworkPolicy, Peer, Traffic};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pod_selector: Option<LabelSelector>,
    policy_types: List<Str>,
    ingress: Option<List<TrafficRule>>,
    egress: Option<List<TrafficRule>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TrafficRule {
    from: List<WirePeer>,
    to: List<WirePeer>,
    ports: Length,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct WirePeer {
    pod_selector: Option<LabelSelector>,
    namespace_selector: Option<LabelSelector>,
    ip_block: Option<Present>,
}

impl Spec {
    pub(super) fn record(self, meta: Meta) -> NetworkPolicy {
        let has = |name: &str| {
            self.policy_types
                .0
                .iter()
                .any(|policy_type| &*policy_type.0 == name)
        };
        // Without policy types: Ingress always, Egress where there is a rule for it.
        let unsaid = self.policy_types.0.is_empty();
        let egress_rules = self
            .egress
            .as_ref()
            .is_some_and(|rules| !rules.0.is_empty());
        let (ingress, egress) = (
            unsaid || has("Ingress"),
            if unsaid { egress_rules } else { has("Egress") },
        );
        let (incoming, outgoing) = (
            self.ingress.unwrap_or_default().0,
            self.egress.unwrap_or_default().0,
        );
        let traffics = [traffic(ingress, &incoming), traffic(egress, &outgoing)];
        let has_rules = [!incoming.is_empty(), !outgoing.is_empty()];
        let mut peers = Vec::new();
        for (is_egress, rules) in [(false, incoming), (true, outgoing)] {
            for (rule, of) in (0..).zip(rules) {
                let list = if is_egress { of.to.0 } else { of.from.0 };
                let named = (0..).zip(list).filter_map(|(index, peer)| {
                    peer.record(Peer {
                        is_egress,
                        rule,
                        index,
                        pods: None,
                        namespaces: None,
                    })
                });
                peers.extend(named);
            }
        }
        let [ingress, egress] = traffics;
        NetworkPolicy {
            meta,
            selector: self.pod_selector.unwrap_or_default().record(),
            ingress,
            egress,
            has_rules,
            peers: peers.into(),
        }
    }
}

impl WirePeer {
    /// With its selectors; `None` for a range of addresses.
    fn record(self, at: Peer) -> Option<Peer> {
        if self.ip_block.is_some() {
            return None;
        }
        Some(Peer {
            pods: self.pod_selector.map(LabelSelector::record),
            namespaces: self.namespace_selector.map(LabelSelector::record),
            ..at
        })
    }
}

fn traffic(isolated: bool, rules: &[TrafficRule]) -> Traffic {
    let is_open =
        |rule: &TrafficRule| rule.from.0.is_empty() && rule.to.0.is_empty() && rule.ports.0 == 0;
    match (isolated, rules.iter().any(is_open)) {
        (false, _) => Traffic::NotIsolated,
        (true, false) => Traffic::Restricted,
        (true, true) => Traffic::AllAllowed,
    }
}
