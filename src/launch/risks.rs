//! The risk register.

use jiff::Timestamp;

use super::facts::Case;
use super::outcome::{By, Outcome, Proof, earlier};
use super::{attested, own};
use crate::api::{ProofKind, Risk, RiskSeverity};
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
        let fallback = own::no_known_risks();
        let rule = item.attestation().unwrap_or(&fallback);
        let stated = attested::attested(case, item, rule);
        return match stated.verdict {
            Verdict::Pass => stated,
            _ => Outcome::fail(format!(
                "spec.risks is empty: list the risks, or have {} attested that there are none",
                item.key
            ))
            .awaiting(stated.awaits),
        };
    }
    let gaps = risks
        .iter()
        .filter_map(|risk| Some(format!("spec.risks[{}].{}", risk.id, incomplete(risk)?)));
    let gaps: Vec<_> = gaps.collect();
    if gaps.is_empty() {
        Outcome::pass(of_launch(
            case,
            format!("{} risks, each with a mitigation and an owner", risks.len()),
        ))
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
        RiskState::Accepted(until) => {
            let proof = of_launch(case, format!("{} is accepted until {until:.0}", risk.id));
            Outcome {
                verdict: Verdict::Waived,
                why: format!("{} is a risk that is accepted", risk.id),
                ..Outcome::pass(Proof {
                    until: Some(until),
                    ..proof
                })
            }
        }
        RiskState::Open(why) => Outcome::fail(format!("spec.risks[{}]: {why}", risk.id)),
    });
    each.reduce(Outcome::and)
        .unwrap_or_else(|| match register.verdict {
            Verdict::Pass => Outcome::pass(of_launch(case, "no risk of severity high".to_owned())),
            _ => Outcome::fail("the risk register is not complete, so nobody knows the high risks"),
        })
}

/// What a row of the register comes to now.
pub(super) fn state(case: &Case<'_>, risk: &Risk) -> RiskState {
    let now = case.facts.now;
    if risk
        .mitigated
        .as_ref()
        .is_some_and(|mitigated| mitigated.at.0 <= now)
    {
        return RiskState::Mitigated;
    }
    let Some(accepted) = &risk.accepted else {
        return RiskState::Open("neither mitigated nor accepted".to_owned());
    };
    let (role, until) = (&accepted.role, accepted.until.0);
    if until <= now {
        return RiskState::Open(format!("accepted until {until:.0} only"));
    }
    let item = own::acceptance(risk, role);
    let Some(rule) = item.attestation() else {
        return RiskState::Open("nobody may accept it".to_owned());
    };
    let stated = attested::attested(case, &item, rule);
    match (stated.verdict, stated.until) {
        (Verdict::Pass, Some(lapses)) => RiskState::Accepted(lapses.min(until)),
        _ => RiskState::Open(format!("{}: {}", item.key, stated.why)),
    }
}

/// Whether some risk of severity high is not mitigated.
pub(super) fn are_high_ones_left(case: &Case<'_>) -> bool {
    let risks = &case.launch.spec.risks;
    let mut high = risks
        .iter()
        .filter(|risk| risk.severity == Some(RiskSeverity::High));
    high.any(|risk| state(case, risk) != RiskState::Mitigated)
}

/// When a row comes to something else by itself.
pub(super) fn turns(risk: &Risk, state: &RiskState) -> Option<Timestamp> {
    let mitigated = risk.mitigated.as_ref().map(|mitigated| mitigated.at.0);
    match state {
        RiskState::Mitigated => None,
        RiskState::Accepted(until) => earlier(Some(*until), mitigated),
        RiskState::Open(_) => mitigated,
    }
}

/// Something that the launch says of itself.
pub(super) fn of_launch(case: &Case<'_>, what: String) -> Proof {
    Proof {
        by: By::Launch,
        kind: ProofKind::Proves,
        subject: format!("{LAUNCH}/{}", case.launch.name.name).into(),
        workload: None,
        what,
        at: Some(case.facts.now),
        until: None,
    }
}
