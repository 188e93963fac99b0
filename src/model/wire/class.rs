//! PriorityClasses, RuntimeClasses and IngressClasses on the wire.

use serde::Deserialize;
use serde::de::Error;

use super::Metadata;
use super::annotations::INGRESS_CLASS_DEFAULT;
use crate::model::{Class, Kind};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireClass {
    #[serde(default)]
    metadata: Metadata,
    /// Of a PriorityClass.
    #[serde(default)]
    global_default: Option<bool>,
}

impl WireClass {
    pub(super) fn record<E: Error>(self, kind: Kind) -> Result<Class, E> {
        let annotations = &self.metadata.annotations;
        let is_default = match kind {
            Kind::PriorityClass => self.global_default.unwrap_or(false),
            Kind::IngressClass => annotations.says(INGRESS_CLASS_DEFAULT, "true"),
            _ => false,
        };
        Ok(Class {
            meta: self.metadata.record(kind)?,
            is_default,
        })
    }
}
