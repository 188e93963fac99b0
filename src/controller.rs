//! The controller: watches in, reports out.
//!
//! ```text
//!  watches ──► indexer ──► Live (snapshot) ──► webhook
//!                 │ affected
//!                 ▼
//!  reports ──► reporter ──► writes, by the leader only
//! ```
//!
//! What launches are judged by besides the records comes from tasks of its own, on every replica: `documents` watches what
//! evidence is looked for in, `authority` asks RBAC, `guard` keeps the guards, `measurements` asks Prometheus.
//!
//! Each of the tasks owns its state and is told to stop by one signal; nothing is shared but the snapshot. The indexer
//! never waits for the API server, and the reporter never for a watch.

mod announce;
mod authority;
mod conditions;
mod desired;
mod docket;
mod documents;
mod guard;
mod indexer;
mod launches;
mod lease;
mod ledger;
mod measurements;
mod policies;
mod reporter;
mod reports;
mod served;
mod stated;
mod statuses;
mod touched;
mod uses;
mod watched;
mod watches;

use std::pin::Pin;
use std::sync::Arc;

use kube::Client;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use self::guard::GuardSettings;
use self::ledger::Entry;
use crate::api::{ReadinessAttestation, ReadinessChecklist, ReadinessException, ReadinessLaunch};
use crate::check::Check;
use crate::checks;
use crate::engine::Conditions;
use crate::live::Live;
use crate::model::KindSet;
use crate::prometheus::QueryMetrics;
use crate::telemetry::metrics::ControllerMetrics;

pub use documents::AGGREGATE;
pub use lease::LeaseSettings;
pub use measurements::LABEL as METRICS_CREDENTIALS;
pub use watches::{PART, Part};

/// The field manager of everything the controller writes.
pub const FIELD_MANAGER: &str = "plimsoll";

/// Inputs that may wait for the indexer; watches wait when it is behind.
const INPUTS: usize = 1024;

/// The kinds that are watched: all that some check judges or looks up, and namespaces, whose labels policies select by.
pub fn kinds() -> KindSet {
    let of_check = |check: &&'static Check| check.subjects.union(check.reads);
    let kinds = checks::ALL
        .iter()
        .map(of_check)
        .fold(KindSet::WORKLOADS, KindSet::union);
    kinds
        .union(KindSet::of(&[crate::model::Kind::Namespace]))
        .without(KindSet::FILES_ONLY)
}

/// What a controller is told at its start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The operator's namespace.
    pub namespace: String,
    /// The operator's user name, which the guards let write.
    pub user: String,
    /// The ConfigMap that says when the guards were whole.
    pub guard: String,
    /// Where the leader is elected; a controller without only reads.
    pub lease: Option<LeaseSettings>,
}

