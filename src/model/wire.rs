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
mod recent;
mod related;
mod scalar;
mod selection;
mod selectors;
mod service;
mod status;
mod storage;
#[cfg(test)]
mod tests;
mod written;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use self::metadata::Metadata;
use self::pod::{JobTemplate, Template};
use self::scalar::{List, Pairs, Share, Str};
use self::selection::{Defaulting, SelectorFields};
use self::selectors::LabelSelector;
use self::status::{Intent, Status};
use super::{
    Answers, ClaimTemplate, JobParts, Kind, Meta, Object, Observed, Particulars, PodTemplate,
    Retention, Selection, StatefulParts, Strategy, Text, Workload,
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
    related::bare(kind, from).map(Object::Bare)
}

/// Any workload: its metadata, a spec, and what is read of its status.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<S> {
    #[serde(default)]
    api_version: Defaulting,
    #[serde(default)]
    metadata: Metadata,
    spec: Option<S>,
    status: Option<Status>,
}

fn text(value: Option<Str>) -> Text {
    value.map_or_else(|| Text::from(""), |value| value.0)
}

/// The spec of whatever keeps a number of pods running.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct ReplicatedSpec<S> {
    replicas: Option<i32>,
    selector: Option<S>,
    revision_history_limit: Option<i32>,
    volume_claim_templates: List<storage::ClaimTemplate>,
    ordinals: Option<Ordinals>,
    service_name: Option<Str>,
    pod_management_policy: Option<Str>,
    persistent_volume_claim_retention_policy: Option<RetentionSpec>,
    strategy: Option<StrategySpec>,
    update_strategy: Option<StrategySpec>,
    template: Option<Template>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Ordinals {
    start: Option<i32>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct RetentionSpec {
    when_deleted: Option<Str>,
    when_scaled: Option<Str>,
}

impl RetentionSpec {
    fn record(&self) -> Retention {
        let deletes = |field: &Option<Str>| field.as_ref().is_some_and(|name| &*name.0 == "Delete");
        Retention {
            deletes_with_set: deletes(&self.when_deleted),
            deletes_with_pod: deletes(&self.when_scaled),
        }
    }
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
    partition: Option<i32>,
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
    suspend: Option<bool>,
    starting_deadline_seconds: Option<i64>,
    job_template: JobTemplateHolder,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct JobTemplateHolder {
    spec: JobTemplate,
}

/// A spec that holds pods: how many, how they are replaced, and what they are.
trait PodHolder: Default {
    /// What a status is measured by, as far as the spec alone says it.
    fn intent(&self) -> Intent {
        Intent::default()
    }

    /// Whether it says how many pods there should be, of a kind that can be scaled.
    fn says_replicas(&self) -> bool {
        false
    }

    /// What it says of a workload with this metadata.
    fn parts(self, of: &Meta, defaulting: Defaulting) -> Parts;
}

/// What a spec says of its workload.
struct Parts {
    replicas: i32,
    particulars: Particulars,
    suspended: bool,
    strategy: Strategy,
    revision_history_limit: Option<i32>,
    selection: Selection,
    claim_templates: Box<[ClaimTemplate]>,
    first_ordinal: i32,
    pod: PodTemplate,
}

impl Parts {
    /// So many pods, of a kind that neither replaces nor selects them.
    fn of_pods(replicas: i32, pod: PodTemplate) -> Self {
        Self {
            replicas,
            particulars: Particulars::None,
            suspended: false,
            strategy: Strategy::None,
            revision_history_limit: None,
            selection: Selection::Own,
            claim_templates: Box::default(),
            first_ordinal: 0,
            pod,
        }
    }
}

impl<S: SelectorFields + Default> PodHolder for ReplicatedSpec<S> {
    fn intent(&self) -> Intent {
        let update = self
            .update_strategy
            .as_ref()
            .and_then(|strategy| strategy.rolling_update.as_ref());
        Intent {
            partition: update.and_then(|update| update.partition).unwrap_or(0),
            ..Intent::default()
        }
    }

    fn says_replicas(&self) -> bool {
        self.replicas.is_some()
    }

    fn parts(self, of: &Meta, defaulting: Defaulting) -> Parts {
        let kind = of.key.kind;
        let particulars = match kind {
            Kind::StatefulSet => Particulars::StatefulSet(Box::new(self.stateful())),
            _ => Particulars::None,
        };
        let strategy = match kind {
            Kind::Deployment => self.strategy.unwrap_or_default().record(),
            Kind::StatefulSet | Kind::DaemonSet => {
                self.update_strategy.unwrap_or_default().record()
            }
            _ => Strategy::None,
        };
        let has_revisions = matches!(kind, Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet);
        let selector = self.selector.map(SelectorFields::into_selector);
        let pod = self.template.unwrap_or_default().record(&of.key.namespace);
        let is_set = kind == Kind::StatefulSet;
        let templates = self.volume_claim_templates.0.into_iter().filter(|_| is_set);
        let ordinals = self.ordinals.filter(|_| is_set);
        Parts {
            replicas: self.replicas.unwrap_or(1),
            particulars,
            suspended: false,
            strategy,
            revision_history_limit: has_revisions
                .then(|| self.revision_history_limit.unwrap_or(REVISIONS)),
            selection: selection::record((kind, defaulting), selector, &pod.labels),
            claim_templates: templates.map(storage::ClaimTemplate::record).collect(),
            first_ordinal: ordinals.and_then(|ordinals| ordinals.start).unwrap_or(0),
            pod,
        }
    }
}

impl<S> ReplicatedSpec<S> {
    fn stateful(&self) -> StatefulParts {
        let rolling = self
            .update_strategy
            .as_ref()
            .and_then(|strategy| strategy.rolling_update.as_ref());
        let said = |field: &Option<Str>| {
            field
                .as_ref()
                .map_or_else(|| Text::from(""), |text| text.0.clone())
        };
        StatefulParts {
            service_name: said(&self.service_name),
            partition: rolling.and_then(|rolling| rolling.partition).unwrap_or(0),
            is_parallel: &*said(&self.pod_management_policy) == "Parallel",
            retention: self
                .persistent_volume_claim_retention_policy
                .as_ref()
                .map(RetentionSpec::record)
                .unwrap_or_default(),
        }
    }
}

/// `revisionHistoryLimit` of `SetDefaults_Deployment`, `SetDefaults_StatefulSet` and `SetDefaults_DaemonSet`.
const REVISIONS: i32 = 10;

impl PodHolder for JobTemplate {
    fn parts(self, of: &Meta, _: Defaulting) -> Parts {
        let particulars = Particulars::Job(Box::new(self.particulars()));
        let pod = self.template.record(&of.key.namespace);
        Parts {
            particulars,
            suspended: self.suspend.unwrap_or(false),
            ..Parts::of_pods(self.parallelism.unwrap_or(1), pod)
        }
    }
}

impl PodHolder for CronJobSpec {
    fn parts(self, of: &Meta, defaulting: Defaulting) -> Parts {
        let particulars = JobParts {
            starting_deadline: self.starting_deadline_seconds,
            ..self.job_template.spec.particulars()
        };
        let parts = self.job_template.spec.parts(of, defaulting);
        Parts {
            particulars: Particulars::Job(Box::new(particulars)),
            suspended: parts.suspended || self.suspend.unwrap_or(false),
            ..parts
        }
    }
}

impl PodHolder for pod::Spec {
    fn intent(&self) -> Intent {
        Intent {
            node: self.node(),
            ..Intent::default()
        }
    }

    fn parts(self, of: &Meta, _: Defaulting) -> Parts {
        Parts::of_pods(1, self.record(of.labels.clone(), &of.key.namespace))
    }
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
