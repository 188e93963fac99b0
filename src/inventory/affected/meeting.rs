//! Whose verdicts depend on what meets without naming each other.

use super::{ReportOn, namespace_of, reports, routing};
use crate::inventory::{Inventory, View};
use crate::model::{BackendPolicy, Ingress, Meta, Object, ReferenceGrant, Service, Workload};

/// The reports on Ingresses that ask for a host that this one asks for.
pub(super) fn of_claims(view: View<'_>, ingress: &Ingress) -> Vec<ReportOn> {
    let hosts = ingress.claims.iter().map(|(host, _)| host);
    let others = hosts.flat_map(|host| view.claiming(host));
    let others = others.filter(|other| other.meta.key != ingress.meta.key);
    let others = others.filter_map(|other| view.get(&other.meta.key));
    others
        .flat_map(|other| routing::of_leading(view, other))
        .collect()
}

/// The reports on what may name something by a grant.
pub(super) fn of_grant(inventory: &Inventory, grant: &ReferenceGrant) -> Vec<ReportOn> {
    let mut found = Vec::new();
    for [_, _, namespace] in &grant.from {
        found.push(ReportOn::Namespace(namespace.clone()));
        found.extend(routing::of_routes_in(inventory, namespace));
    }
    found
}

/// The reports on what leads to the Services that a policy is for.
pub(super) fn of_backend_policy(view: View<'_>, policy: &BackendPolicy) -> Vec<ReportOn> {
    let namespace = &policy.meta.key.namespace;
    let targets = policy.targets.iter();
    let services = targets.filter_map(|target| view.service_of(namespace, &target.service));
    let services = services.filter_map(|service| view.get(&service.meta.key));
    services
        .flat_map(|service| routing::of_service(view, service))
        .collect()
}

/// The reports on ServiceMonitors that a Service is one of.
pub(super) fn monitors(view: View<'_>, service: &Service) -> Vec<ReportOn> {
    let monitors = view.monitors(service);
    monitors
        .map(|monitor| ReportOn::Namespace(monitor.meta.key.namespace.clone()))
        .collect()
}

/// The reports on NetworkPolicies of which a workload's pods are peers.
pub(super) fn around(view: View<'_>, workload: &Workload) -> Vec<ReportOn> {
    of_policies(view, view.peering(workload))
}

/// The reports on NetworkPolicies that may have peers in a namespace by its labels.
pub(super) fn of_namespace(view: View<'_>, _: &Meta) -> Vec<ReportOn> {
    of_policies(view, view.reaching_out())
}

fn of_policies<'a>(view: View<'a>, policies: impl Iterator<Item = &'a Object>) -> Vec<ReportOn> {
    let of_policy = |policy: &'a Object| {
        let concerned = reports(view.concerned(policy));
        concerned.chain(namespace_of(policy)).collect::<Vec<_>>()
    };
    policies.flat_map(of_policy).collect()
}
