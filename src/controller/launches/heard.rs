//! What is put on the docket when something is heard of: by what changed, or everything.

use std::sync::Arc;

use super::Desk;
use super::patience::Patience;
use super::subject::Subject;
use crate::controller::touched::Touched;

impl Desk {
    pub(super) fn hear(&mut self, touched: Touched) {
        let Touched {
            everything,
            every_launch,
            launches,
            exceptions,
            checklists,
            answers,
        } = touched;
        if everything {
            return self.everything();
        }
        if every_launch {
            self.launches();
        }
        self.docket
            .extend(launches.into_iter().map(Subject::Launch));
        self.docket
            .extend(self.asked.by(&answers).cloned().map(Subject::Launch));
        if self.leads() {
            self.docket
                .extend(exceptions.into_iter().map(Subject::Exception));
            self.docket
                .extend(checklists.into_iter().map(Subject::Checklist));
        }
    }

    /// Whoever leads must say everything, and whoever does no more, nothing.
    pub(super) fn begin_anew(&mut self) {
        self.docket.clear();
        self.books.clear();
        self.unseen.clear();
        self.patience = Patience::default();
        self.everything();
    }

    pub(super) fn everything(&mut self) {
        self.launches();
        self.exceptions();
        if self.leads() {
            let names: Vec<_> = self
                .live
                .snapshot()
                .statuses
                .checklists
                .keys()
                .cloned()
                .collect();
            self.docket
                .extend(names.into_iter().map(Subject::Checklist));
        }
    }

    /// All launches, and those that there were.
    fn launches(&mut self) {
        let snapshot = Arc::clone(&self.live.snapshot());
        self.docket
            .extend(snapshot.launches.keys().cloned().map(Subject::Launch));
        self.docket
            .extend(self.books.launches().cloned().map(Subject::Launch));
    }

    pub(super) fn exceptions(&mut self) {
        if self.leads() {
            let snapshot = Arc::clone(&self.live.snapshot());
            self.docket.extend(
                snapshot
                    .statuses
                    .exceptions
                    .keys()
                    .cloned()
                    .map(Subject::Exception),
            );
            self.docket
                .extend(self.books.exceptions().cloned().map(Subject::Exception));
        }
    }
}
