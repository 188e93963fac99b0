//! The one task that judges what is affected and has reports written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use kube::{Client, ResourceExt};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinError;
use tokio::time::{Instant, MissedTickBehavior};

use super::announce::{Announcement, Announcer};
use super::desired::{Desired, desired};
use super::docket::{Docket, TICK};
use super::reports::{self, Known, ReportKey, ReportNews, WriteError};
use super::statuses::{self, Judged};
use super::uses::Uses;
use crate::api::{ReadinessPolicy, Status};
use crate::inventory::ReportOn;
use crate::live::{Live, Snapshot};
use crate::model::Kind;
use crate::telemetry::metrics::ControllerMetrics;

/// What the reporter hears of.
pub(super) enum News {
    /// Anything may be different.
    Everything,
    /// These may be different.
    Affected(BTreeSet<ReportOn>),
    /// Reports in the cluster.
    Report(ReportNews),
    /// All policies.
    Policies(Vec<ReadinessPolicy>),
    /// One policy, of which at most the status is different.
    Policy(Box<ReadinessPolicy>),
}

/// Judged in one go before news is looked at again.
const BATCH: usize = 256;

/// Judges and writes while it leads.
pub(super) struct Reporter {
    client: Client,
    live: Arc<Live>,
    metrics: Arc<ControllerMetrics>,
    leads: watch::Receiver<bool>,
    announcer: Announcer,
    /// `None` until the reports are listed: nothing is written before.
    known: Option<BTreeMap<ReportKey, Known>>,
    policies: BTreeMap<String, ReadinessPolicy>,
    judged: BTreeMap<ReportOn, Judged>,
    judged_changed: bool,
    /// Of which it is not known yet which policies cover them.
    unasked: BTreeSet<ReportOn>,
    docket: Docket<ReportOn, Written>,
    uses: Uses,
}

/// How a write ended.
struct Written {
    key: ReportKey,
    result: Result<Option<Known>, WriteError>,
}

impl Reporter {
    pub(super) fn new(
        client: Client,
        live: Arc<Live>,
        metrics: Arc<ControllerMetrics>,
        identity: String,
        leads: watch::Receiver<bool>,
        uses: Uses,
    ) -> Self {
        Self {
            announcer: Announcer::new(client.clone(), identity),
            client,
            live,
            metrics,
            leads,
            known: None,
            policies: BTreeMap::new(),
            judged: BTreeMap::new(),
            judged_changed: false,
            unasked: BTreeSet::new(),
            docket: Docket::new(),
            uses,
        }
    }

    /// Works until `shutdown` is told, then waits for the writes in flight.
    pub(super) async fn run(
        mut self,
        mut news: mpsc::UnboundedReceiver<News>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut leads = self.leads.clone();
        loop {
            tokio::select! {
                biased;
                () = super::told(&mut shutdown) => break,
                Some(written) = self.docket.written() => self.written(written),
                told = news.recv() => match told {
                    Some(told) => self.hear(told),
                    None => break,
                },
                Ok(()) = leads.changed() => self.everything(),
                _ = tick.tick() => self.tick().await,
                () = std::future::ready(()), if self.may_work() => self.work(),
            }
        }
        self.docket.finish().await;
    }

