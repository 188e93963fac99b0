//! What can be asked of an inventory, with one workload as it would be after a write.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::edges::{self, Anchor};
use super::{Extent, Inventory, Source};
use crate::model::{
    Binding, Key, Kind, LimitRange, Object, PodAutoscaler, Role, Selector, ServiceAccount, Text,
    Workload,
};

/// An inventory in which one workload may be replaced: the one that an admission request is about. Replacing it costs
/// nothing, and nothing is written.
#[derive(Clone, Copy)]
pub struct View<'a> {
    inventory: &'a Inventory,
    replaced: Option<&'a Workload>,
}

/// The groups that every ServiceAccount is in, but for the one of its namespace.
const EVERY_ACCOUNT: [&str; 2] = ["system:authenticated", "system:serviceaccounts"];

impl<'a> View<'a> {
    /// The inventory as it is.
    pub fn of(inventory: &'a Inventory) -> Self {
        Self {
            inventory,
            replaced: None,
        }
    }

    /// The inventory with this workload in place of the one of its name, if any.
    pub fn with(inventory: &'a Inventory, workload: &'a Workload) -> Self {
        Self {
            inventory,
            replaced: Some(workload),
        }
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

    /// The objects of a kind that select pods of this workload: PodDisruptionBudgets, NetworkPolicies, Services.
    pub fn selecting(self, workload: &Workload, kind: Kind) -> Vec<&'a Object> {
        let namespace = &workload.meta.key.namespace;
        let narrow = workload
            .pod
            .labels
            .iter()
            .map(|(label, value)| Anchor::Selector {
                namespace: namespace.clone(),
                label: label.clone(),
                value: value.clone(),
            });
        let anchors = narrow.chain([Anchor::BroadSelector {
            namespace: namespace.clone(),
        }]);
        let found = anchors
            .flat_map(|anchor| self.inventory.anchored(anchor))
            .filter(|object| {
                object.key().kind == kind
                    && selector_of(object)
                        .is_some_and(|selector| selector.matches(&workload.pod.labels))
            });
        sorted(found)
    }

