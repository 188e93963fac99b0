//! Whose verdicts a change of what leads to pods can touch, or of what delivers them.

use super::{ReportOn, meeting, namespace_of, reports};
use crate::inventory::edges::Anchor;
use crate::inventory::{Inventory, View};
use crate::model::{Deliverer, Kind, Mark, Meta, Object, Service, Text, Workload};

/// The reports on what a Service concerns, and on the namespaces of what leads to it and may concern nothing else.
pub(super) fn of_service(view: View<'_>, object: &Object) -> Vec<ReportOn> {
    let mut found: Vec<_> = reports(view.concerned(object)).collect();
    found.extend(namespace_of(object));
    if let Object::Service(service) = object {
        for leading in view.leading_to(service) {
            found.extend(namespace_of(leading));
            // What leads to several Services concerns the workloads of the others too.
            found.extend(reports(view.concerned(leading)));
        }
        for alike in view.alike(service) {
            found.extend(reports(view.concerned(alike)));
        }
        found.extend(meeting::monitors(view, service));
    }
    found
}

/// The reports that depend on what leads to Services. Each of these is judged by it, and concerns workloads even where it
/// leads to none.
pub(super) fn of_leading(view: View<'_>, object: &Object) -> Vec<ReportOn> {
    let mut found = Vec::from_iter(namespace_of(object));
    for service in view.services_behind(object) {
        found.push(ReportOn::Namespace(service.meta.key.namespace.clone()));
        found.extend(reports(view.led_to(service)));
        found.extend(reports(view.namesakes(service)));
    }
    found
}

/// The reports on what some routes concern.
pub(super) fn of_routes<'a>(
    view: View<'_>,
    routes: impl IntoIterator<Item = &'a Object>,
) -> Vec<ReportOn> {
    let of_route = |route: &Object| {
        let concerned = reports(view.concerned(route));
        concerned.chain(namespace_of(route)).collect::<Vec<_>>()
    };
    routes.into_iter().flat_map(of_route).collect()
}

/// The reports on what the routes of a namespace concern: listeners choose whose routes they take by its labels.
pub(super) fn of_routes_in(inventory: &Inventory, namespace: &Text) -> Vec<ReportOn> {
    let routes = [Kind::HTTPRoute, Kind::GRPCRoute];
    let routes = routes
        .into_iter()
        .flat_map(|kind| inventory.in_namespace(kind, namespace));
    of_routes(View::of(inventory), routes.map(|route| &**route))
}

/// The workloads that share a Service with this one: whether its ports lead anywhere depends on all of them.
pub(super) fn served_together(view: View<'_>, workload: &Workload) -> Vec<ReportOn> {
    let services = services(view, workload).into_iter();
    services
        .flat_map(|service| reports(view.led_to(service)))
        .collect()
}

/// The other reports that depend on whether a workload is there for Services: besides those that share one with it, those on
/// the namespaces of what leads to one and may concern nothing else; and those on workloads that are called as a Service is,
/// which concerns them where it leads to no others.
pub(super) fn around(inventory: &Inventory, workload: &Workload) -> Vec<ReportOn> {
    let view = View::of(inventory);
    let mut found = served_together(view, workload);
    for service in services(view, workload) {
        found.extend(
            view.leading_to(service)
                .into_iter()
                .filter_map(namespace_of),
        );
        found.extend(reports(view.namesakes(service)));
    }
    // Of a Service that leads to nothing it matters whether it nearly leads to something.
    for (label, value) in workload.pod.labels.iter() {
        let asked = inventory.anchored(Anchor::AskedLabel {
            namespace: workload.key().namespace.clone(),
            label: label.clone(),
            value: value.clone(),
        });
        for object in asked {
            if let Object::Service(service) = &**object {
                found.extend(reports(view.namesakes(service)));
            }
        }
    }
    found
}

fn services<'a>(view: View<'a>, workload: &Workload) -> Vec<&'a Service> {
    let services = view.selecting(workload, Kind::Service).into_iter();
    let services = services.filter_map(|object| match object {
        Object::Service(service) => Some(&**service),
        _ => None,
    });
    services.collect()
}

/// Whether two records of a workload differ in the ports that Services may name.
pub(super) fn listens_otherwise(workload: &Workload, twin: &Workload) -> bool {
    let ports = |workload: &Workload| -> Vec<_> {
        let containers = workload.pod.containers.iter();
        let ports = containers.map(|container| (container.role, container.ports.clone()));
        ports.collect()
    };
    ports(workload) != ports(twin)
}

/// The reports on what an object delivers, or is said to.
pub(super) fn of_deliverer(inventory: &Inventory, meta: &Meta) -> Vec<ReportOn> {
    let delivered = inventory.anchored(Anchor::Delivered {
        kind: meta.key.kind,
        name: meta.key.name.clone(),
    });
    let is_of = |deliverer: &Deliverer| {
        let namespace = deliverer.namespace.as_ref();
        deliverer.kind == meta.key.kind
            && deliverer.name == meta.key.name
            && namespace.is_none_or(|namespace| *namespace == meta.key.namespace)
    };
    let is_delivered = |workload: &&Workload| {
        workload
            .delivery
            .iter()
            .any(|mark| matches!(mark, Mark::Deliverer(deliverer) if is_of(deliverer)))
    };
    let workloads = delivered.filter_map(|object| object.workload());
    reports(workloads.filter(is_delivered)).collect()
}

/// Whether what every workload is judged by is otherwise: whether the cluster is on Amazon's cloud.
pub(super) fn is_elsewhere(before: &Inventory, after: &Inventory) -> bool {
    View::of(before).is_on_aws() != View::of(after).is_on_aws()
}

/// The reports on all workloads.
pub(super) fn all(inventory: &Inventory) -> Vec<ReportOn> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
    let objects = kinds.flat_map(|kind| inventory.of_kind(*kind));
    reports(objects.filter_map(|object| object.workload())).collect()
}
