//! What the inventory answers, worked out by looking at every object.

use std::collections::BTreeMap;

use crate::inventory::Inventory;
use crate::model::{
    Backend, Binding, Grantee, Key, Kind, KindSet, Object, Role, RuleHost, Service, Workload,
};

/// Every object, as they should be.
pub(super) type Objects = BTreeMap<Key, Object>;

/// The inventory of these objects, made at once.
pub(super) fn rebuilt(objects: &Objects) -> Inventory {
    let mut inventory = Inventory::of_cluster();
    for kind in Kind::ALL {
        let of_kind = objects.values().filter(|object| object.key().kind == *kind);
        inventory.reset(*kind, of_kind.cloned().map(Into::into));
    }
    inventory
}

/// The workloads that are judged themselves: no workload that is here controls them.
pub(super) fn top_level(objects: &Objects) -> impl Iterator<Item = &Workload> {
    let is_here = |uid: &str| objects.values().any(|object| *object.meta().uid == *uid);
    objects
        .values()
        .filter_map(Object::workload)
        .filter(move |workload| {
            let owner = workload.meta.controller.as_ref();
            !owner.is_some_and(|owner| {
                owner.kind.is_some_and(Kind::is_workload) && is_here(&owner.uid)
            })
        })
}

/// Whether an object selects, scales, or grants something to a workload.
pub(super) fn concerns(objects: &Objects, object: &Object, workload: &Workload) -> bool {
    let same_namespace = object.key().namespace == workload.key().namespace;
    let labels = &workload.pod.labels;
    match object {
        Object::PodDisruptionBudget(budget) => {
            same_namespace
                && budget
                    .selector
                    .as_ref()
                    .is_some_and(|selector| selector.matches(labels))
        }
        Object::NetworkPolicy(policy) => same_namespace && policy.selector.matches(labels),
        Object::Service(service) => {
            let is_one_of = |workload: &&Workload| leads_to(service, workload);
            let is_namesake = same_namespace
                && service.meta.key.name == workload.key().name
                && KindSet::SERVICES.contains(workload.kind());
            leads_to(service, workload)
                || (is_namesake
                    && service.selector.is_some()
                    && !top_level(objects).any(|workload| is_one_of(&workload)))
        }
        Object::Ingress(_) | Object::Route(_) | Object::DestinationRule(_) => {
            let services = objects.values().filter_map(|object| match object {
                Object::Service(service) => Some(service),
                _ => None,
            });
            services
                .into_iter()
                .any(|service| leads_to_service(object, service) && leads_to(service, workload))
        }
        Object::PodAutoscaler(autoscaler) => {
            let target = &autoscaler.target;
            same_namespace
                && target.kind == Some(workload.kind())
                && target.name == workload.key().name
        }
        Object::Binding(binding) => is_among(&binding.grantees, workload),
        Object::SecurityConstraints(constraints) => is_among(&constraints.grantees, workload),
        Object::ConfigMap(map) => same_namespace && names_map(workload, &map.meta.key.name),
        Object::Role(role) => {
            let bindings = objects.values().filter_map(|object| match object {
                Object::Binding(binding) => Some(binding),
                _ => None,
            });
            bindings
                .into_iter()
                .any(|binding| grants(binding, role) && is_among(&binding.grantees, workload))
        }
        _ => false,
    }
}

fn leads_to(service: &Service, workload: &Workload) -> bool {
    let (key, own) = (&service.meta.key, workload.key());
    let of_set = service.stateful_set.as_ref();
    key.namespace == own.namespace
        && of_set.is_none_or(|set| own.kind == Kind::StatefulSet && *set == own.name)
        && service
            .selector
            .as_ref()
            .is_some_and(|selector| selector.matches(&workload.pod.labels))
}

fn leads_to_service(object: &Object, service: &Service) -> bool {
    let (own, key) = (&object.key().namespace, &service.meta.key);
    let is_it = |to: &Backend| {
        to.name == key.name && *to.namespace.as_ref().unwrap_or(own) == key.namespace
    };
    match object {
        Object::Ingress(ingress) => *own == key.namespace && ingress.backends.contains(&key.name),
        Object::Route(route) => route.backends.iter().any(is_it),
        Object::DestinationRule(rule) if rule.is_sticky => match &rule.host {
            RuleHost::Service(to) => is_it(to),
            RuleHost::Namespace(namespace) => *namespace == key.namespace,
            RuleHost::Every => true,
            RuleHost::Foreign => false,
        },
        _ => false,
    }
}

fn grants(binding: &Binding, role: &Role) -> bool {
    let key = &role.meta.key;
    binding.role_kind == key.kind
        && binding.role_name == key.name
        && (key.kind == Kind::ClusterRole || binding.meta.key.namespace == key.namespace)
}

fn names_map(workload: &Workload, name: &str) -> bool {
    let of_containers = workload
        .pod
        .containers
        .iter()
        .flat_map(|container| container.environment.references.iter());
    let mut all = of_containers.chain(&workload.pod.references);
    all.any(|reference| reference.kind == Kind::ConfigMap && *reference.name == *name)
}

fn is_among(grantees: &[Grantee], workload: &Workload) -> bool {
    let (namespace, account) = (&workload.key().namespace, &workload.pod.service_account);
    grantees.iter().any(|grantee| match grantee {
        Grantee::ServiceAccount {
            namespace: there,
            name,
        } => there == namespace && name == account,
        Grantee::User(user) => **user == format!("system:serviceaccount:{namespace}:{account}"),
        Grantee::Group(group) => {
            ["system:serviceaccounts", "system:authenticated"].contains(&&**group)
                || **group == format!("system:serviceaccounts:{namespace}")
        }
    })
}
