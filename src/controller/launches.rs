//! The one task that judges launches and writes what became of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::api::{Patch, PatchParams};
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::{Api, Client};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use super::FIELD_MANAGER;
use super::ledger::Touched;
use super::measurements::Questions;
use super::reports::{WriteError, within};
use crate::api::{API_VERSION, LaunchStatus, ReadinessLaunch, Status};
use crate::inventory::View;
use crate::launch::{self, Judged, Launch};
use crate::live::{Live, Snapshot};
use crate::people::Name;
use crate::promql::Question;
use crate::telemetry::metrics::ControllerMetrics;

/// Writes in flight at once.
const WRITES: usize = 8;

/// How often due things are looked for.
const TICK: Duration = Duration::from_millis(250);

/// How soon a launch that was written may be written again.
const SETTLE: Duration = Duration::from_secs(1);

/// How long after a failed write it is tried again.
const RETRY: Duration = Duration::from_secs(5);

/// How long after it began to lead what has not been looked at yet is waited for: a restart must not change every verdict.
const PATIENCE: Duration = Duration::from_secs(60);

/// Judges and writes while it leads.
pub(super) struct Desk {
    client: Client,
    live: Arc<Live>,
    metrics: Arc<ControllerMetrics>,
    leads: watch::Receiver<bool>,
    questions: watch::Sender<Questions>,
    recorder: Recorder,
    asked: BTreeMap<Name, BTreeSet<Question>>,
    asked_otherwise: bool,
    pending: BTreeSet<Name>,
    later: BTreeMap<Name, Instant>,
    in_flight: BTreeSet<Name>,
    writes: JoinSet<Written>,
    patient_until: Instant,
}

/// How a write ended.
struct Written {
    name: Name,
    result: Result<(), WriteError>,
}

impl Desk {
    pub(super) fn new(
        client: Client,
        live: Arc<Live>,
        metrics: Arc<ControllerMetrics>,
        identity: String,
        leads: watch::Receiver<bool>,
        questions: watch::Sender<Questions>,
    ) -> Self {
        let reporter = Reporter {
            controller: "plimsoll.dev/controller".to_owned(),
            instance: Some(identity),
        };
        Self {
            recorder: Recorder::new(client.clone(), reporter),
            client,
            live,
            metrics,
            leads,
            questions,
            asked: BTreeMap::new(),
            asked_otherwise: false,
            pending: BTreeSet::new(),
            later: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            writes: JoinSet::new(),
            patient_until: Instant::now() + PATIENCE,
        }
    }

    /// Works until `shutdown` is told, then waits for the writes in flight.
    pub(super) async fn run(
        mut self,
        mut touched: mpsc::UnboundedReceiver<Touched>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut leads = self.leads.clone();
        loop {
            tokio::select! {
                biased;
                () = super::told(&mut shutdown) => break,
                Some(written) = self.writes.join_next() => self.written(written),
                told = touched.recv() => match told {
                    Some(Touched::All) => self.everything(),
                    Some(Touched::Some(names)) => self.pending.extend(names),
                    None => break,
                },
                Ok(()) = leads.changed() => {
                    self.patient_until = Instant::now() + PATIENCE;
                    self.everything();
                }
                _ = tick.tick() => self.tick(),
                // One launch at a time: judging one takes milliseconds, and the others of this runtime must have their turn.
                () = tokio::task::yield_now(), if self.may_work() => self.work(),
            }
        }
        while self.writes.join_next().await.is_some() {}
    }

    fn may_work(&self) -> bool {
        *self.leads.borrow() && self.writes.len() < WRITES && !self.pending.is_empty()
    }

    fn everything(&mut self) {
        let live = self.live.clone();
        self.pending.extend(live.snapshot().launches.keys().cloned());
        self.pending.extend(self.asked.keys().cloned());
    }

    fn tick(&mut self) {
        let now = Instant::now();
        let due = self.later.iter().filter(|(_, due)| **due <= now);
        let due: Vec<Name> = due.map(|(name, _)| name.clone()).collect();
        for name in due {
            self.later.remove(&name);
            self.pending.insert(name);
        }
        if std::mem::take(&mut self.asked_otherwise) {
            let all: BTreeSet<Question> = self.asked.values().flatten().cloned().collect();
            self.questions.send_if_modified(|known| {
                let news = **known != all;
                *known = Arc::new(all);
                news
            });
        }
    }

