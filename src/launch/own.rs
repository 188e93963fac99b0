//! What a launch is asked: the items of its checklists, and its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::facts::Case;
use super::outcome::{JudgedItem, Outcome};
use crate::api::{
    AttestationRule, ChecklistItem, ItemSeverity, ItemSource, Period, Phase, ReadinessLaunchSpec,
    Risk, Scope,
};
use crate::checklist::{Checklist, Item, LAUNCH};
use crate::model::{Severity, Text};

/// The key of the item that is attested as a review.
pub(super) const REVIEW: &str = "launch:review";

/// What the ids of items begin with that say that a checklist is there.
const MISSING: &str = "checklist/";

/// Who may say something of a launch that no checklist asks.
const ANYBODY: [&str; 4] = ["engineering", "devops", "security", "product"];

/// The checklists of a launch, with their titles, and the items that it is judged by: those of the checklists, then its own.
pub(super) fn asked_for(case: &Case<'_>) -> (Vec<(Text, Text)>, Vec<JudgedItem>) {
    let (names, sign_offs) = required(case);
    let mut checklists = Vec::new();
    let mut items = Vec::new();
    let mut own = Vec::new();
    for name in names {
        match case.facts.checklists.find(name) {
            Some(checklist) => {
                checklists.push((checklist.name.clone(), checklist.title.clone()));
                items.extend(checklist.items.iter().map(|item| of(checklist, item)));
            }
            None => own.push(missing_checklist(name)),
        }
    }
    let signed: BTreeSet<&str> = items
        .iter()
        .filter_map(|judged| signed_by(&judged.item))
        .collect();
    let unsigned = sign_offs.into_iter().filter(|role| !signed.contains(role));
    own.extend(unsigned.map(sign_off));
    if case.launch.spec.review_every.is_some() {
        own.push(review());
    }
    items.extend(own.into_iter().map(|item| JudgedItem {
        item: Arc::new(item),
        checklist: LAUNCH.into(),
        outcome: Outcome::unknown(""),
        asked: true,
    }));
    (checklists, items)
}

/// The role that must sign an item of a checklist before pods first run: no other may in its place, so that a sign-off in that
/// role need not be asked for again.
fn signed_by(item: &Item) -> Option<&str> {
    let asks = item.is_sign_off()
        && item.severity == Severity::Critical
        && item.spec.phase == Phase::PreRollout;
    match item.attestation()?.roles.as_slice() {
        [role] if asks => Some(role),
        _ => None,
    }
}

fn of(checklist: &Checklist, item: &Arc<Item>) -> JudgedItem {
    JudgedItem {
        item: item.clone(),
        checklist: checklist.name.clone(),
        outcome: Outcome::unknown(""),
        asked: true,
    }
}

/// The checklists and sign-offs that the policies of the namespace require, and what the launch adds. It can take nothing away.
fn required<'a>(case: &'a Case<'_>) -> (Vec<&'a str>, Vec<&'a str>) {
    let (mut checklists, mut roles) = (Vec::new(), Vec::new());
    let add = |into: &mut Vec<&'a str>, names: &'a [String]| {
        for name in names {
            if !into.contains(&name.as_str()) {
                into.push(name);
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

/// Whether an item says that a checklist is there: without it nobody knows what is waived.
pub(super) fn is_of_checklist(item: &Item) -> bool {
    let id = item.key.strip_prefix(LAUNCH);
    id.is_some_and(|id| id.starts_with(&format!(":{MISSING}")))
}

fn missing_checklist(name: &str) -> Item {
    Item::of_launch(ChecklistItem {
        id: format!("{MISSING}{name}"),
        title: format!("The checklist {name} exists"),
        ..bare("Checklists", ItemSource::Field)
    })
}

fn sign_off(role: &str) -> Item {
    Item::of_launch(ChecklistItem {
        id: format!("sign-off/{role}"),
        title: format!("Sign-off: {role}"),
        attestation: Some(by(&[role], Period::days(180), true)),
        ..bare("Sign-off", ItemSource::SignOff)
    })
}

fn review() -> Item {
    Item::of_launch(ChecklistItem {
        id: "review".to_owned(),
        title: "Reviewed in time".to_owned(),
        severity: ItemSeverity::High,
        phase: Phase::Running,
        // When the next one is due is what ends a review.
        attestation: Some(by(&ANYBODY, Period::days(36_500), false)),
        ..bare("Reviews", ItemSource::Field)
    })
}

/// The item of a launch itself that a key names: a sign-off in a role, its review, the acceptance of one of its risks.
pub fn own_item(spec: &ReadinessLaunchSpec, key: &str) -> Option<Item> {
    if key == REVIEW {
        return spec.review_every.map(|_| review());
    }
    let id = key.strip_prefix(LAUNCH)?.strip_prefix(':')?;
    if let Some(role) = id.strip_prefix("sign-off/") {
        return Some(sign_off(role));
    }
    let named = id.strip_prefix("risk/")?;
    let risk = spec.risks.iter().find(|risk| risk.id == named)?;
    Some(acceptance(risk, &risk.accepted.as_ref()?.role))
}

/// The item that is attested to accept a risk.
pub(super) fn acceptance(risk: &Risk, role: &str) -> Item {
    Item::of_launch(ChecklistItem {
        id: format!("risk/{}", risk.id),
        title: format!("Accepted: {}", risk.risk),
        attestation: Some(by(&[role], Period::days(365), false)),
        ..bare("Risk Assessment", ItemSource::Table)
    })
}

/// Who may attest that there are no known risks, where the item does not say.
pub(super) fn no_known_risks() -> AttestationRule {
    by(&ANYBODY, Period::days(180), true)
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

/// An item of the launch itself, to be filled in.
fn bare(section: &str, source: ItemSource) -> ChecklistItem {
    ChecklistItem {
        id: String::new(),
        title: String::new(),
        section: section.to_owned(),
        group: None,
        parent: None,
        severity: ItemSeverity::Critical,
        scope: Scope::Application,
        phase: Phase::PreRollout,
        source,
        checks: None,
        cel: None,
        evidence: None,
        metrics: None,
        attestation: None,
        note: None,
    }
}
