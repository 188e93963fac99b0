//! Watches of the kinds that there are records of.

use std::pin::pin;
use std::sync::Arc;

use futures::StreamExt;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Client};
use tokio::sync::mpsc;

use super::indexer::Input;
use super::watched::Watched;
use crate::model::{Kind, Object, Stub, Text};
use crate::telemetry::metrics::ControllerMetrics;

/// Watches a kind and sends what happens to its objects, for ever: an API server that is away is waited for.
pub(super) async fn objects(
    client: Client,
    kind: Kind,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<ControllerMetrics>,
) {
    let api = Api::<Watched>::all_with(client, &kind);
    let mut events = pin!(watcher(api, watcher::Config::default()).default_backoff());
    let mut listed = Vec::new();
    while let Some(event) = events.next().await {
        let input = match event {
            Ok(Event::Init) => {
                listed = Vec::new();
                continue;
            }
            Ok(Event::InitApply(object)) => {
                listed.extend(record(kind, &object));
                continue;
            }
            Ok(Event::InitDone) => Input::Reset(kind, std::mem::take(&mut listed)),
            Ok(Event::Apply(object)) => match record(kind, &object) {
                Some(record) => Input::Apply(record),
                None => Input::Delete(object.key(kind)),
            },
            Ok(Event::Delete(object)) => Input::Delete(object.key(kind)),
            Err(error) => {
                metrics.watch_failed(kind.name());
                match unavailable(&error) {
                    Some(reason) => Input::Unavailable(kind, reason),
                    None => {
                        tracing::warn!(%kind, %error, "A watch failed; it is tried again");
                        continue;
                    }
                }
            }
        };
        if inputs.send(input).await.is_err() {
            return;
        }
    }
}

/// The record that is kept of an object. None of a Pod that belongs to a workload: it is judged by its template, and there are
/// many of them.
fn record(kind: Kind, object: &Watched) -> Option<Object> {
    let decoded = match object.decode(kind) {
        Ok(decoded) => decoded,
        Err(error) => {
            // The record that there was would be of something that is no more.
            tracing::error!(object = %object.key(kind), %error, "An object could not be read and is left out");
            return None;
        }
    };
    let owner = decoded
        .meta()
        .controller
        .as_ref()
        .and_then(|owner| owner.kind);
    if !owner.is_some_and(Kind::is_workload) {
        return Some(decoded);
    }
    (kind != Kind::Pod).then(|| {
        Object::Owned(Stub {
            meta: decoded.meta().clone(),
        })
    })
}

/// Why a kind cannot be had at all, where that is what the error says: no permission, or no such kind.
fn unavailable(error: &watcher::Error) -> Option<Text> {
    let (watcher::Error::InitialListFailed(kube::Error::Api(status))
    | watcher::Error::WatchStartFailed(kube::Error::Api(status))) = error
    else {
        return None;
    };
    if status.is_forbidden() {
        Some("the operator has no permission to list and watch them".into())
    } else if status.is_not_found() {
        Some("the API server does not have them".into())
    } else {
        None
    }
}
