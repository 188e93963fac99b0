//! Services, what leads to them, and what delivers workloads.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{View, sorted};
use crate::inventory::edges::{self, Anchor};
use crate::model::{
    Backend, Deliverer, EndpointSlice, Gateway, Key, Kind, KindSet, Object, Parent, ResourceQuota,
    Route, RuleHost, Selector, Service, Text, Workload,
};

/// What leads to Services.
const LEADING: KindSet = KindSet::of(&[
    Kind::Ingress,
    Kind::HTTPRoute,
    Kind::GRPCRoute,
    Kind::DestinationRule,
]);

impl<'a> View<'a> {
    /// The Services that concern a workload: those that lead to its pods, and one of its name that leads to none at all.
    pub(super) fn services(self, workload: &Workload) -> Vec<&'a Object> {
        let mut services = self.selecting(workload, Kind::Service);
        let key = workload.key();
        let namesake = Key::new(Kind::Service, key.namespace.clone(), key.name.clone());
        if KindSet::SERVICES.contains(key.kind)
            && let Some(object @ Object::Service(service)) = self.get(&namesake)
            && service.selector.is_some()
            && !service.selects(workload)
            && self.led_to(service).is_empty()
        {
            let at = services.partition_point(|other| other.key() < object.key());
            services.insert(at, object);
        }
        services
    }

    /// The workloads to whose pods a Service leads, by kind and name.
    pub fn led_to(self, service: &Service) -> Vec<&'a Workload> {
        super::concerned::in_order(self.walk_led_to(service))
    }

    /// The workloads of a Service's name, to which it was probably meant to lead.
    pub fn namesakes(self, service: &Service) -> impl Iterator<Item = &'a Workload> {
        let key = &service.meta.key;
        let key = |kind| Key::new(kind, key.namespace.clone(), key.name.clone());
        let keys = KindSet::SERVICES.iter().map(key);
        keys.filter_map(move |key| self.workload(&key))
    }

    /// A workload that a Service would lead to, if only its pods had more labels: they may be given these when they run.
    pub fn nearly_led_to(self, service: &Service) -> Option<&'a Workload> {
        let selector = service.selector.as_ref()?;
        let namespace = &service.meta.key.namespace;
        let with_label = |(label, value): (&Text, &Text)| {
            let anchor = Anchor::PodLabel {
                namespace: namespace.clone(),
                label: label.clone(),
                value: value.clone(),
            };
            self.inventory.anchored(anchor)
        };
        let stored = edges::asked_labels(selector).flat_map(with_label);
        let near = self.judged(Box::new(stored), |workload| {
            workload.key().namespace == *namespace && is_near(selector, workload)
        });
        near.min_by(|one, other| one.key().cmp(other.key()))
    }

    /// What leads to a Service, by key: Ingresses, routes and DestinationRules.
    pub fn leading_to(self, service: &Service) -> Vec<&'a Object> {
        let Key {
            namespace, name, ..
        } = service.meta.key.clone();
        let everywhere = ["".into(), namespace.clone()];
        let hosts = everywhere.map(|namespace| Anchor::Hosts { namespace });
        let anchors = hosts
            .into_iter()
            .chain([Anchor::Backend { namespace, name }]);
        sorted(anchors.flat_map(|anchor| self.inventory.anchored(anchor)))
    }

    /// What of a kind leads to the Services that lead to a workload's pods.
    pub(super) fn leading_to_pods(self, workload: &Workload, kind: Kind) -> Vec<&'a Object> {
        let services = self.selecting(workload, Kind::Service).into_iter();
        let leading = services.flat_map(|object| match object {
            Object::Service(service) => self.leading_to(service),
            _ => Vec::new(),
        });
        let leading = leading.filter(|object| object.key().kind == kind);
        let leading: BTreeMap<_, _> = leading.map(|object| (object.key(), object)).collect();
        leading.into_values().collect()
    }

    /// The Services that something leads to, where they exist: the inverse of [`leading_to`](Self::leading_to).
    pub fn services_behind(self, object: &Object) -> Vec<&'a Service> {
        let own = &object.key().namespace;
        let backend = |Backend { namespace, name }: &Backend| {
            self.service(namespace.as_ref().unwrap_or(own), name)
        };
        match object {
            Object::Ingress(ingress) => {
                let names = ingress.backends.iter();
                names.filter_map(|name| self.service(own, name)).collect()
            }
            Object::Route(route) => route.backends.iter().filter_map(backend).collect(),
            Object::DestinationRule(rule) if rule.is_sticky => match &rule.host {
                RuleHost::Service(to) => backend(to).into_iter().collect(),
                RuleHost::Namespace(namespace) => {
                    let services = self.inventory.in_namespace(Kind::Service, namespace);
                    services.filter_map(as_service).collect()
                }
                RuleHost::Every => {
                    let services = self.inventory.of_kind(Kind::Service);
                    services.filter_map(as_service).collect()
                }
                RuleHost::Foreign => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn service(self, namespace: &Text, name: &Text) -> Option<&'a Service> {
        let key = Key::new(Kind::Service, namespace.clone(), name.clone());
        self.inventory.get(&key).and_then(as_service)
    }

    /// The Gateway that a route is attached to, where it is one and exists.
    pub fn gateway(self, route: &Route, parent: &Parent) -> Option<&'a Gateway> {
        if parent.other_kind.is_some() {
            return None;
        }
        let namespace = parent.namespace.as_ref();
        let namespace = namespace.unwrap_or(&route.meta.key.namespace).clone();
        match self.get(&Key::new(Kind::Gateway, namespace, parent.name.clone()))? {
            Object::Gateway(gateway) => Some(gateway),
            _ => None,
        }
    }

    /// The routes that are attached to a Gateway, or would like to be.
    pub fn routes_of(self, gateway: &Gateway) -> Vec<&'a Object> {
        let Key {
            namespace, name, ..
        } = gateway.meta.key.clone();
        sorted(self.inventory.anchored(Anchor::Gateway { namespace, name }))
    }

    /// The ResourceQuotas of a namespace, by name.
    pub fn quotas(self, namespace: &Text) -> impl Iterator<Item = &'a ResourceQuota> {
        let quotas = self.in_namespace(Kind::ResourceQuota, namespace);
        quotas.filter_map(|object| match object {
            Object::ResourceQuota(quota) => Some(&**quota),
            _ => None,
        })
    }

    /// The EndpointSlices of the API server.
    pub fn slices_of_api_server(self) -> impl Iterator<Item = &'a EndpointSlice> {
        let namespace = Text::from(EndpointSlice::OF_API_SERVER.0);
        let slices = self.in_namespace(Kind::EndpointSlice, &namespace);
        slices.filter_map(|object| match object {
            Object::EndpointSlice(slice) if slice.is_of_api_server() => Some(&**slice),
            _ => None,
        })
    }

    /// Whether a Node is one of Amazon's cloud.
    pub fn is_on_aws(self) -> bool {
        self.inventory.anchored(Anchor::OfAws).next().is_some()
    }

    /// Whether what is said to deliver a workload exists.
    pub fn has_deliverer(self, deliverer: &Deliverer) -> bool {
        let Deliverer {
            kind,
            namespace,
            name,
            ..
        } = deliverer.clone();
        match namespace {
            Some(namespace) => self.get(&Key::new(kind, namespace, name)).is_some(),
            None => {
                let named = Anchor::Deliverer { kind, name };
                self.inventory.anchored(named).next().is_some()
            }
        }
    }
}

/// Whether what leads to Services is of this kind.
pub(super) const fn is_leading(kind: Kind) -> bool {
    LEADING.contains(kind)
}

/// Whether a workload's pods have one of the labels that are asked for, and none with another value.
fn is_near(selector: &Selector, workload: &Workload) -> bool {
    let asked = edges::asked_labels(selector);
    let asked: Vec<_> = asked
        .map(|(label, value)| workload.pod.labels.get(label).map(|own| own == value))
        .collect();
    asked.contains(&Some(true)) && !asked.contains(&Some(false))
}

fn as_service(object: &Arc<Object>) -> Option<&Service> {
    match &**object {
        Object::Service(service) => Some(service),
        _ => None,
    }
}
