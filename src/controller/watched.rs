//! Objects as they come from a watch: of any kind that there are records of, not decoded yet.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::DynamicResourceScope;
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use crate::model::{self, Key, Kind, Object};

/// An object of a [`Kind`], which the watch knows and the object does not say: items of a list have no kind.
///
/// One type for all kinds, so that there is one watcher; and the whole object is never built, only its record.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    metadata: ObjectMeta,
    raw: Box<RawValue>,
}

/// A kind in a version that the API server serves.
#[derive(Clone, Debug)]
pub(super) struct Served {
    pub(super) kind: Kind,
    pub(super) version: Cow<'static, str>,
}

impl<'de> Deserialize<'de> for Watched {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Head {
            metadata: Names,
        }
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Names {
            name: Option<String>,
            namespace: Option<String>,
            resource_version: Option<String>,
        }
        let raw = Box::<RawValue>::deserialize(from)?;
        let Head {
            metadata:
                Names {
                    name,
                    namespace,
                    resource_version,
                },
        } = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
        Ok(Self {
            metadata: ObjectMeta {
                name,
                namespace,
                resource_version,
                ..ObjectMeta::default()
            },
            raw,
        })
    }
}

impl Watched {
    /// Its record.
    pub(super) fn decode(&self, kind: Kind) -> Result<Object, serde_json::Error> {
        model::decode(
            kind,
            &mut serde_json::Deserializer::from_str(self.raw.get()),
        )
    }

    /// Which object it is.
    pub(super) fn key(&self, kind: Kind) -> Key {
        let text = |value: &Option<String>| value.as_deref().unwrap_or_default().to_owned();
        Key::new(
            kind,
            text(&self.metadata.namespace),
            text(&self.metadata.name),
        )
    }
}

impl Resource for Watched {
    type DynamicType = Served;
    type Scope = DynamicResourceScope;

    fn kind(served: &Served) -> Cow<'_, str> {
        served.kind.name().into()
    }

    fn group(served: &Served) -> Cow<'_, str> {
        served.kind.group().into()
    }

    fn version(served: &Served) -> Cow<'_, str> {
        served.version.as_ref().into()
    }

    fn plural(served: &Served) -> Cow<'_, str> {
        served.kind.plural().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}