    fn work(&mut self) {
        let live = self.live.clone();
        let snapshot = live.snapshot();
        let Some(name) = self.pending.pop_first() else {
            return;
        };
        if !snapshot.complete || self.in_flight.contains(&name) {
            self.later.entry(name).or_insert(Instant::now() + SETTLE);
            return;
        }
        let Some(launch) = snapshot.launches.get(&name).cloned() else {
            self.asked_otherwise |= self.asked.remove(&name).is_some();
            self.later.remove(&name);
            return;
        };
        let now = Timestamp::now();
        let judged = launch::judge(&launch, snapshot.facts(View::of(&snapshot.inventory), now), None);
        self.metrics.evaluated();
        let asked = self.asked.insert(name.clone(), judged.questions.clone());
        self.asked_otherwise |= asked.as_ref() != Some(&judged.questions);
        if !judged.pending.is_empty() && Instant::now() < self.patient_until {
            self.later.insert(name, Instant::now() + SETTLE);
            return;
        }
        if let Some(next) = judged.next {
            let rest = Duration::try_from(next.duration_since(now)).unwrap_or(SETTLE);
            self.later.insert(name.clone(), Instant::now() + rest.max(SETTLE));
        }
        let status = wanted(&snapshot, &launch, &judged, now);
        if status != launch.before {
            self.write(launch, status);
        }
    }

    fn write(&mut self, launch: Arc<Launch>, status: LaunchStatus) {
        let (client, recorder) = (self.client.clone(), self.recorder.clone());
        let name = launch.name.clone();
        self.in_flight.insert(name.clone());
        self.writes.spawn(async move {
            let result = apply(client, &launch, &status).await;
            if result.is_ok() {
                announce(&recorder, &launch, &status).await;
            }
            Written { name, result }
        });
    }

    fn written(&mut self, written: Result<Written, JoinError>) {
        let Ok(Written { name, result }) = written else {
            tracing::error!("A write of a launch's status panicked; every launch is looked at again");
            self.in_flight.clear();
            return self.everything();
        };
        self.in_flight.remove(&name);
        match result {
            Ok(()) => {
                self.metrics.wrote();
                let soon = Instant::now() + SETTLE;
                self.later.entry(name).and_modify(|due| *due = soon.min(*due)).or_insert(soon);
            }
            Err(WriteError::Refused(kube::Error::Api(refused))) if refused.is_not_found() => {}
            Err(error) => {
                self.metrics.write_failed();
                tracing::warn!(launch = %name, %error, "A launch's status could not be written; it is tried again");
                self.later.insert(name, Instant::now() + RETRY);
            }
        }
    }
}

/// The status that a launch should have.
fn wanted(snapshot: &Snapshot, launch: &Launch, judged: &Judged, now: Timestamp) -> LaunchStatus {
    let namespace = &launch.name.namespace;
    let all = snapshot.launches.range(Name::new(namespace.clone(), "")..);
    let own = all.take_while(|(name, _)| name.namespace == *namespace);
    let observed = launch::observe(
        launch,
        View::of(&snapshot.inventory).at(now),
        own.map(|(_, launch)| &**launch),
    );
    launch::status(launch, judged, &observed, now)
}

async fn apply(client: Client, launch: &Launch, status: &LaunchStatus) -> Result<(), WriteError> {
    let patch = json!({"apiVersion": API_VERSION, "kind": "ReadinessLaunch", "status": status});
    let params = PatchParams::apply(FIELD_MANAGER).force();
    let api = Api::<ReadinessLaunch>::namespaced(client, &launch.name.namespace);
    within(api.patch_status(&launch.name.name, &params, &Patch::Apply(patch)))
        .await
        .map(drop)
}

/// Writes an Event where the verdict is another. One that cannot be written is logged; the status says the same.
async fn announce(recorder: &Recorder, launch: &Launch, status: &LaunchStatus) {
    let (before, Some(after)) = (launch.before.status, status.status) else {
        return;
    };
    if before == Some(after) {
        return;
    }
    let because = status.history.first().map(|change| change.because.clone());
    let event = Event {
        type_: match after {
            Status::NotReady if before.is_some() => EventType::Warning,
            _ => EventType::Normal,
        },
        reason: after.name().to_owned(),
        note: Some(because.unwrap_or_default()),
        action: "Judge".to_owned(),
        secondary: None,
    };
    let reference = ObjectReference {
        api_version: Some(API_VERSION.to_owned()),
        kind: Some("ReadinessLaunch".to_owned()),
        namespace: Some(launch.name.namespace.to_string()),
        name: Some(launch.name.name.to_string()),
        uid: Some(launch.uid.to_string()),
        ..ObjectReference::default()
    };
    if let Err(error) = within(recorder.publish(&event, &reference)).await {
        tracing::warn!(launch = %launch.name, %error, "An Event could not be written");
    }
}
