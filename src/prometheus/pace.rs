//! How many requests a second.

use std::time::Duration;

use tokio::time::Instant;

/// No faster than this, whatever is configured: more is no bound.
const FASTEST: f64 = 1_000.0;
/// And no slower than one in ten minutes: less would be no answer at all.
const SLOWEST: f64 = 1.0 / 600.0;

/// Requests at even distances: no second has more than are configured, also none that comes after a pause.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    next: Instant,
}

impl Pace {
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        let rate = match per_second.is_nan() {
            true => SLOWEST,
            false => per_second.clamp(SLOWEST, FASTEST),
        };
        Self {
            interval: Duration::from_secs_f64(1.0 / rate),
            next: now,
        }
    }

    /// Lets a request through; else says when there may be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        if now < self.next {
            return Err(self.next);
        }
        self.next = now + self.interval;
        Ok(())
    }
}
