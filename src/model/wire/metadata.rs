//! `metadata` on the wire.

use serde::Deserialize;
use serde::de::Error;

use super::annotations::{self, Annotations};
use super::fields::fields;
use super::scalar::{List, Pairs, Str, Time};
use super::written;
use crate::model::{Contact, Key, KeyOrder, Kind, Meta, Owner, Shape, Text};

/// Whether a text is the address of a mailbox: something, an `@`, and a domain with a dot.
fn is_address(text: &str) -> bool {
    let is_local = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.+-".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed)
    };
    let is_domain = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        part.contains('.')
            && part
                .split('.')
                .all(|label| !label.is_empty() && label.bytes().all(allowed))
    };
    text.split_once('@')
        .is_some_and(|(local, domain)| is_local(local) && is_domain(domain))
}

fields! {
    /// `metadata`.
    pub(super) struct Metadata {
        pub(super) name: Option<Str>,
        generate_name: Option<Str>,
        namespace: Option<Str>,
        uid: Option<Str>,
        pub(super) labels: Pairs,
        pub(super) annotations: Annotations,
        owner_references: List<OwnerReference>,
        managed_fields: List<written::Manager>,
        generation: Option<i64>,
        creation_timestamp: Option<Time>,
        deletion_timestamp: Option<Time>,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerReference {
    #[serde(default)]
    api_version: Option<Str>,
    kind: Str,
    name: Str,
    #[serde(default)]
    uid: Option<Str>,
    #[serde(default)]
    controller: Option<bool>,
}

impl Metadata {
    /// The number of the revision that a Deployment or a ReplicaSet is at; 0 where it does not say.
    pub(super) fn revision(&self) -> i64 {
        let revision = self.annotations.get(annotations::REVISION);
        revision
            .and_then(|revision| revision.parse().ok())
            .unwrap_or(0)
    }

    /// Whether whoever applies the object says how many replicas there should be. `is_given` is whether it has a number of them,
    /// which decides where no cluster has filled one in.
    pub(super) fn sets_replicas(&self, is_given: bool) -> Option<bool> {
        match self.uid {
            Some(_) => written::applies_replicas(&self.managed_fields),
            None => Some(is_given),
        }
    }

    /// Whom to ask about it.
    pub(super) fn contact(&self) -> Contact {
        match self.annotations.get(annotations::EMAIL) {
            None => Contact::Unsaid,
            Some(address) if is_address(address) => Contact::Address,
            Some(_) => Contact::NoAddress,
        }
    }

    pub(super) fn record<E: Error>(self, kind: Kind) -> Result<Meta, E> {
        let name = self
            .name
            .filter(|name| !name.0.is_empty())
            .or(self.generate_name);
        let name = name.ok_or_else(|| {
            E::custom("metadata.name: required, and there is no generateName either")
        })?;
        let namespace = if kind.is_namespaced() {
            super::text(self.namespace)
        } else {
            Text::from("")
        };
        let controller = self
            .owner_references
            .0
            .into_iter()
            .find(|owner| owner.controller == Some(true));
        Ok(Meta {
            key: Key::new(kind, namespace, name.0),
            uid: super::text(self.uid),
            labels: self.labels.into_labels(),
            controller: controller.map(|owner| {
                Box::new(Owner {
                    kind: Kind::of(&super::text(owner.api_version), &owner.kind.0),
                    name: owner.name.0,
                    uid: super::text(owner.uid),
                })
            }),
            generation: self.generation.unwrap_or(0),
            created: self.creation_timestamp.and_then(|time| time.0),
            deleting: self.deletion_timestamp.is_some(),
            written: written::by_managers(kind, self.managed_fields),
            key_order: KeyOrder::Unsaid,
            shape: Shape::Unsaid,
        })
    }
}
