//! Watches of what people write: launches, attestations, exceptions and checklists.

use std::fmt::Debug;
use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client, Resource, ResourceExt};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use super::indexer::Input;
use crate::people::Name;
use crate::telemetry::metrics::ControllerMetrics;

/// What a watch tells of objects of one kind.
#[derive(Debug)]
pub(super) enum News<K> {
    /// These are all of them.
    All(Vec<K>),
    /// One is there, or has changed.
    Is(Box<K>),
    /// One is gone.
    Gone(Name),
}

/// Watches a kind of Plimsoll's own, for ever: an API server that is away is waited for.
pub(super) async fn watch<K>(
    client: Client,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<ControllerMetrics>,
    tell: fn(News<K>) -> Input,
) where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let kind = K::kind(&()).into_owned();
    let mut events =
        pin!(watcher(Api::<K>::all(client), watcher::Config::default()).default_backoff());
    let mut listed = Vec::new();
    while let Some(event) = events.next().await {
        let news = match event {
            Ok(Event::Init) => {
                listed = Vec::new();
                continue;
            }
            Ok(Event::InitApply(object)) => {
                listed.push(object);
                continue;
            }
            Ok(Event::InitDone) => News::All(std::mem::take(&mut listed)),
            Ok(Event::Apply(object)) => News::Is(Box::new(object)),
            Ok(Event::Delete(object)) => News::Gone(name(&object)),
            Err(error) => {
                metrics.watch_failed(&kind);
                tracing::error!(kind, %error, "Objects cannot be read. Are the CRDs installed? (kubectl apply -f crds/)");
                // Without the definition there are none; the operator must not wait for it, as during an upgrade.
                if !is_missing(&error) {
                    continue;
                }
                News::All(Vec::new())
            }
        };
        if inputs.send(tell(news)).await.is_err() {
            return;
        }
    }
}

/// The name of an object in its namespace.
pub(super) fn name(object: &impl ResourceExt) -> Name {
    Name::new(object.namespace().unwrap_or_default(), object.name_any())
}

fn is_missing(error: &watcher::Error) -> bool {
    let (watcher::Error::InitialListFailed(kube::Error::Api(status))
    | watcher::Error::WatchStartFailed(kube::Error::Api(status))) = error
    else {
        return false;
    };
    // By the code: where there is no such path at all, the answer has no reason.
    status.code == 404
}
