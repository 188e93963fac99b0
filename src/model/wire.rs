//! From the wire to records: what is read of each kind's JSON or YAML, and the defaults that are filled in.
//!
//! Fields that no check reads are skipped by the decoder, never stored. A field of the wrong type is an error, as it is
//! to the API server; an odd value of the right type (a quantity that is none) is kept, for a check to say so.

mod autoscaler;
mod limits;
mod network;
mod pod;
mod rbac;
mod related;
mod scalar;
mod selectors;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use self::pod::{JobTemplate, Template};
use self::scalar::{List, Pairs, Share, Str, Time};
use super::{Key, Kind, Labels, Meta, Object, Owner, PodTemplate, Strategy, Text, Workload};

/// The record of an object of a kind, from its JSON or YAML.
///
/// # Errors
/// Where a field that is read has the wrong type, or the object has neither a name nor a `generateName`.
pub fn decode<'de, D: Deserializer<'de>>(kind: Kind, from: D) -> Result<Object, D::Error> {
    match kind {
        Kind::Deployment
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::ReplicaSet
        | Kind::ReplicationController => {
            workload(kind, Envelope::<ReplicatedSpec>::deserialize(from)?)
        }
        Kind::Job => workload(kind, Envelope::<JobTemplate>::deserialize(from)?),
        Kind::CronJob => workload(kind, Envelope::<CronJobSpec>::deserialize(from)?),
        Kind::Pod => workload(kind, Envelope::<pod::Spec>::deserialize(from)?),
        _ => related::decode(kind, from),
    }
}

/// Any workload: its metadata, a spec, and what is read of its status.
#[derive(Deserialize)]
struct Envelope<S> {
    #[serde(default)]
    metadata: Metadata,
    spec: Option<S>,
    status: Option<Status>,
}

/// `metadata`.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    name: Option<Str>,
    generate_name: Option<Str>,
    namespace: Option<Str>,
    uid: Option<Str>,
    labels: Pairs,
    owner_references: List<OwnerReference>,
    generation: Option<i64>,
    creation_timestamp: Option<Time>,
    deletion_timestamp: Option<Time>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnerReference {
    #[serde(default)]
    api_version: Option<Str>,
    kind: Str,
    name: Str,
    #[serde(default)]
    uid: Option<Str>,
    #[serde(default)]
    controller: Option<bool>,
}

impl Metadata {
    fn record<E: Error>(self, kind: Kind) -> Result<Meta, E> {
        let name = self
            .name
            .filter(|name| !name.0.is_empty())
            .or(self.generate_name);
        let name = name.ok_or_else(|| {
            E::custom("metadata.name: required, and there is no generateName either")
        })?;
        let namespace = if kind.is_namespaced() {
            text(self.namespace)
        } else {
            Text::from("")
        };
        let controller = self
            .owner_references
            .0
            .into_iter()
            .find(|owner| owner.controller == Some(true));
        Ok(Meta {
            key: Key::new(kind, namespace, name.0),
            uid: text(self.uid),
            labels: self.labels.into_labels(),
            controller: controller.map(|owner| Owner {
                kind: Kind::of(&text(owner.api_version), &owner.kind.0),
                name: owner.name.0,
                uid: text(owner.uid),
            }),
            generation: self.generation.unwrap_or(0),
            created: self.creation_timestamp.and_then(|time| time.0),
            deleting: self.deletion_timestamp.is_some(),
        })
    }
}

fn text(value: Option<Str>) -> Text {
    value.map_or_else(|| Text::from(""), |value| value.0)
}

/// What is read of any workload's status: whether it ended.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Status {
    phase: Option<Str>,
    conditions: List<Condition>,
}

#[derive(Deserialize)]
struct Condition {
    r#type: Str,
    status: Str,
}

impl Status {
    fn is_finished(&self, kind: Kind) -> bool {
        match kind {
            Kind::Pod => self
                .phase
                .as_ref()
                .is_some_and(|phase| matches!(&*phase.0, "Succeeded" | "Failed")),
            Kind::Job => self.conditions.0.iter().any(|condition| {
                matches!(&*condition.r#type.0, "Complete" | "Failed")
                    && &*condition.status.0 == "True"
            }),
            _ => false,
        }
    }
}

/// The spec of whatever keeps a number of pods running.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ReplicatedSpec {
    replicas: Option<i32>,
    strategy: Option<StrategySpec>,
    update_strategy: Option<StrategySpec>,
    template: Option<Template>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct StrategySpec {
    r#type: Option<Str>,
    rolling_update: Option<RollingUpdate>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RollingUpdate {
    max_unavailable: Option<Share>,
    max_surge: Option<Share>,
}

impl StrategySpec {
    fn record(self) -> Strategy {
        let rolling = self.rolling_update.unwrap_or_default();
        match self.r#type.as_ref().map_or("", |name| &*name.0) {
            "" | "RollingUpdate" => Strategy::RollingUpdate {
                max_unavailable: rolling.max_unavailable.map(|share| share.0),
                max_surge: rolling.max_surge.map(|share| share.0),
            },
            "Recreate" => Strategy::Recreate,
            "OnDelete" => Strategy::OnDelete,
            _ => Strategy::None,
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct CronJobSpec {
    job_template: JobTemplateHolder,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct JobTemplateHolder {
    spec: JobTemplate,
}

/// A spec that holds pods: how many, how they are replaced, and what they are.
trait PodHolder: Default {
    fn parts(self, kind: Kind) -> (i32, Strategy, PodTemplate);
}

impl PodHolder for ReplicatedSpec {
    fn parts(self, kind: Kind) -> (i32, Strategy, PodTemplate) {
        let strategy = match kind {
            Kind::Deployment => self.strategy.unwrap_or_default().record(),
            Kind::StatefulSet | Kind::DaemonSet => {
                self.update_strategy.unwrap_or_default().record()
            }
            _ => Strategy::None,
        };
        (
            self.replicas.unwrap_or(1),
            strategy,
            self.template.unwrap_or_default().record(),
        )
    }
}

impl PodHolder for JobTemplate {
    fn parts(self, _: Kind) -> (i32, Strategy, PodTemplate) {
        (
            self.parallelism.unwrap_or(1),
            Strategy::None,
            self.template.record(),
        )
    }
}

impl PodHolder for CronJobSpec {
    fn parts(self, kind: Kind) -> (i32, Strategy, PodTemplate) {
        self.job_template.spec.parts(kind)
    }
}

impl PodHolder for pod::Spec {
    fn parts(self, _: Kind) -> (i32, Strategy, PodTemplate) {
        (1, Strategy::None, self.record(Labels::default()))
    }
}

fn workload<S: PodHolder, E: Error>(kind: Kind, from: Envelope<S>) -> Result<Object, E> {
    let mut meta: Meta = from.metadata.record(kind)?;
    let (replicas, strategy, mut pod) = from.spec.unwrap_or_default().parts(kind);
    match kind {
        Kind::Pod => pod.labels = meta.labels.clone(),
        // `SetDefaults_Job`, `SetDefaults_ReplicationController`
        Kind::Job | Kind::ReplicationController if meta.labels.is_empty() => {
            meta.labels = pod.labels.clone();
        }
        _ => {}
    }
    let finished = from.status.is_some_and(|status| status.is_finished(kind));
    Ok(Object::Workload(Box::new(Workload {
        meta,
        replicas,
        strategy,
        finished,
        pod,
    })))
}
