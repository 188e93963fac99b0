//! Lines, proofs and moments in words, which are the same in every format.

use super::day;
use super::lines::{Line, LineProof};
use crate::api::ProofKind;

/// What stands in the box.
pub(super) fn mark(line: &Line) -> char {
    match line.verdict {
        "Pass" => 'x',
        "NotApplicable" => '-',
        "Waived" => '~',
        _ => ' ',
    }
}

/// What a line is besides ticked or not; empty where it is ticked.
pub(super) fn word(line: &Line) -> String {
    match (line.verdict, line.asked) {
        ("Pass", _) => String::new(),
        (_, false) => "once it runs".to_owned(),
        ("NotApplicable", _) => "does not apply".to_owned(),
        ("Waived", _) => "waived".to_owned(),
        (verdict, _) => format!("{}, {}", verdict.to_lowercase(), line.severity),
    }
}

/// Why a line is as it is, in one sentence.
pub(super) fn because(line: &Line) -> String {
    let proofs: Vec<_> = line.proofs.iter().map(proof).collect();
    match (proofs.is_empty(), line.why.is_empty()) {
        (false, true) => proofs.join("; "),
        (true, _) => line.why.clone(),
        (false, false) => format!("{}; {}", proofs.join("; "), line.why),
    }
}

/// `proven by check liveness-probe, Deployment/web: ...`
pub(super) fn proof(proof: &LineProof) -> String {
    let strength = match proof.kind {
        ProofKind::Proves => "proven",
        ProofKind::Indicates => "indicated",
    };
    let mut text = match (proof.by, &proof.approver, &proof.role) {
        ("attestation", Some(user), Some(role)) => format!(
            "attested by {user} as {role} ({}): {}",
            proof.object, proof.value
        ),
        ("exception", Some(user), _) => format!(
            "waived by the exception {} of {user}: {}",
            proof.object, proof.value
        ),
        ("launch", ..) => format!("by the launch: {}", proof.value),
        ("operator", ..) => format!("{}, as the operator says in {}", proof.value, proof.object),
        (by, ..) => {
            let name = proof
                .name
                .as_deref()
                .map(|name| format!(" {name}"))
                .unwrap_or_default();
            let of = proof
                .workload
                .as_deref()
                .filter(|workload| *workload != proof.object);
            let of = of
                .map(|workload| format!(" (for {workload})"))
                .unwrap_or_default();
            format!(
                "{strength} by {by}{name}, {}{of}: {}",
                proof.object, proof.value
            )
        }
    };
    if let Some(evidence) = &proof.evidence {
        text.push_str(&format!(" ({evidence})"));
    }
    if let (Some(at), "attestation" | "exception") = (proof.at, proof.by) {
        text.push_str(&format!(", {}", day(at)));
    }
    if let Some(until) = proof.until {
        text.push_str(&format!(", until {}", day(until)));
    }
    text
}

/// A day, or that there is none.
pub(super) fn date(moment: Option<jiff::Timestamp>) -> String {
    moment.map_or("none".to_owned(), day)
}
