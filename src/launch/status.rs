//! What is written about a launch.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::outcome::{By, JudgedItem};
use super::risks::RiskState;
use super::verdict::{Judged, Reason};
use super::{Launch, ReleaseType};
use crate::api::{
    Admitted, Expiry, LaunchStatus, Memory, Missing, Release, RiskSeverity, SectionCount, Seen,
    Status, Transition,
};
use crate::model::{Key, Verdict};

/// Missing items beyond this are counted, not listed.
const MOST_MISSING: usize = 50;
/// A message is cut after this many bytes; `plimsoll checklist` has all of it.
const LONGEST_MESSAGE: usize = 240;
/// Transitions that are kept.
const MOST_TRANSITIONS: usize = 10;
/// Releases that are kept; older ones carry nothing over any more.
const MOST_RELEASES: usize = 64;
/// Templates that are kept of each workload.
const MOST_TEMPLATES: usize = 16;

/// What the writer sees besides the verdict.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// Digests of the pod templates that run now, by workload.
    pub running: BTreeMap<Key, String>,
    /// The images of the containers that the launch names.
    pub images: Vec<String>,
    /// Workloads that another launch selects as well.
    pub overlapping: Vec<String>,
}

/// What should be written about a launch. Equal to what was written before where nothing that anybody reads is different.
pub fn status(launch: &Launch, judged: &Judged, observed: &Observed, now: Timestamp) -> LaunchStatus {
    let before = &launch.before;
    let open = judged.open();
    let waived = judged.items.iter().filter(|item| item.asked && item.outcome.verdict == Verdict::Waived);
    let message = |item: &JudgedItem| Missing {
        item: item.item.key.to_string(),
        severity: item.item.severity.name().to_owned(),
        verdict: item.outcome.verdict.name().to_owned(),
        from: item.item.attestation().map(|rule| rule.roles.clone()).unwrap_or_default(),
        message: cut(&item.outcome.why),
    };
    let left_out = open.len().saturating_sub(MOST_MISSING);
    let actual_date = before.actual_date.clone().or_else(|| {
        let live = !observed.running.is_empty();
        live.then(|| seconds(now))
    });
    let mut status = LaunchStatus {
        observed_generation: (launch.generation != 0).then_some(launch.generation),
        status: Some(judged.status),
        score: judged.score(),
        open: count(open.len()),
        waived: count(waived.count()),
        workloads: count(judged.workloads.len()),
        checklists: judged.checklists.iter().map(|(name, _)| name.to_string()).collect(),
        sections: sections(judged),
        missing: open.iter().take(MOST_MISSING).map(|item| message(item)).collect(),
        truncated: u32::try_from(left_out).ok().filter(|left_out| *left_out != 0),
        open_risks: open_risks(launch, judged),
        expires_next: expires_next(judged),
        review_due: judged.review_due.map(seconds),
        actual_date,
        history: before.history.clone(),
        memory: Some(memory(launch, judged, observed, now)),
        conditions: Vec::new(),
    };
    if before.status != Some(judged.status) {
        let transition = Transition {
            at: seconds(now),
            to: judged.status,
            because: because(judged, &open),
        };
        status.history.insert(0, transition);
        status.history.truncate(MOST_TRANSITIONS);
    }
    status.conditions = conditions(launch, judged, observed, now);
    status
}

