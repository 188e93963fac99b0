//! The moments at which an expression is evaluated.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// No more samples than this, for each series.
const MOST_STEPS: u64 = 300;
/// In seconds. All of them divide the usual windows.
const STEPS: [u64; 14] = [
    1, 5, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600,
];

/// Evenly spaced moments over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first moment.
    pub start: Timestamp,
    /// The last one.
    pub end: Timestamp,
    /// From one to the next, in whole seconds.
    pub step: Duration,
}

impl Range {
    /// The window that ends at a moment, which is one of those evaluated: an answer says how things are now.
    pub fn ending(end: Timestamp, window: Duration) -> Self {
        let seconds = window.as_secs().max(1);
        let step = STEPS
            .into_iter()
            .find(|step| seconds / step <= MOST_STEPS)
            .unwrap_or(seconds.div_ceil(MOST_STEPS));
        let length = i64::try_from(seconds - seconds % step).unwrap_or(i64::MAX);
        let start = end
            .checked_sub(SignedDuration::from_secs(length))
            .unwrap_or(Timestamp::MIN);
        Self {
            start,
            end,
            step: Duration::from_secs(step),
        }
    }

    /// How many moments there are.
    pub fn points(&self) -> usize {
        let length = self.end.duration_since(self.start).as_secs().unsigned_abs();
        usize::try_from(length / self.step.as_secs().max(1)).map_or(usize::MAX, |steps| steps + 1)
    }

    /// From the first moment to the last.
    pub fn length(&self) -> Duration {
        self.end.duration_since(self.start).unsigned_abs()
    }
}
