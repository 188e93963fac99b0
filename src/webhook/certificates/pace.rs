//! How often a replica writes, whatever others do to the same objects.

use std::time::Duration;

use tokio::time::Instant;

/// Writes in a row that are not held back: a start, a renewal and a few repairs.
const BURST: u32 = 5;
/// One more in so long. A tool that keeps overwriting us costs six writes a minute.
const INTERVAL: Duration = Duration::from_secs(10);

/// A token bucket, expressed by when it will be full.
#[derive(Debug)]
pub(super) struct Pace {
    full_at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// Whether to write now; else how long to wait before asking again.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.max(now) + INTERVAL;
        let ahead = full_at.duration_since(now);
        match ahead.checked_sub(INTERVAL * BURST) {
            Some(wait) if !wait.is_zero() => Err(wait),
            _ => {
                self.full_at = full_at;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_one_an_interval() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for _ in 0..BURST {
            assert_eq!(pace.take(start), Ok(()));
        }
        assert_eq!(pace.take(start), Err(INTERVAL));
        let later = start + Duration::from_secs(4);
        assert_eq!(pace.take(later), Err(Duration::from_secs(6)));
        let later = start + INTERVAL;
        assert_eq!(pace.take(later), Ok(()));
        assert_eq!(pace.take(later), Err(INTERVAL));
        let rested = start + INTERVAL * 100;
        for _ in 0..BURST {
            assert_eq!(pace.take(rested), Ok(()));
        }
        assert_eq!(pace.take(rested), Err(INTERVAL));
    }
}