fn seconds(moment: Timestamp) -> Time {
    // What is stored is cut to the second; the cut here keeps what is read back equal to it.
    Time(Timestamp::from_second(moment.as_second()).unwrap_or(moment))
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn sections(judged: &Judged) -> Vec<SectionCount> {
    let mut sections: Vec<SectionCount> = Vec::new();
    for item in &judged.items {
        let (checklist, section) = (&*item.checklist, &*item.item.spec.section);
        let at = sections
            .iter()
            .position(|known| known.checklist == *checklist && known.section == *section)
            .unwrap_or_else(|| {
                sections.push(SectionCount {
                    checklist: checklist.to_owned(),
                    section: section.to_owned(),
                    ..SectionCount::default()
                });
                sections.len() - 1
            });
        let counts = &mut sections[at];
        match item.outcome.verdict {
            _ if !item.asked => counts.not_applicable += 1,
            Verdict::Pass => counts.passed += 1,
            Verdict::Fail => counts.failed += 1,
            Verdict::Unknown => counts.unknown += 1,
            Verdict::Waived => counts.waived += 1,
            Verdict::NotApplicable => counts.not_applicable += 1,
        }
    }
    sections
}

fn open_risks(launch: &Launch, judged: &Judged) -> Vec<String> {
    let rows = launch.spec.risks.iter().zip(&judged.risks);
    rows.filter(|(risk, state)| {
        risk.severity == Some(RiskSeverity::High) && matches!(state, RiskState::Open(_))
    })
    .map(|(risk, _)| risk.id.clone())
    .collect()
}

/// What lapses first. What is only looked at again is no lapse.
fn expires_next(judged: &Judged) -> Option<Expiry> {
    let lapses = judged.items.iter().filter(|item| item.asked).flat_map(|item| {
        item.outcome.proofs.iter().filter_map(move |proof| {
            let what = match proof.by {
                By::Person { .. } => format!("{} ({})", item.item.key, proof.subject),
                By::Exception { .. } => format!("exception {}", proof.subject),
                _ => return None,
            };
            Some((proof.until?, what))
        })
    });
    let (at, what) = lapses.min()?;
    Some(Expiry { what, at: seconds(at) })
}

fn because(judged: &Judged, open: &[&JudgedItem]) -> String {
    match judged.reason {
        Reason::Ready => "everything that is asked for passes".to_owned(),
        Reason::NoWorkloads => "the launch selects no workload".to_owned(),
        Reason::NoChecklist => "no checklist is asked for".to_owned(),
        _ if open.is_empty() => "something is waived or accepted as a risk".to_owned(),
        _ => {
            let first: Vec<&str> = open.iter().take(3).map(|item| &*item.item.key).collect();
            let more = open.len().saturating_sub(first.len());
            match more {
                0 => format!("open: {}", first.join(", ")),
                more => format!("open: {} and {more} more", first.join(", ")),
            }
        }
    }
}

fn memory(launch: &Launch, judged: &Judged, observed: &Observed, now: Timestamp) -> Memory {
    let before = launch.memory();
    Memory {
        releases: releases(launch, &before, observed, now),
        seen: seen(judged, &before),
        admitted: admitted(&before, observed),
    }
}

fn releases(launch: &Launch, before: &Memory, observed: &Observed, now: Timestamp) -> Vec<Release> {
    let spec = &launch.spec;
    let mut releases = before.releases.clone();
    match releases.last_mut() {
        Some(last) if last.name == spec.release => {
            if !observed.images.is_empty() {
                last.images.clone_from(&observed.images);
            }
            return releases;
        }
        _ => {}
    }
    if spec.release_type == ReleaseType::Major {
        releases.clear();
    }
    // What was attested for the first release may have been made before the operator saw the launch.
    let since = match (before.releases.is_empty(), launch.created) {
        (true, Some(created)) => created,
        _ => now,
    };
    releases.push(Release {
        name: spec.release.clone(),
        kind: spec.release_type,
        since: seconds(since),
        images: observed.images.clone(),
    });
    let surplus = releases.len().saturating_sub(MOST_RELEASES);
    releases.drain(..surplus);
    releases
}

/// What evidence closes now, and what it closed before where nothing does now: that it is gone must be seen again next time.
fn seen(judged: &Judged, before: &Memory) -> Vec<Seen> {
    let mut seen = Vec::new();
    for item in &judged.items {
        let now = item.outcome.proofs.iter().filter_map(|proof| match &proof.by {
            By::Evidence(piece) => Some(Seen {
                item: item.item.key.to_string(),
                piece: piece.to_string(),
                object: proof.subject.to_string(),
            }),
            _ => None,
        });
        let now: Vec<_> = now.collect();
        if now.is_empty() {
            let kept = before.seen.iter().filter(|seen| *seen.item == *item.item.key);
            seen.extend(kept.cloned());
        } else {
            seen.extend(now);
        }
    }
    seen.sort();
    seen.dedup();
    seen.truncate(1000);
    seen
}

fn admitted(before: &Memory, observed: &Observed) -> Vec<Admitted> {
    let mut admitted = before.admitted.clone();
    for (key, template) in &observed.running {
        let workload = format!("{}/{}", key.kind, key.name);
        let at = admitted.iter().position(|known| known.workload == workload).unwrap_or_else(|| {
            admitted.push(Admitted { workload, templates: Vec::new() });
            admitted.len() - 1
        });
        let templates = &mut admitted[at].templates;
        if templates.last() != Some(template) {
            templates.retain(|known| known != template);
            templates.push(template.clone());
            let surplus = templates.len().saturating_sub(MOST_TEMPLATES);
            templates.drain(..surplus);
        }
    }
    admitted.sort();
    admitted.truncate(256);
    admitted
}

fn conditions(launch: &Launch, judged: &Judged, observed: &Observed, now: Timestamp) -> Vec<Condition> {
    let condition = |type_: &str, holds: bool, reason: &str, message: String| {
        let status = if holds { "True" } else { "False" };
        let known = launch.before.conditions.iter().find(|known| known.type_ == type_);
        let since = known.filter(|known| known.status == status);
        Condition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message,
            observed_generation: (launch.generation != 0).then_some(launch.generation),
            last_transition_time: since
                .map_or_else(|| seconds(now), |known| known.last_transition_time.clone()),
        }
    };
    let ready = judged.status != Status::NotReady;
    let mut conditions = vec![
        condition("LaunchReady", ready, judged.reason.name(), cut(&because(judged, &judged.open()))),
        condition("Ready", true, "Reconciled", "the status is up to date".to_owned()),
    ];
    if !observed.overlapping.is_empty() {
        let message = format!("also selected by another launch: {}", observed.overlapping.join(", "));
        conditions.push(condition("Overlapping", true, "WorkloadInTwoLaunches", cut(&message)));
    }
    conditions.sort_by(|a, b| a.type_.cmp(&b.type_));
    conditions
}

fn cut(message: &str) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let end = (0..=LONGEST_MESSAGE - '…'.len_utf8())
        .rev()
        .find(|at| message.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}…", &message[..end])
}
