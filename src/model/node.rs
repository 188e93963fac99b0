//! What is kept of nodes.

use super::{Meta, Text};

/// A Node. Its labels are in its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its metadata.
    pub meta: Meta,
    /// Whether nothing new is put on it (`spec.unschedulable`).
    pub unschedulable: bool,
    /// Whether it has an address of type `ExternalIP`.
    pub has_external_ip: bool,
    /// What its cloud calls it (`spec.providerID`); empty where there is none.
    pub provider_id: Text,
}

impl Node {
    /// Its labels but for those that name the one node: what it has in common with others of its pool. Each as `key=value`,
    /// sorted, in lines.
    pub fn pool(&self) -> Text {
        let common = self.meta.labels.iter().filter(|(key, _)| {
            !["kubernetes.io/hostname", "alpha.eksctl.io/instance-id"].contains(&&***key)
        });
        let lines: Vec<_> = common
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        lines.join("\n").into()
    }
}
