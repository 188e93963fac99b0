//! The keeper's calls to the API server.

use std::pin::Pin;
use std::sync::Arc;

use futures::stream::{self, Stream, StreamExt};
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding,
};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, ObjectReference};
use kube::api::{ApiResource, DynamicObject, ObjectMeta, PostParams};
use kube::runtime::WatchStreamExt;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::runtime::watcher::watch_object;
use kube::{Api, Client};
use serde_json::{Value, json};

use super::GuardSettings;
use crate::controller::FIELD_MANAGER;
use crate::controller::reports::{WriteError, within};
use crate::guards;
use crate::people::Chronicle;
use crate::telemetry::metrics::ControllerMetrics;

/// The guards and the record of them.
pub(super) struct Cluster {
    client: Client,
    settings: GuardSettings,
    /// The guards as they should be.
    wanted: Vec<Value>,
    /// The same with whatever this API server fills in.
    filled: Vec<Value>,
    recorder: Recorder,
}

/// What is stored.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// It is not known yet.
    Unread,
    /// It cannot be known.
    Unreadable,
    /// Nothing.
    Absent,
    /// A chronicle, in this version.
    There {
        version: Option<String>,
        chronicle: Chronicle,
    },
}

/// Why it is time to look.
pub(super) enum Woken {
    /// Something has happened to a guard.
    Guard,
    /// The record is another.
    Kept(Kept),
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[error("could not {verb} {object}: {source}")]
pub(super) struct CallError {
    verb: &'static str,
    object: String,
    source: WriteError,
}

impl CallError {
    /// The object has changed, has come or has gone since it was read.
    pub(super) fn is_lost_race(&self) -> bool {
        matches!(&self.source, WriteError::Refused(kube::Error::Api(status)) if status.code == 409)
    }
}

impl Cluster {
    pub(super) fn new(client: Client, settings: GuardSettings) -> Self {
        let wanted = guards::objects(&settings.user);
        let reporter = Reporter {
            controller: "plimsoll.dev/guards".to_owned(),
            instance: None,
        };
        let recorder = Recorder::new(client.clone(), reporter);
        Self {
            client,
            settings,
            filled: wanted.clone(),
            wanted,
            recorder,
        }
    }

    /// The guards as they should be, with what the API server fills in.
    pub(super) fn filled(&self) -> &[Value] {
        &self.filled
    }

    /// Told of whatever happens to the guards and to the record.
    pub(super) fn news(
        &self,
        metrics: &Arc<ControllerMetrics>,
    ) -> Pin<Box<dyn Stream<Item = Woken> + Send>> {
        let guards = self.wanted.iter().map(|wanted| {
            let metrics = metrics.clone();
            let changes = watch_object(self.guards(wanted), name(wanted)).default_backoff();
            let woken = changes.map(move |change| {
                if change.is_err() {
                    metrics.watch_failed("ValidatingAdmissionPolicy");
                }
                Woken::Guard
            });
            woken.boxed()
        });
        let metrics = metrics.clone();
        let kept = watch_object(self.config_maps(), &self.settings.config_map).default_backoff();
        let kept = kept.map(move |kept| {
            Woken::Kept(match kept {
                Ok(Some(kept)) => read(kept),
                Ok(None) => Kept::Absent,
                Err(error) => {
                    metrics.watch_failed("ConfigMap");
                    tracing::warn!(%error, "The record of the guards cannot be read; it is tried again");
                    Kept::Unreadable
                }
            })
        });
        stream::select_all(guards.chain([kept.boxed()])).boxed()
    }

    /// The guards as they are, in order; `None` for what is absent.
    pub(super) async fn look(&mut self) -> Result<Vec<Option<Value>>, CallError> {
        let read =
            futures::future::try_join_all(self.wanted.iter().map(|wanted| self.read(wanted)))
                .await?;
        let live: Vec<_> = read.into_iter().map(|object| object.map(value)).collect();
        for (at, live) in live.iter().enumerate() {
            if let Some(live) = live
                && guards::wrongs(Some(live), &self.filled[at]) == Some("altered")
                && let Some(filled) = self.fill(at, live).await
            {
                self.filled[at] = filled;
            }
        }
        Ok(live)
    }

    async fn read(&self, wanted: &Value) -> Result<Option<DynamicObject>, CallError> {
        let read = within(self.guards(wanted).get_opt(name(wanted))).await;
        read.map_err(|source| failed("read", wanted, source))
    }

    /// What this API server would make of a guard: a later one than we know of may fill in further defaults.
    async fn fill(&self, at: usize, live: &Value) -> Option<Value> {
        let wanted = &self.wanted[at];
        let object = replacement(live, wanted)?;
        let params = PostParams {
            dry_run: true,
            ..params()
        };
        let filled = within(self.guards(wanted).replace(name(wanted), &params, &object))
            .await
            .ok()?;
        Some(
            json!({"kind": wanted["kind"], "metadata": wanted["metadata"], "spec": value(filled)["spec"]}),
        )
    }

    /// Which of the guards are not as they should be, and how.
    pub(super) fn wrongs(&self, live: &[Option<Value>]) -> Vec<(usize, &'static str)> {
        let both = live.iter().zip(&self.filled).enumerate();
        both.filter_map(|(at, (live, wanted))| Some((at, guards::wrongs(live.as_ref(), wanted)?)))
            .collect()
    }

