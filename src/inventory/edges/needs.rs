//! What pods and their claims need.

use super::Anchor;
use crate::model::{
    ClaimSpec, Ingress, IngressChoice, Key, Kind, PersistentVolumeClaim, SecretSource, Text,
    VolumeSource, Workload,
};

/// What a workload's pods need: ConfigMaps, claims, and the classes of claims that are made for them. Secrets are not here: no
/// change of one is ever seen.
pub(super) fn of_workload(workload: &Workload) -> Vec<Anchor> {
    let namespace = &workload.meta.key.namespace;
    let pod = &workload.pod;
    let mut anchors: Vec<_> = config_maps(workload).map(Anchor::Needed).collect();
    for volume in &pod.volumes {
        match &volume.source {
            VolumeSource::Claim(name) => {
                anchors.push(needed(Kind::PersistentVolumeClaim, namespace, name));
            }
            VolumeSource::Ephemeral(spec) => anchors.extend(of_spec(spec)),
            _ => {}
        }
    }
    let classes = [
        (Kind::PriorityClass, &pod.priority_class),
        (Kind::RuntimeClass, &pod.runtime_class),
    ];
    for (kind, class) in classes {
        anchors.extend(class.iter().map(|name| needed(kind, &"".into(), name)));
    }
    let templates = workload.claim_templates.iter();
    anchors.extend(templates.flat_map(|template| of_spec(&template.spec)));
    anchors
}

/// The class that an Ingress is of; the default has no name.
pub(super) fn of_ingress(ingress: &Ingress) -> Option<Anchor> {
    let name = match &ingress.choice {
        IngressChoice::Class(name) => name.clone(),
        IngressChoice::Default => "".into(),
        IngressChoice::Annotated(_) => return None,
    };
    Some(needed(Kind::IngressClass, &"".into(), &name))
}

/// The ConfigMaps that a workload's pods need, perhaps more than once.
pub(in crate::inventory) fn config_maps(workload: &Workload) -> impl Iterator<Item = Key> {
    let namespace = &workload.meta.key.namespace;
    let containers = workload.pod.containers.iter();
    let of_containers = containers.flat_map(|container| &container.environment.references);
    let maps = of_containers
        .chain(&workload.pod.references)
        .filter(|reference| reference.kind == Kind::ConfigMap);
    maps.map(|map| Key::new(Kind::ConfigMap, namespace.clone(), map.name.clone()))
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