    fn may_work(&self) -> bool {
        *self.leads.borrow() && self.known.is_some() && self.docket.may_work()
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Everything => {
                self.judged_changed = true;
                self.everything();
            }
            News::Affected(reports) => self.docket.extend(reports),
            News::Report(report) => self.hear_of_report(report),
            News::Policies(policies) => {
                self.policies = policies
                    .into_iter()
                    .map(|policy| (policy.name_any(), policy))
                    .collect();
                self.judged_changed = true;
            }
            News::Policy(policy) => {
                self.policies.insert(policy.name_any(), *policy);
                self.judged_changed = true;
            }
        }
    }

    fn hear_of_report(&mut self, news: ReportNews) {
        match news {
            ReportNews::All(reports) => {
                let (known, strays): (Vec<_>, Vec<_>) =
                    reports.into_iter().partition(|(_, known)| known.is_some());
                let known = known
                    .into_iter()
                    .filter_map(|(key, known)| Some((key, known?)));
                self.known = Some(known.collect());
                strays
                    .into_iter()
                    .for_each(|(key, _)| self.delete_stray(key));
                self.everything();
            }
            ReportNews::Seen(key, Some(seen)) => {
                let Some(known) = &mut self.known else { return };
                let before = known.get(&key);
                // Our own write comes back, or an older one that was under way.
                if before.is_some_and(|before| before.version >= seen.version) {
                    return;
                }
                if before.is_none_or(|before| before.digest != seen.digest) {
                    self.docket.extend([seen.on.clone()]);
                }
                known.insert(key, seen);
            }
            ReportNews::Seen(key, None) => self.delete_stray(key),
            ReportNews::Gone(key) => {
                let gone = self.known.as_mut().and_then(|known| known.remove(&key));
                self.docket.extend(gone.map(|gone| gone.on));
            }
        }
    }

    /// A report that is nobody's: its name and its subject do not agree.
    fn delete_stray(&mut self, key: ReportKey) {
        if *self.leads.borrow() {
            let client = self.client.clone();
            self.docket.start_aside(async move {
                let result = reports::delete(client, key.clone()).await;
                Written { key, result }
            });
        }
    }

    /// All that may have a report, or has one.
    fn everything(&mut self) {
        let live = self.live.clone();
        let snapshot = live.snapshot();
        if !snapshot.complete {
            return;
        }
        let inventory = &snapshot.inventory;
        self.docket.extend(
            self.known
                .iter()
                .flatten()
                .map(|(_, known)| known.on.clone()),
        );
        self.docket.extend(self.judged.keys().cloned());
        for kind in Kind::ALL.iter().filter(|kind| kind.is_workload()) {
            let objects = inventory
                .of_kind(*kind)
                .filter(|object| inventory.is_top_level(object));
            self.docket
                .extend(objects.map(|object| ReportOn::Workload(object.key().clone())));
        }
        let namespaces = inventory
            .of_kind(Kind::Namespace)
            .map(|object| object.key().name.clone());
        self.docket.extend(namespaces.map(ReportOn::Namespace));
    }

    async fn tick(&mut self) {
        self.docket.tick(Instant::now());
        self.uses.tell();
        self.metrics.set_pending(self.docket.len());
        if self.judged_changed
            && self.docket.len() == 0
            && *self.leads.borrow()
            && self.known.is_some()
            // What is not known yet must not be said to be nothing.
            && self.live.snapshot().complete
            && !self.awaits_answers()
        {
            self.judged_changed = false;
            self.write_statuses().await;
        }
    }

    /// Whether workloads are read again for what policies ask of them. One whose kind cannot be had any more is not waited for.
    fn awaits_answers(&self) -> bool {
        let snapshot = self.live.snapshot();
        let is_had = |on: &ReportOn| match on {
            ReportOn::Workload(key) => snapshot.inventory.source(key.kind).is_complete(),
            ReportOn::Namespace(_) => false,
        };
        self.unasked.iter().any(is_had)
    }

    async fn write_statuses(&mut self) {
        let now = Timestamp::now();
        let live = self.live.clone();
        let snapshot = live.snapshot();
        let (checklists, guard) = (&snapshot.checklists, &snapshot.people.guard);
        let changed =
            statuses::changed(self.policies.values(), &self.judged, checklists, guard, now);
        drop(snapshot);
        for (name, status) in changed {
            match statuses::write(self.client.clone(), &name, &status).await {
                Ok(()) => {
                    if let Some(policy) = self.policies.get_mut(&name) {
                        policy.status = Some(status);
                    }
                }
                Err(WriteError::Refused(kube::Error::Api(refused))) if refused.is_not_found() => {}
                Err(error) => {
                    tracing::warn!(policy = name, %error, "A policy's status could not be written; it is tried again");
                    self.metrics.write_failed();
                    self.judged_changed = true;
                }
            }
        }
        for status in [Status::Ready, Status::ReadyWithRisks, Status::NotReady] {
            let count = self
                .judged
                .values()
                .filter(|judged| judged.status == status)
                .count();
            self.metrics.set_workloads(status.name(), count);
        }
    }

    /// Judges some of what is pending and starts the writes that follow.
    fn work(&mut self) {
        let live = self.live.clone();
        let snapshot = live.snapshot();
        for _ in 0..BATCH {
            let Some(on) = self.docket.next(Instant::now()) else {
                break;
            };
            self.settle(&snapshot, on);
        }
    }

    /// Judges one and writes its report if it should be another.
    fn settle(&mut self, snapshot: &Snapshot, on: ReportOn) {
        self.metrics.evaluated();
        let key = ReportKey::of(&on);
        let known = self
            .known
            .as_ref()
            .and_then(|known| known.get(&key))
            .cloned();
        let client = self.client.clone();
        let desired = desired(snapshot, &on, Timestamp::now());
        self.unasked.remove(&on);
        match desired {
            Desired::Unasked => {
                self.unasked.insert(on);
            }
            Desired::Later(due) => {
                self.docket.look_again(on, due);
            }
            Desired::Nothing => {
                let before = self.judged.remove(&on);
                self.judged_changed |= before.is_some();
                self.uses.replace(on.namespace(), before.as_ref(), None);
                if known.is_some() {
                    self.docket.start(on, async move {
                        let result = reports::delete(client, key.clone()).await;
                        Written { key, result }
                    });
                }
            }
            Desired::Report(wanted, judged, again) => {
                if let Some(due) = again {
                    self.docket.look_again(on.clone(), due);
                }
                self.judged_changed = true;
                let before = self.judged.get(&on);
                self.uses.replace(on.namespace(), before, Some(&judged));
                self.judged.insert(on.clone(), judged);
                if known
                    .as_ref()
                    .is_none_or(|known| known.digest != wanted.digest())
                {
                    let before = known.map(|known| known.status);
                    let announcement =
                        Announcement::of(&on, before, wanted.report.status, snapshot);
                    let announcer = self.announcer.clone();
                    self.docket.start(on.clone(), async move {
                        let result = reports::apply(client, on, *wanted).await;
                        if let (Ok(_), Some(announcement)) = (&result, announcement) {
                            announcer.announce(announcement).await;
                        }
                        Written { key, result }
                    });
                }
            }
        }
    }

    fn written(&mut self, written: Result<(Option<ReportOn>, Written), JoinError>) {
        let Ok((on, Written { key, result })) = written else {
            tracing::error!("A write of a report panicked; every report is looked at again");
            return self.everything();
        };
        match result {
            Ok(known) => {
                self.metrics.wrote();
                on.into_iter()
                    .for_each(|on| self.docket.settle(on, Instant::now()));
                if let Some(all) = &mut self.known {
                    match known {
                        Some(known) => drop(all.insert(key, known)),
                        None => drop(all.remove(&key)),
                    }
                }
            }
            Err(error) => {
                self.metrics.write_failed();
                tracing::warn!(
                    namespace = %key.namespace, report = %key.name, %error,
                    "A report could not be written; it is tried again"
                );
                on.into_iter()
                    .for_each(|on| self.docket.retry(on, Instant::now()));
            }
        }
    }
}
