//! Objects as they come from a watch: of any kind that there are records of, not decoded yet.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Resource;
use kube::core::{ApiResource, DynamicResourceScope};
use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use crate::model::{self, Key, Kind, Object};

/// An object of a kind that the watch knows and the object does not say: items of a list have no kind.
///
/// One type for all kinds, so that there is one watcher; and the whole object is never kept, only its record.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    metadata: ObjectMeta,
    raw: Box<RawValue>,
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

    /// The object itself, where its names and a few of its parts are not all that is wanted.
    pub(super) fn value(&self) -> Result<serde_json::Value, serde_json::Error> {
        serde_json::from_str(self.raw.get())
    }

    /// Its namespace, empty where it has none, and its name.
    pub(super) fn name(&self) -> (&str, &str) {
        let ObjectMeta {
            namespace, name, ..
        } = &self.metadata;
        (
            namespace.as_deref().unwrap_or_default(),
            name.as_deref().unwrap_or_default(),
        )
    }

    /// Which object it is.
    pub(super) fn key(&self, kind: Kind) -> Key {
        let (namespace, name) = self.name();
        Key::new(kind, namespace, name)
    }
}

impl Resource for Watched {
    type DynamicType = ApiResource;
    type Scope = DynamicResourceScope;

    fn kind(served: &ApiResource) -> Cow<'_, str> {
        served.kind.as_str().into()
    }

    fn group(served: &ApiResource) -> Cow<'_, str> {
        served.group.as_str().into()
    }

    fn version(served: &ApiResource) -> Cow<'_, str> {
        served.version.as_str().into()
    }

    fn api_version(served: &ApiResource) -> Cow<'_, str> {
        served.api_version.as_str().into()
    }

    fn plural(served: &ApiResource) -> Cow<'_, str> {
        served.plural.as_str().into()
    }

    fn meta(&self) -> &ObjectMeta {
        &self.metadata
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        &mut self.metadata
    }
}
