//! How many findings each exception waives in reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::watch;

use super::statuses::Judged;
use crate::model::Text;
use crate::people::Name;

/// How many findings each exception waives; those that waive none are not there.
pub(super) type Used = Arc<BTreeMap<Name, u32>>;

/// Counts them as workloads are judged, and tells.
pub(super) struct Uses {
    counts: BTreeMap<Name, u32>,
    are_news: bool,
    told: watch::Sender<Used>,
}

impl Uses {
    pub(super) fn new(told: watch::Sender<Used>) -> Self {
        Self {
            counts: BTreeMap::new(),
            are_news: false,
            told,
        }
    }

    /// Counts what was judged of something in a namespace in place of what was judged of it before.
    pub(super) fn replace(
        &mut self,
        namespace: &Text,
        before: Option<&Judged>,
        after: Option<&Judged>,
    ) {
        let relieved = |judged: Option<&Judged>| {
            judged
                .map(|judged| judged.relieved.clone())
                .unwrap_or_default()
        };
        let (before, after) = (relieved(before), relieved(after));
        if before == after {
            return;
        }
        self.are_news = true;
        let name = |exception: Text| Name::new(namespace.clone(), exception);
        for (exception, count) in after {
            *self.counts.entry(name(exception)).or_default() += count;
        }
        for (exception, count) in before {
            let name = name(exception);
            let left = self
                .counts
                .get(&name)
                .map_or(0, |known| known.saturating_sub(count));
            match left {
                0 => drop(self.counts.remove(&name)),
                left => drop(self.counts.insert(name, left)),
            }
        }
    }

    /// Tells, if there is something to tell.
    pub(super) fn tell(&mut self) {
        if std::mem::take(&mut self.are_news) {
            self.told.send_replace(Arc::new(self.counts.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Status;
    use crate::engine::Plan;

    fn judged(relieved: &[(&str, u32)]) -> Judged {
        Judged {
            status: Status::Ready,
            plan: Arc::new(Plan::merge(Vec::new())),
            relieved: relieved
                .iter()
                .map(|(name, count)| ((*name).into(), *count))
                .collect(),
        }
    }

    #[test]
    fn what_is_judged_anew_is_counted_anew() {
        let (told, tells) = watch::channel(Used::default());
        let mut uses = Uses::new(told);
        let mut replace = |namespace: &str, before: Option<&Judged>, after: Option<&Judged>| {
            uses.replace(&namespace.into(), before, after);
            uses.tell();
            let used = tells
                .borrow()
                .iter()
                .map(|(name, count)| format!("{name} {count}"))
                .collect::<Vec<_>>();
            used.join(", ")
        };
        let (one, two) = (judged(&[("late", 2)]), judged(&[("late", 1), ("night", 1)]));
        assert_eq!(replace("shop", None, Some(&one)), "shop/late 2");
        assert_eq!(
            replace("shop", None, Some(&two)),
            "shop/late 3, shop/night 1"
        );
        assert_eq!(
            replace("other", None, Some(&one)),
            "other/late 2, shop/late 3, shop/night 1"
        );
        assert_eq!(
            replace("shop", Some(&one), Some(&two)),
            "other/late 2, shop/late 2, shop/night 2"
        );
        assert_eq!(
            replace("shop", Some(&two), None),
            "other/late 2, shop/late 1, shop/night 1"
        );
        assert_eq!(replace("shop", Some(&two), None), "other/late 2");
    }
}
