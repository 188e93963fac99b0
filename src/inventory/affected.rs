//! Whose verdicts a change can touch.
//!
//! What is here is also what checks may look at; one that looks at more needs more here.
//!
//! | a check on | may look at |
//! | --- | --- |
//! | a workload | what concerns it, its ServiceAccount, and LimitRanges where a container lacks a request or a limit |
//! | a HorizontalPodAutoscaler | whether its target is there, the target, and LimitRanges as the target may |
//! | a PodDisruptionBudget | of the workloads it selects: replicas, labels, owner, end, and their HorizontalPodAutoscalers |
//! | a binding | its role |
//! | a role | nothing else |

use std::collections::BTreeSet;

use super::{Change, Inventory, View};
use crate::inventory::edges::Anchor;
use crate::model::{ContainerRole, Kind, Object, Resource, Text, Workload};

/// What one report is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportOn {
    /// A workload that is judged itself.
    Workload(crate::model::Key),
    /// The objects of a namespace that concern no workload.
    Namespace(Text),
}

impl ReportOn {
    /// The namespace that the report is in.
    pub fn namespace(&self) -> &Text {
        match self {
            Self::Workload(key) => &key.namespace,
            Self::Namespace(namespace) => namespace,
        }
    }
}

/// The reports whose content can depend on a change: those that depended on the record before it, or depend on the one
/// after it. `before` and `after` are the inventory around the change (or around a batch of changes).
pub fn affected(before: &Inventory, after: &Inventory, change: &Change) -> BTreeSet<ReportOn> {
    let mut found = BTreeSet::new();
    let sides = [
        (before, &change.before, &change.after),
        (after, &change.after, &change.before),
    ];
    for (inventory, object, counterpart) in sides {
        if let Some(object) = object {
            touched(inventory, object, counterpart.as_deref(), &mut found);
        }
    }
    found
}

/// The reports that depend on `object` in this inventory, leaving out those for which it is the same as `counterpart`.
fn touched(
    inventory: &Inventory,
    object: &Object,
    counterpart: Option<&Object>,
    found: &mut BTreeSet<ReportOn>,
) {
    let view = View::of(inventory);
    let namespace = &object.key().namespace;
    match object {
        Object::Workload(workload) => {
            found.insert(ReportOn::Workload(workload.key().clone()));
            let twin = counterpart.and_then(Object::workload);
            if twin.is_none_or(|twin| relates_otherwise(workload, twin)) {
                found.extend(around(view, workload));
            } else if twin.is_some_and(|twin| counts_otherwise(workload, twin)) {
                found.extend(disrupted_together(view, workload));
            }
        }
        Object::PodAutoscaler(_) => {
            found.insert(ReportOn::Namespace(namespace.clone()));
            for workload in view.concerned(object) {
                found.insert(ReportOn::Workload(workload.key().clone()));
                found.extend(disrupted_together(view, workload));
            }
        }
        Object::PodDisruptionBudget(_) | Object::NetworkPolicy(_) | Object::Service(_) => {
            found.insert(ReportOn::Namespace(namespace.clone()));
            found.extend(reports(view.concerned(object)));
        }
        Object::Binding(_) => {
            found.extend(namespace_of(object));
            found.extend(reports(view.concerned(object)));
        }
        Object::Role(role) => {
            found.extend(namespace_of(object));
            found.extend(view.granting(role).into_iter().filter_map(namespace_of));
            found.extend(reports(view.concerned(object)));
        }
        Object::ServiceAccount(account) => {
            let name = account.meta.key.name.clone();
            let users = inventory.anchored(Anchor::ServiceAccount {
                namespace: namespace.clone(),
                name,
            });
            found.extend(users.map(|object| ReportOn::Workload(object.key().clone())));
        }
        Object::LimitRange(_) => {
            let lacking =
                workloads_in(inventory, namespace).filter(|workload| lacks_resources(workload));
            found.extend(lacking.map(|workload| ReportOn::Workload(workload.key().clone())));
        }
        Object::Namespace(meta) => {
            if counterpart.is_none_or(|twin| {
                twin.meta().labels != meta.labels || twin.meta().deleting != meta.deleting
            }) {
                found.insert(ReportOn::Namespace(meta.key.name.clone()));
                found.extend(reports(workloads_in(inventory, &meta.key.name)));
            }
        }
        Object::Owned(stub) => {
            // What is not judged may still be there to be scaled.
            let key = stub.meta.key.clone();
            let mut autoscalers = inventory.anchored(Anchor::ScaleTarget {
                namespace: key.namespace,
                kind: key.kind,
                name: key.name,
            });
            if counterpart.is_none() && autoscalers.next().is_some() {
                found.insert(ReportOn::Namespace(namespace.clone()));
            }
        }
    }
    // What it owns is judged in its place once it is gone, and no more once it is there.
    if counterpart.is_none_or(|twin| twin.meta().uid != object.meta().uid)
        && !object.meta().uid.is_empty()
        && object.key().kind.is_workload()
    {
        let owned = inventory.anchored(Anchor::Owner {
            uid: object.meta().uid.clone(),
        });
        for workload in owned.filter_map(|object| object.workload()) {
            found.insert(ReportOn::Workload(workload.key().clone()));
            found.extend(around(view, workload));
        }
    }
}

