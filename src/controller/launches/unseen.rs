//! What was written, and has not come back through the watch: whoever judged by what was there before would write it again.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::subject::Subject;

/// How long the watch may take.
const LAG: Duration = Duration::from_secs(30);

/// A version of an object: another one is at another address.
pub(super) type Version = Arc<dyn Any + Send + Sync>;

/// What was written over, and until when the watch is waited for.
#[derive(Default)]
pub(super) struct Unseen(BTreeMap<Subject, (Version, Instant)>);

impl Unseen {
    /// Notes that something is written over a version.
    pub(super) fn write(&mut self, subject: &Subject, over: Version, now: Instant) {
        self.0.insert(subject.clone(), (over, now + LAG));
    }

    /// Notes that nothing was.
    pub(super) fn forget(&mut self, subject: &Subject) {
        self.0.remove(subject);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether a version is the one that was written over.
    pub(super) fn is(
        &mut self,
        subject: &Subject,
        version: Option<&Version>,
        now: Instant,
    ) -> bool {
        let Some((over, until)) = self.0.get(subject) else {
            return false;
        };
        let is_same = version
            .is_some_and(|version| std::ptr::addr_eq(Arc::as_ptr(version), Arc::as_ptr(over)));
        let is_unseen = is_same && now < *until;
        if !is_unseen {
            self.0.remove(subject);
        }
        is_unseen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_over_is_not_judged_by_until_the_watch_tells_or_is_late() {
        let subject = Subject::Checklist("team".into());
        let now = Instant::now();
        let (old, new): (Version, Version) = (Arc::new(1), Arc::new(1));
        let mut unseen = Unseen::default();
        assert!(!unseen.is(&subject, Some(&old), now));
        unseen.write(&subject, old.clone(), now);
        assert!(unseen.is(&subject, Some(&old), now));
        assert!(
            !unseen.is(&subject, Some(&new), now),
            "the same content, but another version"
        );
        assert!(!unseen.is(&subject, Some(&old), now), "it has been seen");
        unseen.write(&subject, old.clone(), now);
        assert!(!unseen.is(&subject, Some(&old), now + LAG));
        unseen.write(&subject, old.clone(), now);
        assert!(!unseen.is(&subject, None, now), "it is gone");
        unseen.write(&subject, old.clone(), now);
        unseen.forget(&subject);
        assert!(!unseen.is(&subject, Some(&old), now));
    }
}
