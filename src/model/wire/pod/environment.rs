//! Environment variables on the wire. Their values are looked at, never kept.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::references::{KeyRef, NameRef, References};
use crate::model::reference::ReferenceField;
use crate::model::suspect::{self, Form};
use crate::model::wire::scalar::{List, Str};
use crate::model::{Environment, Kind, ROOT_CA, Suspect};

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Variable {
    name: Option<Str>,
    value: Option<Value>,
    value_from: Option<ValueFrom>,
}

/// The form of a value.
struct Value(Form);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value(Form::of(text)))
            }
        }
        from.deserialize_str(Expected)
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ValueFrom {
    config_map_key_ref: Option<KeyRef>,
    secret_key_ref: Option<KeyRef>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Variables {
    config_map_ref: Option<NameRef>,
    secret_ref: Option<NameRef>,
}

/// The environment of a container; `mounts_config_map` says whether it mounts a volume that is made of one.
pub(super) fn record(
    env: List<Variable>,
    env_from: List<Variables>,
    mounts_config_map: bool,
) -> Environment {
    let is_set = !env.0.is_empty() || !env_from.0.is_empty();
    let mut from_config_map = mounts_config_map;
    let mut references = References::default();
    let mut suspects = Vec::new();
    for (at, source) in (0_u16..).zip(env_from.0) {
        let field = ReferenceField::EnvFrom(at);
        if let Some(named) = source.config_map_ref {
            from_config_map |= named.is_not(ROOT_CA);
            references.add(Kind::ConfigMap, named, field);
        }
        if let Some(named) = source.secret_ref {
            references.add(Kind::Secret, named, field);
        }
    }
    for (at, variable) in (0_u16..).zip(env.0) {
        let field = ReferenceField::Env(at);
        let source = variable.value_from.unwrap_or_default();
        if let Some(key) = source.config_map_key_ref {
            from_config_map |= key.is_not(ROOT_CA);
            references.add_key(Kind::ConfigMap, key, field);
        }
        if let Some(key) = source.secret_key_ref {
            references.add_key(Kind::Secret, key, field);
        }
        let form = variable.value.map(|value| value.0).unwrap_or_default();
        let name = crate::model::wire::text(variable.name);
        if let Some(by) = suspect::clue(&name, form) {
            suspects.push(Suspect {
                name,
                index: at,
                by,
            });
        }
    }
    Environment {
        is_set,
        from_config_map,
        references: references.into_list(),
        suspects: suspects.into(),
    }
}
