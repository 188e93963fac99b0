//! The one task that judges launches, and keeps their statuses and those of exceptions and checklists.
//!
//! It judges by the latest snapshot, some at a time on a thread where nothing else waits for it, and writes what is different.
//! A replica that does not lead writes nothing; it works out what the gate must ask servers.

mod asked;
mod assessed;
mod books;
mod checklists;
mod exceptions;
mod heard;
mod news;
mod patience;
mod pause;
mod subject;
mod unseen;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use kube::Client;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, MissedTickBehavior};

use self::asked::Asked;
use self::assessed::{Assessed, Found, LaunchFound, What, ask, assess};
use self::books::Books;
use self::patience::Patience;
use self::pause::{SOONEST, pause};
use self::subject::Subject;
use self::unseen::Unseen;
use super::announce::{Announcement, Announcer};
use super::docket::{Docket, TICK};
use super::measurements::Questions;
use super::reports::WriteError;
use super::touched::Touched;
use super::uses::Used;
use crate::evidence::Source;
use crate::live::Live;
use crate::people::Name;
use crate::telemetry::metrics::ControllerMetrics;

/// Judges, and writes while it leads.
pub(super) struct Desk {
    client: Client,
    live: Arc<Live>,
    metrics: Arc<ControllerMetrics>,
    leads: watch::Receiver<bool>,
    used: watch::Receiver<Used>,
    announcer: Announcer,
    docket: Docket<Subject, Result<(), WriteError>>,
    judging: JoinSet<Batch>,
    asked: Asked,
    patience: Patience,
    books: Books,
    unseen: Unseen,
    /// Whether the snapshot is worth judging by.
    is_open: bool,
}

/// What was judged in one go, and whether this replica led when it was.
struct Batch {
    led: bool,
    assessed: Vec<Assessed>,
}

/// What the desk works with.
pub(super) struct Wiring {
    pub(super) client: Client,
    pub(super) live: Arc<Live>,
    pub(super) metrics: Arc<ControllerMetrics>,
    /// This replica's name.
    pub(super) identity: String,
    pub(super) leads: watch::Receiver<bool>,
    /// Where it is told what must be asked of servers.
    pub(super) questions: watch::Sender<Questions>,
    /// How many findings exceptions waive in reports.
    pub(super) used: watch::Receiver<Used>,
}