/// Whether two records of a workload differ in what concerns it, or in whether it counts as one.
fn relates_otherwise(workload: &Workload, twin: &Workload) -> bool {
    workload.pod.labels != twin.pod.labels
        || workload.pod.service_account != twin.pod.service_account
        || workload.meta.controller != twin.meta.controller
}

/// Whether two records of a workload differ in how many pods a budget counts of it.
fn counts_otherwise(workload: &Workload, twin: &Workload) -> bool {
    workload.replicas != twin.replicas || workload.finished != twin.finished
}

/// The other reports that depend on whether a workload is there: those on workloads that share a PodDisruptionBudget with
/// it, and those on the namespaces of objects that may concern no other.
fn around(view: View<'_>, workload: &Workload) -> Vec<ReportOn> {
    let mut found = disrupted_together(view, workload);
    found.push(ReportOn::Namespace(workload.key().namespace.clone()));
    // A RoleBinding may grant something to the ServiceAccount of another namespace.
    found.extend(view.bindings(workload).into_iter().filter_map(namespace_of));
    found
}

/// The report on the namespace that an object is in, if it is in one.
fn namespace_of(object: &Object) -> Option<ReportOn> {
    let namespace = &object.key().namespace;
    (!namespace.is_empty()).then(|| ReportOn::Namespace(namespace.clone()))
}

/// The workloads that share a PodDisruptionBudget with this one: how many pods it may spare depends on all of them.
fn disrupted_together(view: View<'_>, workload: &Workload) -> Vec<ReportOn> {
    let budgets = view.selecting(workload, Kind::PodDisruptionBudget);
    budgets
        .into_iter()
        .flat_map(|budget| reports(view.concerned(budget)))
        .collect()
}

fn reports<'a>(
    workloads: impl IntoIterator<Item = &'a Workload>,
) -> impl Iterator<Item = ReportOn> {
    workloads
        .into_iter()
        .map(|workload| ReportOn::Workload(workload.key().clone()))
}

fn workloads_in<'a>(
    inventory: &'a Inventory,
    namespace: &Text,
) -> impl Iterator<Item = &'a Workload> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
    let namespace = namespace.clone();
    kinds
        .flat_map(move |kind| inventory.in_namespace(*kind, &namespace))
        .filter_map(|object| object.workload())
}

/// Whether a LimitRange would fill something in.
fn lacks_resources(workload: &Workload) -> bool {
    let containers = workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role != ContainerRole::Ephemeral);
    containers.into_iter().any(|container| {
        [Resource::Cpu, Resource::Memory]
            .into_iter()
            .any(|resource| {
                container.resources.limit(resource).is_none()
                    || container.resources.requests[resource as usize].is_none()
            })
    })
}
