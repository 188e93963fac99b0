//! What the checks on ConfigMaps and Secrets that pods need share.

use crate::model::{ContainerRole, Kind, Place, Reference, Workload};

/// What a workload's pods need of a kind (ConfigMap, Secret), each with the place that names it. What is put into a pod for
/// debugging does not count.
pub fn of(workload: &Workload, kind: Kind) -> impl Iterator<Item = (Place, &Reference)> {
    let containers = workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role != ContainerRole::Ephemeral);
    let of_kind = move |reference: &&Reference| reference.kind == kind;
    let of_containers = containers.flat_map(move |container| {
        let references = container.environment.references.iter().filter(of_kind);
        references.map(move |reference| {
            let at = Place::container(workload, container, &reference.path());
            (at, reference)
        })
    });
    let of_pod = workload.pod.references.iter().filter(of_kind);
    let of_pod = of_pod.map(move |reference| (Place::pod(workload, &reference.path()), reference));
    of_containers
        .chain(of_pod)
        .map(|(at, reference)| (at.about(reference.name.clone()), reference))
}
