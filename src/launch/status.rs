//! What is written about a launch.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use super::lapses::{SOON, lapses};
use super::outcome::JudgedItem;
use super::risks::RiskState;
use super::verdict::Judged;
use super::{Launch, history, memory};
use crate::api::{Expiry, LaunchStatus, Missing, RiskSeverity, SectionCount, Status, Transition};
use crate::model::{Key, Verdict};

/// Missing items beyond this are counted, not listed.
const MOST_MISSING: usize = 40;
/// A message is cut after this many bytes; `plimsoll checklist` has all of it.
const LONGEST_MESSAGE: usize = 160;
/// Transitions that are kept.
const MOST_TRANSITIONS: usize = 10;
/// Risks beyond this are not listed: as many as a register may have.
const MOST_RISKS: usize = 200;
/// What lapses soon beyond this is not listed.
const MOST_LAPSING: usize = 10;

/// What the writer sees besides the verdict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// Digests of the pod templates that run now, by workload.
    pub running: BTreeMap<Key, String>,
    /// When the oldest of those workloads was created.
    pub oldest: Option<Timestamp>,
    /// The images of the containers that the launch names, as `<container>=<image>`, with the digest that pods run where that is known.
    pub images: Vec<String>,
    /// Workloads that another launch selects as well, and which.
    pub overlapping: Vec<String>,
}

/// What should be written about a launch. Equal to what was written before where nothing that anybody reads is different.
pub fn status(
    launch: &Launch,
    judged: &Judged,
    observed: &Observed,
    now: Timestamp,
) -> LaunchStatus {
    let before = &launch.before;
    let open = judged.open();
    let waived = judged
        .items
        .iter()
        .filter(|item| item.asked && item.outcome.verdict == Verdict::Waived);
    let left_out = open.len().saturating_sub(MOST_MISSING);
    let risks = launch.spec.risks.iter().zip(&judged.risks);
    let lapses = lapses(&judged.items, risks, &judged.overrides);
    let expiry = |lapse: &super::lapses::Lapse| Expiry {
        what: lapse.what.clone(),
        at: seconds(lapse.at),
    };
    let soon = lapses.iter().filter(|lapse| lapse.at <= SOON.after(now));
    let mut status = LaunchStatus {
        observed_generation: generation(launch),
        status: Some(judged.status),
        score: judged.score(),
        open: count(open.len()),
        waived: count(waived.count()),
        workloads: count(judged.workloads.len()),
        checklists: judged
            .checklists
            .iter()
            .map(|(name, _)| name.to_string())
            .collect(),
        sections: sections(judged),
        missing: open
            .iter()
            .take(MOST_MISSING)
            .map(|item| missing(item))
            .collect(),
        truncated: u32::try_from(left_out)
            .ok()
            .filter(|left_out| *left_out != 0),
        open_risks: open_risks(launch, judged),
        expires_next: lapses.first().map(expiry),
        lapsing: soon.take(MOST_LAPSING).map(expiry).collect(),
        review_due: judged.review_due.map(seconds),
        actual_date: before
            .actual_date
            .clone()
            .or_else(|| actual_date(launch, observed, now)),
        history: before.history.clone(),
        memory: Some(memory::memory(launch, judged, observed, now)),
        conditions: conditions(launch, judged, observed, now),
    };
    if before.status != Some(judged.status) {
        let transition = Transition {
            at: seconds(now),
            to: judged.status,
            because: cut(&history::because(before, judged, &open)),
        };
        status.history.insert(0, transition);
        status.history.truncate(MOST_TRANSITIONS);
    }
    status
}

/// What is stored is cut to the second; the cut here keeps what is read back equal to it.
pub(super) fn seconds(moment: Timestamp) -> Time {
    Time(Timestamp::from_second(moment.as_second()).unwrap_or(moment))
}

fn generation(launch: &Launch) -> Option<i64> {
    (launch.generation != 0).then_some(launch.generation)
}

fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

fn missing(judged: &JudgedItem) -> Missing {
    let item = &judged.item;
    Missing {
        item: item.key.to_string(),
        severity: item.severity.name().to_owned(),
        verdict: judged.outcome.verdict.name().to_owned(),
        from: item
            .attestation()
            .map(|rule| rule.roles.clone())
            .unwrap_or_default(),
        message: cut(&judged.outcome.why),
    }
}

/// When pods were first let run, where some run now and none was seen to before. Somebody who looked before saw none: it is now.
/// Nobody looked before: the application may have run all the time, but not before there was a launch of it, nor before the
/// oldest of the workloads that run.
fn actual_date(launch: &Launch, observed: &Observed, now: Timestamp) -> Option<Time> {
    if observed.running.is_empty() {
        return None;
    }
    let was_looked_at = launch.before.status.is_some();
    let since = match (was_looked_at, launch.created.max(observed.oldest)) {
        (false, Some(since)) => since.min(now),
        _ => now,
    };
    Some(seconds(since))
}

fn sections(judged: &Judged) -> Vec<SectionCount> {
    let mut sections: Vec<SectionCount> = Vec::new();
    for item in &judged.items {
        let (checklist, section) = (&*item.checklist, &*item.item.spec.section);
        let is_it =
            |known: &SectionCount| known.checklist == *checklist && known.section == *section;
        let at = sections.iter().position(is_it).unwrap_or_else(|| {
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
    let open = rows.filter(|(risk, state)| {
        risk.severity == Some(RiskSeverity::High) && matches!(state, RiskState::Open(_))
    });
    let open = open.map(|(risk, _)| risk.id.clone());
    let overrides = judged.overrides.iter();
    let overrides = overrides.map(|over| format!("exception/{}", over.exception));
    open.chain(overrides).take(MOST_RISKS).collect()
}

fn conditions(
    launch: &Launch,
    judged: &Judged,
    observed: &Observed,
    now: Timestamp,
) -> Vec<Condition> {
    let condition = |type_: &str, holds: bool, reason: &str, message: String| {
        let status = if holds { "True" } else { "False" };
        let known = launch
            .before
            .conditions
            .iter()
            .find(|known| known.type_ == type_);
        let since = known.filter(|known| known.status == status);
        Condition {
            type_: type_.to_owned(),
            status: status.to_owned(),
            reason: reason.to_owned(),
            message,
            observed_generation: generation(launch),
            last_transition_time: since
                .map_or_else(|| seconds(now), |known| known.last_transition_time.clone()),
        }
    };
    let ready = judged.status != Status::NotReady;
    let why = cut(&history::why(judged, &judged.open()));
    let overlap = match observed.overlapping.as_slice() {
        [] => condition(
            "Overlapping",
            false,
            "NoOverlap",
            "no other launch selects its workloads".to_owned(),
        ),
        workloads => {
            let message = format!("also selected by another launch: {}", workloads.join(", "));
            condition("Overlapping", true, "WorkloadInTwoLaunches", cut(&message))
        }
    };
    // By type.
    vec![
        condition("LaunchReady", ready, judged.reason.name(), why),
        overlap,
        condition(
            "Ready",
            true,
            "Reconciled",
            "the status is up to date".to_owned(),
        ),
    ]
}

fn cut(message: &str) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let end = message.floor_char_boundary(LONGEST_MESSAGE - '…'.len_utf8());
    format!("{}…", &message[..end])
}
