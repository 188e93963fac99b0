//! Whose verdicts depend on what pods need: ConfigMaps, claims, volumes, classes of storage, and nodes.

use super::ReportOn;
use crate::inventory::edges::Anchor;
use crate::inventory::{Inventory, View};
use crate::model::{
    Class, Key, Kind, Object, PersistentVolume, StorageClass, VolumePhase, Workload,
};

/// The reports that look at an object which pods need, where it differs from `counterpart` in what they look at.
pub(super) fn touched(
    inventory: &Inventory,
    object: &Object,
    counterpart: Option<&Object>,
) -> Vec<ReportOn> {
    match (object, counterpart) {
        (Object::ConfigMap(map), Some(Object::ConfigMap(twin)))
            if map.keys == twin.keys && map.suspects == twin.suspects =>
        {
            Vec::new()
        }
        (Object::ConfigMap(map), twin) => {
            let key = &map.meta.key;
            let mut found = users(inventory, key);
            // One that nobody uses is reported on its namespace.
            let is_alike = match twin {
                Some(Object::ConfigMap(twin)) => map.suspects == twin.suspects,
                _ => false,
            };
            if !is_alike {
                found.push(ReportOn::Namespace(key.namespace.clone()));
            }
            found
        }
        (Object::Claim(claim), _) => users(inventory, &claim.meta.key),
        (Object::Volume(volume), _) => of_volume(inventory, volume),
        (Object::StorageClass(class), _) => of_class(inventory, class),
        (Object::Class(class), _) if class.meta.key.kind == Kind::IngressClass => {
            of_ingress_class(inventory, class)
        }
        (Object::Class(class), _) => {
            let mut found = users(inventory, &class.meta.key);
            // Pods that name no priority have that of all.
            if class.is_default && class.meta.key.kind == Kind::PriorityClass {
                found.extend(of_no_priority(inventory));
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The reports that look at whether nodes differ, where that has changed.
pub(super) fn of_nodes(before: &Inventory, after: &Inventory) -> Vec<ReportOn> {
    if View::of(before).pools() == View::of(after).pools() {
        return Vec::new();
    }
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
    let workloads = kinds
        .flat_map(|kind| after.of_kind(*kind))
        .filter_map(|object| object.workload());
    workloads
        .filter(|workload| !workload.pod.chooses_nodes)
        .map(on)
        .collect()
}

fn of_no_priority(inventory: &Inventory) -> impl Iterator<Item = ReportOn> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
    let workloads = kinds
        .flat_map(|kind| inventory.of_kind(*kind))
        .filter_map(|object| object.workload());
    workloads
        .filter(|workload| workload.pod.priority_class.is_none())
        .map(on)
}

fn on(workload: &Workload) -> ReportOn {
    ReportOn::Workload(workload.key().clone())
}

/// The reports on the workloads whose pods name an object, and on the one for which it was made.
fn users(inventory: &Inventory, key: &Key) -> Vec<ReportOn> {
    let naming = inventory.anchored(Anchor::Needed(key.clone()));
    let naming = naming.filter_map(|object| object.workload());
    let made_for = View::of(inventory).stateful_sets(key);
    naming.chain(made_for).map(on).collect()
}

/// The reports on the workloads that need something, by themselves or by their claims.
fn through(inventory: &Inventory, anchor: Anchor) -> Vec<ReportOn> {
    let needing = inventory.anchored(anchor);
    let reports = needing.flat_map(|object| match &**object {
        Object::Workload(workload) => vec![on(workload)],
        Object::Claim(claim) => users(inventory, &claim.meta.key),
        _ => Vec::new(),
    });
    reports.collect()
}

/// A volume matters to the claim that names it; and one that is free, to all that wait for one of its class.
fn of_volume(inventory: &Inventory, volume: &PersistentVolume) -> Vec<ReportOn> {
    let mut found = through(inventory, Anchor::Needed(volume.meta.key.clone()));
    let class = View::of(inventory).class(&volume.class);
    if volume.phase == VolumePhase::Available && !class.is_some_and(|class| class.provisions) {
        let class = Key::new(Kind::StorageClass, "", volume.class.clone());
        found.extend(through(inventory, Anchor::Needed(class)));
    }
    found
}

/// Those on what the Ingresses of a class concern.
fn of_ingress_class(inventory: &Inventory, class: &Class) -> Vec<ReportOn> {
    let default = class.is_default.then(|| "".into());
    let names = [class.meta.key.name.clone()].into_iter().chain(default);
    let needing = names.flat_map(|name| {
        inventory.anchored(Anchor::Needed(Key::new(Kind::IngressClass, "", name)))
    });
    needing
        .flat_map(|ingress| super::routing::of_leading(View::of(inventory), ingress))
        .collect()
}

fn of_class(inventory: &Inventory, class: &StorageClass) -> Vec<ReportOn> {
    let mut found = through(inventory, Anchor::Needed(class.meta.key.clone()));
    if class.is_default {
        found.extend(through(inventory, Anchor::DefaultClass));
    }
    found
}
