//! How many requests a second.

use std::time::Duration;

use tokio::time::Instant;

/// No faster than this, whatever is configured: more is no bound.
const FASTEST: f64 = 1_000.0;
/// And no slower than one in ten minutes: less would be no answer at all.
const SLOWEST: f64 = 1.0 / 600.0;

/// A token bucket that holds what a second brings, at least one token. It is expressed by when it will be full.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    burst: u32,
    full_at: Instant,
}

impl Pace {
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        let rate = match per_second.is_nan() {
            true => SLOWEST,
            false => per_second.clamp(SLOWEST, FASTEST),
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is from 1 to 1,000"
        )]
        let burst = rate.max(1.0) as u32;
        Self {
            interval: Duration::from_secs_f64(1.0 / rate),
            burst,
            full_at: now,
        }
    }

    /// Takes a token; else says when there will be one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let full_at = self.full_at.max(now) + self.interval;
        let latest = now + self.interval * self.burst;
        if full_at > latest {
            return Err(now + (full_at - latest));
        }
        self.full_at = full_at;
        Ok(())
    }
}
