//! ConfigMaps on the wire; and from files only, Secrets and what controllers make Secrets of.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::entries::Entries;
use super::scalar::{Keys, Length, List, Present, Str};
use super::{Metadata, text};
use crate::model::{ConfigMap as Record, Kind, Object, SecretSource, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfigMap {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    data: Entries,
    #[serde(default)]
    binary_data: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    data: Keys,
    #[serde(default)]
    string_data: Keys,
}

#[derive(Deserialize)]
struct ExternalSecret {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<ExternalSpec>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ExternalSpec {
    target: Option<Target>,
    data: List<ExternalValue>,
    data_from: Length,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Target {
    name: Option<Str>,
    creation_policy: Option<Str>,
    template: Option<Present>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ExternalValue {
    secret_key: Option<Str>,
}

#[derive(Deserialize)]
struct SealedSecret {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<SealedSpec>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct SealedSpec {
    encrypted_data: Keys,
    template: Option<SealedTemplate>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SealedTemplate {
    data: Keys,
}

/// The record of what configures pods.
pub(super) fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    Ok(match kind {
        Kind::ConfigMap => Object::ConfigMap(ConfigMap::deserialize(from)?.record()?.into()),
        Kind::Secret => Object::SecretSource(Secret::deserialize(from)?.record()?.into()),
        Kind::ExternalSecret => {
            Object::SecretSource(ExternalSecret::deserialize(from)?.record()?.into())
        }
        _ => Object::SecretSource(SealedSecret::deserialize(from)?.record()?.into()),
    })
}

impl ConfigMap {
    fn record<E: Error>(self) -> Result<Record, E> {
        Ok(Record {
            meta: self.metadata.record(Kind::ConfigMap)?,
            keys: sorted(self.data.keys.into_iter().chain(self.binary_data.0)),
            suspects: self.data.suspects.into(),
        })
    }
}

impl Secret {
    fn record<E: Error>(self) -> Result<SecretSource, E> {
        let meta = self.metadata.record(Kind::Secret)?;
        Ok(SecretSource {
            secret: Some(meta.key.name.clone()),
            meta,
            keys: Some(sorted(self.data.0.into_iter().chain(self.string_data.0))),
        })
    }
}

impl ExternalSecret {
    fn record<E: Error>(self) -> Result<SecretSource, E> {
        let meta = self.metadata.record(Kind::ExternalSecret)?;
        let spec = self.spec.unwrap_or_default();
        let target = spec.target.unwrap_or_default();
        // `Merge` adds to a Secret that somebody else makes, and `None` makes none.
        let policy = target
            .creation_policy
            .as_ref()
            .map_or("", |policy| &*policy.0);
        let is_made = !matches!(policy, "Merge" | "None");
        let named = target
            .name
            .map(|name| name.0)
            .filter(|name| !name.is_empty());
        let is_closed = spec.data_from.0 == 0 && target.template.is_none();
        let keys = spec.data.0.into_iter().map(|value| text(value.secret_key));
        Ok(SecretSource {
            secret: is_made.then(|| named.unwrap_or_else(|| meta.key.name.clone())),
            keys: is_closed.then(|| sorted(keys)),
            meta,
        })
    }
}

impl SealedSecret {
    /// The Secret has the name of the SealedSecret, which is sealed in.
    fn record<E: Error>(self) -> Result<SecretSource, E> {
        let meta = self.metadata.record(Kind::SealedSecret)?;
        let spec = self.spec.unwrap_or_default();
        let templated = spec.template.unwrap_or_default().data;
        Ok(SecretSource {
            secret: Some(meta.key.name.clone()),
            meta,
            keys: Some(sorted(spec.encrypted_data.0.into_iter().chain(templated.0))),
        })
    }
}

fn sorted(keys: impl Iterator<Item = Text>) -> Box<[Text]> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort();
    keys.dedup();
    keys.into()
}
