//! Whose verdicts depend on what pods need: ConfigMaps, claims, volumes, classes of storage, and nodes.

use super::ReportOn;
use crate::inventory::edges::Anchor;
use crate::inventory::{Inventory, View};
use crate::model::{Key, Kind, Object, PersistentVolume, StorageClass, VolumePhase, Workload};

/// The reports that look at an object which pods need, where it differs from `counterpart` in what they look at.
pub(super) fn touched(
    inventory: &Inventory,
    object: &Object,
    counterpart: Option<&Object>,
) -> Vec<ReportOn> {
    match (object, counterpart) {
        (Object::ConfigMap(map), Some(Object::ConfigMap(twin))) if map.keys == twin.keys => {
            Vec::new()
        }
        (Object::ConfigMap(map), _) => users(inventory, &map.meta.key),
        (Object::Claim(claim), _) => users(inventory, &claim.meta.key),
        (Object::Volume(volume), _) => of_volume(inventory, volume),
        (Object::StorageClass(class), _) => of_class(inventory, class),
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

fn of_class(inventory: &Inventory, class: &StorageClass) -> Vec<ReportOn> {
    let mut found = through(inventory, Anchor::Needed(class.meta.key.clone()));
    if class.is_default {
        found.extend(through(inventory, Anchor::DefaultClass));
    }
    found
}
