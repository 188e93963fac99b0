//! The launch verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::attested::{self, WATCH};
use super::facts::{Case, Facts};
use super::outcome::{By, JudgedItem, Outcome, earlier};
use super::risks::{self, RiskState, bare};
use super::{Launch, derived, signatures, ways};
use crate::api::{
    AttestationRule, ItemSeverity, ItemSource, Period, Phase, RiskSeverity, Status,
};
use crate::checklist::{Checklist, Item, LAUNCH, Way};
use crate::evidence::Subject;
use crate::model::{Key, Severity, Text, Verdict};
use crate::people::Name;

/// What became of a launch.
#[derive(Clone, Debug)]
pub struct Judged {
    /// Every item, in the order of the checklists: those that policies require first.
    pub items: Vec<JudgedItem>,
    /// The checklists, by name, in that order.
    pub checklists: Vec<(Text, Text)>,
    /// The verdict.
    pub status: Status,
    /// Why it is so, in a word.
    pub reason: Reason,
    /// The workloads.
    pub workloads: Vec<Key>,
    /// Each risk of the register, in its order.
    pub risks: Vec<RiskState>,
    /// When a review is due next.
    pub review_due: Option<Timestamp>,
    /// How many items each exception waives.
    pub waivers: BTreeMap<Name, u32>,
    /// When it should be judged again though nothing changes.
    pub next: Option<Timestamp>,
}

/// Why a launch has its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Everything passes.
    Ready,
    /// Nothing critical is open, but something is waived, accepted or high.
    ReadyWithRisks,
    /// The launch selects no workload.
    NoWorkloads,
    /// It is judged by no checklist.
    NoChecklist,
    /// Something critical fails or is unknown.
    CriticalOpen,
    /// A signature is missing, and nothing else that is critical.
    SignOffMissing,
}

impl Reason {
    /// The reason of the condition `LaunchReady`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::ReadyWithRisks => "ReadyWithRisks",
            Self::NoWorkloads => "NoWorkloads",
            Self::NoChecklist => "NoChecklist",
            Self::CriticalOpen => "CriticalOpen",
            Self::SignOffMissing => "SignOffMissing",
        }
    }
}

/// Judges a launch. `replaced` is a workload as it would be after a write, where that is in question.
pub fn judge(launch: &Launch, facts: Facts<'_>, replaced: Option<(&Key, &Subject)>) -> Judged {
    let case = Case::new(launch, facts, replaced);
    let (checklists, mut items) = asked_for(&case);
    for judged in &mut items {
        judged.outcome = first_pass(&case, &judged.item);
    }
    signatures::distinguish(&case, &mut items);
    for judged in &mut items {
        judged.asked = is_asked(&case, judged);
    }
    // The status of a checklist is worked out of its whole, the others of what has been judged so far.
    for check in [
        crate::check::LaunchCheck::CriticalComplete,
        crate::check::LaunchCheck::HighComplete,
        crate::check::LaunchCheck::Status,
    ] {
        for at in 0..items.len() {
            if derived::check(&items[at].item) == Some(check) {
                let outcome = derived::of_others(&case, check, &items[at].checklist, &items);
                items[at].outcome = waive_whole(&case, &items[at].item, outcome);
            }
        }
    }
    conclude(&case, checklists, items)
}

