//! What launches ask servers, and which of them ask it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::watch;

use crate::controller::measurements::Questions;
use crate::people::Name;
use crate::promql::Question;

/// The questions of all launches.
pub(super) struct Asked {
    by: BTreeMap<Question, BTreeSet<Name>>,
    of: BTreeMap<Name, BTreeSet<Question>>,
    are_others: bool,
    told: watch::Sender<Questions>,
}

impl Asked {
    pub(super) fn new(told: watch::Sender<Questions>) -> Self {
        Self {
            by: BTreeMap::new(),
            of: BTreeMap::new(),
            are_others: false,
            told,
        }
    }

    /// Notes what a launch asks, in place of what it asked before.
    pub(super) fn set(&mut self, name: &Name, questions: BTreeSet<Question>) {
        if self.of.get(name) == Some(&questions) {
            // Their text is shared with all that keeps them: equal ones would hold theirs a second time.
            return;
        }
        let before = match questions.is_empty() {
            true => self.of.remove(name),
            false => self.of.insert(name.clone(), questions),
        };
        let before = before.unwrap_or_default();
        let after = self.of.get(name);
        for gone in before
            .iter()
            .filter(|gone| after.is_none_or(|after| !after.contains(gone)))
        {
            if let Some(asking) = self.by.get_mut(gone) {
                asking.remove(name);
                if asking.is_empty() {
                    self.by.remove(gone);
                    self.are_others = true;
                }
            }
        }
        for question in after
            .into_iter()
            .flatten()
            .filter(|question| !before.contains(question))
        {
            let asking = self.by.entry(question.clone()).or_default();
            self.are_others |= asking.is_empty();
            asking.insert(name.clone());
        }
    }

    /// The launches that ask this.
    pub(super) fn by<'a>(
        &'a self,
        questions: &'a BTreeSet<Question>,
    ) -> impl Iterator<Item = &'a Name> {
        questions
            .iter()
            .filter_map(|question| self.by.get(question))
            .flatten()
    }

    /// Tells what is asked, if there is something to tell.
    pub(super) fn tell(&mut self) {
        if std::mem::take(&mut self.are_others) {
            self.told
                .send_replace(Arc::new(self.by.keys().cloned().collect()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::promql::{Query, Target};

    fn question(promql: &str) -> Question {
        let query = Query::parse(promql, "> 0", "5m").expect("it is a query");
        let target = Target {
            namespace: "shop",
            workload: "web",
            pods: Ok("web-.*"),
        };
        query.ask(None, &target).expect("it can be asked")
    }

    fn set(questions: &[&str]) -> BTreeSet<Question> {
        questions.iter().map(|promql| question(promql)).collect()
    }

    #[test]
    fn what_several_ask_is_asked_once_and_as_long_as_one_does() {
        let (told, mut tells) = watch::channel(Questions::default());
        let mut asked = Asked::new(told);
        let (a, b) = (Name::new("shop", "a"), Name::new("shop", "b"));
        asked.set(&a, set(&["up", "down"]));
        asked.set(&b, set(&["up"]));
        asked.tell();
        assert_eq!(tells.borrow_and_update().len(), 2);
        let of_up = set(&["up"]);
        assert_eq!(asked.by(&of_up).collect::<Vec<_>>(), [&a, &b]);

        // Nothing is told where nothing is different.
        asked.set(&a, set(&["up", "down"]));
        asked.set(&b, set(&["up", "down"]));
        asked.set(&b, set(&["up"]));
        asked.tell();
        assert!(!tells.has_changed().expect("it is open"));

        asked.set(&a, BTreeSet::new());
        asked.tell();
        assert_eq!(**tells.borrow_and_update(), of_up);
        assert_eq!(asked.by(&of_up).collect::<Vec<_>>(), [&b]);
        asked.set(&b, BTreeSet::new());
        asked.tell();
        assert!(tells.borrow_and_update().is_empty());
    }
}
