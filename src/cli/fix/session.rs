//! All files of a run, one object after the other.

mod place;
mod template;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

use super::bench::{Bench, Identity, Look, PART, PATCH, Place, identity, is_open, runs_nothing};
use super::draft::Draft;
use super::ledger::{Entry, Ledger};
use super::mend::{self, Mended};
use super::pieces::Pieces;
use super::{STDIN, helm};
use crate::cli::check::{Judge, Outcome};
use crate::inventory::{Inventory, Record};
use crate::manifests::{Manifest, Whole};
use crate::model::{Text, Verdict};
use crate::remedy;
use crate::render::title;

/// What is to be fixed.
pub(super) struct Session<'a> {
    pub(super) bench: Bench<'a>,
    pub(super) whole: &'a Whole,
    /// The text of standard input, where that is among what was read.
    pub(super) stdin: Option<&'a str>,
    /// Whether objects that are added get files of their own.
    pub(super) beside: bool,
}

/// How it is gone about.
struct Way {
    /// Whether objects may be added.
    adds: bool,
    /// The files whose Lists are changed as a whole: their objects do not stand alone.
    undivided: BTreeSet<Text>,
}

/// What has become of everything by now.
struct State {
    inventory: Inventory,
    drafts: BTreeMap<Text, Draft>,
    ledger: Ledger,
    /// The objects that were changed, by their place among all.
    changed: BTreeMap<usize, BTreeSet<Identity>>,
}

/// An object of the run.
#[derive(Clone, Copy)]
struct Subject<'a> {
    /// Its place among all.
    at: usize,
    member: &'a Manifest,
    /// The how manyth of its document it is.
    nth: usize,
}

