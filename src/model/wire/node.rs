//! Nodes on the wire.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::scalar::{List, Str};
use super::{Metadata, text};
use crate::model::{Kind, Node as Record, Object};

#[derive(Deserialize)]
struct Node {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<Spec>,
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spec {
    unschedulable: Option<bool>,
    #[serde(rename = "providerID")]
    provider_id: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    addresses: List<Address>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Address {
    r#type: Option<Str>,
}

/// The record of a Node.
pub(super) fn decode<'de, D: Deserializer<'de>>(from: D) -> Result<Object, D::Error> {
    let node = Node::deserialize(from)?.record()?;
    Ok(Object::Node(node.into()))
}

impl Node {
    fn record<E: Error>(self) -> Result<Record, E> {
        let spec = self.spec.unwrap_or_default();
        let addresses = self.status.unwrap_or_default().addresses;
        let is_external = |address: &Address| {
            address
                .r#type
                .as_ref()
                .is_some_and(|name| &*name.0 == "ExternalIP")
        };
        Ok(Record {
            meta: self.metadata.record(Kind::Node)?,
            unschedulable: spec.unschedulable.unwrap_or(false),
            has_external_ip: addresses.0.iter().any(is_external),
            provider_id: text(spec.provider_id),
        })
    }
}
