//! `--since REF`: what a change brings, and nothing that was there before.

use std::collections::{BTreeMap, BTreeSet};

use super::verdicts::{Judge, Outcome};
use crate::manifests::{Changes, Manifest, Manifests, Skipped, Whole};
use crate::model::{Text, Verdict};
use crate::render::{Row, Summary};

/// What has changed, and what there was before.
pub(super) struct Since {
    /// The files that are new or other than they were.
    files: BTreeSet<Text>,
    /// Everything as it was.
    pub(super) before: Whole,
}

impl Since {
    /// Tells what is changed; `old` is what the changed files held before.
    pub(super) fn new(changes: &Changes, found: &Manifests, old: Vec<Manifest>) -> Self {
        let names = found.objects.iter().map(|object| &object.origin.file);
        let names = names
            .chain(found.stated.iter().map(|stated| &stated.origin.file))
            .chain(found.skipped.iter().map(|skipped| &skipped.file));
        let names: BTreeSet<&Text> = names.collect();
        let changed = names
            .into_iter()
            .filter(|file| changes.is_changed(file, &found.rendered));
        let files: BTreeSet<Text> = changed.cloned().collect();
        let same = found
            .objects
            .iter()
            .filter(|object| !files.contains(&object.origin.file));
        let same = same.map(|object| Manifest {
            origin: object.origin.clone(),
            object: object.object.clone(),
            outline: Default::default(),
            ignores: object.ignores.clone(),
            is_repeated: false,
        });
        let before = Whole::of(same.chain(old).collect());
        Self { files, before }
    }

    /// Leaves out what was skipped before as well.
    pub(super) fn retain(&self, skipped: &mut Vec<Skipped>) {
        skipped.retain(|skipped| self.files.contains(&skipped.file));
    }

    /// How many files have changed.
    pub(super) fn files(&self) -> usize {
        self.files.len()
    }

    /// What is new of what became of an object: all of it where its file has changed, else only what was not so before. `None` where
    /// that is nothing.
    pub(super) fn news<'a>(
        &self,
        outcome: Outcome<'a>,
        before: &Judge<'a>,
        member: &'a Manifest,
    ) -> Option<Outcome<'a>> {
        if self.files.contains(&member.origin.file) {
            return Some(outcome);
        }
        let Outcome::Judged {
            mut judged, doubts, ..
        } = outcome
        else {
            return None;
        };
        let known = match before.judge(member) {
            Outcome::Judged { judged, .. } => judged.rows,
            Outcome::Skipped(_) => Vec::new(),
        };
        let known: BTreeSet<_> = known.iter().filter_map(problem).collect();
        judged
            .rows
            .retain(|row| problem(row).is_some_and(|problem| !known.contains(&problem)));
        let mut checks: BTreeMap<&str, (Verdict, _)> = BTreeMap::new();
        for row in &judged.rows {
            let worst = checks
                .entry(row.check.id)
                .or_insert((row.verdict, row.severity));
            if row.verdict == Verdict::Fail {
                worst.0 = Verdict::Fail;
            }
        }
        let mut summary = Summary {
            objects: 1,
            workloads: usize::from(member.object.workload().is_some()),
            ..Summary::default()
        };
        for (verdict, severity) in checks.into_values() {
            summary.count(verdict, severity);
        }
        let is_new = !judged.rows.is_empty();
        is_new.then_some(Outcome::Judged {
            judged,
            summary,
            doubts,
            unused: Vec::new(),
        })
    }
}

/// What makes a finding the same one, if it is one.
fn problem(row: &Row) -> Option<(&'static str, Verdict, Option<Text>, Option<Text>)> {
    let finding = row.finding.as_ref()?;
    let place = &finding.at;
    Some((
        row.check.id,
        row.verdict,
        place.container.clone(),
        place.detail.clone(),
    ))
}
