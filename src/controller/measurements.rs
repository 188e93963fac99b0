//! Keeps what Prometheus-compatible servers measure up to date: asks the servers that the policies name what launches want to
//! know.

mod servers;

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Secret;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, ResourceExt};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use self::servers::{Keys, Secrets};
use super::indexer::Input;
use super::ledger::Entry;
use crate::live::Live;
use crate::prometheus::{self, QueryMetrics, Settings};
use crate::promql::{Measurements, Question};
use crate::telemetry::metrics::ControllerMetrics;

pub use self::servers::LABEL;

/// What launches want to know.
pub(super) type Questions = Arc<BTreeSet<Question>>;

/// How soon after some answers the next ones are told of.
const SPACE: Duration = Duration::from_secs(1);

/// Where questions come from, and who is told what they come to.
pub(super) struct Wiring {
    pub(super) client: Client,
    /// The operator's namespace.
    pub(super) namespace: String,
    pub(super) live: Arc<Live>,
    pub(super) asked: watch::Receiver<Questions>,
    pub(super) inputs: mpsc::Sender<Input>,
    pub(super) metrics: Arc<ControllerMetrics>,
    pub(super) queries: Arc<QueryMetrics>,
}

/// Asks until nobody listens.
pub(super) async fn run(wiring: Wiring) {
    let Wiring {
        client,
        namespace,
        live,
        asked,
        inputs,
        metrics,
        queries,
    } = wiring;
    let (secrets, known) = watch::channel(None);
    let (results, measured) = watch::channel(Measurements::new(Settings::default().max_age));
    let ask = async {
        let (set, is_set) = watch::channel(Arc::default());
        let (forward, forwarded) = watch::channel(Arc::default());
        let keep = keep(&live, asked, known, &namespace, set, forward);
        let ask = prometheus::run(
            forwarded,
            is_set,
            results,
            queries,
            Timestamp::now,
            pending(),
        );
        tokio::select! {
            () = keep => {}
            () = ask => {}
        }
    };
    tokio::select! {
        () = watch_secrets(client, &namespace, &secrets, &metrics) => {}
        () = ask => {}
        () = tell(measured, &inputs) => {}
    }
}

/// Passes the questions on, and before them whom to ask: a question must not be answered with a server that is not known yet.
async fn keep(
    live: &Live,
    mut asked: watch::Receiver<Questions>,
    mut secrets: watch::Receiver<Option<Secrets>>,
    namespace: &str,
    settings: watch::Sender<Arc<Settings>>,
    questions: watch::Sender<Questions>,
) {
    if secrets.wait_for(Option::is_some).await.is_err() {
        return;
    }
    let mut changes = live.changes();
    // Those that the settings are of.
    let mut seen = None;
    loop {
        let policies = live.snapshot().policies.clone();
        if seen
            .as_ref()
            .is_none_or(|seen| !Arc::ptr_eq(seen, &policies))
        {
            if let Some(secrets) = &*secrets.borrow_and_update() {
                let next = servers::settings(&policies, secrets, namespace);
                settings.send_if_modified(|known| {
                    let differs = **known != next;
                    if differs {
                        *known = Arc::new(next);
                    }
                    differs
                });
            }
            seen = Some(policies);
        }
        let wanted = asked.borrow_and_update().clone();
        questions.send_if_modified(|known| {
            let differs = *known != wanted;
            *known = wanted;
            differs
        });
        let alive = tokio::select! {
            changed = asked.changed() => changed,
            changed = changes.changed() => changed,
            changed = secrets.changed() => {
                seen = None;
                changed
            }
        };
        if alive.is_err() {
            return;
        }
    }
}

/// Tells the indexer, not too often.
async fn tell(mut measured: watch::Receiver<Measurements>, inputs: &mpsc::Sender<Input>) {
    while measured.changed().await.is_ok() {
        let latest = measured.borrow_and_update().clone();
        let entry = Box::new(Entry::Measurements(latest));
        if inputs.send(Input::Ledger(entry)).await.is_err() {
            return;
        }
        sleep(SPACE).await;
    }
}

/// Watches the Secrets that are for this.
async fn watch_secrets(
    client: Client,
    namespace: &str,
    secrets: &watch::Sender<Option<Secrets>>,
    metrics: &ControllerMetrics,
) {
    let api = Api::<Secret>::namespaced(client, namespace);
    let config = watcher::Config::default().labels(&format!("{LABEL}=true"));
    let mut events = pin!(watcher(api, config).default_backoff());
    let mut listed = BTreeMap::new();
    let mut known: Option<BTreeMap<String, Keys>> = None;
    while let Some(event) = events.next().await {
        match event {
            Ok(Event::Init) => {
                listed = BTreeMap::new();
                continue;
            }
            Ok(Event::InitApply(secret)) => {
                listed.insert(secret.name_any(), keys(secret));
                continue;
            }
            Ok(Event::InitDone) => known = Some(std::mem::take(&mut listed)),
            Ok(Event::Apply(secret)) => {
                known
                    .get_or_insert_default()
                    .insert(secret.name_any(), keys(secret));
            }
            Ok(Event::Delete(secret)) => {
                known.get_or_insert_default().remove(&secret.name_any());
            }
            Err(error) => {
                metrics.watch_failed("Secret");
                tracing::warn!(%error, "The Secrets with the credentials for Prometheus cannot be read; it is tried again");
                // What was known before holds.
                if known.is_none() {
                    secrets.send_replace(Some(Err(error.to_string())));
                }
                continue;
            }
        }
        secrets.send_replace(known.clone().map(Ok));
    }
}

fn keys(secret: Secret) -> Keys {
    let data = secret.data.unwrap_or_default();
    data.into_iter()
        .map(|(key, value)| (key, value.0))
        .collect()
}
