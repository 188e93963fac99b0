//! A whole cluster, or a namespace of it, as far as the rights of whoever runs the command reach.

use futures::stream::{self, StreamExt};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::Value;

use super::lists::{Absent, Served, Where, list};
use super::reading::{ELSEWHERE, LISTS};
use super::{Cluster, refused};
use crate::controller::PART;
use crate::engine::Conditions;
use crate::evidence::GroupKind;
use crate::inventory::{Inventory, Record, Source};
use crate::model::{self, Kind, KindSet, Object, Text};

/// What was read.
pub(in crate::cli) struct Everything {
    pub(in crate::cli) inventory: Inventory,
    /// The kinds that could not be read, or not all of them, and why.
    pub(in crate::cli) gaps: Vec<(Kind, Text)>,
    /// What cannot be understood: where the API server has it, and why.
    pub(in crate::cli) broken: Vec<(String, String)>,
}

/// Where the API server has an object: what `kubectl get --raw` takes.
pub(in crate::cli) fn path(kind: Kind, namespace: &str, name: &str) -> String {
    let group = match kind.group() {
        "" => "api".to_owned(),
        group => format!("apis/{group}"),
    };
    let within = match namespace {
        "" => String::new(),
        namespace => format!("/namespaces/{namespace}"),
    };
    let name = match name {
        "" => String::new(),
        name => format!("/{name}"),
    };
    format!("{group}/{}{within}/{}{name}", kind.version(), kind.plural())
}

/// Reads the objects of these kinds, and asks of workloads what the conditions ask. In one namespace, what may concern its workloads
/// from elsewhere is read everywhere, where that is allowed.
///
/// # Errors
/// Where the cluster does not answer at all.
pub(in crate::cli) async fn everything(
    cluster: &Cluster,
    kinds: KindSet,
    namespace: Option<&str>,
    conditions: &Conditions,
) -> anyhow::Result<Everything> {
    let served = Served::ask(&cluster.client).await;
    let served =
        served.map_err(|error| refused(&error, "ask the cluster which kinds there are"))?;
    let served = &served;
    let kinds = kinds
        .union(KindSet::of(&[Kind::Namespace]))
        .without(KindSet::FILES_ONLY);
    let lists = kinds
        .iter()
        .map(|kind| async move { (kind, of_kind(cluster, served, kind, namespace).await) });
    let lists: Vec<_> = stream::iter(lists).buffer_unordered(LISTS).collect().await;
    let mut read = Everything {
        inventory: Inventory::of_cluster(),
        gaps: Vec::new(),
        broken: Vec::new(),
    };
    for (kind, (listed, partly)) in lists {
        read.store(kind, listed, conditions);
        if let Some(why) = partly {
            read.gap(kind, why);
        }
    }
    read.gaps.sort();
    read.broken.sort();
    Ok(read)
}

/// The objects of a kind; and where those are not all, why.
async fn of_kind(
    cluster: &Cluster,
    served: &Served,
    kind: Kind,
    namespace: Option<&str>,
) -> (Result<Vec<Value>, Absent>, Option<Text>) {
    let resource = match kind.is_custom() {
        true => match served.find(
            &GroupKind::new(kind.group(), kind.name()),
            Some(kind.version()),
        ) {
            Ok(resource) => resource.clone(),
            Err(absent) => return (Err(absent), None),
        },
        false => {
            let gvk = GroupVersionKind::gvk(kind.group(), kind.version(), kind.name());
            ApiResource::from_gvk_with_plural(&gvk, kind.plural())
        }
    };
    let client = &cluster.client;
    if let Some(part) = PART.iter().find(|part| part.kind == kind) {
        let place = Where::In(part.namespace, Some(part.labels));
        return (list(client, &resource, place).await, None);
    }
    let own = namespace.filter(|_| kind.is_namespaced());
    let Some(own) = own else {
        return (list(client, &resource, Where::Everywhere).await, None);
    };
    if !ELSEWHERE.contains(kind) {
        return (list(client, &resource, Where::In(own, None)).await, None);
    }
    match list(client, &resource, Where::Everywhere).await {
        Err(absent @ Absent::Forbidden(_)) => {
            match list(client, &resource, Where::In(own, None)).await {
                Ok(listed) => {
                    let why = format!("{} in other namespaces", absent.why());
                    (Ok(listed), Some(why.into()))
                }
                Err(absent) => (Err(absent), None),
            }
        }
        listed => (listed, None),
    }
}

impl Everything {
    fn gap(&mut self, kind: Kind, why: Text) {
        self.inventory
            .set_source(kind, Source::Unavailable(why.clone()));
        self.gaps.push((kind, why));
    }

    fn store(&mut self, kind: Kind, listed: Result<Vec<Value>, Absent>, conditions: &Conditions) {
        let objects = match listed {
            Ok(objects) => objects,
            Err(Absent::NotServed) if kind.is_custom() => {
                self.inventory.unserve(kind);
                return;
            }
            Err(Absent::NotServed) => {
                return self.gap(kind, "the API server does not have them".into());
            }
            Err(absent) => return self.gap(kind, absent.why()),
        };
        let asked = conditions.of_kind(kind);
        let mut records = Vec::with_capacity(objects.len());
        for object in objects {
            match model::decode(kind, &object) {
                Ok(mut record) => {
                    if let Object::Workload(workload) = &mut record
                        && !asked.is_empty()
                    {
                        let mut object = object;
                        object["apiVersion"] = kind.api_version().to_string().into();
                        object["kind"] = kind.name().into();
                        workload.answers = asked.ask(kind, object);
                    }
                    records.push(Record::of_cluster(record));
                }
                Err(error) => {
                    let text = |field: &str| object["metadata"][field].as_str().unwrap_or_default();
                    let place = path(kind, text("namespace"), text("name"));
                    self.broken.push((place, error.to_string()));
                }
            }
        }
        self.inventory.reset(kind, records);
    }
}
