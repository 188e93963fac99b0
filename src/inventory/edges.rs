//! Reverse edges: from what records refer to, whether it exists or not, to the records that refer to it.

mod routing;

mod needs;

use std::sync::{Arc, LazyLock};

use crate::model::{Grantee, Key, Kind, Labels, Object, Observed, Selector, Text, Workload};

pub(super) use needs::config_maps;
pub(super) use routing::asked_labels;

/// Something that records refer to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Anchor {
    /// A label of the pods of workloads in a namespace. Leads to workloads.
    PodLabel {
        namespace: Text,
        label: Text,
        value: Text,
    },
    /// Labels of which a selector fixes the values, and these values. Leads to what selects pods.
    Selector(Fixed),
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
    /// Something that pods need, or that their claims do: a ConfigMap, a claim, a volume, a class of storage. Leads to
    /// workloads, claims and volumes. A Secret leads to what makes it, among files; a class of Ingresses to these.
    Needed(Key),
    /// The StorageClass of those that name none. Leads to workloads and claims.
    DefaultClass,
    /// The labels that the nodes of a pool have in common. Leads to nodes.
    Pool(Text),
    /// The owner, by UID. Leads to what it owns.
    Owner { uid: Text },
    /// The Node that Pods are scheduled to which are judged themselves.
    Node { name: Text },
    /// A Service that is led to. Leads to Ingresses, routes and DestinationRules.
    Backend { namespace: Text, name: Text },
    /// All Services of a namespace; all of them where it is empty. Leads to DestinationRules.
    Hosts { namespace: Text },
    /// The Gateway that routes are attached to.
    Gateway { namespace: Text, name: Text },
    /// A label that Services ask of pods. Leads to Services.
    AskedLabel {
        namespace: Text,
        label: Text,
        value: Text,
    },
    /// What is said to deliver workloads, in whatever namespace. Leads to workloads.
    Delivered { kind: Kind, name: Text },
    /// What delivers workloads, by its name. Leads to it, in whatever namespace.
    Deliverer { kind: Kind, name: Text },
    /// The Service that gives the pods of StatefulSets their names. Leads to these.
    Governing { namespace: Text, name: Text },
    /// Amazon's cloud. Leads to its Nodes.
    OfAws,
    /// A host whose requests are asked for. Leads to Ingresses.
    Host(Text),
}

/// Labels, sorted, that selectors of one kind in one namespace fix, and the values of these labels. There may be none:
/// such a selector is broad. Few combinations of labels are in use, so that the selectors that may select a pod are found
/// by asking each combination for the pod's values.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fixed {
    pub(super) namespace: Text,
    pub(super) kind: Kind,
    pub(super) labels: Arc<[Text]>,
    pub(super) values: Arc<[Text]>,
}

/// An anchor and one record that refers to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Edge {
    pub(super) anchor: Anchor,
    pub(super) to: Key,
}

impl Edge {
    /// From everything that a record refers to.
    pub(super) fn all_of(object: &Object) -> impl Iterator<Item = Self> {
        anchors(object).into_iter().map(|anchor| Self {
            anchor,
            to: object.key().clone(),
        })
    }
}

/// The key that sorts before all others.
pub(super) fn first_key() -> Key {
    static FIRST: LazyLock<Key> = LazyLock::new(|| Key::new(Kind::ALL[0], "", ""));
    FIRST.clone()
}

/// Values of one label beyond which a selector is not looked up by them.
const MOST_VALUES: usize = 16;

/// Where a selector is found: under the labels that it fixes, once for each value of the one label that it leaves a choice of.
pub(super) fn fixed(key: &Key, selector: &Selector) -> impl Iterator<Item = Anchor> {
    let mut choices = selector.choices();
    let mut is_open = false;
    choices.retain(|(_, values)| match values.len() {
        1 => true,
        2..=MOST_VALUES => !std::mem::replace(&mut is_open, true),
        _ => false,
    });
    let labels: Arc<[Text]> = choices.iter().map(|(label, _)| (*label).clone()).collect();
    let variants = choices.iter().map(|(_, values)| values.len()).max();
    let (namespace, kind) = (key.namespace.clone(), key.kind);
    (0..variants.unwrap_or(1)).map(move |variant| {
        let value = |(_, values): &(_, &[Text])| values.get(variant).unwrap_or(&values[0]).clone();
        Anchor::Selector(Fixed {
            namespace: namespace.clone(),
            kind,
            labels: labels.clone(),
            values: choices.iter().map(value).collect(),
        })
    })
}