    /// The workloads of a namespace whose pods a selector selects, by kind and name.
    pub fn selected(self, namespace: &Text, selector: &Selector) -> Vec<&'a Workload> {
        let matches = |workload: &Workload| {
            workload.meta.key.namespace == *namespace && selector.matches(&workload.pod.labels)
        };
        match edges::selector(namespace, selector) {
            Anchor::Selector {
                namespace,
                label,
                value,
            } => self.workloads(
                self.inventory.anchored(Anchor::PodLabel {
                    namespace,
                    label,
                    value,
                }),
                matches,
            ),
            _ => {
                let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
                self.workloads(
                    kinds.flat_map(|kind| self.inventory.in_namespace(*kind, namespace)),
                    matches,
                )
            }
        }
    }

    /// The HorizontalPodAutoscalers that scale this workload.
    pub fn autoscalers(self, workload: &Workload) -> Vec<&'a PodAutoscaler> {
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
            Object::PodAutoscaler(autoscaler) => Some(autoscaler),
            _ => None,
        });
        found.collect()
    }

    /// The workload that a HorizontalPodAutoscaler scales, where it exists.
    pub fn scaled(self, autoscaler: &PodAutoscaler) -> Option<&'a Workload> {
        let kind = autoscaler.target.kind.filter(|kind| kind.is_workload())?;
        let namespace = autoscaler.meta.key.namespace.clone();
        self.workload(&Key::new(kind, namespace, autoscaler.target.name.clone()))
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

    /// The LimitRanges of a namespace, by name.
    pub fn limit_ranges(self, namespace: &Text) -> impl Iterator<Item = &'a LimitRange> {
        self.inventory
            .in_namespace(Kind::LimitRange, namespace)
            .filter_map(|object| match &**object {
                Object::LimitRange(range) => Some(range),
                _ => None,
            })
    }

    /// The bindings that grant a role to a workload's ServiceAccount, by itself or by a group that it is in.
    pub fn bindings(self, workload: &Workload) -> Vec<&'a Object> {
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

    /// The bindings that grant a role.
    pub fn granting(self, role: &Role) -> Vec<&'a Object> {
        sorted(self.inventory.anchored(Anchor::Role(role.meta.key.clone())))
    }

    /// The workloads whose ServiceAccounts a binding grants its role to.
    pub fn granted(self, binding: &Binding) -> Vec<&'a Workload> {
        let mut found = BTreeMap::new();
        for anchor in edges::anchors_of_grantees(binding) {
            let workloads = match anchor {
                Anchor::GrantedAccount { namespace, name } => {
                    let matches = |workload: &Workload| {
                        workload.meta.key.namespace == namespace
                            && workload.pod.service_account == name
                    };
                    let anchor = Anchor::ServiceAccount {
                        namespace: namespace.clone(),
                        name: name.clone(),
                    };
                    self.workloads(self.inventory.anchored(anchor), matches)
                }
                Anchor::GrantedGroup { group } => self.in_group(&group),
                _ => Vec::new(),
            };
            found.extend(
                workloads
                    .into_iter()
                    .map(|workload| (workload.key(), workload)),
            );
        }
        found.into_values().collect()
    }

    fn in_group(self, group: &str) -> Vec<&'a Workload> {
        let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
        if EVERY_ACCOUNT.contains(&group) {
            self.workloads(kinds.flat_map(|kind| self.inventory.of_kind(*kind)), |_| {
                true
            })
        } else if let Some(namespace) = group
            .strip_prefix("system:serviceaccounts:")
            .map(Text::from)
        {
            let stored = kinds.flat_map(|kind| self.inventory.in_namespace(*kind, &namespace));
            self.workloads(stored, |workload| workload.meta.key.namespace == namespace)
        } else {
            Vec::new()
        }
    }

    /// The objects of a kind that concern a workload: that select it, scale it, or grant its ServiceAccount something.
    pub fn concerning(self, workload: &Workload, kind: Kind) -> Vec<&'a Object> {
        match kind {
            Kind::PodDisruptionBudget | Kind::NetworkPolicy | Kind::Service => {
                self.selecting(workload, kind)
            }
            Kind::HorizontalPodAutoscaler => {
                let keys = self.autoscalers(workload);
                keys.into_iter()
                    .filter_map(|autoscaler| self.get(&autoscaler.meta.key))
                    .collect()
            }
            Kind::RoleBinding | Kind::ClusterRoleBinding => self
                .bindings(workload)
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

    /// The workloads that an object concerns: the inverse of [`concerning`](Self::concerning).
    pub fn concerned(self, object: &Object) -> Vec<&'a Workload> {
        match object {
            Object::PodDisruptionBudget(_) | Object::NetworkPolicy(_) | Object::Service(_) => {
                selector_of(object).map_or_else(Vec::new, |selector| {
                    self.selected(&object.key().namespace, selector)
                })
            }
            Object::PodAutoscaler(autoscaler) => self.scaled(autoscaler).into_iter().collect(),
            Object::Binding(binding) => self.granted(binding),
            Object::Role(role) => {
                let mut found = BTreeMap::new();
                for object in self.granting(role) {
                    if let Object::Binding(binding) = object {
                        found.extend(
                            self.granted(binding)
                                .into_iter()
                                .map(|workload| (workload.key(), workload)),
                        );
                    }
                }
                found.into_values().collect()
            }
            _ => Vec::new(),
        }
    }

    /// The stored workloads that are judged themselves and match, with the replaced one in its place.
    fn workloads(
        self,
        stored: impl Iterator<Item = &'a Arc<Object>>,
        matches: impl Fn(&Workload) -> bool,
    ) -> Vec<&'a Workload> {
        let stored = stored
            .filter(|object| self.inventory.is_top_level(object))
            .filter_map(|object| object.workload());
        let stored = stored.filter(|stored| {
            self.replaced
                .is_none_or(|replaced| replaced.key() != stored.key())
        });
        let mut found: Vec<_> = stored
            .chain(self.replaced)
            .filter(|workload| matches(workload))
            .collect();
        found.sort_by_key(|workload| workload.key());
        found
    }
}

fn selector_of(object: &Object) -> Option<&Selector> {
    match object {
        Object::PodDisruptionBudget(budget) => budget.selector.as_ref(),
        Object::NetworkPolicy(policy) => Some(&policy.selector),
        Object::Service(service) => service.selector.as_ref(),
        _ => None,
    }
}

/// Each once, by key.
fn sorted<'a>(found: impl Iterator<Item = &'a Arc<Object>>) -> Vec<&'a Object> {
    let found: BTreeMap<_, _> = found.map(|object| (object.key(), &**object)).collect();
    found.into_values().collect()
}
