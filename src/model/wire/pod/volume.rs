//! Volumes on the wire.

use super::references::{FilesRef, References};
use crate::model::reference::ReferenceField;
use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{List, Present, Str};
use crate::model::wire::storage::ClaimFields;
use crate::model::wire::text;
use crate::model::{HostMount, Kind, ROOT_CA, Text, Volume as Record, VolumeSource};

fields! {
    pub(super) struct Volume {
        name: Option<Str>,
        host_path: Option<HostPath>,
        persistent_volume_claim: Option<Claim>,
        ephemeral: Option<Ephemeral>,
        config_map: Option<FilesRef>,
        secret: Option<FilesRef>,
        projected: Option<Projected>,
        csi: Option<Csi>,
        nfs: Option<Present>,
        iscsi: Option<Present>,
        fc: Option<Present>,
        rbd: Option<Present>,
        cephfs: Option<Present>,
        glusterfs: Option<Present>,
        cinder: Option<Present>,
        flex_volume: Option<Present>,
        azure_disk: Option<Present>,
        azure_file: Option<Present>,
        gce_persistent_disk: Option<Present>,
        aws_elastic_block_store: Option<Present>,
        vsphere_volume: Option<Present>,
        portworx_volume: Option<Present>,
        flocker: Option<Present>,
        quobyte: Option<Present>,
        photon_persistent_disk: Option<Present>,
        scale_io: Option<Present> as "scaleIO",
        storageos: Option<Present>,
        git_repo: Option<Present>,
    }

    struct HostPath {
        path: Option<Str>,
    }

    struct Claim {
        claim_name: Option<Str>,
    }

    struct Ephemeral {
        volume_claim_template: Option<ClaimTemplate>,
    }

    struct ClaimTemplate {
        spec: Option<ClaimFields>,
    }

    struct Projected {
        sources: List<Source>,
    }

    struct Source {
        config_map: Option<FilesRef>,
        secret: Option<FilesRef>,
    }

    struct Csi {
        read_only: Option<bool>,
    }

    /// An entry of `volumeMounts`.
    pub(super) struct Mount {
        name: Option<Str>,
        read_only: Option<bool>,
        sub_path: Option<Str>,
    }
}

/// What volumes come to: those that are kept, what they need, and the names of those that are made of a ConfigMap.
#[derive(Default)]
pub(super) struct Volumes {
    pub(super) kept: Vec<Record>,
    pub(super) of_config_maps: Vec<Text>,
}

impl Volumes {
    pub(super) fn record(volumes: List<Volume>, references: &mut References) -> Self {
        let mut found = Self::default();
        for (at, volume) in (0_u16..).zip(volumes.0) {
            found.add(at, volume, references);
        }
        found
    }

    fn add(&mut self, at: u16, volume: Volume, references: &mut References) {
        let device = volume.device();
        let name = text(volume.name);
        let sources = volume.projected.unwrap_or_default().sources.0;
        let of_projected = (0_u16..).zip(sources).flat_map(|(number, source)| {
            let field = ReferenceField::Projected(at, number);
            [
                (Kind::ConfigMap, source.config_map, field),
                (Kind::Secret, source.secret, field),
            ]
        });
        let field = ReferenceField::Volume(at);
        let own = [
            (Kind::ConfigMap, volume.config_map, field),
            (Kind::Secret, volume.secret, field),
        ];
        for (kind, files, field) in own.into_iter().chain(of_projected) {
            let Some(files) = files else { continue };
            if kind == Kind::ConfigMap && files.is_not(ROOT_CA) {
                self.of_config_maps.push(name.clone());
            }
            references.add_files(kind, files, field);
        }
        let source = if let Some(path) = volume.host_path {
            VolumeSource::HostPath(text(path.path))
        } else if let Some(claim) = volume.persistent_volume_claim {
            VolumeSource::Claim(text(claim.claim_name))
        } else if let Some(ephemeral) = volume.ephemeral {
            let spec = ephemeral
                .volume_claim_template
                .and_then(|template| template.spec);
            VolumeSource::Ephemeral(spec.unwrap_or_default().record())
        } else if let Some(csi) = volume.csi {
            VolumeSource::Csi {
                read_only: csi.read_only == Some(true),
            }
        } else if let Some(device) = device {
            VolumeSource::Device(device)
        } else if volume.git_repo.is_some() {
            VolumeSource::GitRepo
        } else {
            return;
        };
        self.kept.push(Record {
            name,
            index: at,
            source,
        });
    }
}

impl Volumes {
    /// Whether what is mounted there is made of a ConfigMap.
    pub(super) fn are_config_at(&self, mount: &Mount) -> bool {
        let name = mount.name.as_ref();
        name.is_some_and(|name| self.of_config_maps.contains(&name.0))
    }

    /// Those of the mounts that are of the node.
    pub(super) fn of_host_at(&self, mounts: List<Mount>) -> Box<[HostMount]> {
        let mounts = (0_u16..).zip(mounts.0).filter_map(|(index, mount)| {
            let name = mount.name?;
            let volume = self.kept.iter().find(|volume| volume.name == name.0)?;
            let VolumeSource::HostPath(path) = &volume.source else {
                return None;
            };
            let below = mount.sub_path.as_ref().map_or("", |below| &*below.0);
            Some(HostMount {
                volume: volume.index,
                index,
                path: joined(path, below),
                writable: mount.read_only != Some(true),
            })
        });
        mounts.collect()
    }
}

/// A path and what is below it, with one slash between any two names.
fn joined(path: &str, below: &str) -> Text {
    let names = path.split('/').chain(below.split('/'));
    let names = names.filter(|name| !matches!(*name, "" | "."));
    let mut joined = String::with_capacity(path.len() + below.len() + 1);
    for name in names {
        joined.push('/');
        joined.push_str(name);
    }
    if joined.is_empty() {
        joined.push('/');
    }
    joined.into()
}

impl Volume {
    /// The disk or share that the pod names itself.
    fn device(&self) -> Option<&'static str> {
        let devices = [
            ("nfs", self.nfs),
            ("iscsi", self.iscsi),
            ("fc", self.fc),
            ("rbd", self.rbd),
            ("cephfs", self.cephfs),
            ("glusterfs", self.glusterfs),
            ("cinder", self.cinder),
            ("flexVolume", self.flex_volume),
            ("azureDisk", self.azure_disk),
            ("azureFile", self.azure_file),
            ("gcePersistentDisk", self.gce_persistent_disk),
            ("awsElasticBlockStore", self.aws_elastic_block_store),
            ("vsphereVolume", self.vsphere_volume),
            ("portworxVolume", self.portworx_volume),
            ("flocker", self.flocker),
            ("quobyte", self.quobyte),
            ("photonPersistentDisk", self.photon_persistent_disk),
            ("scaleIO", self.scale_io),
            ("storageos", self.storageos),
        ];
        let named = devices.into_iter().find(|(_, device)| device.is_some());
        named.map(|(name, _)| name)
    }
}
