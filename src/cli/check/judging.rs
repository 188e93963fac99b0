//! Judging every object, and writing what is to say of it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rayon::iter::{IndexedParallelIterator, ParallelBridge, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::books::Books;
use super::doubts::Doubt;
use super::fixes::Fixes;
use super::ignores::Unused;
use super::since::Since;
use super::sinks::{Sinks, Wording};
use super::verdicts::{Judge, Outcome};
use crate::manifests::{Manifest, Skipped};
use crate::render::{Judged, Summary};

/// How many objects a thread takes at a time: few enough for what is found of them, and for its text, to stay in a processor's cache.
const SHARE: usize = 16;

/// How many shares may be ready before the first of them is.
const AHEAD: usize = 256;

/// How many objects each processor judges before what they add is written, where what is said of one depends on others.
const BATCH: usize = 128;

/// Who judges.
pub(super) struct Judging<'a> {
    pub(super) now: Judge<'a>,
    /// What counts since when, and who judges as it was then.
    pub(super) before: Option<(&'a Since, Judge<'a>)>,
    /// Who looks up how findings can be fixed, where that is said.
    pub(super) fixes: Option<Fixes<'a>>,
}

/// What all objects come to.
pub(super) struct Account<'w> {
    pub(super) sinks: &'w mut Sinks,
    pub(super) skipped: &'w mut Vec<Skipped>,
    pub(super) books: &'w mut Books,
}

impl<'a> Judging<'a> {
    /// Judges every object and writes what is to say of it, in the order of the files.
    pub(super) fn write(&self, account: Account<'_>) -> Summary {
        let wording = account.sinks.wording();
        let mut line = Line {
            account,
            summary: Summary::default(),
            next: 0,
            ready: BTreeMap::new(),
            room: Vec::new(),
        };
        if self.fixes.is_none() && !line.account.books.compare() {
            self.write_by_shares(&wording, &mut line);
        } else {
            self.write_by_batches(&wording, &mut line);
        }
        line.summary
    }

    /// A share is judged and put into words by one thread, while all that it needs is at hand. Whoever has the one that is next writes it.
    fn write_by_shares(&self, wording: &Wording, line: &mut Line<'_>) {
        let line = Mutex::new(line);
        let line = || -> MutexGuard<'_, _> { line.lock().unwrap_or_else(PoisonError::into_inner) };
        let mut shares = (0..).zip(self.now.members().chunks(SHARE)).peekable();
        while shares.peek().is_some() {
            let round = shares.by_ref().take(AHEAD).par_bridge();
            round.for_each(|(place, members)| {
                let mut texts = line().room.pop().unwrap_or_default();
                let (judged, told) = split(self.share(members));
                wording.put(&judged, &mut texts);
                drop(judged);
                line().add(place, texts, told);
            });
        }
    }

    /// Batches are judged and put into words by all threads, with all that is said of their objects in between.
    fn write_by_batches(&self, wording: &Wording, line: &mut Line<'_>) {
        for batch in self
            .now
            .members()
            .chunks(BATCH * rayon::current_num_threads())
        {
            let shares = batch.par_chunks(SHARE).with_max_len(1);
            let outcomes: Vec<_> = shares.map(|share| self.share(share)).collect();
            let (mut judged, told) = split(outcomes.into_iter().flatten());
            line.tell(told, &mut judged);
            if let Some(fixes) = &self.fixes {
                fixes.find(&mut judged);
            }
            let shares = judged.par_chunks(SHARE).with_max_len(1);
            let texts = shares.map(|judged| {
                let mut texts = Vec::new();
                wording.put(judged, &mut texts);
                texts
            });
            for texts in texts.collect::<Vec<_>>() {
                line.account.sinks.write(&texts);
            }
        }
    }

    fn share(&self, members: &'a [Manifest]) -> Vec<Outcome<'a>> {
        let outcomes = self.now.judge_all(members);
        match &self.before {
            Some((since, before)) => {
                let outcomes = members.iter().zip(outcomes);
                let new = outcomes.filter_map(|(member, now)| since.news(now, before, member));
                new.collect()
            }
            None => outcomes.collect(),
        }
    }
}

/// What is told of objects besides their findings.
#[derive(Default)]
struct Told {
    skipped: Vec<Skipped>,
    /// Of each that was judged.
    summaries: Vec<Summary>,
    doubts: Vec<Doubt>,
    unused: Vec<Unused>,
}

fn split<'a>(outcomes: impl IntoIterator<Item = Outcome<'a>>) -> (Vec<Judged<'a>>, Told) {
    let (mut all, mut told) = (Vec::new(), Told::default());
    for outcome in outcomes {
        match outcome {
            Outcome::Skipped(reason) => told.skipped.push(reason),
            Outcome::Judged {
                judged,
                summary,
                doubts,
                unused,
            } => {
                all.push(judged);
                told.summaries.push(summary);
                told.doubts.extend(doubts);
                told.unused.extend(unused);
            }
        }
    }
    (all, told)
}

/// Where shares wait for those before them.
struct Line<'w> {
    account: Account<'w>,
    summary: Summary,
    /// The share that is next, and those that wait for it.
    next: usize,
    ready: BTreeMap<usize, (Vec<String>, Told)>,
    /// Room for texts, which is not made anew for each share.
    room: Vec<Vec<String>>,
}

impl Line<'_> {
    /// Adds a share, and writes those whose turn it is.
    fn add(&mut self, place: usize, texts: Vec<String>, told: Told) {
        self.ready.insert(place, (texts, told));
        while let Some((texts, told)) = self.ready.remove(&self.next) {
            self.next += 1;
            self.tell(told, &mut []);
            self.account.sinks.write(&texts);
            self.room.push(texts);
        }
    }

    /// Notes what is told. Of what was judged, what is known is taken out, if there is anything to compare with.
    fn tell(&mut self, mut told: Told, judged: &mut [Judged<'_>]) {
        self.account.skipped.append(&mut told.skipped);
        let books = &mut self.account.books;
        for (judged, summary) in judged.iter_mut().zip(&mut told.summaries) {
            books.note(judged, summary);
        }
        books.add(told.doubts, told.unused);
        for summary in &told.summaries {
            self.summary = std::mem::take(&mut self.summary).and(summary);
        }
    }
}
