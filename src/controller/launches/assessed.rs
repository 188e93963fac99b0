//! What should be said of launches, exceptions and checklists.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use kube::runtime::events::Event;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use super::subject::Subject;
use super::{checklists, exceptions, news};
use crate::inventory::View;
use crate::launch::{self, Launch, Pending};
use crate::live::Snapshot;
use crate::model::{Text, Verdict};
use crate::people::Name;
use crate::promql::Question;
use crate::telemetry::launches::LaunchFigures;

/// What was found out of one of them.
pub(super) struct Assessed {
    pub(super) subject: Subject,
    /// `None` where there is no such object any more.
    pub(super) found: Option<Found>,
}

/// What should be said of an object.
pub(super) struct Found {
    pub(super) uid: Text,
    /// The status that it should have, where it has another.
    pub(super) status: Option<Value>,
    /// What is to be announced once that is written.
    pub(super) events: Vec<Event>,
    /// When it is to be looked at again though nothing happens.
    pub(super) again: Option<Timestamp>,
    pub(super) what: What,
}

/// What else is of interest.
pub(super) enum What {
    Launch(Box<LaunchFound>),
    /// What a launch asks servers for the gate, where this replica writes nothing.
    Questions(BTreeSet<Question>),
    Exception {
        /// Whether it is active, or why not.
        state: &'static str,
        /// Until when it is.
        ends: Option<Timestamp>,
    },
    Checklist,
}

/// What is of interest of a launch.
pub(super) struct LaunchFound {
    pub(super) figures: LaunchFigures,
    pub(super) questions: BTreeSet<Question>,
    pub(super) waivers: BTreeMap<Name, u32>,
    pub(super) pending: BTreeSet<Pending>,
    /// Whether nothing was ever said of it.
    pub(super) is_new: bool,
    pub(super) took: Duration,
    pub(super) pairs: u64,
}

impl Found {
    /// With a status, if it is another than before.
    pub(super) fn with<S: Serialize + PartialEq>(
        uid: &Text,
        (before, wanted): (&S, &S),
        events: Vec<Event>,
        what: What,
    ) -> Self {
        let differs = before != wanted;
        Self {
            uid: uid.clone(),
            // Every field is plain data, so that this cannot fail; if it did, nothing would be written.
            status: differs.then(|| serde_json::to_value(wanted).ok()).flatten(),
            events: if differs { events } else { Vec::new() },
            again: None,
            what,
        }
    }

    pub(super) fn again(self, at: Option<Timestamp>) -> Self {
        Self { again: at, ..self }
    }
}

/// Finds out what should be said of something at a moment, which is now. An exception is `used` so often.
pub(super) fn assess(snapshot: &Snapshot, subject: Subject, used: u32, now: Timestamp) -> Assessed {
    let found = match &subject {
        Subject::Launch(name) => snapshot
            .launches
            .get(name)
            .map(|launch| judge(snapshot, launch, now)),
        Subject::Exception(name) => exceptions::assess(snapshot, name, used, now),
        Subject::Checklist(name) => checklists::assess(snapshot, name, now),
    };
    Assessed { subject, found }
}

/// Finds out what a launch asks servers for the gate, for who writes nothing.
pub(super) fn ask(snapshot: &Snapshot, subject: Subject, now: Timestamp) -> Assessed {
    let launch = match &subject {
        Subject::Launch(name) => snapshot.launches.get(name),
        _ => None,
    };
    let found = launch.map(|launch| Found {
        uid: launch.uid.clone(),
        status: None,
        events: Vec::new(),
        again: None,
        what: What::Questions(launch::questions_of_gate(
            launch,
            snapshot.facts(View::of(&snapshot.inventory), now),
        )),
    });
    Assessed { subject, found }
}

fn judge(snapshot: &Snapshot, launch: &Launch, now: Timestamp) -> Found {
    let started = Instant::now();
    let facts = snapshot.facts(View::of(&snapshot.inventory), now);
    let judged = launch::judge(launch, facts, None);
    let namespace = &launch.name.namespace;
    let all = snapshot.launches.range(Name::new(namespace.clone(), "")..);
    let own = all.take_while(|(name, _)| name.namespace == *namespace);
    let observed = launch::observe(launch, facts.view, own.map(|(_, launch)| &**launch));
    let wanted = launch::status(launch, &judged, &observed, now);
    let mut items: BTreeMap<Verdict, u32> = BTreeMap::new();
    for item in judged.items.iter().filter(|item| item.asked) {
        *items.entry(item.outcome.verdict).or_default() += 1;
    }
    let figures = LaunchFigures {
        status: judged.status,
        items,
        next_expiry: wanted.expires_next.as_ref().map(|expiry| expiry.at.0),
        review_due: judged.review_due,
    };
    let events = news::of(&launch.before, &wanted);
    let what = LaunchFound {
        figures,
        questions: judged.questions,
        waivers: judged.waivers,
        pending: judged.pending,
        is_new: launch.before.status.is_none(),
        took: started.elapsed(),
        pairs: judged.effort.pairs,
    };
    Found::with(
        &launch.uid,
        (&launch.before, &wanted),
        events,
        What::Launch(Box::new(what)),
    )
    .again(judged.next)
}
