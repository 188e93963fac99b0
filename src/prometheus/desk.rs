//! One server's questions, asked in turn.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::{self, JoinError, JoinSet};
use tokio::time::{Instant, sleep_until};

use super::answer::Answer;
use super::client::Client;
use super::failures::{Fault, Trouble};
use super::health::Health;
use super::metrics::ServerMetrics;
use super::pace::Pace;
use super::queue::{Ask, Batch, Queue};
use super::request::{Landed, is_remark, request, split};
use super::settings::Server;
use crate::promql::{Failure, Outcome, Question, Range, Reading};

/// When a request that failed with its server is tried again: not at once, since it may be what the server fails by.
const ANOTHER_TRY: Duration = Duration::from_secs(60);

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
    random: RandomState,
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
            random: RandomState::new(),
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

    /// A panic: it may be one of the answers that brings it about.
    fn crashed(&mut self, error: &JoinError) -> Report {
        tracing::error!(%error, "A request to Prometheus ended badly");
        let batch = self.batches.remove(&error.id()).unwrap_or_default();
        let due = self.next(&batch);
        for ask in &batch {
            self.queue.again(ask, due, true);
        }
        Report::new()
    }

    /// Heeds an answer, or its lack.
    fn land(&mut self, landed: Landed) -> Report {
        match landed.outcome {
            Ok(answer) => {
                self.health.answered();
                self.announced = None;
                self.take_answer(&landed.batch, landed.range, answer)
            }
            Err(trouble) => self.take_trouble(&landed.batch, landed.sent, trouble),
        }
    }

    fn take_answer(&mut self, batch: &Batch, range: Range, answer: Answer) -> Report {
        // Whose remark it is nobody knows.
        let remarked = answer.warnings.iter().any(|warning| is_remark(warning));
        if remarked && batch.len() > 1 {
            return self.one_by_one(batch);
        }
        let Some(answers) = split(answer, batch.len()) else {
            return self.one_by_one(batch);
        };
        if batch.len() >= self.batch {
            self.batch = (self.batch + 1).min(self.config.batch);
        }
        let due = self.next(batch);
        let mut report = Report::new();
        for (ask, answer) in batch.iter().zip(answers) {
            report.extend(self.readings(ask, &answer, &range));
            self.queue.again(ask, due, remarked);
        }
        report
    }

    fn take_trouble(&mut self, batch: &Batch, sent: Instant, trouble: Trouble) -> Report {
        let Trouble { failure, fault } = trouble;
        let (now, several) = (Instant::now(), batch.len() > 1);
        let server = &self.config.server.name;
        tracing::debug!(%server, %failure, expressions = batch.len(), "Prometheus gave no answer");
        match fault {
            Fault::Server(wait) => self.health.failed(sent, now, wait),
            Fault::Time if !several => self.health.timed_out(sent, now),
            Fault::Expression => self.health.answered(),
            Fault::Cost | Fault::Time => {}
        }
        if several {
            if matches!(fault, Fault::Cost | Fault::Time) {
                self.batch = (self.batch / 2).max(1);
            }
            let report = self.one_by_one(batch);
            return if self.health.is_down() {
                self.announce(failure)
            } else {
                report
            };
        }
        let due = match fault {
            Fault::Server(_) => now + ANOTHER_TRY.min(self.config.interval),
            _ => self.next(batch),
        };
        for ask in batch {
            self.queue.again(ask, due, true);
        }
        if self.health.is_down() {
            return self.announce(failure);
        }
        let asks = batch.iter().filter_map(|ask| self.wanted.get(&**ask));
        all(asks.flatten(), &failure)
    }

    /// It is everybody's failure, also of those whose turn has not come. Said once.
    fn announce(&mut self, failure: Failure) -> Report {
        if self.announced.as_ref() == Some(&failure) {
            return Report::new();
        }
        let server = &self.config.server.name;
        tracing::warn!(%server, %failure, "A Prometheus server fails");
        let report = all(self.wanted.values().flatten(), &failure);
        self.announced = Some(failure);
        report
    }

    /// What an answer says to each question that it answers.
    fn readings(&self, ask: &Ask, answer: &Answer, range: &Range) -> Report {
        let read = |question: &Question| {
            let reading = Reading::of(&answer.series, question.pass, question.window, range)
                .noted(answer.infos.iter().cloned());
            let reading = match answer.warnings.first() {
                Some(warning) => reading.incomplete(warning.clone()),
                None => reading,
            };
            (question.clone(), Ok(reading))
        };
        let questions = self.wanted.get(ask).into_iter().flatten();
        questions.map(read).collect()
    }

    fn one_by_one(&mut self, batch: &Batch) -> Report {
        self.metrics.split();
        for ask in batch {
            self.queue.again_alone(ask);
        }
        Report::new()
    }

    /// When some are to be asked again. At random within the last tenth of the interval, so that what was asked at once
    /// does not stay so; the first time within all of it, so that a start is not felt in every interval after.
    fn next(&self, batch: &Batch) -> Instant {
        let now = Instant::now();
        #[expect(clippy::cast_precision_loss, reason = "any number will do")]
        let share = self.random.hash_one((batch.first(), now)) as f64 / u64::MAX as f64;
        let is_new = batch.first().is_some_and(|ask| self.queue.is_new(ask));
        let least = if is_new { 0.2 } else { 0.9 };
        now + self.config.interval.mul_f64(least + (1.0 - least) * share)
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
