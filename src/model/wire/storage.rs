//! Claims, volumes and classes of storage on the wire.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::annotations::{CLAIM_CLASS, DEFAULT_CLASS, DEFAULT_CLASS_OLD};
use super::scalar::{List, Pairs, Present, QuantityText, Str};
use super::{Metadata, text};
use crate::model::{
    AccessModes, Amount, ClaimPhase, ClaimSpec, ClaimTemplate as TemplateRecord, Kind, Object,
    PersistentVolume, PersistentVolumeClaim, Quantity, StorageClass, Text, VolumePhase,
};

/// What a claim asks for.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ClaimFields {
    access_modes: List<Str>,
    storage_class_name: Option<Str>,
    volume_name: Option<Str>,
    resources: Option<ClaimResources>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ClaimResources {
    requests: Storage,
}

/// How much storage a set of resources has.
#[derive(Default)]
pub(super) struct Storage(pub(super) Option<Quantity>);

impl<'de> Deserialize<'de> for Storage {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize, Default)]
        #[serde(default)]
        struct Fields {
            storage: Option<QuantityText>,
        }
        let fields = Option::<Fields>::deserialize(from)?.unwrap_or_default();
        Ok(Self(match fields.storage {
            Some(QuantityText(Amount::Set(quantity))) => Some(quantity),
            _ => None,
        }))
    }
}

/// A `volumeClaimTemplate` of a StatefulSet.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ClaimTemplate {
    metadata: Option<Metadata>,
    spec: Option<ClaimFields>,
}

#[derive(Deserialize)]
struct Claim {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<ClaimFields>,
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    phase: Option<Str>,
}

#[derive(Deserialize)]
struct Volume {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<VolumeSpec>,
    status: Option<Status>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct VolumeSpec {
    storage_class_name: Option<Str>,
    claim_ref: Option<ClaimRef>,
    host_path: Option<Present>,
    node_affinity: Option<Present>,
    csi: Option<Csi>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ClaimRef {
    namespace: Option<Str>,
    name: Option<Str>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Csi {
    driver: Option<Str>,
    volume_attributes: Pairs,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Class {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    provisioner: Option<Str>,
    #[serde(default)]
    parameters: Pairs,
    #[serde(default)]
    volume_binding_mode: Option<Str>,
}

/// The record of an object of storage.
pub(super) fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    Ok(match kind {
        Kind::PersistentVolumeClaim => Object::Claim(Claim::deserialize(from)?.record()?.into()),
        Kind::PersistentVolume => Object::Volume(Volume::deserialize(from)?.record()?.into()),
        _ => Object::StorageClass(Class::deserialize(from)?.record()?.into()),
    })
}

impl ClaimFields {
    pub(super) fn record(self) -> ClaimSpec {
        let modes = self.access_modes.0.iter();
        let modes = modes.filter_map(|mode| AccessModes::named(&mode.0));
        ClaimSpec {
            modes: modes.fold(AccessModes::default(), AccessModes::and),
            class: self.storage_class_name.map(|name| name.0),
            storage: self
                .resources
                .and_then(|resources| resources.requests.0)
                .map(Box::new),
        }
    }
}

impl ClaimTemplate {
    pub(super) fn record(self) -> TemplateRecord {
        TemplateRecord {
            name: text(self.metadata.unwrap_or_default().name),
            spec: self.spec.unwrap_or_default().record(),
        }
    }
}

impl Claim {
    fn record<E: Error>(self) -> Result<PersistentVolumeClaim, E> {
        let mut fields = self.spec.unwrap_or_default();
        let volume = fields.volume_name.take().map(|name| name.0);
        let mut spec = fields.record();
        // The annotation of old counts before the field (`GetPersistentVolumeClaimClass`).
        let annotated = self.metadata.annotations.get(CLAIM_CLASS).cloned();
        spec.class = annotated.or(spec.class);
        let phase = match self.status.and_then(|status| status.phase) {
            Some(phase) if &*phase.0 == "Bound" => ClaimPhase::Bound,
            Some(phase) if &*phase.0 == "Lost" => ClaimPhase::Lost,
            _ => ClaimPhase::Pending,
        };
        Ok(PersistentVolumeClaim {
            meta: self.metadata.record(Kind::PersistentVolumeClaim)?,
            spec,
            volume: volume.filter(|name| !name.is_empty()),
            phase,
        })
    }
}

impl Volume {
    fn record<E: Error>(self) -> Result<PersistentVolume, E> {
        let spec = self.spec.unwrap_or_default();
        let annotated = self.metadata.annotations.get(CLAIM_CLASS).cloned();
        let phase = match self.status.and_then(|status| status.phase) {
            Some(phase) if &*phase.0 == "Bound" => VolumePhase::Bound,
            Some(phase) if &*phase.0 == "Released" => VolumePhase::Released,
            Some(phase) if &*phase.0 == "Failed" => VolumePhase::Failed,
            _ => VolumePhase::Available,
        };
        let csi = spec.csi.unwrap_or_default();
        Ok(PersistentVolume {
            meta: self.metadata.record(Kind::PersistentVolume)?,
            class: annotated.unwrap_or_else(|| text(spec.storage_class_name)),
            claim: spec
                .claim_ref
                .map(|claim| (text(claim.namespace), text(claim.name))),
            phase,
            is_any_node: spec.host_path.is_some() && spec.node_affinity.is_none(),
            is_encrypted: encrypts(&text(csi.driver), &csi.volume_attributes),
        })
    }
}

impl Class {
    fn record<E: Error>(self) -> Result<StorageClass, E> {
        let annotations = &self.metadata.annotations;
        let is_default = [DEFAULT_CLASS, DEFAULT_CLASS_OLD].iter().any(|name| {
            annotations
                .get(name)
                .is_some_and(|value| **value == *"true")
        });
        let provisioner = text(self.provisioner);
        Ok(StorageClass {
            meta: self.metadata.record(Kind::StorageClass)?,
            is_default,
            provisions: !matches!(&*provisioner, "" | "kubernetes.io/no-provisioner"),
            waits_for_pod: self
                .volume_binding_mode
                .is_some_and(|mode| &*mode.0 == "WaitForFirstConsumer"),
            encrypts: encrypts(&provisioner, &self.parameters),
        })
    }
}

/// Drivers of clouds that encrypt every disk and share, whatever they are told.
const ENCRYPTING: [&str; 4] = [
    "pd.csi.storage.gke.io",
    "filestore.csi.storage.gke.io",
    "disk.csi.azure.com",
    "file.csi.azure.com",
];

/// Whether what a driver makes with these parameters is encrypted.
fn encrypts(driver: &str, parameters: &Pairs) -> bool {
    ENCRYPTING.contains(&driver)
        || parameters.iter().any(|(name, value)| {
            let name = name.to_ascii_lowercase();
            let value: &Text = value;
            match name.as_str() {
                "encrypted" => value.eq_ignore_ascii_case("true"),
                "kmskeyid" => !value.is_empty(),
                _ => {
                    name.starts_with("encryption")
                        && !value.is_empty()
                        && !value.eq_ignore_ascii_case("false")
                }
            }
        })
}
