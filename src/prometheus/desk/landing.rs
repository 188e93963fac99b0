//! What follows from an answer, or its lack.

use std::time::Duration;

use tokio::task::JoinError;
use tokio::time::Instant;

use super::{Desk, Report, all};
use crate::prometheus::answer::Answer;
use crate::prometheus::failures::{Fault, Trouble};
use crate::prometheus::queue::{Ask, Batch};
use crate::prometheus::request::{Landed, is_remark, split};
use crate::promql::{Failure, Question, Range, Reading};

/// When a request that failed with its server is tried again: not at once, since it may be what the server fails by.
const ANOTHER_TRY: Duration = Duration::from_secs(60);

impl Desk {
    /// A panic: it may be one of the answers that brings it about.
    pub(super) fn crashed(&mut self, error: &JoinError) -> Report {
        tracing::error!(%error, "A request to Prometheus ended badly");
        let batch = self.batches.remove(&error.id()).unwrap_or_default();
        let due = self.next(&batch);
        for ask in &batch {
            self.queue.again(ask, due, true);
        }
        Report::new()
    }

    /// Heeds an answer, or its lack.
    pub(super) fn land(&mut self, landed: Landed) -> Report {
        match landed.outcome {
            Ok(answer) => {
                self.answered();
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
            Fault::Expression | Fault::Cost => self.answered(),
            Fault::Time => {}
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

    /// It answers, if only that it does not like a question.
    fn answered(&mut self) {
        self.health.answered();
        self.announced = None;
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

    /// When some are to be asked again.
    fn next(&mut self, batch: &Batch) -> Instant {
        let (now, interval) = (Instant::now(), self.config.interval);
        self.spacing
            .next(now, interval, batch.len(), self.queue.len())
    }
}