impl Fixed {
    /// The broadest selectors of a kind, which come before all others.
    pub(super) fn nothing(namespace: Text, kind: Kind) -> Self {
        Self {
            namespace,
            kind,
            labels: Arc::default(),
            values: Arc::default(),
        }
    }

    /// What comes after all selectors that fix the same labels.
    pub(super) fn after(self) -> Self {
        let longer = self.labels.iter().cloned().chain([Text::from("")]);
        Self {
            labels: longer.collect(),
            values: Arc::default(),
            ..self
        }
    }

    /// With the values that these labels have, where they have all.
    pub(super) fn valued(self, of: &Labels) -> Option<Self> {
        let values = self.labels.iter().map(|label| of.get(label).cloned());
        let values = values.collect::<Option<_>>()?;
        Some(Self { values, ..self })
    }
}

/// Everything that a record refers to.
fn anchors(object: &Object) -> Vec<Anchor> {
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
            anchors.extend(needs::of_workload(workload));
            let parts = workload.particulars.stateful();
            let governed = parts.filter(|parts| !parts.service_name.is_empty());
            anchors.extend(governed.map(|parts| Anchor::Governing {
                namespace: namespace.clone(),
                name: parts.service_name.clone(),
            }));
            if let Observed::Pod(status) = &workload.observed {
                let node = status.node.iter();
                anchors.extend(node.map(|name| Anchor::Node { name: name.clone() }));
            }
            anchors.extend(routing::of_delivery(workload));
        }
        Object::SecretSource(source) => anchors.extend(needs::of_secret_source(source)),
        Object::Claim(claim) => anchors.extend(needs::of_claim(claim)),
        Object::Volume(volume) => anchors.push(needs::class(&volume.class)),
        Object::Node(node) => {
            anchors.push(Anchor::Pool(node.pool()));
            anchors.extend(routing::of_node(node));
        }
        Object::PodAutoscaler(autoscaler) => {
            anchors.extend(autoscaler.target.kind.map(|kind| Anchor::ScaleTarget {
                namespace: namespace.clone(),
                kind,
                name: autoscaler.target.name.clone(),
            }))
        }
        Object::PodDisruptionBudget(_) | Object::NetworkPolicy(_) | Object::Service(_) => {
            let selector = selector_of(object).into_iter();
            anchors.extend(selector.flat_map(|selector| fixed(&meta.key, selector)));
            if let Object::Service(service) = object {
                anchors.extend(routing::of_service(service));
            }
        }
        Object::Ingress(ingress) => anchors.extend(routing::of_ingress(ingress)),
        Object::Route(route) => anchors.extend(routing::of_route(route)),
        Object::DestinationRule(rule) => anchors.extend(routing::of_rule(rule)),
        Object::Deliverer(meta) => anchors.push(Anchor::Deliverer {
            kind: meta.key.kind,
            name: meta.key.name.clone(),
        }),
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
            anchors.extend(anchors_of_grantees(&binding.grantees));
        }
        Object::SecurityConstraints(constraints) => {
            anchors.extend(anchors_of_grantees(&constraints.grantees));
        }
        Object::Owned(_)
        | Object::Namespace(_)
        | Object::ServiceAccount(_)
        | Object::LimitRange(_)
        | Object::ConfigMap(_)
        | Object::StorageClass(_)
        | Object::ResourceQuota(_)
        | Object::EndpointSlice(_)
        | Object::Gateway(_)
        | Object::Class(_)
        | Object::ReferenceGrant(_)
        | Object::BackendPolicy(_)
        | Object::ServiceMonitor(_)
        | Object::Bare(_)
        | Object::Role(_) => {}
    }
    anchors.extend(meta.controller.as_ref().map(|owner| Anchor::Owner {
        uid: owner.uid.clone(),
    }));
    anchors
}

/// The pods that an object selects, if it selects any.
pub(super) fn selector_of(object: &Object) -> Option<&Selector> {
    match object {
        Object::PodDisruptionBudget(budget) => budget.selector.as_ref(),
        Object::NetworkPolicy(policy) => Some(&policy.selector),
        Object::Service(service) => service.selector.as_ref(),
        _ => None,
    }
}

/// Whether an object selects pods of a workload of its namespace.
pub(super) fn selects(object: &Object, workload: &Workload) -> bool {
    match object {
        Object::Service(service) => service.selects(workload),
        _ => selector_of(object).is_some_and(|selector| selector.matches(&workload.pod.labels)),
    }
}

/// Those to whom something is granted, but for users who are no ServiceAccounts.
pub(super) fn anchors_of_grantees(grantees: &[Grantee]) -> impl Iterator<Item = Anchor> {
    grantees.iter().filter_map(|grantee| match grantee {
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
