//! What meets without naming each other: pods and the NetworkPolicies that let them through, Services and what watches them,
//! Ingresses that ask for the same host.

use std::collections::BTreeSet;

use super::{View, sorted};
use crate::inventory::Extent;
use crate::inventory::edges::{self, Anchor};
use crate::model::{
    BackendPolicy, Class, Ingress, Key, Kind, KindSet, Labels, MonitoredIn, Object, Peer,
    ReferenceGrant, Requirement, Selector, Service, ServiceMonitor, Text, Workload,
};

/// The label by which the API server tells each namespace's name.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// The namespaces that a peer of a NetworkPolicy is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerNamespaces {
    /// Those that are known to be.
    pub names: Vec<Text>,
    /// Whether there may be more, whose labels are not here.
    pub may_be_more: bool,
}

impl<'a> View<'a> {
    /// The namespaces whose pods a peer of a policy in `own` may be.
    pub fn namespaces_of(self, own: &Text, peer: &Peer) -> PeerNamespaces {
        let Some(selector) = &peer.namespaces else {
            return PeerNamespaces {
                names: vec![own.clone()],
                may_be_more: false,
            };
        };
        let known = self.inventory.of_kind(Kind::Namespace);
        let mut names: BTreeSet<&Text> = known
            .map(|object| object.meta())
            .filter(|meta| is_of(selector, &meta.key.name, &meta.labels))
            .map(|meta| &meta.key.name)
            .collect();
        let is_files = self.extent() == Extent::Files;
        if is_files {
            // Of a namespace that is not among the files, nothing but its name is known.
            let kinds = KindSet::WORKLOADS.iter();
            let workloads = kinds.flat_map(|kind| self.inventory.of_kind(kind));
            let unsaid = workloads
                .map(|object| &object.key().namespace)
                .filter(|name| {
                    let key = Key::new(Kind::Namespace, "", (*name).clone());
                    self.get(&key).is_none() && is_of(selector, name, &Labels::default())
                });
            names.extend(unsaid.collect::<BTreeSet<_>>());
        }
        PeerNamespaces {
            names: names.into_iter().cloned().collect(),
            may_be_more: is_files && !selector.is_empty(),
        }
    }

