//! Environment variables on the wire. Their values are looked at, never kept.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::references::{KeyRef, NameRef, References};
use crate::model::reference::ReferenceField;
use crate::model::suspect::{self, Form};
use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{List, Str};
use crate::model::{Environment, Kind, ROOT_CA, Repeated, SecretVariable, Suspect, Text};

fields! {
    pub(super) struct Variable {
        name: Option<Str>,
        value: Option<Value>,
        value_from: Option<ValueFrom>,
    }
}

/// The form of a value, and the variables that it takes up.
struct Value {
    form: Form,
    takes_up: Box<[Text]>,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Expected;
        impl Visitor<'_> for Expected {
            type Value = Value;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value {
                    form: Form::of(text),
                    takes_up: taken_up(text),
                })
            }
        }
        from.deserialize_str(Expected)
    }
}

/// The names in `$(NAME)` where something else stands beside them: `X: $(X)` alone is what X is already.
fn taken_up(text: &str) -> Box<[Text]> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("$(") {
        let Some((name, behind)) = after.split_once(')') else {
            break;
        };
        if text.len() > name.len() + "$()".len() {
            names.push(name.into());
        }
        rest = behind;
    }
    names.into()
}

fields! {
    struct ValueFrom {
        config_map_key_ref: Option<KeyRef>,
        secret_key_ref: Option<KeyRef>,
    }

    pub(super) struct Variables {
        config_map_ref: Option<NameRef>,
        secret_ref: Option<NameRef>,
    }
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
    let mut repeated = Vec::new();
    let mut names: Vec<Text> = Vec::with_capacity(env.0.len());
    let mut from_secrets = Vec::new();
    for (at, source) in (0_u16..).zip(env_from.0) {
        let field = ReferenceField::EnvFrom(at);
        if let Some(named) = source.config_map_ref {
            from_config_map |= named.is_not(ROOT_CA);
            references.add(Kind::ConfigMap, named, field);
        }
        if let Some(named) = source.secret_ref {
            let name = named.name();
            from_secrets.push(SecretVariable { name, field });
            references.add(Kind::Secret, named, field);
        }
    }
    for (at, variable) in (0_u16..).zip(env.0) {
        let field = ReferenceField::Env(at);
        let is_referred = variable.value_from.is_some();
        let source = variable.value_from.unwrap_or_default();
        let name = crate::model::wire::text(variable.name);
        if let Some(key) = source.config_map_key_ref {
            from_config_map |= key.is_not(ROOT_CA);
            references.add_key(Kind::ConfigMap, key, field);
        }
        if let Some(key) = source.secret_key_ref {
            from_secrets.push(SecretVariable {
                name: name.clone(),
                field,
            });
            references.add_key(Kind::Secret, key, field);
        }
        let (form, takes_up) = variable
            .value
            .map_or_else(Default::default, |value| (value.form, value.takes_up));
        // As the API server warns (`warningsForPodSpecAndMeta`): a value that adds to the earlier one hides nothing.
        if names.contains(&name) {
            if is_referred || !takes_up.contains(&name) {
                repeated.push(Repeated {
                    name: name.clone(),
                    index: at,
                });
            }
        } else {
            names.push(name.clone());
        }
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
        repeated: repeated.into(),
        from_secrets: from_secrets.into(),
    }
}
