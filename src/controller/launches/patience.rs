//! For how long a verdict is held back because something has not been looked at yet.
//!
//! After a start, and when something is asked for the first time, objects are being listed, servers and RBAC asked. What would be
//! written meanwhile would be taken back a moment later, for every launch.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::launch::Pending;
use crate::people::Name;

/// How long a launch of which nothing was ever said is waited for: its owner looks at it now.
const OF_NEW: Duration = Duration::from_secs(5);

/// How long what is listed or asked at once is waited for.
const OF_LISTS: Duration = Duration::from_secs(60);

/// How long servers are waited for, which are asked ten questions a second.
const OF_SERVERS: Duration = Duration::from_secs(300);

/// Since when each launch is held back.
#[derive(Default)]
pub(super) struct Patience {
    since: BTreeMap<Name, Instant>,
    lists: Option<Instant>,
}

impl Patience {
    /// Until when a verdict is held back; `None` where it is worth writing.
    pub(super) fn holds(
        &mut self,
        name: &Name,
        pending: &BTreeSet<Pending>,
        is_new: bool,
        now: Instant,
    ) -> Option<Instant> {
        let longest = pending.iter().map(|what| match what {
            Pending::Metrics => OF_SERVERS,
            Pending::Evidence | Pending::People => OF_LISTS,
        });
        let Some(longest) = longest.max() else {
            self.since.remove(name);
            return None;
        };
        let since = *self.since.entry(name.clone()).or_insert(now);
        let until = since + if is_new { OF_NEW } else { longest };
        (now < until).then_some(until)
    }

    /// Whether judging must wait since kinds that evidence is looked for in are being listed.
    pub(super) fn waits_for_lists(&mut self, are_pending: bool, now: Instant) -> bool {
        if !are_pending {
            self.lists = None;
            return false;
        }
        now < *self.lists.get_or_insert(now) + OF_LISTS
    }

    /// Forgets a launch.
    pub(super) fn forget(&mut self, name: &Name) {
        self.since.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends() {
        let name = Name::new("shop", "web");
        let rows: [(&[Pending], bool, Duration); 4] = [
            (&[Pending::Evidence], false, OF_LISTS),
            (&[Pending::People], false, OF_LISTS),
            (&[Pending::Evidence, Pending::Metrics], false, OF_SERVERS),
            (&[Pending::Metrics], true, OF_NEW),
        ];
        for (pending, is_new, long) in rows {
            let pending: BTreeSet<Pending> = pending.iter().copied().collect();
            let mut patience = Patience::default();
            let start = Instant::now();
            let mut holds = |pending: &BTreeSet<Pending>, after: Duration| {
                patience.holds(&name, pending, is_new, start + after)
            };
            let until = Some(start + long);
            assert_eq!(holds(&pending, Duration::ZERO), until);
            assert_eq!(
                holds(&pending, long - Duration::from_millis(1)),
                until,
                "it does not begin anew"
            );
            assert_eq!(holds(&pending, long), None);
            assert_eq!(
                holds(&pending, long * 2),
                None,
                "it stays written though something is pending"
            );
            // What is pending later is waited for again.
            assert_eq!(holds(&BTreeSet::new(), long * 3), None);
            assert_eq!(holds(&pending, long * 3), Some(start + long * 4));
        }
    }

    #[test]
    fn lists_are_waited_for() {
        let mut patience = Patience::default();
        let now = Instant::now();
        assert!(!patience.waits_for_lists(false, now));
        assert!(patience.waits_for_lists(true, now));
        assert!(!patience.waits_for_lists(true, now + OF_LISTS));
        assert!(!patience.waits_for_lists(false, now + OF_LISTS));
        assert!(patience.waits_for_lists(true, now + OF_LISTS));
    }
}
