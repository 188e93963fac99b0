//! How often guards are repaired: at once, but not against somebody who alters them again and again.

use std::time::Duration;

use tokio::time::Instant;

const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);

/// Who leaves them alone for so long is forgiven.
const QUIET: Duration = Duration::from_secs(900);

/// When the last repair was, and how long the next one waits.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Option<(Instant, Duration)>,
}

impl Pace {
    /// When the next repair may be; `None` where that is now.
    pub(super) fn next(&self, now: Instant) -> Option<Instant> {
        let (last, wait) = self.last?;
        Some(last + wait).filter(|next| *next > now)
    }

    /// Notes a repair.
    pub(super) fn take(&mut self, now: Instant) {
        let wait = match self.last {
            Some((last, wait)) if now - last < QUIET => (wait * 2).min(LONGEST),
            _ => FIRST,
        };
        self.last = Some((now, wait));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_against_somebody_who_does_not_give_up() {
        let mut now = Instant::now();
        let mut pace = Pace::default();
        let mut waits = Vec::new();
        for _ in 0..12 {
            assert_eq!(pace.next(now), None);
            pace.take(now);
            let next = pace.next(now).expect("it waits");
            waits.push((next - now).as_secs());
            now = next;
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
        now += QUIET;
        pace.take(now);
        assert_eq!(pace.next(now), Some(now + FIRST), "that was long ago");
    }
}
