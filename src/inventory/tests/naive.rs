//! What the inventory answers, worked out by looking at every object.

use std::collections::BTreeMap;

use crate::inventory::Inventory;
use crate::model::{Binding, Grantee, Key, Kind, Object, Role, Workload};

/// Every object, as they should be.
pub(super) type Objects = BTreeMap<Key, Object>;

/// The inventory of these objects, made at once.
pub(super) fn rebuilt(objects: &Objects) -> Inventory {
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        let of_kind = objects.values().filter(|object| object.key().kind == *kind);
        inventory.reset(*kind, of_kind.cloned());
    }
    inventory
}

/// The workloads that are judged themselves: no workload that is here controls them.
pub(super) fn top_level(objects: &Objects) -> impl Iterator<Item = &Workload> {
    let is_here = |uid: &str| objects.values().any(|object| *object.meta().uid == *uid);
    objects
        .values()
        .filter_map(Object::workload)
        .filter(move |workload| {
            let owner = workload.meta.controller.as_ref();
            !owner.is_some_and(|owner| {
                owner.kind.is_some_and(Kind::is_workload) && is_here(&owner.uid)
            })
        })
}

/// Whether an object selects, scales, or grants something to a workload.
pub(super) fn concerns(objects: &Objects, object: &Object, workload: &Workload) -> bool {
    let same_namespace = object.key().namespace == workload.key().namespace;
    let labels = &workload.pod.labels;
    match object {
        Object::PodDisruptionBudget(budget) => {
            same_namespace
                && budget
                    .selector
                    .as_ref()
                    .is_some_and(|selector| selector.matches(labels))
        }
        Object::NetworkPolicy(policy) => same_namespace && policy.selector.matches(labels),
        Object::Service(service) => {
            same_namespace
                && service
                    .selector
                    .as_ref()
                    .is_some_and(|selector| selector.matches(labels))
        }
        Object::PodAutoscaler(autoscaler) => {
            let target = &autoscaler.target;
            same_namespace
                && target.kind == Some(workload.kind())
                && target.name == workload.key().name
        }
        Object::Binding(binding) => grants_to(binding, workload),
        Object::Role(role) => {
            let bindings = objects.values().filter_map(|object| match object {
                Object::Binding(binding) => Some(binding),
                _ => None,
            });
            bindings
                .into_iter()
                .any(|binding| grants(binding, role) && grants_to(binding, workload))
        }
        _ => false,
    }
}

fn grants(binding: &Binding, role: &Role) -> bool {
    let key = &role.meta.key;
    binding.role_kind == key.kind
        && binding.role_name == key.name
        && (key.kind == Kind::ClusterRole || binding.meta.key.namespace == key.namespace)
}

fn grants_to(binding: &Binding, workload: &Workload) -> bool {
    let (namespace, account) = (&workload.key().namespace, &workload.pod.service_account);
    binding.grantees.iter().any(|grantee| match grantee {
        Grantee::ServiceAccount {
            namespace: there,
            name,
        } => there == namespace && name == account,
        Grantee::User(user) => **user == format!("system:serviceaccount:{namespace}:{account}"),
        Grantee::Group(group) => {
            ["system:serviceaccounts", "system:authenticated"].contains(&&**group)
                || **group == format!("system:serviceaccounts:{namespace}")
        }
    })
}