impl Session<'_> {
    /// Fixes what can be fixed; nothing is written yet. What would make another object fail is not done.
    pub(super) fn run(&self) -> Result<(Vec<Draft>, Ledger)> {
        let failing = self.failing(&self.whole.inventory);
        let mut way = Way {
            adds: true,
            undivided: BTreeSet::new(),
        };
        loop {
            let state = self.fix(&way)?;
            let drafts = state.drafts.iter();
            let unsound = drafts.filter(|(_, draft)| !draft.is_sound());
            let unsound: Vec<Text> = unsound.map(|(file, _)| file.clone()).collect();
            if !unsound.is_empty() {
                way.undivided.extend(unsound);
                continue;
            }
            let then = self.failing(&state.inventory);
            let is_known = |at: &usize, found: &Identity| {
                failing.get(at).is_some_and(|known| known.contains(found))
                    || state.changed.contains_key(at)
            };
            let new = then.iter().find_map(|(at, found)| {
                let new = found.iter().find(|found| !is_known(at, found))?;
                Some((*at, new.0))
            });
            match new {
                None => return Ok((state.drafts.into_values().collect(), state.ledger)),
                // Objects that are added concern other workloads than the one that they are for.
                Some(_) if way.adds => way.adds = false,
                Some((at, check)) => {
                    let key = self.whole.members[at].object.key();
                    bail!("{check} would fail on {key} then: nothing is written");
                }
            }
        }
    }

    /// What fails of every object, by its place among all.
    fn failing(&self, inventory: &Inventory) -> BTreeMap<usize, BTreeSet<Identity>> {
        let whole = Whole {
            inventory: inventory.clone(),
            members: Vec::new(),
            now: None,
        };
        let judge = Judge::new(self.bench.relief, &whole, false);
        let members = self.whole.members.iter().enumerate();
        let failing = members.filter_map(|(at, member)| {
            let Outcome::Judged { judged, .. } = judge.judge(member) else {
                return None;
            };
            let failing = judged
                .rows
                .iter()
                .filter(|row| row.verdict == Verdict::Fail);
            let failing: BTreeSet<Identity> = failing.map(identity).collect();
            (!failing.is_empty()).then_some((at, failing))
        });
        failing.collect()
    }

    fn fix(&self, way: &Way) -> Result<State> {
        let mut state = State {
            inventory: self.whole.inventory.clone(),
            drafts: BTreeMap::new(),
            ledger: Ledger::default(),
            changed: BTreeMap::new(),
        };
        let mut nths: BTreeMap<(&str, u32), usize> = BTreeMap::new();
        let judge = Judge::new(self.bench.relief, self.whole, false);
        for (at, member) in self.whole.members.iter().enumerate() {
            let origin = &member.origin;
            let nth = nths.entry((&origin.file, origin.document)).or_default();
            let subject = Subject {
                at,
                member,
                nth: *nth,
            };
            *nth += 1;
            let Outcome::Judged { judged, .. } = judge.judge(member) else {
                continue;
            };
            if !judged.rows.iter().any(is_open) {
                continue;
            }
            match helm::chart_of(Path::new(&*origin.file)) {
                Some(chart) => self.of_template(&mut state, member, &judged.rows, &chart)?,
                None => self.object(&mut state, subject, way)?,
            }
        }
        Ok(state)
    }

    fn object(&self, state: &mut State, subject: Subject<'_>, way: &Way) -> Result<()> {
        let Subject { at, member, nth } = subject;
        let origin = &member.origin;
        if !state.drafts.contains_key(&origin.file) {
            let text = self.text(&origin.file)?;
            let pieces = Pieces::of(&text, !way.undivided.contains(&origin.file));
            let draft = Draft::new(origin.file.clone(), text, pieces, self.beside);
            state.drafts.insert(origin.file.clone(), draft);
        }
        let Some(draft) = state.drafts.get_mut(&origin.file) else {
            return Ok(());
        };
        let looked = draft.find(origin, nth).and_then(|(piece, text, nth)| {
            let place = Place {
                file: &origin.file,
                nth,
            };
            let look = self.bench.look(&state.inventory, place, &text)?;
            Some((piece, place, text, look))
        });
        let Some((piece, place, before, look)) = looked else {
            bail!(
                "{} has changed while it was read: run it again",
                origin.file
            );
        };
        if look.is_patch() {
            let reason = PATCH.to_owned();
            state.ledger.leave(self.entry(member, ""), reason, true);
            return Ok(());
        }
        let open_before = open_by_check(&look);
        let mut mended = mend::mend(&self.bench, place, before.clone(), look);
        if !mended.documents.is_empty()
            && let Some(reason) = place::cannot_add(draft, &mended.documents, way.adds)
        {
            // Once more, without.
            let Some(look) = self.bench.look(&state.inventory, place, &before) else {
                return Ok(());
            };
            let bench = Bench {
                adds: false,
                ..self.bench
            };
            mended = mend::mend(&bench, place, before.clone(), look);
            mended.no_place(&reason);
        }
        let is_changed = mended.text != before || !mended.documents.is_empty();
        if !is_changed && runs_nothing(&member.object) {
            let reason = PART.to_owned();
            state.ledger.leave(self.entry(member, ""), reason, true);
            return Ok(());
        }
        if is_changed {
            for other in &mended.look.whole.members {
                // Of several objects of one name, the first is the one that others see.
                if !member.is_repeated && !other.object.is_unread() {
                    state.inventory.apply(Record::Object(other.object.clone()));
                }
            }
            for document in &mended.documents {
                state.inventory = self.bench.added(&state.inventory, document).inventory;
            }
            draft.set(piece, std::mem::take(&mut mended.text));
            draft.add(std::mem::take(&mut mended.documents));
            let open = mended.look.open.iter().map(identity).collect();
            state.changed.insert(at, open);
        }
        for (check, was_open) in open_before {
            self.account(state, member, &mended, (check, was_open));
        }
        Ok(())
    }

    /// Says what became of the findings of one check.
    fn account(
        &self,
        state: &mut State,
        member: &Manifest,
        mended: &Mended,
        (id, was_open): (&'static str, BTreeSet<Identity>),
    ) {
        let rows = mended.look.open.iter().filter(|row| row.check.id == id);
        let is_open: BTreeSet<Identity> = rows.clone().map(identity).collect();
        let fails = rows
            .clone()
            .find(|row| row.verdict == Verdict::Fail)
            .map(|row| row.check);
        let done: BTreeSet<String> = was_open.difference(&is_open).map(part).collect();
        // What is only unknown may well be right.
        if !is_open.is_empty() && fails.is_none() && done.is_empty() {
            return;
        }
        let left = fails.map(|check| match mended.left.get(id) {
            Some(reason) => reason.to_string(),
            None => remedy::why_not(check).to_owned(),
        });
        let is_part = left.is_some() && !done.is_empty();
        let entry = Entry {
            left,
            done: done.into_iter().filter(|_| is_part).collect(),
            missing: is_open.iter().filter(|_| is_part).map(part).collect(),
            ..self.entry(member, id)
        };
        state.ledger.add(entry, remedy::by_id(id));
    }

    /// An object, and a check, of which nothing is said yet.
    fn entry(&self, member: &Manifest, check: &'static str) -> Entry {
        Entry {
            file: member.origin.file.to_string(),
            line: member.origin.line,
            object: title(&member.origin, member.object.key()),
            check,
            left: None,
            done: BTreeSet::new(),
            missing: BTreeSet::new(),
        }
    }

    fn text(&self, file: &Text) -> Result<String> {
        match self.stdin {
            Some(text) if **file == *STDIN => Ok(text.to_owned()),
            _ => std::fs::read_to_string(Path::new(&**file))
                .map_err(|error| anyhow::anyhow!("cannot read {file}: {error}")),
        }
    }
}

/// What is open of each check.
fn open_by_check(look: &Look) -> BTreeMap<&'static str, BTreeSet<Identity>> {
    let mut open: BTreeMap<_, BTreeSet<Identity>> = BTreeMap::new();
    for row in &look.open {
        open.entry(row.check.id).or_default().insert(identity(row));
    }
    open
}

/// What a finding is about, for people: its container, or what else tells it from others.
fn part((_, container, detail): &Identity) -> String {
    let part = container.as_ref().or(detail.as_ref());
    part.filter(|part| !part.is_empty())
        .map_or_else(|| "the object itself".to_owned(), ToString::to_string)
}
