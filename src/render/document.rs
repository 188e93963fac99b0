//! The filled-in checklist: the source documents' own layout, with boxes ticked and each line's proof beside it.

mod basis;
mod html;
mod lines;
mod markdown;
mod rows;
mod sentences;
mod table;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Serialize;

use crate::api::{ItemSource, Status};
use crate::checklist::LAUNCH;
use crate::launch::{Judged, Launch};

pub use basis::Basis;
pub use html::html;
pub use lines::{Line, LineProof};
pub use markdown::{escape, markdown};
pub use rows::{FilledContact, FilledRisk, SignOff};
pub use table::table;

/// A launch's checklists, filled in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Document {
    /// The application: the launch's name.
    pub application: String,
    /// Its namespace.
    pub namespace: String,
    /// The release that is meant to run.
    pub release: String,
    /// The verdict.
    pub status: Status,
    /// Why, in a word.
    pub reason: String,
    /// The share of what applies that passes, by weight.
    pub score: Option<u32>,
    /// When it was filled in.
    pub at: Timestamp,
    /// What the reader must know of how it was filled in.
    pub remarks: Vec<String>,
    /// The workloads, as `<kind>/<name>`.
    pub workloads: Vec<String>,
    /// How many lines came to what.
    pub counts: Counts,
    /// The checklists, in the order in which they are asked for.
    pub checklists: Vec<FilledChecklist>,
    /// Who signs.
    pub sign_offs: Vec<SignOff>,
    /// The risk register, and the exceptions that override the gate.
    pub risks: Vec<FilledRisk>,
    /// Notes, as they were written.
    pub notes: Option<String>,
    /// Whom to call.
    pub contacts: Vec<FilledContact>,
    /// When it is meant to go live.
    pub target_date: Option<Timestamp>,
    /// When it went live.
    pub actual_date: Option<Timestamp>,
    /// When it is to be gone through again.
    pub review_due: Option<Timestamp>,
}

/// How many lines came to what. What is not asked for yet is in `later` alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// All of them.
    pub items: usize,
    /// Those that pass.
    pub passed: usize,
    /// Those that fail.
    pub failed: usize,
    /// Those that could not be decided.
    pub unknown: usize,
    /// Those that an exception or an acceptance covers.
    pub waived: usize,
    /// Those that do not apply.
    pub not_applicable: usize,
    /// Those that are asked for once the application runs.
    pub later: usize,
}

/// A checklist, filled in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilledChecklist {
    /// Its name.
    pub name: String,
    /// Its heading.
    pub title: String,
    /// How many of its lines came to what.
    pub counts: Counts,
    /// Its sections, in its order.
    pub sections: Vec<Section>,
}

/// A section of a checklist.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// How many of its lines came to what.
    pub counts: Counts,
    /// Its groups, in its order.
    pub groups: Vec<Group>,
}

/// A group of lines.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its heading, where it has one of its own.
    pub title: Option<String>,
    /// Its lines.
    pub items: Vec<Line>,
}

impl Document {
    /// Fills in the checklists of a launch.
    pub fn of(launch: &Launch, judged: &Judged, at: Timestamp, basis: Basis<'_>) -> Self {
        let spec = &launch.spec;
        let mut own = judged.checklists.clone();
        if judged.items.iter().any(|item| &*item.checklist == LAUNCH) {
            own.push((LAUNCH.into(), "Launch".into()));
        }
        let mut lines: Vec<Line> = judged
            .items
            .iter()
            .map(|item| Line::of(item, launch))
            .collect();
        let (verdict, remarks) = basis.settle(judged, &mut lines);
        let checklists = own.iter().map(|(name, title)| {
            let own = || lines.iter().filter(|line| line.checklist == **name);
            FilledChecklist {
                name: name.to_string(),
                title: title.to_string(),
                counts: Counts::of(own()),
                sections: sections(own()),
            }
        });
        let risks = spec.risks.iter().zip(&judged.risks);
        Self {
            application: launch.name.name.to_string(),
            namespace: launch.name.namespace.to_string(),
            release: spec.release.clone(),
            status: verdict.status,
            reason: verdict.reason,
            score: verdict.score,
            at,
            remarks,
            workloads: judged
                .workloads
                .iter()
                .map(|key| format!("{}/{}", key.kind, key.name))
                .collect(),
            counts: Counts::of(lines.iter()),
            checklists: checklists.collect(),
            sign_offs: lines
                .iter()
                .filter(|line| line.source == ItemSource::SignOff)
                .map(SignOff::of)
                .collect(),
            risks: risks
                .map(|(risk, state)| FilledRisk::of(risk, state))
                .chain(judged.overrides.iter().map(FilledRisk::of_override))
                .collect(),
            notes: spec.notes.clone(),
            contacts: spec.contacts.iter().map(FilledContact::of).collect(),
            target_date: spec.target_date.as_ref().map(|time| time.0),
            actual_date: launch.live_since(),
            review_due: judged.review_due,
        }
    }

