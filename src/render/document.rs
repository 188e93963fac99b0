//! The filled-in checklist: the source documents' own layout, with boxes ticked and each line's proof beside it.

mod html;
mod lines;
mod markdown;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Serialize;

use crate::api::{ItemSource, Status};
use crate::launch::{Judged, Launch, RiskState};

pub use html::html;
pub use lines::{Line, LineProof};
pub use markdown::markdown;

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
    pub reason: &'static str,
    /// The share of what applies that passes, by weight.
    pub score: Option<u32>,
    /// When it was filled in.
    pub at: Timestamp,
    /// The workloads, as `<kind>/<name>`.
    pub workloads: Vec<String>,
    /// How many lines came to what.
    pub counts: Counts,
    /// The checklists, in the order in which they are asked for.
    pub checklists: Vec<FilledChecklist>,
    /// Who signs.
    pub sign_offs: Vec<SignOff>,
    /// The risk register.
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
    /// Its groups, in its order. The heading of one may be the section's own.
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

/// A signature.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignOff {
    /// Which one.
    pub item: String,
    /// The line's title: `Engineering Lead`.
    pub title: String,
    /// The roles that may sign.
    pub roles: Vec<String>,
    /// Who signed.
    pub by: Option<String>,
    /// When.
    pub at: Option<Timestamp>,
    /// Until when it counts.
    pub until: Option<Timestamp>,
    /// What is missing.
    pub missing: Option<String>,
}

/// A row of the risk register.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilledRisk {
    /// Its id.
    pub id: String,
    /// What may happen.
    pub risk: String,
    /// How bad that would be.
    pub severity: Option<String>,
    /// What is done about it.
    pub mitigation: String,
    /// Who sees to it.
    pub owner: String,
    /// What it comes to: mitigated, accepted until a date, or open and why.
    pub state: String,
    /// Whether neither.
    pub is_open: bool,
}

/// Somebody to call.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FilledContact {
    /// What for.
    pub role: String,
    /// Who.
    pub name: String,
    /// How.
    pub reach: Option<String>,
}

impl Document {
    /// Fills in the checklists of a launch.
    pub fn of(launch: &Launch, judged: &Judged, at: Timestamp) -> Self {
        let spec = &launch.spec;
        let mut own = judged.checklists.clone();
        if judged.items.iter().any(|item| &*item.checklist == crate::checklist::LAUNCH) {
            own.push((crate::checklist::LAUNCH.into(), "Launch".into()));
        }
        let lines: Vec<Line> = judged.items.iter().map(|item| Line::of(item, launch)).collect();
        let checklists = own.iter().map(|(name, title)| {
            let own = || lines.iter().filter(|line| line.checklist == **name);
            FilledChecklist {
                name: name.to_string(),
                title: title.to_string(),
                counts: Counts::of(own()),
                sections: sections(own()),
            }
        });
        let risks = spec.risks.iter().zip(&judged.risks).map(|(risk, state)| FilledRisk {
            id: risk.id.clone(),
            risk: risk.risk.clone(),
            severity: risk.severity.map(|severity| severity.name().to_owned()),
            mitigation: risk.mitigation.clone(),
            owner: risk.owner.clone(),
            state: match (state, &risk.mitigated) {
                (RiskState::Mitigated, Some(by)) => format!("mitigated by {} on {}", by.by, day(by.at.0)),
                (RiskState::Mitigated, None) => "mitigated".to_owned(),
                (RiskState::Accepted(until), _) => format!("accepted until {}", day(*until)),
                (RiskState::Open(why), _) => format!("open: {why}"),
            },
            is_open: matches!(state, RiskState::Open(_)),
        });
        let contacts = spec.contacts.iter().map(|contact| FilledContact {
            role: contact.role.clone(),
            name: contact.name.clone(),
            reach: contact.reach.clone(),
        });
        Self {
            application: launch.name.name.to_string(),
            namespace: launch.name.namespace.to_string(),
            release: spec.release.clone(),
            status: judged.status,
            reason: judged.reason.name(),
            score: judged.score(),
            at,
            workloads: judged.workloads.iter().map(|key| format!("{}/{}", key.kind, key.name)).collect(),
            counts: Counts::of(lines.iter()),
            sign_offs: lines.iter().filter(|line| line.source == ItemSource::SignOff).map(SignOff::of).collect(),
            checklists: checklists.collect(),
            risks: risks.collect(),
            notes: spec.notes.clone(),
            contacts: contacts.collect(),
            target_date: spec.target_date.as_ref().map(|time| time.0),
            actual_date: launch.live_since(),
            review_due: judged.review_due,
        }
    }
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
}

impl SignOff {
    fn of(line: &Line) -> Self {
        let signed = line.proofs.first().filter(|_| line.verdict == "Pass");
        Self {
            item: line.key.clone(),
            title: line.title.clone(),
            roles: line.from.clone(),
            by: signed.and_then(|proof| proof.approver.clone()),
            at: signed.and_then(|proof| proof.at),
            until: signed.and_then(|proof| proof.until),
            missing: signed.is_none().then(|| line.why.clone()),
        }
    }
}

/// Lines by section and group, in the order in which each is first met.
fn sections<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in lines {
        if sections.last().is_none_or(|section| section.title != line.section) {
            let title = line.section.clone();
            sections.push(Section { title, groups: Vec::new() });
        }
        let Some(section) = sections.last_mut() else {
            continue;
        };
        let heading = line.group.clone().filter(|group| *group != line.section);
        if section.groups.last().is_none_or(|group| group.title != heading) {
            section.groups.push(Group { title: heading, items: Vec::new() });
        }
        if let Some(group) = section.groups.last_mut() {
            group.items.push(line.clone());
        }
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
