//! The risk register.

use jiff::Timestamp;

use super::attested::{self, Vote};
use super::facts::Case;
use super::outcome::{By, Outcome, Proof};
use crate::api::{
    AttestationRule, ChecklistItem, ItemSeverity, ItemSource, Period, Phase, ProofKind, Risk,
    RiskSeverity, Scope,
};
use crate::checklist::{Item, LAUNCH};
use crate::model::Verdict;

/// What a row of the register comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum RiskState {
    /// Something was done about it.
    Mitigated,
    /// Somebody lives with it until then.
    Accepted(Timestamp),
    /// Neither, and what is missing.
    Open(String),
}

/// What is missing from a row, if anything.
fn incomplete(risk: &Risk) -> Option<&'static str> {
    let is_blank = |text: &str| text.trim().is_empty() || text.trim_start().starts_with("Example:");
    if is_blank(&risk.risk) {
        Some("risk")
    } else if risk.severity.is_none() {
        Some("severity")
    } else if is_blank(&risk.mitigation) {
        Some("mitigation")
    } else if is_blank(&risk.owner) {
        Some("owner")
    } else {
        None
    }
}

/// Whether every row is complete; without rows, whether people say that there are no risks.
pub(super) fn register(case: &Case<'_>, item: &Item) -> Outcome {
    let risks = &case.launch.spec.risks;
    if risks.is_empty() {
        let fallback = no_known_risks();
        let rule = item.attestation().unwrap_or(&fallback);
        let stated = attested::attested(case, item, rule);
        return match stated.verdict {
            Verdict::Pass => stated,
            _ => Outcome::fail(format!(
                "spec.risks is empty: list the risks, or have {} attested that there are none",
                item.key
            )),
        };
    }
    let gaps = risks
        .iter()
        .filter_map(|risk| Some(format!("spec.risks[{}].{}", risk.id, incomplete(risk)?)));
    let gaps: Vec<_> = gaps.collect();
    if gaps.is_empty() {
        Outcome::pass(of_launch(case, format!("{} risks, each with a mitigation and an owner", risks.len())))
    } else {
        Outcome::fail(format!("not filled in: {}", gaps.join(", ")))
    }
}

/// Whether every high risk is mitigated. One that is accepted is waived.
pub(super) fn high_mitigated(case: &Case<'_>, register: &Outcome) -> Outcome {
    let high = case
        .launch
        .spec
        .risks
        .iter()
        .filter(|risk| risk.severity == Some(RiskSeverity::High));
    let each = high.map(|risk| match state(case, risk) {
        RiskState::Mitigated => Outcome::pass(of_launch(case, format!("{} is mitigated", risk.id))),
        RiskState::Accepted(until) => Outcome {
            verdict: Verdict::Waived,
            ..Outcome::pass(of_launch(case, format!("{} is accepted until {until}", risk.id)))
                .until(Some(until))
        },
        RiskState::Open(why) => Outcome::fail(format!("spec.risks[{}]: {why}", risk.id)),
    });
    each.reduce(Outcome::and).unwrap_or_else(|| match register.verdict {
        Verdict::Pass => Outcome::pass(of_launch(case, "no risk of severity high".to_owned())),
        _ => Outcome::fail("the risk register is not complete, so nobody knows the high risks"),
    })
}

/// What a row of the register comes to now.
pub(super) fn state(case: &Case<'_>, risk: &Risk) -> RiskState {
    let now = case.facts.now;
    if risk.mitigated.as_ref().is_some_and(|mitigated| mitigated.at.0 <= now) {
        return RiskState::Mitigated;
    }
    let Some(accepted) = &risk.accepted else {
        return RiskState::Open("neither mitigated nor accepted".to_owned());
    };
    if accepted.until.0 <= now {
        return RiskState::Open(format!("accepted until {} only", accepted.until.0));
    }
    let item = acceptance(risk, &accepted.role);
    let Some(rule) = item.attestation() else {
        return RiskState::Open("nobody may accept it".to_owned());
    };
    let votes = attested::votes(case, &item, rule);
    let counts = |vote: &&Vote| vote.attestation.not_applicable.is_none();
    match votes.counting.iter().find(counts) {
        Some(vote) => RiskState::Accepted(vote.until.min(accepted.until.0)),
        None => {
            let why = votes.obstacles.join("; ");
            let role = &accepted.role;
            RiskState::Open(format!("not attested as accepted by {role} ({}) {why}", item.key).trim_end().to_owned())
        }
    }
}

/// The item that is attested to accept a risk.
pub(super) fn acceptance(risk: &Risk, role: &str) -> Item {
    let spec = ChecklistItem {
        id: format!("risk/{}", risk.id),
        title: format!("Accepted: {}", risk.risk),
        attestation: Some(AttestationRule {
            roles: vec![role.to_owned()],
            evidence_required: false,
            valid_for: Period::days(365),
            per_release: false,
            min_attestations: 1,
            every: None,
        }),
        ..bare("Risk Assessment", ItemSource::Table)
    };
    Item::of_launch(spec)
}

/// An item of the launch itself, to be filled in.
pub(super) fn bare(section: &str, source: ItemSource) -> ChecklistItem {
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

fn no_known_risks() -> AttestationRule {
    AttestationRule {
        roles: ["engineering", "devops", "security", "product"].map(str::to_owned).to_vec(),
        evidence_required: false,
        valid_for: Period::days(180),
        per_release: true,
        min_attestations: 1,
        every: None,
    }
}

/// Something that the launch says of itself.
pub(super) fn of_launch(case: &Case<'_>, what: String) -> Proof {
    Proof {
        by: By::Launch,
        kind: ProofKind::Proves,
        subject: format!("{LAUNCH}/{}", case.launch.name.name).into(),
        what,
        at: Some(case.facts.now),
        until: None,
    }
}
