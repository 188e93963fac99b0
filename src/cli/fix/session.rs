//! All files of a run, one object after the other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};

use super::bench::{Bench, Identity, Place, identity, is_open};
use super::draft::Draft;
use super::ledger::{Entry, Ledger};
use super::mend::{self, Mended};
use super::{STDIN, helm};
use crate::cli::check::{Judge, Outcome};
use crate::inventory::{Inventory, Record};
use crate::manifests::{Member, Whole};
use crate::model::{Text, Verdict};
use crate::remedy::{self, Edit, Left};
use crate::render::Row;

/// What is to be fixed.
pub(super) struct Session<'a> {
    pub(super) bench: Bench<'a>,
    pub(super) whole: &'a Whole,
    /// The text of standard input, where that is among what was read.
    pub(super) stdin: Option<&'a str>,
    /// Whether objects that are added get files of their own.
    pub(super) beside: bool,
}

/// What has become of everything by now.
struct State {
    inventory: Inventory,
    drafts: BTreeMap<Text, Draft>,
    ledger: Ledger,
    /// The objects that were changed, by their place among all.
    changed: BTreeMap<usize, BTreeSet<Identity>>,
}

impl Session<'_> {
    /// Fixes what can be fixed; nothing is written yet. What would make another object fail is not done.
    pub(super) fn run(&self) -> Result<(Vec<Draft>, Ledger)> {
        let failing = self.failing(&self.whole.inventory);
        let mut adds = true;
        loop {
            let state = self.fix(&failing, adds)?;
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
                Some(_) if adds => adds = false,
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

    fn fix(&self, failing: &BTreeMap<usize, BTreeSet<Identity>>, adds: bool) -> Result<State> {
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
            let place = Place {
                file: &origin.file,
                nth: *nth,
            };
            *nth += 1;
            let is_asked = failing.contains_key(&at)
                || matches!(judge.judge(member), Outcome::Judged { judged, .. } if judged.rows.iter().any(is_open));
            if is_asked {
                self.object(&mut state, (at, member), place, adds)?;
            }
        }
        Ok(state)
    }

    fn object(
        &self,
        state: &mut State,
        (at, member): (usize, &Member),
        place: Place<'_>,
        adds: bool,
    ) -> Result<()> {
        let origin = &member.origin;
        if !state.drafts.contains_key(&origin.file) {
            let text = self.text(&origin.file)?;
            let draft = Draft::new(origin.file.clone(), text, self.beside);
            state.drafts.insert(origin.file.clone(), draft);
        }
        let Some(draft) = state.drafts.get_mut(&origin.file) else {
            return Ok(());
        };
        let looked = draft.document(origin.document).and_then(|text| {
            let look = self.bench.look(&state.inventory, place, &text)?;
            Some((text, look))
        });
        let Some((before, look)) = looked else {
            return self.of_template(state, member);
        };
        let found: BTreeMap<_, _> = look
            .open
            .iter()
            .map(|row| (row.check.id, row.check))
            .collect();
        let mut mended = mend::mend(&self.bench, place, before.clone(), look);
        if !mended.documents.is_empty() && self.cannot_add(draft, &mended, adds) {
            // Once more, without.
            let Some(look) = self.bench.look(&state.inventory, place, &before) else {
                return Ok(());
            };
            mended = mend::mend(
                &Bench {
                    adds: false,
                    ..self.bench
                },
                place,
                before.clone(),
                look,
            );
        }
        let is_changed = mended.text != before || !mended.documents.is_empty();
        if is_changed {
            for member in &mended.look.whole.members {
                // Of several objects of one name, the first is the one that others see.
                if !self.whole.members[at].is_repeated {
                    state.inventory.apply(Record::Object(member.object.clone()));
                }
            }
            for document in &mended.documents {
                state.inventory = self.bench.added(&state.inventory, document).inventory;
            }
            draft.set(origin.document, mended.text);
            draft.add(mended.documents);
            let open = mended.look.open.iter().map(identity).collect();
            state.changed.insert(at, open);
        }
        for (id, check) in found {
            let mut open = mended.look.open.iter().filter(|row| row.check.id == id);
            let is_open = open.clone().next().is_some();
            let fails = open.any(|row| row.verdict == Verdict::Fail);
            // What is only unknown may well be right.
            if is_open && !fails {
                continue;
            }
            let reason = mended.left.get(id).map(ToString::to_string);
            let reason = reason.unwrap_or_else(|| remedy::why_not(check).to_owned());
            let entry = Entry {
                file: origin.file.to_string(),
                line: origin.line,
                object: title(member),
                check: id,
                left: fails.then_some(reason),
            };
            state.ledger.add(entry, remedy::of(check));
        }
        Ok(())
    }

    /// What a template makes is not changed where it is written; often it tells which value to set.
    fn of_template(&self, state: &mut State, member: &Member) -> Result<()> {
        let file = &member.origin.file;
        let template = self.text(file)?;
        if !helm::is_template(&template) {
            bail!("{file} has changed while it was read: run it again");
        }
        let judge = Judge::new(self.bench.relief, self.whole, false);
        let Outcome::Judged { judged, .. } = judge.judge(member) else {
            return Ok(());
        };
        let failing = |row: &&Row| row.verdict == Verdict::Fail;
        for row in judged.rows.iter().filter(failing) {
            let entry = Entry {
                file: file.to_string(),
                line: member.origin.line,
                object: title(member),
                check: row.check.id,
                left: Some(self.value_to_set(&template, member, row).to_string()),
            };
            state.ledger.add(entry, None);
        }
        Ok(())
    }

    fn value_to_set(&self, template: &str, member: &Member, row: &Row) -> Left {
        let Some(remedy) = remedy::of(row.check) else {
            return remedy::why_not(row.check).into();
        };
        let offer = self
            .bench
            .offer_for(&member.object, self.whole, remedy, row);
        let edits = match offer {
            Ok(offer) => offer.edits,
            Err(reason) => return reason,
        };
        let told = edits.iter().map(|edit| match edit {
            Edit::Set { path, value } => {
                Some((helm::value_for(template, path)?, value.to_string()))
            }
            Edit::Append { path, value } => {
                Some((helm::value_for(template, path)?, format!("[{value}]")))
            }
            Edit::Remove { .. } | Edit::Rename { .. } => None,
        });
        match told.collect::<Option<Vec<_>>>() {
            Some(told) if !told.is_empty() => {
                let told = told.iter().map(|(name, value)| format!("{name}: {value}"));
                format!("set {} in the values of its chart", told.collect::<Vec<_>>().join(" and ")).into()
            }
            _ => "its template does not tell by which value; a patch (--kustomize) can follow the chart".into(),
        }
    }

    /// Whether the objects that a mending adds have no place to go.
    fn cannot_add(&self, draft: &Draft, mended: &Mended, adds: bool) -> bool {
        let is_there = |path: &Path| path.exists();
        let taken = draft.is_beside()
            && (draft.label() == STDIN
                || mended
                    .documents
                    .iter()
                    .any(|document| is_there(&draft.path_beside(document))));
        !adds || taken
    }

    fn text(&self, file: &Text) -> Result<String> {
        match self.stdin {
            Some(text) if **file == *STDIN => Ok(text.to_owned()),
            _ => std::fs::read_to_string(Path::new(&**file))
                .map_err(|error| anyhow::anyhow!("cannot read {file}: {error}")),
        }
    }
}

/// `Deployment shop/web`, with the namespace where it names one.
fn title(member: &Member) -> String {
    let key = member.object.key();
    match member.origin.names_namespace {
        true => format!("{} {}/{}", key.kind, key.namespace, key.name),
        false => format!("{} {}", key.kind, key.name),
    }
}
