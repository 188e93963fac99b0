//! Watches of the kinds that evidence is looked for in: one for each order, as long as it stands.
//!
//! ```text
//!  orders ──► one watch a kind ──► documents, pruned ──► indexer
//!                  │ is it served?
//!                  ▼
//!              directory (what the API server serves, asked for once for all that wait)
//! ```
//!
//! A kind that the API server does not have costs nothing but a place in the directory's next answer: that a definition is
//! installed later is seen within [`directory::INTERVAL`].

mod directory;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use kube::Client;
use tokio::sync::{Semaphore, mpsc, watch as channel};
use tokio::task::{AbortHandle, JoinSet};

use self::directory::Directory;
use self::watch::Watch;
use super::indexer::Input;
use super::ledger::Order;
use crate::evidence::GroupKind;
use crate::telemetry::metrics::ControllerMetrics;

/// Lists under way at once: each holds a page of whole objects, and a start must not be a burst on the API server.
const LISTS: usize = 8;

/// How a cluster's own roles are found that let the operator read further kinds: a ClusterRole with this label and the value
/// `"true"` is aggregated into one of the operator's.
pub const AGGREGATE: &str = "rbac.plimsoll.dev/aggregate-to-plimsoll";

/// Carries out the orders until there is nobody who gives or hears any more.
pub(super) async fn run(
    client: Client,
    mut orders: channel::Receiver<Vec<Order>>,
    inputs: mpsc::Sender<Input>,
    metrics: Arc<ControllerMetrics>,
) {
    let directory = Arc::new(Directory::new(client.clone(), metrics.clone()));
    let lists = Arc::new(Semaphore::new(LISTS));
    let mut running: BTreeMap<GroupKind, (u64, AbortHandle)> = BTreeMap::new();
    let mut tasks = JoinSet::new();
    tasks.spawn({
        let directory = directory.clone();
        async move { directory.keep().await }
    });
    loop {
        let wanted = orders.borrow_and_update().clone();
        running.retain(|kind, (number, watch)| {
            let stands = |order: &Order| order.kind == *kind && order.number == *number;
            let stays = wanted.iter().any(stands);
            if !stays {
                watch.abort();
            }
            stays
        });
        for order in wanted {
            let (kind, number) = (order.kind.clone(), order.number);
            running.entry(kind).or_insert_with(|| {
                let watch = Watch {
                    client: client.clone(),
                    order,
                    directory: directory.clone(),
                    lists: lists.clone(),
                    inputs: inputs.clone(),
                    metrics: metrics.clone(),
                };
                (number, tasks.spawn(watch.run()))
            });
        }
        loop {
            tokio::select! {
                changed = orders.changed() => match changed {
                    Ok(()) => break,
                    Err(_) => return,
                },
                Some(ended) = tasks.join_next() => match ended {
                    // A kind that nobody would see any more must not look like one where nothing happens.
                    Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                    _ => {}
                },
                () = inputs.closed() => return,
            }
        }
    }
}