/// The items that a launch is judged by: those of the checklists, then its own.
pub(super) fn asked_for(case: &Case<'_>) -> (Vec<(Text, Text)>, Vec<JudgedItem>) {
    let (names, sign_offs) = required(case);
    let mut checklists = Vec::new();
    let mut items = Vec::new();
    let mut own = Vec::new();
    for name in names {
        match case.facts.checklists.find(&name) {
            Some(checklist) => {
                checklists.push((checklist.name.clone(), checklist.title.clone()));
                items.extend(checklist.items.iter().map(|item| open(checklist, item)));
            }
            None => own.push(missing_checklist(&name)),
        }
    }
    let signed: BTreeSet<&str> = items
        .iter()
        .filter(|judged| judged.item.is_sign_off())
        .filter_map(|judged| judged.item.attestation())
        .flat_map(|rule| rule.roles.iter().map(String::as_str))
        .collect();
    let unsigned = sign_offs.iter().filter(|role| !signed.contains(role.as_str()));
    own.extend(unsigned.map(|role| sign_off(role)));
    if case.launch.spec.review_every.is_some() {
        own.push(review());
    }
    let own = own.into_iter().map(|item| JudgedItem {
        item: Arc::new(item),
        checklist: LAUNCH.into(),
        outcome: Outcome::unknown(""),
        asked: true,
    });
    items.extend(own.collect::<Vec<_>>());
    (checklists, items)
}

fn open(checklist: &Checklist, item: &Arc<Item>) -> JudgedItem {
    JudgedItem {
        item: item.clone(),
        checklist: checklist.name.clone(),
        outcome: Outcome::unknown(""),
        asked: true,
    }
}

/// What the policies of the namespace require, and what the launch adds. It can take nothing away.
fn required(case: &Case<'_>) -> (Vec<String>, Vec<String>) {
    let (mut checklists, mut roles): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    let add = |into: &mut Vec<String>, names: &[String]| {
        for name in names {
            if !into.contains(name) {
                into.push(name.clone());
            }
        }
    };
    let namespace = &case.launch.name.namespace;
    let policies = case.facts.policies.of_namespace(case.facts.view, namespace);
    for rule in policies.filter_map(|policy| policy.launch.as_ref()) {
        add(&mut checklists, &rule.checklists);
        add(&mut roles, &rule.sign_offs);
    }
    add(&mut checklists, &case.launch.spec.checklists);
    add(&mut roles, &case.launch.spec.sign_offs);
    (checklists, roles)
}

fn missing_checklist(name: &str) -> Item {
    Item::of_launch(crate::api::ChecklistItem {
        id: format!("checklist/{name}"),
        title: format!("The checklist {name} exists"),
        ..bare("Checklists", ItemSource::Field)
    })
}

fn sign_off(role: &str) -> Item {
    Item::of_launch(crate::api::ChecklistItem {
        id: format!("sign-off/{role}"),
        title: format!("Sign-off: {role}"),
        attestation: Some(by(&[role], Period::days(180), true)),
        ..bare("Sign-off", ItemSource::SignOff)
    })
}

fn review() -> Item {
    Item::of_launch(crate::api::ChecklistItem {
        id: "review".to_owned(),
        title: "Reviewed in time".to_owned(),
        severity: ItemSeverity::High,
        phase: Phase::PostLaunch,
        attestation: Some(by(
            &["engineering", "devops", "security", "product"],
            Period::days(36_500),
            false,
        )),
        ..bare("Reviews", ItemSource::Field)
    })
}

fn by(roles: &[&str], valid_for: Period, per_release: bool) -> AttestationRule {
    AttestationRule {
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        evidence_required: false,
        valid_for,
        per_release,
        min_attestations: 1,
        every: None,
    }
}

/// What an item says by itself.
fn first_pass(case: &Case<'_>, item: &Item) -> Outcome {
    if &*item.key == "launch:review" {
        return reviewed(case, item).1;
    }
    if let Some(check) = derived::check(item) {
        let outcome = derived::of_record(case, item, check);
        return outcome.map_or_else(
            || Outcome::unknown("worked out of the other items"),
            |outcome| waive_whole(case, item, outcome),
        );
    }
    let automatic = ways::automatic(case, item);
    let outcome = with_people(case, item, automatic);
    waive_whole(case, item, outcome)
}