impl Desk {
    pub(super) fn new(wiring: Wiring) -> Self {
        let Wiring {
            client,
            live,
            metrics,
            identity,
            leads,
            questions,
            used,
        } = wiring;
        Self {
            announcer: Announcer::new(client.clone(), identity),
            client,
            live,
            leads,
            used,
            docket: Docket::new(),
            judging: JoinSet::new(),
            asked: Asked::new(questions),
            patience: Patience::default(),
            books: Books::new(metrics.clone()),
            metrics,
            unseen: Unseen::default(),
            is_open: false,
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
        let (mut leads, mut used) = (self.leads.clone(), self.used.clone());
        loop {
            tokio::select! {
                biased;
                () = super::told(&mut shutdown) => break,
                Some(written) = self.docket.written() => self.written(written),
                Some(judged) = self.judging.join_next() => self.judged(judged),
                told = touched.recv() => match told {
                    Some(told) => self.hear(told),
                    None => break,
                },
                Ok(()) = leads.changed() => self.begin_anew(),
                Ok(()) = used.changed() => self.exceptions(),
                _ = tick.tick() => self.tick(),
                () = std::future::ready(()), if self.may_work() => self.work(),
            }
        }
        self.docket.finish().await;
    }

    fn leads(&self) -> bool {
        *self.leads.borrow()
    }

    fn may_work(&self) -> bool {
        self.is_open && self.judging.is_empty() && self.docket.may_work()
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.docket.tick(now);
        self.asked.tell();
        self.books.metrics().set_pending(self.docket.len());
        if self.leads() {
            self.books.count();
        }
        let snapshot = self.live.snapshot();
        let mut sources = snapshot
            .documents
            .kinds()
            .map(|kind| snapshot.documents.source(kind));
        let are_pending = sources.any(|source| *source == Source::Pending);
        self.is_open = snapshot.complete && !self.patience.waits_for_lists(are_pending, now);
    }

    /// Has some of what is to be looked at judged.
    fn work(&mut self) {
        let (snapshot, now) = (Arc::clone(&self.live.snapshot()), Instant::now());
        let mut batch: Vec<(Subject, u32)> = Vec::new();
        // A write may follow of each. Judging one launch of both checklists takes milliseconds.
        while batch.len() < self.docket.room() {
            let Some(subject) = self.docket.next(now) else {
                break;
            };
            // What an exception is used for is known once the launches have been judged.
            let is_another_kind = batch
                .first()
                .is_some_and(|(first, _)| first.kind() != subject.kind());
            if is_another_kind {
                self.docket.extend([subject]);
                break;
            }
            let version = subject.version(&snapshot);
            if self.unseen.is(&subject, version.as_ref(), now) {
                self.docket.look_again(subject, now + SOONEST);
                continue;
            }
            let used = self.used(&subject);
            batch.push((subject, used));
        }
        if batch.is_empty() {
            return;
        }
        let led = self.leads();
        self.judging.spawn_blocking(move || {
            let one = |(subject, used): (Subject, u32)| match led {
                true => assess(&snapshot, subject, used, Timestamp::now()),
                false => ask(&snapshot, subject, Timestamp::now()),
            };
            let assessed = batch.into_iter().map(one).collect();
            Batch { led, assessed }
        });
    }

    /// How many findings and items an exception waives.
    fn used(&self, subject: &Subject) -> u32 {
        let Subject::Exception(name) = subject else {
            return 0;
        };
        self.books.items(name) + self.used.borrow().get(name).copied().unwrap_or(0)
    }

    fn judged(&mut self, judged: Result<Batch, JoinError>) {
        let Ok(Batch { led, assessed }) = judged else {
            tracing::error!("A judgement of launches panicked; every launch is looked at again");
            return self.everything();
        };
        if led != self.leads() {
            // Meanwhile all of it has been begun anew.
            return;
        }
        for Assessed { subject, found } in assessed {
            match found {
                Some(found) => self.settle(subject, found),
                None => self.forget(&subject),
            }
        }
    }

    /// Keeps what was found of something, and writes its status if it should be another.
    fn settle(&mut self, subject: Subject, found: Found) {
        self.docket.settle(subject.clone(), Instant::now());
        if let Some(again) = found.again {
            let rest = again.duration_since(Timestamp::now());
            self.docket
                .look_again(subject.clone(), Instant::now() + pause(&subject, rest));
        }
        match (&subject, found.what) {
            (Subject::Launch(name), What::Launch(of_launch)) => {
                if let Some(until) = self.keep(name, *of_launch) {
                    return self.docket.look_again(subject, until);
                }
            }
            (Subject::Launch(name), What::Questions(questions)) => self.asked.set(name, questions),
            (Subject::Exception(name), What::Exception { state, ends }) => {
                self.books.exception(name, state, ends);
            }
            _ => {}
        }
        let Some(status) = found.status.filter(|_| self.leads()) else {
            return;
        };
        if let Some(version) = subject.version(&self.live.snapshot()) {
            self.unseen.write(&subject, version, Instant::now());
        }
        let (client, announcer) = (self.client.clone(), self.announcer.clone());
        let about = subject.reference(&found.uid);
        self.docket.start(subject.clone(), async move {
            subject.write(client, status).await?;
            for event in found.events {
                announcer
                    .announce(Announcement {
                        about: about.clone(),
                        event,
                    })
                    .await;
            }
            Ok(())
        });
    }

    /// Keeps what was found of a launch. Says until when nothing is to be written of it.
    fn keep(&mut self, name: &Name, found: LaunchFound) -> Option<Instant> {
        let LaunchFound {
            figures,
            questions,
            waivers,
            pending,
            is_new,
            took,
            pairs,
        } = found;
        self.books.metrics().judged(took, pairs);
        self.asked.set(name, questions);
        let until = self.patience.holds(name, &pending, is_new, Instant::now());
        if until.is_none() {
            let exceptions = self.books.launch(name, &figures, waivers);
            self.docket
                .extend(exceptions.into_iter().map(Subject::Exception));
        }
        until
    }

    /// Forgets what is gone.
    fn forget(&mut self, subject: &Subject) {
        self.unseen.forget(subject);
        match subject {
            Subject::Launch(name) => {
                self.asked.set(name, BTreeSet::new());
                self.patience.forget(name);
                let exceptions = self.books.forget_launch(name);
                self.docket
                    .extend(exceptions.into_iter().map(Subject::Exception));
            }
            Subject::Exception(name) => self.books.forget_exception(name),
            Subject::Checklist(_) => {}
        }
    }

    fn written(&mut self, written: Result<(Option<Subject>, Result<(), WriteError>), JoinError>) {
        let Ok((Some(subject), result)) = written else {
            tracing::error!("A write of a status panicked; every launch is looked at again");
            self.unseen.clear();
            return self.everything();
        };
        match result {
            Ok(()) => {
                self.books.metrics().wrote(subject.kind());
                self.docket.settle(subject, Instant::now());
            }
            Err(error) => {
                self.unseen.forget(&subject);
                if matches!(&error, WriteError::Refused(kube::Error::Api(refused)) if refused.is_not_found())
                {
                    return;
                }
                self.metrics.write_failed();
                let (namespace, name) = subject.place();
                tracing::warn!(
                    kind = subject.kind(), namespace = namespace.map(|namespace| &**namespace), name = &**name, %error,
                    "A status could not be written; it is tried again"
                );
                self.docket.retry(subject, Instant::now());
            }
        }
    }
}