    /// Every line, in the order of the checklists.
    fn lines(&self) -> impl Iterator<Item = &Line> {
        let sections = self
            .checklists
            .iter()
            .flat_map(|checklist| &checklist.sections);
        sections
            .flat_map(|section| &section.groups)
            .flat_map(|group| &group.items)
    }

    /// Whether some checklist has a place for what is of this source.
    fn has(&self, source: ItemSource) -> bool {
        self.lines().any(|line| line.source == source)
    }

    /// Whether a section is the one of the notes, of which the first gets them.
    fn has_notes_section(&self) -> bool {
        self.checklists
            .iter()
            .flat_map(|checklist| &checklist.sections)
            .any(is_notes)
    }
}

/// Writes the document as JSON. `docs/cli.md` promises its shape.
pub fn json(document: &Document) -> String {
    // Texts, numbers and times always have a JSON form.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

/// Where the notes stand.
fn is_notes(section: &Section) -> bool {
    section.title == "Notes"
}

impl Counts {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let mut counts = Self::default();
        for line in lines {
            counts.items += 1;
            let count = match line.verdict {
                _ if !line.asked => &mut counts.later,
                "Pass" => &mut counts.passed,
                "Fail" => &mut counts.failed,
                "Waived" => &mut counts.waived,
                "NotApplicable" => &mut counts.not_applicable,
                _ => &mut counts.unknown,
            };
            *count += 1;
        }
        counts
    }

    /// `3 lines: 1 pass, 2 unknown`, without what there is none of.
    fn words(self) -> String {
        let counts = [
            (self.passed, "pass"),
            (self.failed, "fail"),
            (self.unknown, "unknown"),
            (self.waived, "waived"),
            (self.not_applicable, "do not apply"),
            (self.later, "once it runs"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let counts: Vec<_> = counts
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        format!("{} lines: {}", self.items, counts.join(", "))
    }
}

/// Lines by section and group, in the order in which each is first met.
fn sections<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in lines {
        if sections
            .last()
            .is_none_or(|section| section.title != line.section)
        {
            sections.push(Section {
                title: line.section.clone(),
                counts: Counts::default(),
                groups: Vec::new(),
            });
        }
        let Some(section) = sections.last_mut() else {
            continue;
        };
        let heading = line.group.clone().filter(|group| *group != line.section);
        if section
            .groups
            .last()
            .is_none_or(|group| group.title != heading)
        {
            section.groups.push(Group {
                title: heading,
                items: Vec::new(),
            });
        }
        if let Some(group) = section.groups.last_mut() {
            group.items.push(line.clone());
        }
    }
    for section in &mut sections {
        section.counts = Counts::of(section.groups.iter().flat_map(|group| &group.items));
    }
    sections
}

/// `2026-11-01`
fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}

/// The words of a status in a document for people.
fn words(status: Status) -> &'static str {
    match status {
        Status::NotReady => "Not Ready",
        Status::ReadyWithRisks => "Ready with Risks",
        Status::Ready => "Ready for Production",
    }
}
