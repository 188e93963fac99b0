//! Whose verdicts a change can touch.
//!
//! What is here is also what checks may look at; one that looks at more needs more here.
//!
//! | a check on | may look at |
//! | --- | --- |
//! | a workload | what concerns it, its ServiceAccount, LimitRanges where a container lacks a request or a limit, ResourceQuotas, the labels of its namespace, who delivers it, the addresses of the API server and whether that is on Amazon's cloud |
//! | | the keys of its ConfigMaps; its claims with their volumes and classes, and free volumes of a class that makes none; whether nodes differ, where it does not choose among them |
//! | a HorizontalPodAutoscaler | whether its target is there, the target, and LimitRanges as the target may |
//! | a PodDisruptionBudget | of the workloads it selects: replicas, labels, owner, end, and their HorizontalPodAutoscalers |
//! | a binding | its role |
//! | a StatefulSet | the Service that gives its pods their names |
//! | a role | nothing else |
//! | a Service | the workloads that it leads to or is called as (labels, ports), near ones, and what leads to it |
//! | an Ingress or a route | its Gateways, and the labels of its namespace |
//! | what runs | of the workload: its pods, the Nodes that they run on, its revisions, and what its controller says of it |

mod meeting;
mod needs;
mod routing;

use std::collections::BTreeSet;

use super::{Change, Inventory, Record, View};
use crate::inventory::edges::{self, Anchor};
use crate::model::{ContainerRole, Key, Kind, Object, Resource, Text, Workload};

/// What one report is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportOn {
    /// A workload that is judged itself.
    Workload(crate::model::Key),
    /// The objects of a namespace that concern no workload.
    Namespace(Text),
}

impl ReportOn {
    /// The namespace that the report is in.
    pub fn namespace(&self) -> &Text {
        match self {
            Self::Workload(key) => &key.namespace,
            Self::Namespace(namespace) => namespace,
        }
    }
}

/// What the checks that are asked for look at. Pods and statuses change all the time, and most checks never look at them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// What is declared.
    Declared,
    /// And what runs.
    Running,
}

/// The reports whose content can depend on a change: those that depended on the record before it, or depend on the one
/// after it. `before` and `after` are the inventory around the change (or around a batch of changes).
pub fn affected(
    before: &Inventory,
    after: &Inventory,
    change: &Change,
    sight: Sight,
) -> BTreeSet<ReportOn> {
    let mut found = BTreeSet::new();
    let sides = [
        (before, &change.before, &change.after),
        (after, &change.after, &change.before),
    ];
    for (inventory, record, counterpart) in sides {
        match record {
            Some(Record::Object(object)) => {
                let counterpart = counterpart.as_ref().and_then(Record::object);
                let counterpart = counterpart.map(|counterpart| &**counterpart);
                if !(sight == Sight::Declared && is_declared_alike(object, counterpart)) {
                    touched(inventory, object, counterpart, &mut found);
                }
                if sight == Sight::Running {
                    seen_running(inventory, object, &mut found);
                }
            }
            Some(Record::Instance(pod)) if sight == Sight::Running => {
                found.extend(top(inventory, &pod.lineage.owner));
            }
            Some(Record::Instance(_)) | None => {}
        }
    }
    let records = [&change.before, &change.after];
    let mut records = records.into_iter().flatten();
    if records
        .clone()
        .any(|record| record.key().kind == Kind::Node)
    {
        found.extend(needs::of_nodes(before, after));
    }
    if records.any(|record| record.key().kind == Kind::Node) && routing::is_elsewhere(before, after)
    {
        found.extend(routing::all(after));
    }
    found
}

/// Whether two records of an object differ in nothing but what the cluster says of it.
fn is_declared_alike(object: &Object, counterpart: Option<&Object>) -> bool {
    match (object, counterpart) {
        (Object::Workload(workload), Some(Object::Workload(twin))) => workload.is_declared_as(twin),
        (Object::PodAutoscaler(autoscaler), Some(Object::PodAutoscaler(twin))) => {
            autoscaler.is_declared_as(twin)
        }
        _ => false,
    }
}

/// The reports on workloads of whose running parts an object is one: a revision, a Node, or what stands between a workload
/// and its pods.
fn seen_running(inventory: &Inventory, object: &Object, found: &mut BTreeSet<ReportOn>) {
    let Key { kind, name, .. } = object.key();
    if kind.is_workload() || *kind == Kind::ControllerRevision {
        let owner = object.meta().controller.as_ref();
        found.extend(owner.and_then(|owner| top(inventory, &owner.uid)));
    }
    if *kind == Kind::Node {
        let pods = inventory.pods.on_node(name.clone());
        found.extend(pods.filter_map(|pod| top(inventory, &pod.lineage.owner)));
        let bare = inventory.anchored(Anchor::Node { name: name.clone() });
        found.extend(bare.map(|pod| ReportOn::Workload(pod.key().clone())));
    }
}