/// What people add to what was found: an attestation beside another way is its fallback.
fn with_people(case: &Case<'_>, item: &Item, automatic: Option<Outcome>) -> Outcome {
    let Some(rule) = item.attestation() else {
        return match automatic {
            Some(found) if needs_more(item, &found) => Outcome::unknown(format!(
                "only indicated ({}), and nobody may attest it",
                subjects(&found)
            )),
            Some(found) => found,
            None => Outcome::fail(item.spec.title.clone() + ": it does not"),
        };
    };
    let Some(found) = automatic else {
        return attested::attested(case, item, rule);
    };
    let more = needs_more(item, &found);
    if found.verdict != Verdict::Unknown && !more {
        return found;
    }
    let mut stated = attested::attested(case, item, rule);
    match (stated.verdict, more) {
        (Verdict::Pass, true) => {
            stated.until = earlier(stated.until, found.until);
            stated.proofs.extend(found.proofs);
            stated
        }
        (Verdict::Pass | Verdict::NotApplicable, _) => stated.until(found.until),
        (_, true) => {
            let why = format!("only indicated ({}): {}", subjects(&found), stated.why);
            Outcome { verdict: Verdict::Unknown, why, ..found }
        }
        (_, false) => {
            let why = format!("{}; {}", found.why, stated.why);
            Outcome { why, ..found }
        }
    }
}

/// An indication alone never closes a critical item.
fn needs_more(item: &Item, found: &Outcome) -> bool {
    item.severity == Severity::Critical && found.verdict == Verdict::Pass && found.is_only_indicated
}

fn subjects(found: &Outcome) -> String {
    let subjects: Vec<&str> = found.proofs.iter().map(|proof| &*proof.subject).collect();
    subjects.join(", ")
}

/// Waives an item that is open for the application as a whole: an exception must cover each of its workloads.
fn waive_whole(case: &Case<'_>, item: &Item, outcome: Outcome) -> Outcome {
    let derived = derived::check(item);
    let is_record = derived.is_none()
        || matches!(
            derived,
            Some(crate::check::LaunchCheck::RiskRegister | crate::check::LaunchCheck::TargetDate)
        );
    if !outcome.is_open() || item.is_sign_off() || !is_record || case.workloads.is_empty() {
        return outcome;
    }
    let waivers = case.workloads.iter().map(|workload| {
        case.waives(&item.key, workload).max_by_key(|waiver| waiver.until)
    });
    let waivers: Option<Vec<_>> = waivers.collect();
    let last = waivers.and_then(|all| all.into_iter().min_by_key(|waiver| waiver.until));
    last.map_or(outcome.clone(), |waiver| waiver.waive(&outcome.why))
}

/// When the next review is due, and what follows.
fn reviewed(case: &Case<'_>, item: &Item) -> (Option<Timestamp>, Outcome) {
    let (Some(every), Some(rule)) = (case.launch.spec.review_every, item.attestation()) else {
        return (None, Outcome::not_applicable("no reviews are asked for"));
    };
    let Some(live) = case.launch.live_since() else {
        return (None, Outcome::not_applicable("asked once the application is live"));
    };
    let votes = attested::votes(case, item, rule);
    let last = votes
        .counting
        .iter()
        .max_by_key(|vote| vote.attestation.created);
    let since = last.and_then(|vote| vote.attestation.created).unwrap_or(live).max(live);
    let due = every.after(since);
    let outcome = match last {
        _ if due <= case.facts.now => Outcome::fail(format!("a review was due at {due}")),
        Some(vote) => Outcome::pass(attested::proof(vote)),
        None => Outcome::pass(risks::of_launch(case, format!("the first review is due at {due}"))),
    };
    (Some(due), Outcome { until: Some(due), ..outcome })
}

/// Whether an item counts now. What needs running pods is asked for once there are some, and not before it can be answered.
fn is_asked(case: &Case<'_>, judged: &JudgedItem) -> bool {
    let phase = judged.item.spec.phase;
    if phase == Phase::PreRollout {
        return true;
    }
    let Some(live) = case.launch.live_since() else {
        return false;
    };
    judged.outcome.verdict != Verdict::Unknown || case.facts.now >= due(&judged.item, live)
}