    /// Makes a guard what it should be, and says so on it.
    pub(super) async fn mend(
        &self,
        at: usize,
        live: Option<&Value>,
        how: &str,
    ) -> Result<(), CallError> {
        let wanted = &self.wanted[at];
        let written = match live.and_then(|live| replacement(live, wanted)) {
            Some(object) => {
                within(
                    self.guards(wanted)
                        .replace(name(wanted), &params(), &object),
                )
                .await
            }
            None => match serde_json::from_value(wanted.clone()) {
                Ok(object) => within(self.guards(wanted).create(&params(), &object)).await,
                Err(error) => Err(WriteError::Refused(kube::Error::SerdeError(error))),
            },
        };
        let object = written.map_err(|source| failed("write", wanted, source))?;
        tracing::warn!(guard = guards::name(wanted), how, "A guard was repaired");
        self.publish(wanted, &object, how).await;
        Ok(())
    }

    /// Whether Plimsoll is being removed: then its guards go as well.
    pub(super) async fn is_leaving(&self) -> Result<bool, CallError> {
        let namespaces = Api::<Namespace>::all(self.client.clone());
        let name = &self.settings.namespace;
        let namespace = within(namespaces.get_opt(name)).await;
        let namespace = namespace.map_err(|source| CallError {
            verb: "read",
            object: format!("Namespace/{name}"),
            source,
        })?;
        Ok(namespace.is_none_or(|namespace| namespace.metadata.deletion_timestamp.is_some()))
    }

    async fn publish(&self, wanted: &Value, object: &DynamicObject, how: &str) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let reference = ObjectReference {
            api_version: text(&wanted["apiVersion"]),
            kind: text(&wanted["kind"]),
            name: object.metadata.name.clone(),
            uid: object.metadata.uid.clone(),
            ..ObjectReference::default()
        };
        let event = Event {
            type_: EventType::Warning,
            reason: "GuardRepaired".to_owned(),
            note: Some(format!(
                "It was {how}; what was attested meanwhile does not count"
            )),
            action: "Repair".to_owned(),
            secondary: None,
        };
        if let Err(error) = within(self.recorder.publish(&event, &reference)).await {
            tracing::warn!(name = reference.name, %error, "An Event could not be written");
        }
    }

    /// Stores a chronicle in place of what is there.
    pub(super) async fn store(
        &self,
        kept: &Kept,
        chronicle: &Chronicle,
    ) -> Result<Kept, CallError> {
        let name = &self.settings.config_map;
        let version = match kept {
            Kept::There { version, .. } => version.clone(),
            _ => None,
        };
        let map = ConfigMap {
            metadata: ObjectMeta {
                name: Some(name.clone()),
                resource_version: version.clone(),
                labels: Some([("app.kubernetes.io/name".to_owned(), "plimsoll".to_owned())].into()),
                ..ObjectMeta::default()
            },
            data: Some(chronicle.data()),
            ..ConfigMap::default()
        };
        let maps = self.config_maps();
        let stored = match version {
            Some(_) => within(maps.replace(name, &params(), &map)).await,
            None => within(maps.create(&params(), &map)).await,
        };
        let stored = stored.map_err(|source| CallError {
            verb: "write",
            object: format!("ConfigMap/{name}"),
            source,
        })?;
        Ok(Kept::There {
            version: stored.metadata.resource_version,
            chronicle: chronicle.clone(),
        })
    }

    fn guards(&self, wanted: &Value) -> Api<DynamicObject> {
        let resource = if wanted["kind"] == "ValidatingAdmissionPolicy" {
            ApiResource::erase::<ValidatingAdmissionPolicy>(&())
        } else {
            ApiResource::erase::<ValidatingAdmissionPolicyBinding>(&())
        };
        Api::all_with(self.client.clone(), &resource)
    }

    fn config_maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &self.settings.namespace)
    }
}

fn params() -> PostParams {
    PostParams {
        dry_run: false,
        field_manager: Some(FIELD_MANAGER.to_owned()),
    }
}

fn name(guard: &Value) -> &str {
    guard["metadata"]["name"].as_str().unwrap_or_default()
}

/// An object as JSON, whole: what a later version of Kubernetes has in it besides is an alteration like any other.
fn value(object: DynamicObject) -> Value {
    let mut value = object.data;
    value["metadata"] = serde_json::to_value(object.metadata).unwrap_or_default();
    value
}

fn failed(verb: &'static str, wanted: &Value, source: WriteError) -> CallError {
    CallError {
        verb,
        object: guards::name(wanted),
        source,
    }
}

fn read(map: ConfigMap) -> Kept {
    let chronicle = Chronicle::of(&map.data.unwrap_or_default()).unwrap_or_else(|error| {
        tracing::error!(%error, "The record of the guards is not understood and begins anew");
        Chronicle::default()
    });
    Kept::There {
        version: map.metadata.resource_version,
        chronicle,
    }
}

/// What takes the place of a live guard: no finalizer keeps it from going where somebody is deleting it.
fn replacement(live: &Value, wanted: &Value) -> Option<DynamicObject> {
    let mut object = live.clone();
    object["apiVersion"] = wanted["apiVersion"].clone();
    object["kind"] = wanted["kind"].clone();
    object["spec"] = wanted["spec"].clone();
    let metadata = object["metadata"].as_object_mut()?;
    metadata.remove("managedFields");
    metadata.remove("finalizers");
    let labels = metadata.entry("labels").or_insert_with(|| json!({}));
    for (label, value) in wanted["metadata"]["labels"]
        .as_object()
        .into_iter()
        .flatten()
    {
        labels[label] = value.clone();
    }
    serde_json::from_value(object).ok()
}
