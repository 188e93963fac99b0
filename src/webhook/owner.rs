//! Pods follow their controllers, and cannot pretend to.

use crate::inventory::Inventory;
use crate::live::Snapshot;
use crate::model::{Kind, Object, Owner, Workload};

/// What an owner reference is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Descent {
    /// The object is judged itself: it has no owner, or the one who writes it is not the one who makes such objects.
    OnItsOwn,
    /// The owner is known and judged in the object's place.
    Judged,
    /// The writer is the owner's controller, but the owner is not known (yet).
    OwnerUnknown,
}

/// What the owner reference of an object is worth that `username` writes.
pub(super) fn descent(snapshot: &Snapshot, workload: &Workload, username: &str) -> Descent {
    let Some(owner) = &workload.meta.controller else {
        return Descent::OnItsOwn;
    };
    if !makes(snapshot, owner, username) {
        return Descent::OnItsOwn;
    }
    if is_judged(&snapshot.inventory, owner) {
        Descent::Judged
    } else {
        Descent::OwnerUnknown
    }
}

/// Whether this is the controller that makes what such owners own.
fn makes(snapshot: &Snapshot, owner: &Owner, username: &str) -> bool {
    let Some(kind) = owner.kind else { return false };
    // Without --use-service-account-credentials, the controller manager acts under one name.
    if username == "system:kube-controller-manager" {
        return controller_of(kind).is_some();
    }
    let account = username.strip_prefix("system:serviceaccount:kube-system:");
    (account.is_some() && account == controller_of(kind))
        || snapshot
            .policies
            .iter()
            .any(|policy| policy.controllers.iter().any(|name| **name == *username))
}

/// The ServiceAccount of the controller manager's controller for a kind.
const fn controller_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Deployment => Some("deployment-controller"),
        Kind::ReplicaSet => Some("replicaset-controller"),
        Kind::ReplicationController => Some("replication-controller"),
        Kind::StatefulSet => Some("statefulset-controller"),
        Kind::DaemonSet => Some("daemon-set-controller"),
        Kind::CronJob => Some("cronjob-controller"),
        Kind::Job => Some("job-controller"),
        _ => None,
    }
}

/// Whether the owner is here, by its UID, and so is everything above it up to a workload that is judged.
fn is_judged(inventory: &Inventory, owner: &Owner) -> bool {
    let mut uid = owner.uid.clone();
    // A Pod's owners are two deep; a cycle of references would never end.
    for _ in 0..8 {
        let Some(object) = inventory.by_uid(&uid) else {
            return false;
        };
        if inventory.is_top_level(object) {
            return true;
        }
        match object.as_ref() {
            Object::Owned(stub) if stub.meta.key.kind.is_workload() => {
                match &stub.meta.controller {
                    Some(above) => uid = above.uid.clone(),
                    None => return false,
                }
            }
            Object::Workload(workload) => match &workload.meta.controller {
                Some(above) => uid = above.uid.clone(),
                None => return false,
            },
            _ => return false,
        }
    }
    false
}
