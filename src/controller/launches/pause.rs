//! When something is looked at again where only time passes.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use jiff::SignedDuration;

use super::subject::Subject;

/// How soon something is looked at again at the earliest where only time passes.
pub(super) const SOONEST: Duration = Duration::from_secs(1);

/// What is looked at again is spread over so much of the time until then, and no more than so long.
const SPREAD: u32 = 10;
const MOST_SPREAD: Duration = Duration::from_secs(30);

/// How long until something is looked at again that is due in so long: not before, and not all that is due at one moment at
/// once.
pub(super) fn pause(subject: &Subject, rest: SignedDuration) -> Duration {
    let rest = Duration::try_from(rest).unwrap_or(SOONEST).max(SOONEST);
    let spread = (rest / SPREAD).min(MOST_SPREAD);
    let mut hasher = DefaultHasher::new();
    subject.place().hash(&mut hasher);
    let share = u32::try_from(hasher.finish() % 1000).unwrap_or(0);
    rest + spread * share / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::Name;

    #[test]
    fn what_is_due_at_once_is_spread() {
        let seconds = |at: usize, rest: i64| {
            let subject = Subject::Launch(Name::new("shop", format!("launch-{at}").as_str()));
            pause(&subject, SignedDuration::from_secs(rest)).as_secs_f64()
        };
        let pauses: Vec<f64> = (0..100).map(|at| seconds(at, 300)).collect();
        assert!(
            pauses.iter().all(|pause| (300.0..=330.0).contains(pause)),
            "{pauses:?}"
        );
        let early = pauses.iter().filter(|pause| **pause < 315.0).count();
        assert!(
            (30..70).contains(&early),
            "{early} of 100 in the first half"
        );
        // What has passed is not looked at without a pause, and what is due soon not much later.
        assert!((1.0..=1.1).contains(&seconds(1, -60)));
        assert!((10.0..=11.0).contains(&seconds(1, 10)));
    }
}
