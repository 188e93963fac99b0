//! From the wire to records: what is read of each kind's JSON or YAML, and the defaults that are filled in.
//!
//! Fields that no check reads are skipped by the decoder, never stored. A field of the wrong type is an error, as it is
//! to the API server; an odd value of the right type (a quantity that is none) is kept, for a check to say so.

mod annotations;
mod autoscaler;
mod class;
mod config;
mod constraints;
mod delivery;
mod destination;
mod entries;
mod fields;
mod gateway;
mod gateway_policy;
mod ingress;
mod limits;
mod metadata;
mod monitor;
mod network;
mod node;
mod pod;
mod quota;
mod rbac;
mod related;
mod scalar;
mod selection;
mod selectors;
mod service;
mod spec;
mod status;
mod storage;
#[cfg(test)]
mod tests;
mod written;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use self::fields::fields;
use self::metadata::Metadata;
use self::pod::JobTemplate;
use self::scalar::{Pairs, Str};
use self::selection::Defaulting;
use self::selectors::LabelSelector;
use self::spec::{CronJobSpec, Parts, PodHolder, ReplicatedSpec};
use self::status::{Intent, Status};
use super::{
    Answers, Key, Kind, Meta, Object, Observed, Owner, PodTemplate, Text, Workload, recent,
};

/// The record of an object of a kind, from its JSON or YAML.
///
/// # Errors
/// Where a field that is read has the wrong type, or the object has neither a name nor a `generateName`.
pub fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    match kind {
        Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet | Kind::ReplicaSet => workload(
            kind,
            Envelope::<ReplicatedSpec<LabelSelector>>::deserialize(from)?,
        ),
        Kind::ReplicationController => {
            workload(kind, Envelope::<ReplicatedSpec<Pairs>>::deserialize(from)?)
        }
        Kind::Job => workload(kind, Envelope::<JobTemplate>::deserialize(from)?),
        Kind::CronJob => workload(kind, Envelope::<CronJobSpec>::deserialize(from)?),
        Kind::Pod => workload(kind, Envelope::<pod::Spec>::deserialize(from)?),
        Kind::ConfigMap | Kind::Secret | Kind::ExternalSecret | Kind::SealedSecret => {
            config::decode(kind, from)
        }
        Kind::PersistentVolumeClaim | Kind::PersistentVolume | Kind::StorageClass => {
            storage::decode(kind, from)
        }
        Kind::Node => node::decode(from),
        _ => related::decode(kind, from),
    }
}

/// Only the metadata of an object, whatever else it says: of one that is not what its kind asks for.
///
/// # Errors
/// Where that cannot be read either, or the object has no name.
pub fn decode_bare<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    let meta = related::bare(kind, from)?;
    Ok(Object::Bare(meta.into()))
}

/// The record of a Pod as a controller makes it of a template: with this name, controlled by an object of a kind that there are no
/// records of, which says how many there are, if it does.
///
/// # Errors
/// Where a field that is read has the wrong type.
pub fn decode_template<'de, D: Deserializer<'de>>(
    key: Key,
    (controller, replicas): (&str, Option<i32>),
    from: D,
) -> Result<Object, D::Error> {
    let mut template = Envelope::<pod::Spec>::deserialize(from)?;
    template.metadata.name = Some(Str(key.name.clone()));
    let mut object = workload(Kind::Pod, template)?;
    if let Object::Workload(workload) = &mut object {
        workload.sets_replicas = Some(replicas.is_some());
        workload.replicas = replicas.unwrap_or(1);
    }
    object.meta_mut().key = key;
    object.meta_mut().controller = Some(Box::new(Owner {
        kind: None,
        name: controller.into(),
        uid: Text::from(""),
    }));
    Ok(object)
}

fields! {
    /// Any workload: its metadata, a spec, and what is read of its status.
    struct Envelope<S> {
        api_version: Defaulting,
        metadata: Metadata,
        spec: Option<S>,
        status: Option<Status>,
    }
}

fn text(value: Option<Str>) -> Text {
    value.map_or_else(|| recent(""), |value| value.0)
}

/// `SetDefaults_Pod`: in the network of its node, a Pod takes there the ports that it listens on. Templates are not given them.
fn take_host_ports(pod: &mut PodTemplate) {
    if !pod.host_network {
        return;
    }
    for container in &mut pod.containers {
        for port in &mut container.ports {
            if port.host == 0 {
                port.host = port.number;
            }
        }
    }
}

/// The names of the containers of a Pod that run as long as it does.
fn running(kind: Kind, pod: &PodTemplate) -> Box<[Text]> {
    let containers = pod.containers.iter().filter(|_| kind == Kind::Pod);
    containers
        .filter(|container| container.role.has_probes())
        .map(|container| container.name.clone())
        .collect()
}

fn workload<S: PodHolder, E: Error>(kind: Kind, from: Envelope<S>) -> Result<Object, E> {
    let mut metadata = from.metadata;
    let revision = metadata.revision();
    let contact = metadata.contact();
    let sets_replicas =
        metadata.sets_replicas(from.spec.as_ref().is_some_and(|spec| spec.says_replicas()));
    let annotations = std::mem::take(&mut metadata.annotations);
    let mut meta: Meta = metadata.record(kind)?;
    // What another object controls was delivered by whatever made that; bare Pods are not delivered.
    let is_delivered = meta.controller.is_none() && kind != Kind::Pod;
    let delivery = is_delivered.then(|| delivery::marks(&meta.key, &meta.labels, &annotations));
    let spec = from.spec.unwrap_or_default();
    let intent = spec.intent();
    let Parts {
        replicas,
        particulars,
        suspended,
        strategy,
        revision_history_limit,
        selection,
        claim_templates,
        first_ordinal,
        mut pod,
    } = spec.parts(&meta, from.api_version);
    if kind == Kind::Pod {
        pod.app_armor = annotations.into_app_armor();
        take_host_ports(&mut pod);
    }
    // `SetDefaults_Job`, `SetDefaults_ReplicationController`
    if matches!(kind, Kind::Job | Kind::ReplicationController) && meta.labels.is_empty() {
        meta.labels = pod.labels.clone();
    }
    // `generateSelector` of the API server. A CronJob's Jobs have names that nobody knows before.
    if kind == Kind::Job {
        for label in ["job-name", "batch.kubernetes.io/job-name"] {
            if pod.labels.get(label).is_none() {
                pod.labels = pod.labels.with(label, &meta.key.name);
            }
        }
    }
    let finished = from
        .status
        .as_ref()
        .is_some_and(|status| status.is_finished(kind));
    // A Pod is always somewhere; a manifest of anything else has nothing to say.
    let is_observed = from.status.is_some() || revision != 0 || kind == Kind::Pod;
    let observed = if is_observed {
        let intent = Intent {
            replicas,
            running: running(kind, &pod),
            revision,
            ..intent
        };
        from.status.unwrap_or_default().observed(&meta, intent)
    } else {
        Observed::Nothing
    };
    Ok(Object::Workload(Box::new(Workload {
        meta,
        replicas,
        sets_replicas,
        contact,
        particulars,
        suspended,
        strategy,
        revision_history_limit,
        selection,
        claim_templates,
        first_ordinal,
        finished,
        pod,
        delivery: delivery.unwrap_or_default(),
        answers: Answers::default(),
        observed,
    })))
}
