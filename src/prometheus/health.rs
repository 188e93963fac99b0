//! How a server does, and when to leave it alone.

use std::time::Duration;

use tokio::time::Instant;

const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(60);
/// So many requests in a row that were not answered in time are no matter of the questions.
const TIMEOUTS: u32 = 3;

/// A server's recent past.
#[derive(Debug)]
pub(super) struct Health {
    failures: u32,
    timeouts: u32,
    rests_until: Option<Instant>,
    /// Failures of requests that were sent before are known already.
    since: Instant,
}

impl Health {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            failures: 0,
            timeouts: 0,
            rests_until: None,
            since: now,
        }
    }

    /// It answered, if only that a question is wrong.
    pub(super) fn answered(&mut self) {
        self.failures = 0;
        self.timeouts = 0;
        self.rests_until = None;
    }

    /// It failed: it is left alone for a while, each time for longer, or as long as it asks for.
    pub(super) fn failed(&mut self, sent: Instant, now: Instant, wait: Option<Duration>) {
        if self.failures > 0 && sent < self.since {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST_REST.saturating_mul(1 << (self.failures - 1).min(6));
        let rest = doubled.max(wait.unwrap_or_default()).min(LONGEST_REST);
        self.rests_until = Some(now + rest);
        self.since = now;
    }

    /// It did not answer in time. That may be the question's fault, the first times.
    pub(super) fn timed_out(&mut self, sent: Instant, now: Instant) {
        self.timeouts = self.timeouts.saturating_add(1);
        if self.timeouts >= TIMEOUTS {
            self.failed(sent, now, None);
        }
    }

    /// Until when it is to be left alone.
    pub(super) fn rests_until(&self, now: Instant) -> Option<Instant> {
        self.rests_until.filter(|until| *until > now)
    }

    /// Whether the last request failed: then it is tried with one expression at a time.
    pub(super) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// Whether it fails whatever it is asked: one failure may be the expression's.
    pub(super) fn is_down(&self) -> bool {
        self.failures > 1
    }
}
