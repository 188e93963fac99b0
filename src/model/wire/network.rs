//! NetworkPolicies on the wire.

use serde::Deserialize;

use super::scalar::{Length, List, Str};
use super::selectors::LabelSelector;
use crate::model::{Meta, NetworkPolicy, Traffic};

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
    from: Length,
    to: Length,
    ports: Length,
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
        NetworkPolicy {
            meta,
            selector: self.pod_selector.unwrap_or_default().record(),
            ingress: traffic(ingress, self.ingress),
            egress: traffic(egress, self.egress),
        }
    }
}

fn traffic(isolated: bool, rules: Option<List<TrafficRule>>) -> Traffic {
    let is_open = |rule: &TrafficRule| rule.from.0 == 0 && rule.to.0 == 0 && rule.ports.0 == 0;
    match (isolated, rules.unwrap_or_default().0.iter().any(is_open)) {
        (false, _) => Traffic::NotIsolated,
        (true, false) => Traffic::Restricted,
        (true, true) => Traffic::AllAllowed,
    }
}
