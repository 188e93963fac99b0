//! What pods and their claims need.

use super::Anchor;
use crate::model::{
    ClaimSpec, Key, Kind, PersistentVolumeClaim, SecretSource, Text, VolumeSource, Workload,
};

/// What a workload's pods need: ConfigMaps, claims, and the classes of claims that are made for them. Secrets are not here: no
/// change of one is ever seen.
pub(super) fn of_workload(workload: &Workload) -> Vec<Anchor> {
    let namespace = &workload.meta.key.namespace;
    let pod = &workload.pod;
    let of_containers = pod
        .containers
        .iter()
        .flat_map(|container| &container.environment.references);
    let maps = of_containers
        .chain(&pod.references)
        .filter(|reference| reference.kind == Kind::ConfigMap);
    let mut anchors: Vec<_> = maps
        .map(|map| needed(Kind::ConfigMap, namespace, &map.name))
        .collect();
    for volume in &pod.volumes {
        match &volume.source {
            VolumeSource::Claim(name) => {
                anchors.push(needed(Kind::PersistentVolumeClaim, namespace, name));
            }
            VolumeSource::Ephemeral(spec) => anchors.extend(of_spec(spec)),
            _ => {}
        }
    }
    let templates = workload.claim_templates.iter();
    anchors.extend(templates.flat_map(|template| of_spec(&template.spec)));
    anchors
}

/// The volume that a claim names, and its class.
pub(super) fn of_claim(claim: &PersistentVolumeClaim) -> Vec<Anchor> {
    let volume = claim.volume.iter();
    let volume = volume.map(|name| needed(Kind::PersistentVolume, &"".into(), name));
    volume.chain(of_spec(&claim.spec)).collect()
}

/// The Secret that something among files makes.
pub(super) fn of_secret_source(source: &SecretSource) -> Option<Anchor> {
    let name = source.secret.as_ref()?;
    Some(needed(Kind::Secret, &source.meta.key.namespace, name))
}

/// A class of storage; volumes without one have the one without a name.
pub(super) fn class(name: &Text) -> Anchor {
    needed(Kind::StorageClass, &"".into(), name)
}

/// The class that a claim is of. One that names none is of the default; where there is none, volumes without a class do.
fn of_spec(spec: &ClaimSpec) -> impl Iterator<Item = Anchor> + use<> {
    let default = spec.class.is_none().then_some(Anchor::DefaultClass);
    let name = spec.class.clone().unwrap_or_else(|| "".into());
    default.into_iter().chain([class(&name)])
}

fn needed(kind: Kind, namespace: &Text, name: &Text) -> Anchor {
    Anchor::Needed(Key::new(kind, namespace.clone(), name.clone()))
}
