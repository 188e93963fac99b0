//! Waiting for a condition, with a deadline.

use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;

/// How often a condition is looked at. Asking kubectl costs about 50 ms of CPU, which a starting
/// control plane on two cores would rather have for itself.
const INTERVAL: Duration = Duration::from_millis(150);

/// What one look at a condition saw.
pub(crate) enum Look<T> {
    /// It holds.
    Holds(T),
    /// Not yet, and what was seen instead, where there is something to tell.
    NotYet(Option<String>),
}

/// Asks `probe` until it answers `Some`: at least once, and at most for `within`.
///
/// `what` is a clause for the error: "the report is there". An `Err` of the probe ends the wait at once.
pub fn eventually<T>(
    what: &str,
    within: Duration,
    mut probe: impl FnMut() -> Result<Option<T>, Error>,
) -> Result<T, Error> {
    poll(what, within, || {
        Ok(probe()?.map_or(Look::NotYet(None), Look::Holds))
    })
}

/// [`eventually`] with a probe that says what it saw.
pub(crate) fn poll<T>(
    what: &str,
    within: Duration,
    mut probe: impl FnMut() -> Result<Look<T>, Error>,
) -> Result<T, Error> {
    let start = Instant::now();
    loop {
        let last = match probe()? {
            Look::Holds(value) => return Ok(value),
            Look::NotYet(seen) => seen,
        };
        if start.elapsed() >= within {
            return Err(Error::Timeout {
                what: what.to_owned(),
                waited: within,
                last,
            });
        }
        thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_is_awaited_and_what_was_seen_is_told_when_it_fails() {
        let mut looks = 0;
        let third = eventually("it is the third look", Duration::from_secs(60), || {
            looks += 1;
            Ok((looks == 3).then_some(looks))
        });
        assert_eq!(third.unwrap(), 3);

        let never: Result<(), Error> = poll("it rains", Duration::ZERO, || {
            Ok(Look::NotYet(Some("sunshine".to_owned())))
        });
        assert_eq!(
            never.unwrap_err().to_string(),
            "waited 0s in vain until it rains; last answer: sunshine"
        );
    }
}