/// Until when after going live an item may be undecided: a metric until its window has passed, what is due after the launch
/// until the watch is over.
pub(super) fn due(item: &Item, live: Timestamp) -> Timestamp {
    const SETTLE: Period = Period::seconds(3600);
    let window = match &item.way {
        Way::Metrics(_) => item.spec.metrics.as_ref().map_or(SETTLE, |metric| metric.over.max(SETTLE)),
        _ => SETTLE,
    };
    let window = match item.spec.phase {
        Phase::PostLaunch => window.max(WATCH),
        _ => window,
    };
    window.after(live)
}

fn conclude(case: &Case<'_>, checklists: Vec<(Text, Text)>, items: Vec<JudgedItem>) -> Judged {
    let counted = || items.iter().filter(|judged| judged.asked);
    let open = |severity| {
        counted().any(move |judged| judged.item.severity == severity && judged.outcome.is_open())
    };
    let unsigned_only = counted()
        .filter(|judged| judged.item.severity == Severity::Critical && judged.outcome.is_open())
        .all(|judged| judged.item.is_sign_off());
    let waived = counted().any(|judged| judged.outcome.verdict == Verdict::Waived);
    let risks: Vec<_> = case.launch.spec.risks.iter().map(|risk| risks::state(case, risk)).collect();
    let is_at_risk = case.launch.spec.risks.iter().zip(&risks).any(|(risk, state)| {
        risk.severity == Some(RiskSeverity::High) && *state != RiskState::Mitigated
    });
    let reason = if case.workloads.is_empty() {
        Reason::NoWorkloads
    } else if checklists.is_empty() {
        Reason::NoChecklist
    } else if open(Severity::Critical) && unsigned_only {
        Reason::SignOffMissing
    } else if open(Severity::Critical) {
        Reason::CriticalOpen
    } else if waived || is_at_risk || open(Severity::High) {
        Reason::ReadyWithRisks
    } else {
        Reason::Ready
    };
    let mut waivers: BTreeMap<Name, u32> = BTreeMap::new();
    for proof in counted().flat_map(|judged| &judged.outcome.proofs) {
        if let By::Exception { .. } = proof.by {
            let name = Name::new(case.launch.name.namespace.clone(), proof.subject.clone());
            *waivers.entry(name).or_default() += 1;
        }
    }
    let review_due = items
        .iter()
        .find(|judged| &*judged.item.key == "launch:review")
        .and_then(|judged| reviewed(case, &judged.item).0);
    let now = case.facts.now;
    let dues = case.launch.live_since().into_iter().flat_map(|live| {
        items.iter().filter(|judged| !judged.asked).map(move |judged| due(&judged.item, live))
    });
    let ends = items.iter().filter_map(|judged| judged.outcome.until);
    let next = dues.chain(ends).filter(|moment| *moment > now).min();
    Judged {
        status: match reason {
            Reason::Ready => Status::Ready,
            Reason::ReadyWithRisks => Status::ReadyWithRisks,
            _ => Status::NotReady,
        },
        reason,
        workloads: case.workloads.iter().map(|workload| workload.key().clone()).collect(),
        risks,
        review_due,
        waivers,
        next,
        checklists,
        items,
    }
}

impl Judged {
    /// What is asked for now and neither passes nor is waived, the gravest first; failures before what is unknown.
    pub fn open(&self) -> Vec<&JudgedItem> {
        let open = self.items.iter().filter(|judged| judged.asked && judged.outcome.is_open());
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|judged| {
            std::cmp::Reverse((judged.item.severity, judged.outcome.verdict))
        });
        open
    }

    /// 100 × passed weight / applicable weight; `None` where nothing applies.
    pub fn score(&self) -> Option<u32> {
        let weigh = |counts: fn(Verdict) -> bool| -> u32 {
            let counted = self.items.iter().filter(|judged| judged.asked && counts(judged.outcome.verdict));
            counted.map(|judged| judged.item.severity.weight()).sum()
        };
        let passed = weigh(|verdict| verdict == Verdict::Pass);
        (100 * passed).checked_div(weigh(|verdict| verdict != Verdict::NotApplicable))
    }
}
