//! One server's questions, asked in turn.

mod landing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::{self, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::client::Client;
use super::health::Health;
use super::metrics::ServerMetrics;
use super::pace::Pace;
use super::queue::{Ask, Batch, Queue};
use super::request::{Landed, request};
use super::settings::Server;
use super::spacing::Spacing;
use crate::promql::{Failure, Outcome, Question, Range};

/// What is wanted of a server: expressions, and the questions that each answers.
pub(super) type Wanted = BTreeMap<Ask, Vec<Question>>;

/// What became of some questions.
pub(super) type Report = Vec<(Question, Outcome)>;

/// How a server is asked.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Config {
    pub(super) server: Arc<Server>,
    pub(super) interval: Duration,
    pub(super) batch: usize,
}

/// Asks one server.
pub(super) struct Desk {
    configs: watch::Receiver<Config>,
    wants: watch::Receiver<Arc<Wanted>>,
    reports: mpsc::Sender<Report>,
    metrics: ServerMetrics,
    clock: fn() -> Timestamp,
    config: Config,
    wanted: Arc<Wanted>,
    client: Result<Arc<Client>, Failure>,
    queue: Queue,
    pace: Pace,
    health: Health,
    /// How many expressions go together: fewer after some together cost too much.
    batch: usize,
    /// What was last said of all questions at once.
    announced: Option<Failure>,
    under_way: JoinSet<Landed>,
    /// What each of them asks.
    batches: HashMap<task::Id, Batch>,
    spacing: Spacing,
}

impl Desk {
    pub(super) fn new(
        mut configs: watch::Receiver<Config>,
        wants: watch::Receiver<Arc<Wanted>>,
        reports: mpsc::Sender<Report>,
        metrics: ServerMetrics,
        clock: fn() -> Timestamp,
    ) -> Self {
        let now = Instant::now();
        let config = configs.borrow_and_update().clone();
        let mut desk = Self {
            client: Client::new(&config.server).map(Arc::new),
            pace: Pace::new(config.server.queries_per_second, now),
            batch: config.batch,
            configs,
            wants,
            reports,
            metrics,
            clock,
            config,
            wanted: Arc::default(),
            queue: Queue::default(),
            health: Health::new(now),
            announced: None,
            under_way: JoinSet::new(),
            batches: HashMap::new(),
            spacing: Spacing::new(now),
        };
        desk.wants.mark_changed();
        desk
    }

    /// Until nobody wants anything of it, or takes its reports.
    pub(super) async fn run(mut self) {
        loop {
            let wake = self.send_what_is_due();
            let report = tokio::select! {
                changed = self.configs.changed() => match changed {
                    Ok(()) => self.reconfigure(),
                    Err(_) => return,
                },
                changed = self.wants.changed() => match changed {
                    Ok(()) => self.take_wants(),
                    Err(_) => return,
                },
                Some(ended) = self.under_way.join_next_with_id() => match ended {
                    Ok((task, landed)) => {
                        self.batches.remove(&task);
                        self.land(landed)
                    }
                    Err(error) => self.crashed(&error),
                },
                () = wait_until(wake) => Report::new(),
            };
            if !report.is_empty() && self.reports.send(report).await.is_err() {
                return;
            }
        }
    }

    /// Takes what is wanted now. Of a server that fails the answers are known.
    fn take_wants(&mut self) -> Report {
        let before = std::mem::replace(&mut self.wanted, self.wants.borrow_and_update().clone());
        self.queue.want(self.wanted.keys(), Instant::now());
        self.metrics.set_expressions(self.queue.len());
        let Some(failure) = self.client.as_ref().err().or(self.announced.as_ref()) else {
            return Report::new();
        };
        let new = |(ask, _): &(&Ask, _)| !before.contains_key(*ask);
        let new = self.wanted.iter().filter(new);
        all(new.flat_map(|(_, questions)| questions), failure)
    }

    fn reconfigure(&mut self) -> Report {
        let now = Instant::now();
        self.config = self.configs.borrow_and_update().clone();
        self.client = Client::new(&self.config.server).map(Arc::new);
        self.pace = Pace::new(self.config.server.queries_per_second, now);
        self.health = Health::new(now);
        self.batch = self.config.batch;
        self.announced = None;
        // What is under way may be for another server.
        self.under_way = JoinSet::new();
        for ask in self.batches.drain().flat_map(|(_, batch)| batch) {
            self.queue.back(&ask);
        }
        self.queue.hasten(now);
        match &self.client {
            Ok(_) => Report::new(),
            Err(failure) => all(self.wanted.values().flatten(), failure),
        }
    }

    /// Sends as many requests as may be under way now. Says when there may be more to send; `None` when that depends on
    /// something else.
    fn send_what_is_due(&mut self) -> Option<Instant> {
        let client = self.client.as_ref().ok()?.clone();
        loop {
            let now = Instant::now();
            let due = self.queue.next_due();
            self.metrics
                .set_behind(due.map_or(Duration::ZERO, |due| now.saturating_duration_since(due)));
            let due = due?;
            let (room, together) = if self.health.is_failing() {
                (1, 1)
            } else {
                (self.config.server.concurrency.max(1), self.batch.max(1))
            };
            if self.under_way.len() >= room {
                return None;
            }
            if due > now {
                return Some(due);
            }
            if let Some(until) = self.health.rests_until(now) {
                return Some(until);
            }
            if let Err(later) = self.pace.take(now) {
                return Some(later);
            }
            // A little early together is less work than on time one by one.
            let ahead = self.config.interval / 20;
            let batch = self.queue.next(now, ahead, together)?;
            let window = batch.first()?.window;
            let range = Range::ending((self.clock)(), window);
            let metrics = self.metrics.clone();
            let request = request(client.clone(), batch.clone(), range, now, metrics);
            let task = self.under_way.spawn(request);
            self.batches.insert(task.id(), batch);
        }
    }
}

fn all<'a>(questions: impl Iterator<Item = &'a Question>, failure: &Failure) -> Report {
    questions
        .map(|question| (question.clone(), Err(failure.clone())))
        .collect()
}

async fn wait_until(wake: Option<Instant>) {
    match wake {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