/// The report on the workload that is judged in place of what the object with this UID controls.
fn top(inventory: &Inventory, uid: &Text) -> Option<ReportOn> {
    inventory.top_of(uid).cloned().map(ReportOn::Workload)
}

/// The reports that depend on `object` in this inventory, leaving out those for which it is the same as `counterpart`.
fn touched(
    inventory: &Inventory,
    object: &Object,
    counterpart: Option<&Object>,
    found: &mut BTreeSet<ReportOn>,
) {
    let view = View::of(inventory);
    let namespace = &object.key().namespace;
    match object {
        Object::Workload(workload) => {
            found.insert(ReportOn::Workload(workload.key().clone()));
            let twin = counterpart.and_then(Object::workload);
            if twin.is_none_or(|twin| relates_otherwise(workload, twin)) {
                found.extend(around(inventory, workload));
            } else if twin.is_some_and(|twin| counts_otherwise(workload, twin)) {
                found.extend(disrupted_together(view, workload));
            }
            if twin.is_some_and(|twin| !edges::config_maps(workload).eq(edges::config_maps(twin))) {
                found.insert(ReportOn::Namespace(namespace.clone()));
            }
            if twin.is_some_and(|twin| routing::listens_otherwise(workload, twin)) {
                found.extend(routing::served_together(view, workload));
            }
        }
        Object::PodAutoscaler(_) => {
            let alike = is_declared_alike(object, counterpart);
            found.insert(ReportOn::Namespace(namespace.clone()));
            for workload in view.concerned(object) {
                found.insert(ReportOn::Workload(workload.key().clone()));
                if !alike {
                    found.extend(disrupted_together(view, workload));
                }
            }
        }
        Object::Service(service) => {
            found.extend(routing::of_service(view, object));
            let governed = inventory.anchored(Anchor::Governing {
                namespace: namespace.clone(),
                name: service.meta.key.name.clone(),
            });
            found.extend(governed.map(|object| ReportOn::Workload(object.key().clone())));
        }
        Object::Ingress(ingress) => {
            found.extend(routing::of_leading(view, object));
            found.extend(meeting::of_claims(view, ingress));
        }
        Object::Route(_) => found.extend(routing::of_leading(view, object)),
        Object::DestinationRule(rule) if rule.is_sticky => {
            found.extend(routing::of_leading(view, object));
        }
        Object::DestinationRule(_) => {}
        Object::Gateway(gateway) => {
            found.insert(ReportOn::Namespace(namespace.clone()));
            found.extend(routing::of_routes(view, view.routes_of(gateway)));
        }
        Object::ReferenceGrant(grant) => found.extend(meeting::of_grant(inventory, grant)),
        Object::BackendPolicy(policy) => {
            found.insert(ReportOn::Namespace(namespace.clone()));
            found.extend(meeting::of_backend_policy(view, policy));
        }
        Object::ServiceMonitor(_) | Object::Bare(_) => found.extend(namespace_of(object)),
        Object::Class(_) => found.extend(needs::touched(inventory, object, counterpart)),
        Object::ResourceQuota(_) => found.extend(reports(workloads_in(inventory, namespace))),
        Object::EndpointSlice(slice) if slice.is_of_api_server() => {
            found.extend(routing::all(inventory));
        }
        Object::EndpointSlice(_) => {}
        Object::Deliverer(meta) => found.extend(routing::of_deliverer(inventory, meta)),
        Object::PodDisruptionBudget(_) | Object::NetworkPolicy(_) => {
            found.insert(ReportOn::Namespace(namespace.clone()));
            found.extend(reports(view.concerned(object)));
        }
        Object::Binding(_) => {
            found.extend(namespace_of(object));
            found.extend(reports(view.concerned(object)));
        }
        Object::SecurityConstraints(_) => found.extend(reports(view.concerned(object))),
        Object::Role(role) => {
            found.extend(namespace_of(object));
            found.extend(view.granting(role).into_iter().filter_map(namespace_of));
            found.extend(reports(view.concerned(object)));
        }
        Object::ServiceAccount(account) => {
            let name = account.meta.key.name.clone();
            let users = inventory.anchored(Anchor::ServiceAccount {
                namespace: namespace.clone(),
                name,
            });
            found.extend(users.map(|object| ReportOn::Workload(object.key().clone())));
        }
        Object::LimitRange(range) => {
            let twin = match counterpart {
                Some(Object::LimitRange(twin)) => Some(twin),
                _ => None,
            };
            if [Some(range), twin]
                .into_iter()
                .flatten()
                .any(|range| !range.bounds.is_empty() || !range.claims.is_empty())
            {
                found.extend(reports(workloads_in(inventory, namespace)));
                return;
            }
            let sets = |resource: &Resource| {
                let mut ranges = [range].into_iter().chain(twin);
                ranges.any(|range| range.sets(*resource))
            };
            let set: Vec<_> = Resource::ALL.into_iter().filter(sets).collect();
            let lacking = workloads_in(inventory, namespace)
                .filter(|workload| lacks_resources(workload, &set));
            found.extend(lacking.map(|workload| ReportOn::Workload(workload.key().clone())));
        }
        Object::ConfigMap(_) | Object::Claim(_) | Object::Volume(_) | Object::StorageClass(_) => {
            found.extend(needs::touched(inventory, object, counterpart));
        }
        // Whether nodes differ is seen by looking at all of them, before and after.
        Object::Node(_) | Object::SecretSource(_) => {}
        Object::Namespace(meta) => {
            if counterpart.is_none_or(|twin| {
                twin.meta().labels != meta.labels || twin.meta().deleting != meta.deleting
            }) {
                found.insert(ReportOn::Namespace(meta.key.name.clone()));
                found.extend(reports(workloads_in(inventory, &meta.key.name)));
                found.extend(routing::of_routes_in(inventory, &meta.key.name));
                found.extend(meeting::of_namespace(view, meta));
            }
        }
        Object::Owned(stub) => {
            // What is not judged may still be there to be scaled.
            let key = stub.meta.key.clone();
            let mut autoscalers = inventory.anchored(Anchor::ScaleTarget {
                namespace: key.namespace,
                kind: key.kind,
                name: key.name,
            });
            if counterpart.is_none() && autoscalers.next().is_some() {
                found.insert(ReportOn::Namespace(namespace.clone()));
            }
        }
    }
    // What it owns is judged in its place once it is gone, and no more once it is there.
    if counterpart.is_none_or(|twin| twin.meta().uid != object.meta().uid)
        && !object.meta().uid.is_empty()
        && object.key().kind.is_workload()
    {
        let owned = inventory.anchored(Anchor::Owner {
            uid: object.meta().uid.clone(),
        });
        for workload in owned.filter_map(|object| object.workload()) {
            found.insert(ReportOn::Workload(workload.key().clone()));
            found.extend(around(inventory, workload));
        }
    }
}

