//! Reports in the cluster: their names, what is known of them, and how they are written.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::api::{DeleteParams, ObjectMeta, Patch, PatchParams};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, ResourceExt};
use tokio::sync::mpsc;

use super::FIELD_MANAGER;
use super::reporter::News;
use crate::api::{ReadinessReport, Report, ReportFields, Status};
use crate::engine::report;
use crate::inventory::ReportOn;
use crate::model::{Key, Kind, Text, Workload};
use crate::telemetry::metrics::ControllerMetrics;

/// Where a report is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ReportKey {
    pub(super) namespace: Text,
    pub(super) name: Text,
}

/// What is kept of a report in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// Of its content and its owner.
    pub(super) digest: u64,
    /// What it says.
    pub(super) status: Status,
    /// What it is about.
    pub(super) on: ReportOn,
    /// `resourceVersion`, as the number that it is.
    pub(super) version: u64,
}

/// A report as it should be.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) report: Report,
    pub(super) owner: Option<OwnerReference>,
}

impl ReportKey {
    /// Where the report on something is.
    pub(super) fn of(on: &ReportOn) -> Self {
        Self {
            namespace: on.namespace().clone(),
            name: report::name(on),
        }
    }
}

impl Wanted {
    /// The report on a workload, owned by it: it goes when the workload goes, and keeps nothing from going.
    pub(super) fn of_workload(workload: &Workload, report: Report) -> Self {
        let owner = OwnerReference {
            api_version: workload.kind().api_version(),
            kind: workload.kind().name().to_owned(),
            name: workload.meta.key.name.to_string(),
            uid: workload.meta.uid.to_string(),
            controller: Some(false),
            block_owner_deletion: Some(false),
        };
        Self {
            report,
            owner: Some(owner),
        }
    }

    pub(super) fn digest(&self) -> u64 {
        digest(
            &self.report,
            self.owner.as_ref().map(|owner| owner.uid.as_str()),
        )
    }
}

fn digest(report: &Report, owner: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Every field is plain data, so this cannot fail; if it did, the report would be written again.
    serde_json::to_vec(report)
        .unwrap_or_default()
        .hash(&mut hasher);
    owner.hash(&mut hasher);
    hasher.finish()
}

impl Known {
    /// What is kept of a report. One whose subject makes no sense is nobody's.
    fn of(report: &ReadinessReport) -> Option<(ReportKey, Option<Self>)> {
        let namespace: Text = report.namespace()?.into();
        let key = ReportKey {
            namespace: namespace.clone(),
            name: report.name_any().into(),
        };
        let content = &report.spec.report;
        let on = match content.subject.kind.as_str() {
            "Namespace" => Some(ReportOn::Namespace(namespace)),
            kind => Kind::ALL
                .iter()
                .find(|known| known.is_workload() && known.name() == kind)
                .map(|kind| {
                    ReportOn::Workload(Key::new(*kind, namespace, content.subject.name.as_str()))
                }),
        };
        let on = on.filter(|on| ReportKey::of(on) == key);
        let owner = report
            .metadata
            .owner_references
            .as_deref()
            .unwrap_or_default()
            .first();
        let known = on.map(|on| Self {
            digest: digest(content, owner.map(|owner| owner.uid.as_str())),
            status: content.status,
            on,
            version: version(report),
        });
        Some((key, known))
    }
}

fn version(report: &ReadinessReport) -> u64 {
    report
        .resource_version()
        .and_then(|version| version.parse().ok())
        .unwrap_or(0)
}

/// What happened to reports.
pub(super) enum ReportNews {
    /// These are all of them.
    All(Vec<(ReportKey, Option<Known>)>),
    /// One is there, or has changed. It is nobody's where nothing is known of it.
    Seen(ReportKey, Option<Known>),
    /// One is gone.
    Gone(ReportKey),
}

/// Watches the reports: what a leader finds is not written again, and what somebody changes is mended.
pub(super) async fn watch(
    client: Client,
    news: mpsc::UnboundedSender<News>,
    metrics: Arc<ControllerMetrics>,
) {
    let api = Api::<ReadinessReport>::all(client);
    let mut events = pin!(watcher(api, watcher::Config::default()).default_backoff());
    let mut listed = Vec::new();
    while let Some(event) = events.next().await {
        let event = match event {
            Ok(Event::Init) => {
                listed = Vec::new();
                continue;
            }
            Ok(Event::InitApply(report)) => {
                listed.extend(Known::of(&report));
                continue;
            }
            Ok(Event::InitDone) => ReportNews::All(std::mem::take(&mut listed)),
            Ok(Event::Apply(report)) => match Known::of(&report) {
                Some((key, known)) => ReportNews::Seen(key, known),
                None => continue,
            },
            Ok(Event::Delete(report)) => match Known::of(&report) {
                Some((key, _)) => ReportNews::Gone(key),
                None => continue,
            },
            Err(error) => {
                metrics.watch_failed("ReadinessReport");
                tracing::warn!(%error, "Reports cannot be read; it is tried again, and nothing is written before");
                continue;
            }
        };
        if news.send(News::Report(event)).is_err() {
            return;
        }
    }
}

/// Why something was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum WriteError {
    /// The API server refused it, or could not be reached.
    #[error(transparent)]
    Refused(#[from] kube::Error),
    /// The API server did not answer.
    #[error("there was no answer within {PATIENCE:?}")]
    Late,
}

/// How long a write may take. The client itself waits for as long as a watch may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// A write, or [`WriteError::Late`].
pub(super) async fn within<T>(
    write: impl Future<Output = Result<T, kube::Error>>,
) -> Result<T, WriteError> {
    match tokio::time::timeout(PATIENCE, write).await {
        Ok(result) => result.map_err(WriteError::from),
        Err(_) => Err(WriteError::Late),
    }
}

/// Writes a report. Answers with what is known of it then.
pub(super) async fn apply(
    client: Client,
    on: ReportOn,
    wanted: Wanted,
) -> Result<Option<Known>, WriteError> {
    let key = ReportKey::of(&on);
    let (digest, status) = (wanted.digest(), wanted.report.status);
    let api = Api::<ReadinessReport>::namespaced(client, &key.namespace);
    let report = ReadinessReport {
        metadata: ObjectMeta {
            name: Some(key.name.to_string()),
            namespace: Some(key.namespace.to_string()),
            owner_references: wanted.owner.map(|owner| vec![owner]),
            ..ObjectMeta::default()
        },
        spec: ReportFields {
            report: wanted.report,
        },
    };
    let params = PatchParams::apply(FIELD_MANAGER).force();
    let written = within(api.patch(&key.name, &params, &Patch::Apply(&report))).await?;
    Ok(Some(Known {
        digest,
        status,
        on,
        version: version(&written),
    }))
}

/// Deletes a report; that it is gone already is as good.
pub(super) async fn delete(client: Client, key: ReportKey) -> Result<Option<Known>, WriteError> {
    let api = Api::<ReadinessReport>::namespaced(client, &key.namespace);
    match within(api.delete(&key.name, &DeleteParams::default())).await {
        Ok(_) => Ok(None),
        Err(WriteError::Refused(kube::Error::Api(status))) if status.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
