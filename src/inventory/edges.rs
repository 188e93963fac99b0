//! Reverse edges: from what records refer to, whether it exists or not, to the records that refer to it.

use std::sync::LazyLock;

use crate::model::{Binding, Grantee, Key, Kind, Object, Selector, Text};

/// Something that records refer to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Anchor {
    /// A label of the pods of workloads in a namespace. Leads to workloads.
    PodLabel {
        namespace: Text,
        label: Text,
        value: Text,
    },
    /// A label that a selector asks for. Leads to what selects pods.
    Selector {
        namespace: Text,
        label: Text,
        value: Text,
    },
    /// Selectors of a namespace that ask for no particular label and value.
    BroadSelector { namespace: Text },
    /// The target of HorizontalPodAutoscalers.
    ScaleTarget {
        namespace: Text,
        kind: Kind,
        name: Text,
    },
    /// The ServiceAccount of workloads.
    ServiceAccount { namespace: Text, name: Text },
    /// A ServiceAccount that roles are granted to. Leads to bindings.
    GrantedAccount { namespace: Text, name: Text },
    /// A group that roles are granted to. Leads to bindings.
    GrantedGroup { group: Text },
    /// The role that bindings grant.
    Role(Key),
    /// The owner, by UID. Leads to what it owns.
    Owner { uid: Text },
}

/// An anchor and one record that refers to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Edge {
    pub(super) anchor: Anchor,
    pub(super) to: Key,
}

/// The key that sorts before all others.
pub(super) fn first_key() -> Key {
    static FIRST: LazyLock<Key> = LazyLock::new(|| Key::new(Kind::ALL[0], "", ""));
    FIRST.clone()
}

/// The anchor under which a selector is found: one label that everything selected has.
pub(super) fn selector(namespace: &Text, selector: &Selector) -> Anchor {
    let namespace = namespace.clone();
    match selector.equality() {
        Some((label, value)) => Anchor::Selector {
            namespace,
            label: label.clone(),
            value: value.clone(),
        },
        None => Anchor::BroadSelector { namespace },
    }
}

/// Everything that a record refers to.
pub(super) fn anchors(object: &Object) -> Vec<Anchor> {
    let meta = object.meta();
    let namespace = &meta.key.namespace;
    let mut anchors = Vec::new();
    match object {
        Object::Workload(workload) => {
            anchors.extend(
                workload
                    .pod
                    .labels
                    .iter()
                    .map(|(label, value)| Anchor::PodLabel {
                        namespace: namespace.clone(),
                        label: label.clone(),
                        value: value.clone(),
                    }),
            );
            let name = workload.pod.service_account.clone();
            anchors.push(Anchor::ServiceAccount {
                namespace: namespace.clone(),
                name,
            });
        }
        Object::PodAutoscaler(autoscaler) => {
            anchors.extend(autoscaler.target.kind.map(|kind| Anchor::ScaleTarget {
                namespace: namespace.clone(),
                kind,
                name: autoscaler.target.name.clone(),
            }))
        }
        Object::PodDisruptionBudget(budget) => {
            anchors.extend(
                budget
                    .selector
                    .as_ref()
                    .map(|selects| selector(namespace, selects)),
            );
        }
        Object::NetworkPolicy(policy) => anchors.push(selector(namespace, &policy.selector)),
        Object::Service(service) => {
            anchors.extend(
                service
                    .selector
                    .as_ref()
                    .map(|selects| selector(namespace, selects)),
            );
        }
        Object::Binding(binding) => {
            let role_namespace = if binding.role_kind == Kind::Role {
                namespace.clone()
            } else {
                Text::from("")
            };
            anchors.push(Anchor::Role(Key::new(
                binding.role_kind,
                role_namespace,
                binding.role_name.clone(),
            )));
            anchors.extend(anchors_of_grantees(binding));
        }
        Object::Owned(_)
        | Object::Namespace(_)
        | Object::ServiceAccount(_)
        | Object::LimitRange(_)
        | Object::Role(_) => {}
    }
    anchors.extend(meta.controller.as_ref().map(|owner| Anchor::Owner {
        uid: owner.uid.clone(),
    }));
    anchors
}

/// Those to whom a binding grants its role, but for users who are no ServiceAccounts.
pub(super) fn anchors_of_grantees(binding: &Binding) -> impl Iterator<Item = Anchor> {
    binding.grantees.iter().filter_map(|grantee| match grantee {
        Grantee::ServiceAccount { namespace, name } => Some(Anchor::GrantedAccount {
            namespace: namespace.clone(),
            name: name.clone(),
        }),
        Grantee::Group(group) => Some(Anchor::GrantedGroup {
            group: group.clone(),
        }),
        Grantee::User(user) => service_account_user(user),
    })
}

/// A ServiceAccount under its user name, `system:serviceaccount:<namespace>:<name>`.
fn service_account_user(user: &str) -> Option<Anchor> {
    let (namespace, name) = user
        .strip_prefix("system:serviceaccount:")?
        .split_once(':')?;
    Some(Anchor::GrantedAccount {
        namespace: namespace.into(),
        name: name.into(),
    })
}
