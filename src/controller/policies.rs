//! The watch of the policies.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, ResourceExt};
use tokio::sync::mpsc;

use super::indexer::Input;
use super::ledger::Entry;
use super::reporter::News;
use crate::api::ReadinessPolicy;
use crate::telemetry::metrics::ControllerMetrics;

/// Watches the policies: sends those in force to the indexer whenever one of them means something else, and every one of them to
/// the reporter, which keeps their status.
pub(super) async fn watch(
    client: Client,
    inputs: mpsc::Sender<Input>,
    news: mpsc::UnboundedSender<News>,
    metrics: Arc<ControllerMetrics>,
) {
    let api = Api::<ReadinessPolicy>::all(client);
    let mut events = pin!(watcher(api, watcher::Config::default()).default_backoff());
    let mut known = BTreeMap::<String, ReadinessPolicy>::new();
    let mut listing = None;
    while let Some(event) = events.next().await {
        let mut in_force_changed = false;
        match event {
            Ok(Event::Init) => listing = Some(BTreeMap::new()),
            Ok(Event::InitApply(policy)) => {
                let listed = listing.get_or_insert_with(BTreeMap::new);
                listed.insert(policy.name_any(), policy);
            }
            Ok(Event::InitDone) => {
                known = listing.take().unwrap_or_default();
                in_force_changed = true;
            }
            Ok(Event::Apply(policy)) => {
                let before = known.insert(policy.name_any(), policy.clone());
                in_force_changed = before.is_none_or(|before| before.spec != policy.spec);
                if !in_force_changed && news.send(News::Policy(Box::new(policy))).is_err() {
                    return;
                }
            }
            Ok(Event::Delete(policy)) => {
                in_force_changed = known.remove(&policy.name_any()).is_some()
            }
            Err(error) => {
                metrics.watch_failed("ReadinessPolicy");
                tracing::error!(
                    %error,
                    "Policies cannot be read, so nothing is judged. Are the CRDs installed? (kubectl apply -f crds/)"
                );
            }
        }
        if in_force_changed {
            let all: Vec<_> = known.values().cloned().collect();
            let entry = Entry::Policies(all.clone());
            let told = news.send(News::Policies(all));
            if told.is_err() || inputs.send(Input::Ledger(Box::new(entry))).await.is_err() {
                return;
            }
        }
    }
}
