//! Judging every object, and writing what is to say of it.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;

use super::books::Books;
use super::fixes::Fixes;
use super::since::Since;
use super::sinks::Sinks;
use super::verdicts::{Judge, Outcome};
use crate::manifests::{Member, Skipped};
use crate::render::Summary;

/// How many objects each processor judges before what they add is written: enough to be busy with, and little to keep.
const BATCH: usize = 128;

/// How many of them a thread takes at a time: few, so that none is still busy when the others have nothing left.
const SHARE: usize = 16;

/// Who judges.
pub(super) struct Judging<'a> {
    pub(super) now: Judge<'a>,
    /// What counts since when, and who judges as it was then.
    pub(super) before: Option<(&'a Since, Judge<'a>)>,
    /// Who looks up how findings can be fixed, where that is said.
    pub(super) fixes: Option<Fixes<'a>>,
}

impl<'a> Judging<'a> {
    fn share(&self, members: &'a [Member]) -> Vec<Outcome<'a>> {
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

    fn batch(&self, members: &'a [Member]) -> Vec<Vec<Outcome<'a>>> {
        let shares = members.par_chunks(SHARE).with_max_len(1);
        shares.map(|share| self.share(share)).collect()
    }

    /// Judges every object and writes what is to say of it, in the order of the files. Batches are judged and put into words
    /// by all processors, the next one while one is written.
    pub(super) fn write(
        &self,
        sinks: &mut Sinks,
        skipped: &mut Vec<Skipped>,
        books: &mut Books,
    ) -> Summary {
        let mut summary = Summary::default();
        let batch = BATCH * rayon::current_num_threads();
        let mut batches = self.now.members().chunks(batch);
        let mut ahead = batches.next().map(|first| self.batch(first));
        while let Some(outcomes) = ahead.take() {
            rayon::in_place_scope(|scope| {
                if let Some(next) = batches.next() {
                    scope.spawn(|_| ahead = Some(self.batch(next)));
                }
                let mut all = Vec::with_capacity(batch);
                for outcome in outcomes.into_iter().flatten() {
                    match outcome {
                        Outcome::Skipped(reason) => skipped.push(reason),
                        Outcome::Judged {
                            mut judged,
                            summary: mut part,
                            doubts,
                            unused,
                        } => {
                            books.note(&mut judged, &mut part, doubts, unused);
                            summary = summary.and(&part);
                            all.push(judged);
                        }
                    }
                }
                if let Some(fixes) = &self.fixes {
                    fixes.find(&mut all);
                }
                sinks.objects(&all);
                // Findings are many small things to give back.
                scope.spawn(|_| drop(all));
            });
        }
        summary
    }
}
