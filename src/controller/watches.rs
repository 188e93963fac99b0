//! Watches of the kinds that there are records of.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use kube::core::{ApiResource, GroupVersionKind};
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::indexer::Input;
use super::served;
use super::watched::Watched;
use crate::engine::Conditions;
use crate::inventory::Record;
use crate::model::{EndpointSlice, Kind, Object, Text};
use crate::telemetry::metrics::ControllerMetrics;

/// How long it takes at most until a custom kind counts that was installed while the operator runs.
const SLOWEST: Duration = Duration::from_secs(30);

/// How long the first wait is; each is twice as long as the one before.
const FIRST: Duration = Duration::from_secs(1);

/// A watch of a kind.
pub(super) struct Watch {
    pub(super) client: Client,
    pub(super) kind: Kind,
    /// What the match conditions of the policies ask.
    pub(super) conditions: watch::Receiver<Conditions>,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) metrics: Arc<ControllerMetrics>,
}

/// Why a watch has ended.
enum Ended {
    /// The API server does not have the kind, or has it no more.
    NotServed,
    /// Policies ask something else of each object, so that all must be read again.
    AskedAnew,
    /// Nobody listens.
    Unheard,
}

impl Watch {
    /// Watches the kind and sends what happens to its objects, for ever: an API server that is away is waited for.
    pub(super) async fn run(self) {
        if self.kind.is_custom() {
            self.whenever_served().await;
        } else {
            while let Ended::AskedAnew = self.follow(self.kind.version()).await {}
        }
    }

    /// Watches a custom kind as long as the API server has it, and looks for it again and again while it has not.
    async fn whenever_served(&self) {
        let kind = self.kind;
        let mut wait = FIRST;
        let mut is_told = false;
        loop {
            let answer = served::version(&self.client, kind).await;
            let is_known = answer.is_ok();
            match answer {
                Ok(Some(version)) => {
                    let began = Instant::now();
                    if let Ended::Unheard = self.follow(&version).await {
                        return;
                    }
                    is_told = false;
                    if began.elapsed() > SLOWEST {
                        wait = FIRST;
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    self.metrics.watch_failed(kind.name());
                    tracing::warn!(%kind, %error, "The API server does not say whether it has a kind; it is asked again");
                }
            }
            if is_known && !is_told {
                if self.inputs.send(Input::NotServed(kind)).await.is_err() {
                    return;
                }
                is_told = true;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(SLOWEST);
        }
    }

    /// Watches the kind in a version. A kind of Kubernetes' own is waited for even where the API server does not have it.
    async fn follow(&self, version: &str) -> Ended {
        let kind = self.kind;
        let served = GroupVersionKind::gvk(kind.group(), version, kind.name());
        let served = ApiResource::from_gvk_with_plural(&served, kind.plural());
        let mut events = pin!(watcher(self.api(&served), part(kind)).default_backoff());
        let mut listed = Vec::new();
        let mut told = self.conditions.clone();
        let conditions = told.borrow_and_update().of_kind(kind);
        let mut anew = pin!(anew(told, kind, conditions.clone()));
        loop {
            let event = tokio::select! {
                biased;
                () = &mut anew => return Ended::AskedAnew,
                event = events.next() => event,
            };
            let Some(event) = event else {
                return Ended::Unheard;
            };
            let input = match event {
                Ok(Event::Init) => {
                    listed = Vec::new();
                    continue;
                }
                Ok(Event::InitApply(object)) => {
                    listed.extend(record(kind, &object, &conditions));
                    continue;
                }
                Ok(Event::InitDone) => Input::Reset(kind, std::mem::take(&mut listed)),
                Ok(Event::Apply(object)) => match record(kind, &object, &conditions) {
                    Some(record) => Input::Apply(record),
                    None => Input::Delete(object.key(kind)),
                },
                Ok(Event::Delete(object)) => Input::Delete(object.key(kind)),
                Err(error) => {
                    let refusal = refusal(&error);
                    if refusal == Some(Refusal::NotFound) && kind.is_custom() {
                        return Ended::NotServed;
                    }
                    self.metrics.watch_failed(kind.name());
                    match refusal {
                        Some(refusal) => Input::Unavailable(kind, refusal.reason()),
                        None => {
                            tracing::warn!(%kind, %error, "A watch failed; it is tried again");
                            continue;
                        }
                    }
                }
            };
            if self.inputs.send(input).await.is_err() {
                return Ended::Unheard;
            }
        }
    }

    fn api(&self, served: &ApiResource) -> Api<Watched> {
        match PART.iter().find(|part| part.kind == self.kind) {
            Some(part) => Api::namespaced_with(self.client.clone(), part.namespace, served),
            None => Api::all_with(self.client.clone(), served),
        }
    }
}

/// Of which objects of a kind records are kept, where not of all.
pub struct Part {
    /// The kind.
    pub kind: Kind,
    /// The namespace that they are in.
    pub namespace: &'static str,
    /// Their labels.
    pub labels: &'static str,
}

/// The kinds that are not watched in all of the cluster: EndpointSlices are many and change all the time, and those of the API
/// server tell where it is found.
pub const PART: [Part; 1] = [Part {
    kind: Kind::EndpointSlice,
    namespace: EndpointSlice::OF_API_SERVER.0,
    labels: "kubernetes.io/service-name=kubernetes",
}];

fn part(kind: Kind) -> watcher::Config {
    let all = watcher::Config::default();
    match PART.iter().find(|part| part.kind == kind) {
        Some(part) => all.labels(part.labels),
        None => all,
    }
}

/// Ends when something else is asked of a kind.
async fn anew(mut told: watch::Receiver<Conditions>, kind: Kind, conditions: Conditions) {
    if told
        .wait_for(|all| all.of_kind(kind) != conditions)
        .await
        .is_err()
    {
        // Nobody is left to tell.
        std::future::pending::<()>().await;
    }
}

/// The record that is kept of an object.
fn record(kind: Kind, object: &Watched, conditions: &Conditions) -> Option<Record> {
    match object.decode(kind) {
        Ok(mut decoded) => {
            if let Object::Workload(workload) = &mut decoded
                && !conditions.is_empty()
                && workload.is_judged_itself()
                && let Ok(value) = object.value()
            {
                workload.answers = conditions.ask(kind, value);
            }
            Some(Record::of_cluster(decoded))
        }
        Err(error) => {
            // The record that there was would be of something that is no more.
            tracing::error!(object = %object.key(kind), %error, "An object could not be read and is left out");
            None
        }
    }
}

/// Why a kind cannot be had at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    NotFound,
    Forbidden,
}

impl Refusal {
    fn reason(self) -> Text {
        match self {
            Self::NotFound => "the API server does not have them",
            Self::Forbidden => "the operator has no permission to list and watch them",
        }
        .into()
    }
}

/// That a kind cannot be had at all, where that is what the error says.
fn refusal(error: &watcher::Error) -> Option<Refusal> {
    let (watcher::Error::InitialListFailed(kube::Error::Api(status))
    | watcher::Error::WatchStartFailed(kube::Error::Api(status))) = error
    else {
        return None;
    };
    if status.is_forbidden() {
        Some(Refusal::Forbidden)
    } else if status.code == 404 {
        // Where there is no such path at all, the answer has no reason.
        Some(Refusal::NotFound)
    } else {
        None
    }
}