/// Whether two records of a workload differ in what concerns it, or in whether it counts as one.
fn relates_otherwise(workload: &Workload, twin: &Workload) -> bool {
    workload.pod.labels != twin.pod.labels
        || workload.pod.service_account != twin.pod.service_account
        || workload.meta.controller != twin.meta.controller
}

/// Whether two records of a workload differ in how many pods a budget counts of it.
fn counts_otherwise(workload: &Workload, twin: &Workload) -> bool {
    workload.replicas != twin.replicas || workload.finished != twin.finished
}

/// The other reports that depend on whether a workload is there: those on workloads that share a PodDisruptionBudget or a
/// Service with it, and those on the namespaces of objects that may concern no other.
fn around(inventory: &Inventory, workload: &Workload) -> Vec<ReportOn> {
    let view = View::of(inventory);
    let mut found = disrupted_together(view, workload);
    found.extend(routing::around(inventory, workload));
    found.extend(meeting::around(view, workload));
    found.push(ReportOn::Namespace(workload.key().namespace.clone()));
    // A RoleBinding may grant something to the ServiceAccount of another namespace.
    found.extend(view.bindings(workload).into_iter().filter_map(namespace_of));
    found
}

/// The report on the namespace that an object is in, if it is in one.
fn namespace_of(object: &Object) -> Option<ReportOn> {
    let namespace = &object.key().namespace;
    (!namespace.is_empty()).then(|| ReportOn::Namespace(namespace.clone()))
}

/// The workloads that share a PodDisruptionBudget with this one: how many pods it may spare depends on all of them.
fn disrupted_together(view: View<'_>, workload: &Workload) -> Vec<ReportOn> {
    let budgets = view.selecting(workload, Kind::PodDisruptionBudget);
    budgets
        .into_iter()
        .flat_map(|budget| reports(view.concerned(budget)))
        .collect()
}

fn reports<'a>(
    workloads: impl IntoIterator<Item = &'a Workload>,
) -> impl Iterator<Item = ReportOn> {
    workloads
        .into_iter()
        .map(|workload| ReportOn::Workload(workload.key().clone()))
}

fn workloads_in<'a>(
    inventory: &'a Inventory,
    namespace: &Text,
) -> impl Iterator<Item = &'a Workload> {
    let kinds = Kind::ALL.iter().filter(|kind| kind.is_workload());
    let namespace = namespace.clone();
    kinds
        .flat_map(move |kind| inventory.in_namespace(*kind, &namespace))
        .filter_map(|object| object.workload())
}

/// Whether a LimitRange that sets these would fill something in.
fn lacks_resources(workload: &Workload, resources: &[Resource]) -> bool {
    let containers = workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role != ContainerRole::Ephemeral);
    containers.into_iter().any(|container| {
        let mut set = resources.iter();
        set.any(|resource| container.resources.lacks(*resource))
    })
}
