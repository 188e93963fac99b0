//! How a line is decided, in words.

use crate::api::AttestationRule;
use crate::checklist::{Item, Way};
use crate::evidence::Proof;

/// What decides it without people, in Markdown; `None` where nothing does.
pub fn automatic(item: &Item) -> Option<String> {
    match &item.way {
        Way::Checks(checks) => {
            let ids: Vec<_> = checks
                .iter()
                .map(|check| format!("`{}`", check.id))
                .collect();
            let noun = if ids.len() == 1 { "check" } else { "checks" };
            Some(format!("{noun} {}", ids.join(", ")))
        }
        Way::Cel(rule) => Some(format!("expression `{}`", rule.program.source())),
        Way::Evidence(pieces) => {
            let names = pieces.iter().map(|piece| match piece.proof() {
                Proof::Proves => format!("`{}` (proves)", piece.name()),
                Proof::Indicates => format!("`{}` (indicates)", piece.name()),
            });
            Some(format!("evidence {}", names.collect::<Vec<_>>().join(", ")))
        }
        Way::Metrics(_) => item.spec.metrics.as_ref().map(|metric| {
            format!(
                "metric `{}` {} over {}",
                metric.query, metric.pass, metric.over
            )
        }),
        Way::Attestation => None,
    }
}

/// Who may attest it, and what such an attestation must hold; `None` where nobody may.
pub fn attested_by(item: &Item) -> Option<String> {
    let rule = item.attestation()?;
    let AttestationRule {
        roles,
        evidence_required,
        valid_for,
        per_release,
        min_attestations,
        every,
    } = rule;
    let verb = if item.is_sign_off() {
        "signed"
    } else {
        "attested"
    };
    let roles = roles.join(" or ");
    let mut text = match min_attestations {
        0 | 1 => format!("{verb} by {roles}"),
        many => format!("{verb} by {many} people of {roles}"),
    };
    if *evidence_required {
        text.push_str(", with evidence");
    }
    text.push_str(&format!(", for {valid_for}"));
    if *per_release {
        text.push_str(", again for each major release");
    }
    if let Some(every) = every {
        text.push_str(&format!(", due every {every}"));
    }
    Some(text)
}
