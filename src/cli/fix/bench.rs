//! One document on the bench: what is found on it, and what is after a change.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::cli::check::{Judge, Outcome, forget};
use crate::engine::Relief;
use crate::inventory::{Inventory, Record, View};
use crate::manifests::{self, Keep, Whole, edit, yaml};
use crate::model::{ContainerRole, Object, Text, Verdict};
use crate::remedy::{Case, Edit, Given, Left, Offer, Remedy, Safety};
use crate::render::Row;

/// By what documents are judged and changed.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Bench<'a> {
    pub(in crate::cli) relief: Relief<'a>,
    /// How manifests are read.
    pub(in crate::cli) keep: Keep<'a>,
    /// Whether annotations waive nothing.
    pub(in crate::cli) is_strict: bool,
    pub(in crate::cli) given: &'a Given,
    /// Whether what somebody asked for is taken away as well.
    pub(in crate::cli) takes_away: bool,
    /// Whether objects may be added.
    pub(in crate::cli) adds: bool,
}

/// Which object of a file: the document, and the how manyth in it that there is a record of.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Place<'a> {
    pub(in crate::cli) file: &'a Text,
    pub(in crate::cli) nth: usize,
}

/// An object of a document, and what is found on it.
pub(in crate::cli) struct Look {
    /// Everything, this document's objects included.
    pub(in crate::cli) whole: Whole,
    /// What fails and what is unknown.
    pub(in crate::cli) open: Vec<Row>,
    /// The object as it is written.
    value: Value,
    /// The way to it in its document.
    way: String,
    nth: usize,
}

/// Why nothing is added where nothing may be.
pub(super) const NO_PLACE: &str = "what would be added has no place here: add it by hand";

/// Why a patch stays as it is.
pub(super) const PATCH: &str = "it is a patch: fix what it is a patch of";

/// Why what is missing from a workload without containers is not added.
pub(super) const PART: &str = "it has no containers, as a patch of a kustomization: fix what it is a patch of, or give it some";

/// A change that was tried.
pub(in crate::cli) struct Tried {
    /// The document after it.
    pub(in crate::cli) text: String,
    /// Objects that are added.
    pub(in crate::cli) documents: Vec<Value>,
    /// What is found then.
    pub(in crate::cli) look: Look,
}