    /// The policies of which a workload's pods are peers, or were if they were there.
    pub fn peering(self, workload: &Workload) -> impl Iterator<Item = &'a Object> {
        let own = &workload.key().namespace;
        let of_own = Key::new(Kind::Namespace, "", own.clone());
        let labels = self.get(&of_own).map(|object| &object.meta().labels);
        let policies = self.inventory.of_kind(Kind::NetworkPolicy);
        policies.map(|object| &**object).filter(move |object| {
            let Object::NetworkPolicy(policy) = object else {
                return false;
            };
            let is_near = |peer: &Peer| match &peer.namespaces {
                None => policy.meta.key.namespace == *own,
                Some(selector) => labels.is_none_or(|labels| is_of(selector, own, labels)),
            };
            let selects = |peer: &Peer| {
                let pods = peer.pods.as_ref();
                pods.is_none_or(|pods| pods.matches(&workload.pod.labels))
            };
            policy
                .peers
                .iter()
                .any(|peer| selects(peer) && is_near(peer))
        })
    }

    /// The policies with peers in other namespaces.
    pub fn reaching_out(self) -> impl Iterator<Item = &'a Object> {
        let policies = self.inventory.of_kind(Kind::NetworkPolicy);
        policies.map(|object| &**object).filter(|object| {
            matches!(object, Object::NetworkPolicy(policy)
                if policy.peers.iter().any(|peer| peer.namespaces.is_some()))
        })
    }

    /// The Services that a ServiceMonitor is for, whatever their labels.
    pub fn in_sight(self, monitor: &ServiceMonitor) -> impl Iterator<Item = &'a Service> {
        let objects: Box<dyn Iterator<Item = &'a Object>> = match &monitor.namespaces {
            MonitoredIn::Own => {
                Box::new(self.in_namespace(Kind::Service, &monitor.meta.key.namespace))
            }
            MonitoredIn::Every => {
                let all = self.inventory.of_kind(Kind::Service);
                Box::new(all.map(|object| &**object))
            }
            MonitoredIn::These(names) => {
                let of_each = |name| self.in_namespace(Kind::Service, name);
                Box::new(
                    names
                        .iter()
                        .flat_map(of_each)
                        .collect::<Vec<_>>()
                        .into_iter(),
                )
            }
        };
        objects.filter_map(as_service)
    }

    /// The ServiceMonitors that are for a Service.
    pub fn monitors(self, service: &Service) -> impl Iterator<Item = &'a ServiceMonitor> {
        let monitors = self.inventory.of_kind(Kind::ServiceMonitor);
        monitors.filter_map(move |object| match &**object {
            Object::ServiceMonitor(monitor)
                if monitor.is_for(&service.meta.key.namespace)
                    && monitor.selector.matches(&service.meta.labels) =>
            {
                Some(&**monitor)
            }
            _ => None,
        })
    }

    /// The other Services of the namespace with the same selector, by name.
    pub fn alike(self, service: &Service) -> Vec<&'a Object> {
        let key = &service.meta.key;
        let selector = service.selector.iter();
        let anchors = selector.flat_map(|selector| edges::fixed(key, selector));
        let found = anchors.flat_map(|anchor| self.inventory.anchored(anchor));
        let is_alike = |object: &&std::sync::Arc<Object>| {
            matches!(&***object, Object::Service(other)
                if other.selector.as_ref().map(|other| &other.0) == service.selector.as_ref().map(|own| &own.0)
                    && other.stateful_set == service.stateful_set)
                && object.key() != key
        };
        sorted(found.filter(is_alike))
    }

    /// The Ingresses that ask for requests of a host, by key.
    pub fn claiming(self, host: &Text) -> impl Iterator<Item = &'a Ingress> {
        let found = sorted(self.inventory.anchored(Anchor::Host(host.clone())));
        found.into_iter().filter_map(|object| match object {
            Object::Ingress(ingress) => Some(&**ingress),
            _ => None,
        })
    }

    /// The ReferenceGrants of a namespace, by name.
    pub fn grants(self, namespace: &Text) -> impl Iterator<Item = &'a ReferenceGrant> {
        let grants = self.in_namespace(Kind::ReferenceGrant, namespace);
        grants.filter_map(|object| match object {
            Object::ReferenceGrant(grant) => Some(&**grant),
            _ => None,
        })
    }

    /// The policies of a kind on how Gateways speak to a Service.
    pub fn backend_policies(
        self,
        kind: Kind,
        service: &Service,
    ) -> impl Iterator<Item = &'a BackendPolicy> {
        let name = service.meta.key.name.clone();
        let policies = self.in_namespace(kind, &service.meta.key.namespace);
        policies.filter_map(move |object| match object {
            Object::BackendPolicy(policy) => {
                let mut targets = policy.targets.iter();
                targets
                    .any(|target| target.service == name)
                    .then_some(&**policy)
            }
            _ => None,
        })
    }

    /// The classes of a kind, by name.
    pub fn classes(self, kind: Kind) -> impl Iterator<Item = &'a Class> {
        let classes = self.inventory.of_kind(kind);
        classes.filter_map(|object| match &**object {
            Object::Class(class) => Some(&**class),
            _ => None,
        })
    }

    /// A Service, where it exists.
    pub fn service_of(self, namespace: &Text, name: &Text) -> Option<&'a Service> {
        let key = Key::new(Kind::Service, namespace.clone(), name.clone());
        self.get(&key).and_then(as_service)
    }
}

fn as_service(object: &Object) -> Option<&Service> {
    match object {
        Object::Service(service) => Some(service),
        _ => None,
    }
}

/// Whether a selector selects a namespace, which has a label with its name whatever its manifest says.
fn is_of(selector: &Selector, name: &Text, labels: &Labels) -> bool {
    let named = |requirement: &Requirement| *requirement.key == *NAME_LABEL;
    if selector.0.iter().any(named) {
        selector.matches(&labels.with(NAME_LABEL, name))
    } else {
        selector.matches(labels)
    }
}
