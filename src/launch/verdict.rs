//! The launch verdict.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::facts::{Case, Facts};
use super::lapses::{SOON, lapses};
use super::outcome::{By, JudgedItem, Pending};
use super::risks::{self, RiskState};
use super::waivers::Override;
use super::{Launch, derived, fallback, own, phases, review, signatures};
use crate::api::{RiskSeverity, Status};
use crate::evidence::{Effort, Subject};
use crate::model::{Key, Severity, Text, Verdict};
use crate::people::Name;
use crate::promql::Question;

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
    /// The exceptions that open the gate for its workloads.
    pub overrides: Vec<Override>,
    /// When a review is due next.
    pub review_due: Option<Timestamp>,
    /// How many items each exception waives.
    pub waivers: BTreeMap<Name, u32>,
    /// When it should be judged again though nothing changes.
    pub next: Option<Timestamp>,
    /// What has not been looked at yet that items are open for. Without it the verdict may be another.
    pub pending: BTreeSet<Pending>,
    /// What is asked of servers for it.
    pub questions: BTreeSet<Question>,
    /// What looking for evidence has cost.
    pub effort: Effort,
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

    const fn status(self) -> Status {
        match self {
            Self::Ready => Status::Ready,
            Self::ReadyWithRisks => Status::ReadyWithRisks,
            Self::NoWorkloads | Self::NoChecklist | Self::CriticalOpen | Self::SignOffMissing => {
                Status::NotReady
            }
        }
    }
}

/// Judges a launch. `replaced` is a workload as it would be after a write, where that is in question.
pub fn judge(launch: &Launch, facts: Facts<'_>, replaced: Option<(&Key, &Subject)>) -> Judged {
    let case = Case::new(launch, facts, replaced);
    let (checklists, mut items) = own::asked_for(&case);
    for judged in items.iter_mut().filter(|judged| !judged.item.is_sign_off()) {
        judged.outcome = match &*judged.item.key {
            own::REVIEW => review::reviewed(&case, &judged.item).1,
            _ => fallback::judge(&case, judged),
        };
    }
    signatures::distinguish(&case, &mut items);
    derived::work_out(&case, &mut items);
    for judged in &mut items {
        judged.asked = phases::is_asked(&case, judged);
    }
    conclude(&case, checklists, items)
}

fn conclude(case: &Case<'_>, checklists: Vec<(Text, Text)>, items: Vec<JudgedItem>) -> Judged {
    let risks: Vec<_> = case
        .launch
        .spec
        .risks
        .iter()
        .map(|risk| risks::state(case, risk))
        .collect();
    let reviewed = items.iter().find(|judged| &*judged.item.key == own::REVIEW);
    let open = items
        .iter()
        .filter(|judged| judged.outcome.is_open() && case.is_due(&judged.item));
    let overrides = case.waivers.overriding(&case.workloads);
    let reason = reason(case, checklists.is_empty(), &items, (&risks, &overrides));
    Judged {
        status: reason.status(),
        reason,
        workloads: case
            .workloads
            .iter()
            .map(|workload| workload.key().clone())
            .collect(),
        review_due: reviewed.and_then(|judged| review::reviewed(case, &judged.item).0),
        waivers: waivers(case, &items),
        next: next(case, &items, &risks, &overrides),
        overrides,
        pending: open.filter_map(|judged| judged.outcome.awaits).collect(),
        questions: case.asked.take(),
        effort: *case.effort.borrow(),
        risks,
        checklists,
        items,
    }
}

fn reason(
    case: &Case<'_>,
    is_without_checklist: bool,
    items: &[JudgedItem],
    (risks, overrides): (&[RiskState], &[Override]),
) -> Reason {
    let counted = || items.iter().filter(|judged| judged.asked);
    let open = |severity| {
        counted().filter(move |judged| judged.item.severity == severity && judged.outcome.is_open())
    };
    let is_waived = counted().any(|judged| judged.outcome.verdict == Verdict::Waived);
    let mut register = case.launch.spec.risks.iter().zip(risks);
    let is_at_risk = !overrides.is_empty()
        || register.any(|(risk, state)| {
            risk.severity == Some(RiskSeverity::High) && *state != RiskState::Mitigated
        });
    // What is worked out of the others says nothing new.
    let unsigned_only = || open(Severity::Critical).all(|judged| judged.item.is_sign_off());
    if case.workloads.is_empty() {
        Reason::NoWorkloads
    } else if is_without_checklist {
        Reason::NoChecklist
    } else if open(Severity::Critical).next().is_some() && unsigned_only() {
        Reason::SignOffMissing
    } else if open(Severity::Critical).next().is_some() {
        Reason::CriticalOpen
    } else if is_waived || is_at_risk || open(Severity::High).next().is_some() {
        Reason::ReadyWithRisks
    } else {
        Reason::Ready
    }
}

/// How many items each exception waives.
fn waivers(case: &Case<'_>, items: &[JudgedItem]) -> BTreeMap<Name, u32> {
    let mut waivers = BTreeMap::new();
    for judged in items.iter().filter(|judged| judged.asked) {
        let proofs = judged.outcome.proofs.iter();
        let by: BTreeSet<&Text> = proofs
            .filter(|proof| matches!(proof.by, By::Exception { .. }))
            .map(|proof| &proof.subject)
            .collect();
        for exception in by {
            let name = Name::new(case.launch.name.namespace.clone(), exception.clone());
            *waivers.entry(name).or_default() += 1;
        }
    }
    waivers
}

/// When something is another by itself.
fn next(
    case: &Case<'_>,
    items: &[JudgedItem],
    risks: &[RiskState],
    overrides: &[Override],
) -> Option<Timestamp> {
    let ends = items.iter().filter_map(|judged| judged.outcome.until);
    let dues = items.iter().filter(|judged| !judged.asked);
    let dues = dues.filter_map(|judged| phases::due(case, &judged.item));
    let register = || case.launch.spec.risks.iter().zip(risks);
    let turns = register().filter_map(|(risk, state)| risks::turns(risk, state));
    // That something lapses is said before it does.
    let said = lapses(items, register(), overrides)
        .into_iter()
        .map(|lapse| SOON.before(lapse.at));
    let over = overrides.iter().map(|exception| exception.until);
    let all = ends.chain(dues).chain(turns).chain(said).chain(over);
    all.filter(|moment| *moment > case.facts.now).min()
}

impl Judged {
    /// What is asked for now and neither passes nor is waived, the gravest first; failures before what is unknown, and what
    /// only says that others are open after them.
    pub fn open(&self) -> Vec<&JudgedItem> {
        let open = self
            .items
            .iter()
            .filter(|judged| judged.asked && judged.outcome.is_open());
        let mut open: Vec<_> = open.collect();
        open.sort_by_key(|judged| {
            let own = !derived::is_of_others(&judged.item);
            std::cmp::Reverse((judged.item.severity, own, judged.outcome.verdict))
        });
        open
    }

    /// 100 × passed weight / applicable weight; `None` where nothing applies.
    pub fn score(&self) -> Option<u32> {
        let weigh = |counts: fn(Verdict) -> bool| -> u32 {
            let counted = self
                .items
                .iter()
                .filter(|judged| judged.asked && counts(judged.outcome.verdict));
            counted.map(|judged| judged.item.severity.weight()).sum()
        };
        let passed = weigh(|verdict| verdict == Verdict::Pass);
        (100 * passed).checked_div(weigh(|verdict| verdict != Verdict::NotApplicable))
    }
}