/// What tells findings apart, whatever their words.
pub(in crate::cli) type Identity = (&'static str, Option<Text>, Option<Text>);

pub(in crate::cli) fn identity(row: &Row) -> Identity {
    let place = row.finding.as_ref().map(|finding| &finding.at);
    let container = place.and_then(|place| place.container.clone());
    let detail = place.and_then(|place| place.detail.clone());
    (row.check.id, container, detail)
}

/// Whether something is found that can be fixed.
pub(in crate::cli) fn is_open(row: &Row) -> bool {
    matches!(row.verdict, Verdict::Fail | Verdict::Unknown)
}

impl Bench<'_> {
    /// Looks at an object of a document, among everything else.
    pub(in crate::cli) fn look(
        &self,
        others: &Inventory,
        place: Place<'_>,
        text: &str,
    ) -> Option<Look> {
        let members = self.read(place.file, text).members;
        let mut inventory = others.clone();
        // What could not be read is looked up by nothing.
        for member in members.iter().filter(|member| !member.object.is_unread()) {
            inventory.apply(Record::Object(member.object.clone()));
        }
        let whole = Whole {
            inventory,
            members,
            now: None,
        };
        let member = whole.members.get(place.nth)?;
        let source = yaml::Source { text, line: 1 };
        let document = source.parse().ok()?;
        let way = edit::way_to(&document, (member.origin.line, member.origin.column))?;
        let value: Value = document.deserialize().ok()?;
        let value = value.pointer(&way)?.clone();
        let open = self.open(&whole, place.nth)?;
        Some(Look {
            open,
            value,
            way,
            nth: place.nth,
            whole,
        })
    }

    /// What is open of an object.
    fn open(&self, whole: &Whole, nth: usize) -> Option<Vec<Row>> {
        let judge = Judge::new(self.relief, whole, false);
        match judge.judge(whole.members.get(nth)?) {
            Outcome::Judged { judged, .. } => {
                Some(judged.rows.into_iter().filter(is_open).collect())
            }
            Outcome::Skipped(_) => None,
        }
    }

    /// What a remedy offers for a finding.
    ///
    /// # Errors
    /// Says why there is nothing.
    pub(in crate::cli) fn offer(
        &self,
        look: &Look,
        remedy: &Remedy,
        row: &Row,
    ) -> Result<Offer, Left> {
        if look.is_patch() {
            return Err(PATCH.into());
        }
        let object = look.object().ok_or("there is nothing to change")?;
        self.offer_on((object, &look.value), &look.whole, remedy, row)
    }

    /// The same for an object whose text is not there.
    ///
    /// # Errors
    /// As [`offer`](Self::offer).
    pub(in crate::cli) fn offer_for(
        &self,
        object: &Object,
        whole: &Whole,
        remedy: &Remedy,
        row: &Row,
    ) -> Result<Offer, Left> {
        self.offer_on((object, &Value::Null), whole, remedy, row)
    }

    fn offer_on(
        &self,
        (object, document): (&Object, &Value),
        whole: &Whole,
        remedy: &Remedy,
        row: &Row,
    ) -> Result<Offer, Left> {
        let finding = row.finding.as_ref().ok_or("there is nothing to change")?;
        let case = Case {
            object,
            document,
            view: View::of(&whole.inventory),
            given: self.given,
        };
        let offer = remedy.offer(&case, finding)?;
        if runs_nothing(object) && !is_about_what_is_written(&offer, document) {
            return Err(PART.into());
        }
        if offer.safety == Safety::Unsafe && !self.takes_away {
            return Err("it may be what the application needs; --unsafe does it".into());
        }
        if !offer.documents.is_empty() && !self.adds {
            return Err(NO_PLACE.into());
        }
        Ok(offer)
    }

    /// Makes changes to a document and looks again. They count where these findings are gone and no others have come.
    ///
    /// # Errors
    /// Says why they do not.
    pub(in crate::cli) fn attempt(
        &self,
        look: &Look,
        place: Place<'_>,
        text: &str,
        offers: &[Offer],
        findings: &BTreeSet<Identity>,
    ) -> Result<Tried, Left> {
        let mut edits: Vec<Edit> = Vec::new();
        let mut documents: Vec<Value> = Vec::new();
        for offer in offers {
            for edit in &offer.edits {
                let edit = edit.within(&look.way);
                if !edits.contains(&edit) {
                    edits.push(edit);
                }
            }
            let new = offer
                .documents
                .iter()
                .filter(|new| !documents.contains(new));
            let new: Vec<Value> = new.cloned().collect();
            documents.extend(new);
        }
        // Items that are taken away last to first keep the places of those before them.
        edits.sort_by_key(removal_order);
        let text = edit::edit(text, &edits).map_err(|refused| Left::Owned(refused.to_string()))?;
        let mut inventory = look.whole.inventory.clone();
        for document in &documents {
            self.judge_added(&mut inventory, document)?;
        }
        let after = self.look(&inventory, place, &text);
        let after = after.ok_or("what it would become cannot be read")?;
        let before: BTreeSet<Identity> = look.open.iter().map(identity).collect();
        for row in &after.open {
            let identity = identity(row);
            if findings.contains(&identity) {
                return Err("what can be done about it is not enough".into());
            }
            // Where keys are put says nothing of what they mean.
            if !before.contains(&identity) && row.check.id != "sorted-keys" {
                return Err(format!("{} would fail then", row.check.id).into());
            }
        }
        Ok(Tried {
            text,
            documents,
            look: after,
        })
    }

    /// Adds an object, where nothing is wrong with it by itself.
    fn judge_added(&self, inventory: &mut Inventory, document: &Value) -> Result<(), Left> {
        let whole = self.added(inventory, document);
        *inventory = whole.inventory.clone();
        for nth in 0..whole.members.len() {
            let open = self.open(&whole, nth).unwrap_or_default();
            let mut failing = open.iter().filter(|row| row.verdict == Verdict::Fail);
            if let Some(row) = failing.next() {
                return Err(format!("{} would fail of what is added", row.check.id).into());
            }
        }
        Ok(())
    }

    fn read(&self, label: &str, text: &str) -> Whole {
        let mut objects = manifests::of_bytes(label, text.as_bytes(), self.keep).objects;
        if self.is_strict {
            forget(&mut objects);
        }
        Whole::of(objects)
    }

    /// Everything and an object that is added.
    pub(in crate::cli) fn added(&self, inventory: &Inventory, document: &Value) -> Whole {
        let text = edit::block(document);
        let members = self.read("added", &text).members;
        let mut inventory = inventory.clone();
        for member in &members {
            inventory.apply(Record::Object(member.object.clone()));
        }
        Whole {
            inventory,
            members,
            now: None,
        }
    }
}

impl Look {
    /// Whether it says what is to become of another object, in the words of strategic merge patches.
    pub(super) fn is_patch(&self) -> bool {
        has_directive(&self.value)
    }

    /// The object's record.
    pub(in crate::cli) fn object(&self) -> Option<&Object> {
        self.whole
            .members
            .get(self.nth)
            .map(|member| &*member.object)
    }
}

/// Whether it is a workload without containers.
pub(super) fn runs_nothing(object: &Object) -> bool {
    object.workload().is_some_and(|workload| {
        let mut containers = workload.pod.containers.iter();
        !containers.any(|container| container.role == ContainerRole::App)
    })
}

/// Whether all that would be changed is there by now: nothing would be added.
fn is_about_what_is_written(offer: &Offer, document: &Value) -> bool {
    let is_written = |edit: &Edit| {
        let written = document.pointer(edit.path());
        written.is_some_and(|written| !written.is_null())
    };
    offer.documents.is_empty() && offer.edits.iter().all(is_written)
}

/// Source: <https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md>.
fn has_directive(value: &Value) -> bool {
    let is_directive = |key: &str| {
        matches!(key, "$patch" | "$retainKeys")
            || ["$setElementOrder/", "$deleteFromPrimitiveList/"]
                .iter()
                .any(|start| key.starts_with(start))
    };
    match value {
        Value::Object(entries) => entries
            .iter()
            .any(|(key, value)| is_directive(key) || has_directive(value)),
        Value::Array(items) => items.iter().any(has_directive),
        _ => false,
    }
}

/// Removals last, the last items first.
fn removal_order(edit: &Edit) -> Option<std::cmp::Reverse<Vec<(usize, String)>>> {
    let Edit::Remove { path } = edit else {
        return None;
    };
    let step = |step: String| (step.parse::<usize>().unwrap_or(0), step);
    Some(std::cmp::Reverse(edit::parts(path).map(step).collect()))
}
