//! The watch of one kind.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use futures::StreamExt;
use kube::core::ApiResource;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep};

use super::AGGREGATE;
use super::directory::{Directory, Lookup};
use crate::controller::indexer::Input;
use crate::controller::ledger::{DocumentEvent, DocumentNews, Entry, Order};
use crate::controller::watched::Watched;
use crate::evidence::{Document, GroupKind, Source};
use crate::model::Text;
use crate::telemetry::metrics::ControllerMetrics;

/// How soon a kind that could not be had is tried again, and at most how late: each wait is twice as long as the one before.
const WAITS: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(600)];

/// How long a watch may fail again and again until what it knew counts as stale.
const STALE: Duration = Duration::from_secs(180);

/// The backoff between two failures is shorter than this: a failure that comes later has nothing to do with the one before.
const APART: Duration = Duration::from_secs(90);

/// The watch of one kind, for one order.
pub(super) struct Watch {
    pub(super) client: Client,
    pub(super) order: Order,
    pub(super) directory: Arc<Directory>,
    pub(super) lists: Arc<Semaphore>,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) metrics: Arc<ControllerMetrics>,
}

/// Why a watch has ended.
#[derive(Debug, PartialEq)]
enum Ended {
    /// The API server has the kind no more.
    NotServed,
    /// Its objects cannot be had, and why.
    Unavailable(Text),
    /// Nobody listens.
    Unheard,
}

impl Watch {
    /// Watches the kind whenever it is served.
    pub(super) async fn run(self) {
        if self.order.kind == GroupKind::new("", "Secret") {
            // Listing them shows their values.
            self.tell(DocumentEvent::Source(Source::Unavailable(
                "Secrets are not read".into(),
            )))
            .await;
            return;
        }
        let mut answer = self.directory.recent().await;
        let mut told = None;
        let mut wait = WAITS[0];
        loop {
            let found = match &answer.listing {
                Ok(listing) => listing.find(&self.order.kind),
                Err(reason) => Lookup::Unavailable(reason.clone()),
            };
            let ended = match found {
                Lookup::Served(resource) => {
                    let began = Instant::now();
                    let ended = self.follow(resource).await;
                    told = None;
                    if began.elapsed() > WAITS[1] {
                        wait = WAITS[0];
                    }
                    ended
                }
                Lookup::NotServed => Ended::NotServed,
                Lookup::Unavailable(reason) => Ended::Unavailable(reason),
            };
            let (source, pause) = match ended {
                Ended::Unheard => return,
                Ended::NotServed => (Source::NotServed, None),
                Ended::Unavailable(reason) => (Source::Unavailable(reason), Some(wait)),
            };
            if told.as_ref() != Some(&source) {
                if let Source::Unavailable(reason) = &source {
                    let kind = &self.order.kind;
                    tracing::warn!(%kind, %reason, "A kind cannot be read; the evidence in it is Unknown");
                }
                if !self.tell(DocumentEvent::Source(source.clone())).await {
                    return;
                }
                told = Some(source);
            }
            if let Some(pause) = pause {
                sleep(pause).await;
                wait = (wait * 2).min(WAITS[1]);
            }
            answer = self.directory.after(answer.number).await;
        }
    }

    /// Watches the kind as it is served, until that ends.
    async fn follow(&self, resource: &ApiResource) -> Ended {
        let api = Api::<Watched>::all_with(self.client.clone(), resource);
        let mut events = pin!(watcher(api, watcher::Config::default()).default_backoff());
        let mut listed = Vec::new();
        let mut failing = Failing::default();
        // Whoever gave it out has it as long as there are watches.
        let mut permit = self.lists.clone().acquire_owned().await.ok();
        while let Some(event) = events.next().await {
            let what = match event {
                Ok(Event::Init) => {
                    listed = Vec::new();
                    continue;
                }
                Ok(Event::InitApply(object)) => {
                    listed.extend(self.document(&object));
                    continue;
                }
                Ok(Event::InitDone) => {
                    permit = None;
                    failing = Failing::default();
                    DocumentEvent::All(std::mem::take(&mut listed))
                }
                Ok(Event::Apply(object)) => match self.document(&object) {
                    Some(document) => DocumentEvent::Is(document),
                    None => gone(&object),
                },
                Ok(Event::Delete(object)) => gone(&object),
                Err(error) => {
                    permit = None;
                    if let Some(ended) = self.end(resource, &error) {
                        return ended;
                    }
                    if let Some(ended) = self.fail(&mut failing, &error) {
                        return ended;
                    }
                    continue;
                }
            };
            if !self.tell(what).await {
                return Ended::Unheard;
            }
        }
        drop(permit);
        Ended::Unheard
    }

