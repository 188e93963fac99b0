//! What can be asked of an inventory, with one workload as it would be after a write.

mod concerned;
mod meeting;
mod needs;
mod routing;
mod running;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::edges::{self, Anchor, Fixed};
use super::{Extent, Inventory, Source};
use crate::model::{
    Binding, Key, Kind, KindSet, LimitRange, Object, PodAutoscaler, PodMaker, Role, Selector,
    ServiceAccount, Text, Workload,
};

pub use meeting::PeerNamespaces;
pub use needs::Pools;
pub use running::Replica;

/// An inventory in which one workload may be replaced: the one that an admission request is about. Replacing it costs
/// nothing, and nothing is written.
#[derive(Clone, Copy)]
pub struct View<'a> {
    inventory: &'a Inventory,
    replaced: Option<&'a Workload>,
    now: Option<Timestamp>,
}

/// The groups that every ServiceAccount is in, but for the one of its namespace.
const EVERY_ACCOUNT: [&str; 2] = ["system:authenticated", "system:serviceaccounts"];

/// The kinds that grant something.
const GRANTING: [Kind; 3] = [
    Kind::RoleBinding,
    Kind::ClusterRoleBinding,
    Kind::SecurityContextConstraints,
];

impl<'a> View<'a> {
    /// The inventory as it is.
    pub fn of(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            replaced: None,
            now: None,
        }
    }

    /// The inventory with this workload in place of the one of its name, if any.
    pub fn with(inventory: &'a Inventory, workload: &'a Workload) -> Self {
        Self {
            inventory,
            replaced: Some(workload),
            now: None,
        }
    }

    /// The same at a moment. Without one, nothing can be said of what runs: files have no moment.
    pub fn at(self, now: Timestamp) -> Self {
        Self {
            now: Some(now),
            ..self
        }
    }

    /// The moment that it is of.
    pub fn now(self) -> Option<Timestamp> {
        self.now
    }

    /// What absence means.
    pub fn extent(self) -> Extent {
        self.inventory.extent()
    }

    /// Whether the records of a kind are all here.
    pub fn source(self, kind: Kind) -> &'a Source {
        self.inventory.source(kind)
    }

    /// The record of an object.
    pub fn get(self, key: &Key) -> Option<&'a Object> {
        self.inventory.get(key).map(|object| &**object)
    }

    /// The records of a kind in a namespace, by name.
    pub fn in_namespace(
        self,
        kind: Kind,
        namespace: &Text,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let objects = self.inventory.in_namespace(kind, namespace);
        objects.map(|object| &**object)
    }

    /// The record of a workload that is judged itself.
    pub fn workload(self, key: &Key) -> Option<&'a Workload> {
        if let Some(replaced) = self.replaced.filter(|replaced| replaced.key() == key) {
            return Some(replaced);
        }
        let object = self
            .inventory
            .get(key)
            .filter(|object| self.inventory.is_top_level(object))?;
        object.workload()
    }

    /// The workloads of a namespace that are judged themselves, by kind and name.
    pub fn workloads_in(self, namespace: &Text) -> Vec<&'a Workload> {
        let kinds = KindSet::WORKLOADS.iter();
        let objects = kinds.flat_map(|kind| self.inventory.in_namespace(kind, namespace));
        let top_level = objects.filter(|object| self.inventory.is_top_level(object));
        let mut workloads: BTreeMap<&Key, &Workload> = top_level
            .filter_map(|object| object.workload())
            .map(|workload| (workload.key(), workload))
            .collect();
        let replaced = self
            .replaced
            .filter(|replaced| replaced.key().namespace == *namespace);
        workloads.extend(replaced.map(|replaced| (replaced.key(), replaced)));
        workloads.into_values().collect()
    }

    /// The objects of a kind that select pods of this workload: PodDisruptionBudgets, NetworkPolicies, Services.
    pub fn selecting(self, workload: &Workload, kind: Kind) -> Vec<&'a Object> {
        let is_met = |object: &&Arc<Object>| edges::selects(object, workload);
        let candidates = self.candidates(workload, kind).into_iter();
        sorted(candidates.filter(is_met))
    }

    /// The objects of a kind of which this workload's pods have the labels that they fix.
    pub(super) fn candidates(self, workload: &Workload, kind: Kind) -> Vec<&'a Arc<Object>> {
        let mut found = Vec::new();
        if !self.inventory.has(kind) {
            return found;
        }
        let mut combination = Some(Fixed::nothing(workload.meta.key.namespace.clone(), kind));
        while let Some(from) = combination {
            let fixed = self.inventory.fixed_from(from);
            let valued = fixed.and_then(|fixed| fixed.clone().valued(&workload.pod.labels));
            if let Some(valued) = valued {
                found.extend(self.inventory.anchored(Anchor::Selector(valued)));
            }
            combination = fixed.cloned().map(Fixed::after);
        }
        found
    }

    /// The HorizontalPodAutoscalers that scale this workload.
    pub fn autoscalers(self, workload: &Workload) -> Vec<&'a PodAutoscaler> {
        if !self.inventory.has(Kind::HorizontalPodAutoscaler) {
            return Vec::new();
        }
        let Key {
            kind,
            namespace,
            name,
        } = workload.key().clone();
        let found = self.inventory.anchored(Anchor::ScaleTarget {
            namespace,
            kind,
            name,
        });
        let found = found.filter_map(|object| match &**object {
            Object::PodAutoscaler(autoscaler) => Some(&**autoscaler),
            _ => None,
        });
        found.collect()
    }

    /// The ServiceAccount of a workload, where it exists.
    pub fn account(self, workload: &Workload) -> Option<&'a ServiceAccount> {
        let namespace = workload.meta.key.namespace.clone();
        let key = Key::new(
            Kind::ServiceAccount,
            namespace,
            workload.pod.service_account.clone(),
        );
        match self.get(&key)? {
            Object::ServiceAccount(account) => Some(account),
            _ => None,
        }
    }

    /// A custom resource among the files of which nothing is known but that it may make pods that a selector is meant for.
    pub fn maker(self, namespace: &Text, selector: &Selector) -> Option<&'a PodMaker> {
        let makers = self.inventory.makers.iter().map(|maker| &**maker);
        let mut of_it = makers.filter(|maker| maker.namespace == *namespace);
        of_it.find(|maker| maker.may_be_meant_by(selector))
    }

    /// The HorizontalPodAutoscaler that scales a custom resource of which these are the pods, the lowest where there are several.
    pub fn autoscaler_of_pods(self, pods: &Workload) -> Option<&'a PodAutoscaler> {
        let Key {
            namespace, name, ..
        } = pods.key();
        let all = self.in_namespace(Kind::HorizontalPodAutoscaler, namespace);
        let of_it = all.filter_map(|object| match object {
            Object::PodAutoscaler(autoscaler) => {
                let target = &autoscaler.target;
                let of = PodMaker::name_of_pods(&target.kind_name, &target.name);
                (of == **name).then_some(&**autoscaler)
            }
            _ => None,
        });
        of_it.min_by_key(|autoscaler| autoscaler.min_replicas)
    }

    /// The LimitRanges of a namespace, by name.
    pub fn limit_ranges(self, namespace: &Text) -> impl Iterator<Item = &'a LimitRange> {
        self.inventory
            .in_namespace(Kind::LimitRange, namespace)
            .filter_map(|object| match &**object {
                Object::LimitRange(range) => Some(&**range),
                _ => None,
            })
    }

    /// The bindings that grant a role to a workload's ServiceAccount, by itself or by a group that it is in.
    pub fn bindings(self, workload: &Workload) -> Vec<&'a Object> {
        let granting = self.granting_to(workload).into_iter();
        granting
            .filter(|object| matches!(object, Object::Binding(_)))
            .collect()
    }

    /// What grants something to a workload's ServiceAccount, by itself or by a group that it is in.
    fn granting_to(self, workload: &Workload) -> Vec<&'a Object> {
        if !GRANTING.into_iter().any(|kind| self.inventory.has(kind)) {
            return Vec::new();
        }
        let namespace = &workload.meta.key.namespace;
        let account = Anchor::GrantedAccount {
            namespace: namespace.clone(),
            name: workload.pod.service_account.clone(),
        };
        let own_group = format!("system:serviceaccounts:{namespace}");
        let groups = EVERY_ACCOUNT.into_iter().chain([own_group.as_str()]);
        let groups = groups.map(|group| Anchor::GrantedGroup {
            group: group.into(),
        });
        let found = groups
            .chain([account])
            .flat_map(|anchor| self.inventory.anchored(anchor));
        // A RoleBinding grants in its own namespace only, wherever the ServiceAccount is; it still concerns it.
        sorted(found)
    }

    /// The role that a binding grants, where it exists.
    pub fn role(self, binding: &Binding) -> Option<&'a Role> {
        let namespace = match binding.role_kind {
            Kind::Role => binding.meta.key.namespace.clone(),
            _ => Text::from(""),
        };
        match self.get(&Key::new(
            binding.role_kind,
            namespace,
            binding.role_name.clone(),
        ))? {
            Object::Role(role) => Some(role),
            _ => None,
        }
    }

    /// The objects of a kind that concern a workload: that select it, scale it, or grant its ServiceAccount something.
    pub fn concerning(self, workload: &Workload, kind: Kind) -> Vec<&'a Object> {
        match kind {
            Kind::PodDisruptionBudget | Kind::NetworkPolicy => self.selecting(workload, kind),
            Kind::Service => self.services(workload),
            Kind::ConfigMap => {
                let keys: BTreeSet<_> = edges::config_maps(workload).collect();
                keys.iter().filter_map(|key| self.get(key)).collect()
            }
            kind if routing::is_leading(kind) => self.leading_to_pods(workload, kind),
            Kind::HorizontalPodAutoscaler => {
                let keys = self.autoscalers(workload);
                keys.into_iter()
                    .filter_map(|autoscaler| self.get(&autoscaler.meta.key))
                    .collect()
            }
            Kind::RoleBinding | Kind::ClusterRoleBinding | Kind::SecurityContextConstraints => self
                .granting_to(workload)
                .into_iter()
                .filter(|binding| binding.key().kind == kind)
                .collect(),
            Kind::Role | Kind::ClusterRole => {
                let bindings = self.bindings(workload);
                let roles = bindings.iter().filter_map(|object| match object {
                    Object::Binding(binding) if binding.role_kind == kind => self.role(binding),
                    _ => None,
                });
                let roles: BTreeMap<_, _> = roles.map(|role| (&role.meta.key, ())).collect();
                roles.into_keys().filter_map(|key| self.get(key)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Each once, by key.
fn sorted<'a>(found: impl Iterator<Item = &'a Arc<Object>>) -> Vec<&'a Object> {
    let found: BTreeMap<_, _> = found.map(|object| (object.key(), &**object)).collect();
    found.into_values().collect()
}
