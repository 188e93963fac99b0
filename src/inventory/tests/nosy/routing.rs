//! Of what leads to pods, bounds them and delivers them.

use super::{nosy, say};
use crate::check::{Check, Context, Findings, Judgement, Run};
use crate::inventory::View;
use crate::model::{Key, Kind, KindSet, Mark, Object, Service, Workload};

/// Ingresses and routes, their Gateways, and the labels of their namespaces.
pub(in crate::inventory::tests) static ON_ENTRANCES: Check = nosy(
    "nosy-on-entrances",
    KindSet::of(&[Kind::Ingress, Kind::HTTPRoute, Kind::GRPCRoute]),
    KindSet::of(&[Kind::Gateway, Kind::Namespace]),
    Run::Object(|context, object, findings| {
        say(findings, format!("{object:?}"));
        if let Object::Route(route) = object {
            let view = context.read(Kind::Gateway)?;
            for parent in &route.parents {
                say(findings, format!("{:?}", view.gateway(route, parent)));
            }
            labels_of_namespace(context, &route.meta.key, findings)?;
        }
        Ok(())
    }),
);

/// Services, the pods that they lead to or would like to, and what leads to them.
pub(in crate::inventory::tests) static ON_SERVICES: Check = nosy(
    "nosy-on-services",
    KindSet::of(&[Kind::Service]),
    KindSet::WORKLOADS.union(KindSet::of(&[
        Kind::Ingress,
        Kind::HTTPRoute,
        Kind::GRPCRoute,
        Kind::DestinationRule,
    ])),
    Run::Service(|context, service, findings| {
        let view = context.read(Kind::Deployment)?;
        say(findings, format!("{service:?}"));
        pods(view, service, findings);
        for object in view.leading_to(service) {
            say(findings, format!("{object:?}"));
        }
        Ok(())
    }),
);

fn pods(view: View<'_>, service: &Service, findings: &mut Findings) {
    let led_to = view.led_to(service);
    for workload in &led_to {
        let containers = workload.pod.containers.iter();
        let ports: Vec<_> = containers
            .map(|container| (container.role, &container.ports))
            .collect();
        say(
            findings,
            format!("{} {:?} {ports:?}", workload.key(), workload.pod.labels),
        );
    }
    if led_to.is_empty() && service.stateful_set.is_none() {
        let near = view.nearly_led_to(service);
        let near = near.map(|workload| (workload.key(), &workload.pod.labels));
        say(findings, format!("{near:?}"));
    }
}

/// What every workload of a namespace or of the cluster is judged by, and who delivers it.
pub(in crate::inventory::tests) static ON_SURROUNDINGS: Check = nosy(
    "nosy-on-surroundings",
    KindSet::WORKLOADS,
    KindSet::of(&[
        Kind::ResourceQuota,
        Kind::Namespace,
        Kind::EndpointSlice,
        Kind::Node,
        Kind::Application,
        Kind::Kustomization,
        Kind::HelmRelease,
    ]),
    Run::Workload(|context, workload, findings| {
        let view = context.read(Kind::ResourceQuota)?;
        for quota in view.quotas(&workload.key().namespace) {
            say(findings, format!("{quota:?}"));
        }
        for slice in context.read(Kind::EndpointSlice)?.slices_of_api_server() {
            say(findings, format!("{slice:?}"));
        }
        say(
            findings,
            format!("{}", context.read(Kind::Node)?.is_on_aws()),
        );
        deliverers(context, workload, findings)?;
        labels_of_namespace(context, workload.key(), findings)
    }),
);

fn deliverers(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for mark in &workload.delivery {
        if let Mark::Deliverer(deliverer) = mark {
            let is_there = context.read(deliverer.kind)?.has_deliverer(deliverer);
            say(findings, format!("{deliverer:?} {is_there}"));
        }
    }
    Ok(())
}

fn labels_of_namespace(context: &Context<'_>, key: &Key, findings: &mut Findings) -> Judgement {
    let namespace = Key::new(Kind::Namespace, "", key.namespace.clone());
    let found = context.read(Kind::Namespace)?.get(&namespace);
    say(
        findings,
        format!("{:?}", found.map(|object| &object.meta().labels)),
    );
    Ok(())
}