    /// Whether an error means that the kind cannot be had.
    fn end(&self, resource: &ApiResource, error: &watcher::Error) -> Option<Ended> {
        let (watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))) = error
        else {
            return None;
        };
        // By the code: where there is no such path at all, the answer has no reason.
        if status.code == 404 {
            return Some(Ended::NotServed);
        }
        let reason = if status.is_forbidden() {
            let ApiResource { group, plural, .. } = resource;
            let dot = if group.is_empty() { "" } else { "." };
            format!(
                "the operator may not list and watch {plural}{dot}{group}: grant it get, list and watch in a ClusterRole with \
                 the label {AGGREGATE}: \"true\""
            )
        } else if status.code == StatusCode::METHOD_NOT_ALLOWED.as_u16() {
            "the API server cannot list and watch them".to_owned()
        } else {
            return None;
        };
        self.metrics.watch_failed(&self.order.kind.to_string());
        Some(Ended::Unavailable(reason.into()))
    }

    /// Notes a failure that may pass. It ends the watch where it does not.
    fn fail(&self, failing: &mut Failing, error: &watcher::Error) -> Option<Ended> {
        let kind = &self.order.kind;
        self.metrics.watch_failed(&kind.to_string());
        let lasts = failing.note(Instant::now());
        if lasts.is_zero() {
            tracing::warn!(%kind, %error, "A watch failed; it is tried again");
        }
        (lasts > STALE).then(|| Ended::Unavailable(format!("they cannot be read: {error}").into()))
    }

    /// The parts of an object that were ordered. An object without a name is none.
    fn document(&self, object: &Watched) -> Option<Document> {
        let kind = &self.order.kind;
        match object.value() {
            Ok(value) => self.order.document(&value),
            Err(error) => {
                let (namespace, name) = object.name();
                tracing::error!(%kind, namespace, name, %error, "An object could not be read and is left out");
                None
            }
        }
    }

    /// Tells the indexer. False where nobody listens any more.
    async fn tell(&self, what: DocumentEvent) -> bool {
        let order = self.order.clone();
        let news = Entry::Documents(DocumentNews { order, what });
        self.inputs
            .send(Input::Ledger(Box::new(news)))
            .await
            .is_ok()
    }
}

fn gone(object: &Watched) -> DocumentEvent {
    let (namespace, name) = object.name();
    DocumentEvent::Gone(namespace.to_owned(), name.to_owned())
}

/// Since when a watch has been failing.
#[derive(Default)]
struct Failing {
    since: Option<Instant>,
    last: Option<Instant>,
}

impl Failing {
    /// Notes a failure. Answers with how long they have been coming one after another.
    fn note(&mut self, now: Instant) -> Duration {
        let is_another = self.last.is_none_or(|last| now - last > APART);
        self.last = Some(now);
        if is_another {
            self.since = Some(now);
        }
        self.since.map_or(Duration::ZERO, |since| now - since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_add_up_only_while_they_come_one_after_another() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut failing = Failing::default();
        assert_eq!(failing.note(at(0)), Duration::ZERO);
        assert_eq!(failing.note(at(30)), Duration::from_secs(30));
        assert_eq!(failing.note(at(100)), Duration::from_secs(100));
        // A watch that held for two minutes in between was none that fails.
        assert_eq!(failing.note(at(220)), Duration::ZERO);
    }
}
