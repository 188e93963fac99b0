//! When to ask again.

use std::time::Duration;

use tokio::time::Instant;

/// Gives every request a slot within an interval, as long as its share of all expressions: requests are evenly spaced,
/// however they began.
#[derive(Debug)]
pub(super) struct Spacing {
    free: Instant,
}

impl Spacing {
    pub(super) fn new(now: Instant) -> Self {
        Self { free: now }
    }

    /// The next slot, for so many of all expressions. It is from half an interval to a whole one away.
    pub(super) fn next(
        &mut self,
        now: Instant,
        interval: Duration,
        some: usize,
        all: usize,
    ) -> Instant {
        #[expect(clippy::cast_precision_loss, reason = "there are not that many")]
        let share = some as f64 / all.max(1) as f64;
        let slot = self.free.clamp(now + interval / 2, now + interval);
        self.free = slot + interval.mul_f64(share.min(1.0));
        slot
    }
}