/// Watches the cluster into `live` until `shutdown` is told. With a lease, also writes reports and repairs the guards while it
/// holds it.
pub async fn run(
    client: Client,
    live: Arc<Live>,
    metrics: Arc<ControllerMetrics>,
    queries: Arc<QueryMetrics>,
    settings: Settings,
    shutdown: watch::Receiver<bool>,
) {
    let mut tasks = JoinSet::new();
    let (inputs, indexed) = mpsc::channel(INPUTS);
    // Unbounded, since the indexer must not wait for the reporter; that takes it all in at once, each report only once.
    let (affected, to_report) = mpsc::unbounded_channel();
    let (conditions, asked_of_objects) = watch::channel(Conditions::default());
    for kind in kinds().iter() {
        let watch = watches::Watch {
            client: client.clone(),
            kind,
            conditions: asked_of_objects.clone(),
            inputs: inputs.clone(),
            metrics: metrics.clone(),
        };
        tasks.spawn(until(shutdown.clone(), watch.run()));
    }
    watch_stated(&mut tasks, &client, &inputs, &metrics, &shutdown);
    let policies = policies::watch(
        client.clone(),
        inputs.clone(),
        affected.clone(),
        metrics.clone(),
    );
    tasks.spawn(until(shutdown.clone(), policies));
    let (touched, to_judge) = mpsc::unbounded_channel();
    let (orders, ordered) = watch::channel(Vec::new());
    let (regrants, regranted) = mpsc::unbounded_channel();
    let (questions, asked) = watch::channel(measurements::Questions::default());
    let launches = indexer::LaunchNews {
        touched,
        orders,
        regrants,
    };
    let indexer = indexer::run(
        indexed,
        live.clone(),
        affected.clone(),
        launches,
        conditions,
        metrics.clone(),
    );
    tasks.spawn(until(shutdown.clone(), indexer));
    let documents = documents::run(client.clone(), ordered, inputs.clone(), metrics.clone());
    tasks.spawn(until(shutdown.clone(), documents));
    let authority = authority::run(
        client.clone(),
        live.clone(),
        inputs.clone(),
        regranted,
        metrics.clone(),
    );
    tasks.spawn(until(shutdown.clone(), authority));
    let measurements = measurements::run(measurements::Wiring {
        client: client.clone(),
        namespace: settings.namespace.clone(),
        live: live.clone(),
        asked,
        inputs: inputs.clone(),
        metrics: metrics.clone(),
        queries,
    });
    tasks.spawn(until(shutdown.clone(), measurements));
    let (leading, leadership) = lease::leadership();
    let leads = leadership.leads.clone();
    let guard = GuardSettings {
        namespace: settings.namespace,
        user: settings.user,
        config_map: settings.guard,
    };
    let guard = guard::run(client.clone(), guard, leadership, inputs, metrics.clone());
    tasks.spawn(until(shutdown.clone(), guard));
    let (uses, used) = watch::channel(uses::Used::default());
    let identity = settings.lease.as_ref().map(|lease| lease.identity.clone());
    let desk = launches::Desk::new(launches::Wiring {
        client: client.clone(),
        live: live.clone(),
        metrics: metrics.clone(),
        identity: identity.unwrap_or_default(),
        leads: leads.clone(),
        questions,
        used,
    });
    tasks.spawn(desk.run(to_judge, shutdown.clone()));
    if let Some(settings) = settings.lease {
        tasks.spawn(lease::run(
            client.clone(),
            settings.clone(),
            leading,
            metrics.clone(),
            shutdown.clone(),
        ));
        let events = reports::watch(client.clone(), affected, metrics.clone());
        tasks.spawn(until(shutdown.clone(), events));
        let uses = uses::Uses::new(uses);
        let reporter =
            reporter::Reporter::new(client, live, metrics, settings.identity, leads, uses);
        tasks.spawn(reporter.run(to_report, shutdown));
    } else {
        drop(affected);
        tasks.spawn(until(shutdown, discard(to_report)));
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            // A part that is gone cannot be waited for: what it knows would be stale for ever.
            tracing::error!(%error, "A part of the controller panicked; the process ends so that it is restarted");
            tasks.shutdown().await;
            return;
        }
    }
}

/// Watches what people write.
fn watch_stated(
    tasks: &mut JoinSet<()>,
    client: &Client,
    inputs: &mpsc::Sender<indexer::Input>,
    metrics: &Arc<ControllerMetrics>,
    shutdown: &watch::Receiver<bool>,
) {
    fn told(entry: Entry) -> indexer::Input {
        indexer::Input::Ledger(Box::new(entry))
    }
    let (client, inputs, metrics) = (|| client.clone(), || inputs.clone(), || metrics.clone());
    let until = |watch: Pin<Box<dyn Future<Output = ()> + Send>>| until(shutdown.clone(), watch);
    let launches = stated::watch::<ReadinessLaunch>(client(), inputs(), metrics(), |news| {
        told(Entry::Launches(news))
    });
    let attestations =
        stated::watch::<ReadinessAttestation>(client(), inputs(), metrics(), |news| {
            told(Entry::Attestations(news))
        });
    let exceptions = stated::watch::<ReadinessException>(client(), inputs(), metrics(), |news| {
        told(Entry::Exceptions(news))
    });
    let checklists = stated::watch::<ReadinessChecklist>(client(), inputs(), metrics(), |news| {
        told(Entry::Checklists(news))
    });
    tasks.spawn(until(Box::pin(launches)));
    tasks.spawn(until(Box::pin(attestations)));
    tasks.spawn(until(Box::pin(exceptions)));
    tasks.spawn(until(Box::pin(checklists)));
}

/// Runs `task` until `shutdown` is told.
async fn until(mut shutdown: watch::Receiver<bool>, task: impl Future<Output = ()>) {
    tokio::select! {
        () = task => {}
        () = told(&mut shutdown) => {}
    }
}

/// Ends when `shutdown` is told, or nobody is left to tell it.
async fn told(shutdown: &mut watch::Receiver<bool>) {
    // The value is of no interest, only that it came; a closed channel is as good.
    drop(shutdown.wait_for(|stop| *stop).await);
}

/// Where nothing is reported, what would be affected is of no interest.
async fn discard(mut affected: mpsc::UnboundedReceiver<reporter::News>) {
    while affected.recv().await.is_some() {}
}
