//! What leads to Services, and what delivers workloads.

use super::{Anchor, needs};
use crate::model::{
    Backend, DestinationRule, Ingress, Mark, Node, Operator, Route, RuleHost, Selector, Service,
    Text, Workload,
};

/// Each label that a Service asks of pods, for what its pods lack.
pub(super) fn of_service(service: &Service) -> impl Iterator<Item = Anchor> {
    let namespace = &service.meta.key.namespace;
    let asked = service.selector.iter().flat_map(asked_labels);
    asked.map(|(label, value)| Anchor::AskedLabel {
        namespace: namespace.clone(),
        label: label.clone(),
        value: value.clone(),
    })
}

/// The labels that a selector of equalities asks for.
pub(in crate::inventory) fn asked_labels(
    selector: &Selector,
) -> impl Iterator<Item = (&Text, &Text)> {
    selector
        .0
        .iter()
        .filter_map(|requirement| match &requirement.operator {
            Operator::In(values) => values.first().map(|value| (&requirement.key, value)),
            _ => None,
        })
}

pub(super) fn of_ingress(ingress: &Ingress) -> impl Iterator<Item = Anchor> {
    let namespace = &ingress.meta.key.namespace;
    let backends = ingress.backends.iter().map(|name| Anchor::Backend {
        namespace: namespace.clone(),
        name: name.clone(),
    });
    let claims = ingress.claims.iter();
    let hosts = claims.map(|(host, _)| Anchor::Host(host.clone()));
    backends.chain(hosts).chain(needs::of_ingress(ingress))
}

pub(super) fn of_route(route: &Route) -> impl Iterator<Item = Anchor> {
    let own = &route.meta.key.namespace;
    let backends = route.backends.iter().map(|to| backend(own, to));
    let parents = route.parents.iter();
    let gateways = parents.filter(|parent| parent.other_kind.is_none());
    let gateways = gateways.map(|parent| Anchor::Gateway {
        namespace: parent.namespace.as_ref().unwrap_or(own).clone(),
        name: parent.name.clone(),
    });
    backends.chain(gateways)
}

/// One that binds no sessions says nothing that a check reads.
pub(super) fn of_rule(rule: &DestinationRule) -> Option<Anchor> {
    if !rule.is_sticky {
        return None;
    }
    match &rule.host {
        RuleHost::Service(to) => Some(backend(&rule.meta.key.namespace, to)),
        RuleHost::Namespace(namespace) => Some(Anchor::Hosts {
            namespace: namespace.clone(),
        }),
        RuleHost::Every => Some(Anchor::Hosts {
            namespace: "".into(),
        }),
        RuleHost::Foreign => None,
    }
}

fn backend(own: &Text, Backend { namespace, name }: &Backend) -> Anchor {
    Anchor::Backend {
        namespace: namespace.as_ref().unwrap_or(own).clone(),
        name: name.clone(),
    }
}

/// Whose cloud it is of, where that matters.
pub(super) fn of_node(node: &Node) -> Option<Anchor> {
    node.provider_id
        .starts_with("aws://")
        .then_some(Anchor::OfAws)
}

/// What delivers a workload.
pub(super) fn of_delivery(workload: &Workload) -> impl Iterator<Item = Anchor> {
    workload.delivery.iter().filter_map(|mark| match mark {
        Mark::Deliverer(deliverer) => Some(Anchor::Delivered {
            kind: deliverer.kind,
            name: deliverer.name.clone(),
        }),
        _ => None,
    })
}
