//! The document as Markdown.

use std::fmt::Write;

use super::lines::{Line, LineProof};
use super::{Document, day, words};
use crate::api::ItemSource;

/// Writes the document as Markdown.
pub fn markdown(document: &Document) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, document);
    text
}

fn write(to: &mut String, document: &Document) -> std::fmt::Result {
    let counts = document.counts;
    writeln!(to, "# {}: production readiness\n", escape(&document.application))?;
    writeln!(to, "| | |\n| --- | --- |")?;
    writeln!(to, "| **Status** | **{}** ({}) |", words(document.status), document.reason)?;
    writeln!(to, "| Application | {} in namespace {} |", escape(&document.application), escape(&document.namespace))?;
    writeln!(to, "| Release | {} |", escape(&document.release))?;
    writeln!(to, "| Workloads | {} |", escape(&or_none(&document.workloads.join(", "))))?;
    writeln!(to, "| Target launch date | {} |", date(document.target_date))?;
    writeln!(to, "| Actual launch date | {} |", date(document.actual_date))?;
    if let Some(due) = document.review_due {
        writeln!(to, "| Next review | {} |", day(due))?;
    }
    let score = document.score.map_or("none".to_owned(), |score| format!("{score} of 100"));
    writeln!(to, "| Score | {score} |")?;
    writeln!(
        to,
        "| Lines | {}: {} pass, {} fail, {} unknown, {} waived, {} do not apply, {} once it runs |",
        counts.items, counts.passed, counts.failed, counts.unknown, counts.waived, counts.not_applicable, counts.later
    )?;
    writeln!(to, "| Filled in | {:.0} |\n", document.at)?;
    for checklist in &document.checklists {
        writeln!(to, "# {}\n", escape(&checklist.title))?;
        for section in &checklist.sections {
            writeln!(to, "## {}\n", escape(&section.title))?;
            for group in &section.groups {
                if let Some(title) = &group.title {
                    writeln!(to, "### {}\n", escape(title))?;
                }
                for line in &group.items {
                    item(to, line)?;
                }
                writeln!(to)?;
            }
        }
    }
    sign_offs(to, document)?;
    risks(to, document)?;
    if !document.contacts.is_empty() {
        writeln!(to, "# Emergency contacts\n\n| Role | Name | Reach |\n| --- | --- | --- |")?;
        for contact in &document.contacts {
            let reach = contact.reach.as_deref().unwrap_or("");
            writeln!(to, "| {} | {} | {} |", escape(&contact.role), escape(&contact.name), escape(reach))?;
        }
        writeln!(to)?;
    }
    if let Some(notes) = &document.notes {
        writeln!(to, "# Notes\n\n{}\n", notes.trim_end())?;
    }
    Ok(())
}

/// What stands in the box.
pub(super) fn mark(line: &Line) -> char {
    match line.verdict {
        "Pass" => 'x',
        "NotApplicable" => '-',
        "Waived" => '~',
        _ => ' ',
    }
}

fn item(to: &mut String, line: &Line) -> std::fmt::Result {
    let indent = if line.parent.is_some() { "  " } else { "" };
    let box_ = match line.source {
        ItemSource::Checkbox | ItemSource::SignOff | ItemSource::Contact => format!("[{}] ", mark(line)),
        ItemSource::Table | ItemSource::Field => format!("({}) ", mark(line)),
    };
    let word = match (line.verdict, line.asked) {
        ("Pass", _) => String::new(),
        (_, false) => " *(once it runs)*".to_owned(),
        ("NotApplicable", _) => " *(does not apply)*".to_owned(),
        ("Waived", _) => " *(waived)*".to_owned(),
        (verdict, _) => format!(" **({}, {})**", verdict.to_lowercase(), line.severity),
    };
    writeln!(to, "{indent}- {box_}{}{word}", escape(&line.title))?;
    for shown in &line.proofs {
        writeln!(to, "{indent}  - {}", escape(&proof(shown)))?;
    }
    if !line.why.is_empty() {
        writeln!(to, "{indent}  - {}", escape(&line.why))?;
    }
    if line.asked {
        for way in &line.todo {
            writeln!(to, "{indent}  - To do: {}", escape(way))?;
        }
    }
    Ok(())
}

/// `proven by check liveness-probe on Deployment/web: ...`
pub(super) fn proof(proof: &LineProof) -> String {
    let strength = match proof.kind {
        crate::api::ProofKind::Proves => "proven",
        crate::api::ProofKind::Indicates => "indicated",
    };
    let mut text = match (proof.by, &proof.approver, &proof.role) {
        ("attestation", Some(user), Some(role)) => format!("attested by {user} as {role} ({}): {}", proof.object, proof.value),
        ("exception", Some(user), _) => format!("waived by the exception {} of {user}: {}", proof.object, proof.value),
        ("launch", ..) => format!("{strength} by the launch: {}", proof.value),
        (by, ..) => {
            let name = proof.name.as_deref().map(|name| format!(" {name}")).unwrap_or_default();
            format!("{strength} by {by}{name}, {}: {}", proof.object, proof.value)
        }
    };
    if let Some(evidence) = &proof.evidence {
        text.push_str(&format!(" <{evidence}>"));
    }
    if let (Some(at), "attestation" | "exception") = (proof.at, proof.by) {
        text.push_str(&format!(", {}", day(at)));
    }
    if let Some(until) = proof.until {
        text.push_str(&format!(", until {}", day(until)));
    }
    text
}

fn sign_offs(to: &mut String, document: &Document) -> std::fmt::Result {
    if document.sign_offs.is_empty() {
        return Ok(());
    }
    writeln!(to, "# Sign-off\n\n| Role | Signed by | Date | Counts until |\n| --- | --- | --- | --- |")?;
    for sign_off in &document.sign_offs {
        let by = sign_off.by.as_deref().unwrap_or("**missing**");
        writeln!(to, "| {} | {} | {} | {} |", escape(&sign_off.title), escape_but_bold(by), date(sign_off.at), date(sign_off.until))?;
    }
    writeln!(to)
}

fn risks(to: &mut String, document: &Document) -> std::fmt::Result {
    if document.risks.is_empty() {
        return Ok(());
    }
    writeln!(to, "# Risk assessment\n\n| Risk | Severity | Mitigation | Owner | State |\n| --- | --- | --- | --- | --- |")?;
    for risk in &document.risks {
        let severity = risk.severity.as_deref().unwrap_or("");
        writeln!(
            to,
            "| {} | {severity} | {} | {} | {} |",
            escape(&risk.risk),
            escape(&risk.mitigation),
            escape(&risk.owner),
            escape(&risk.state)
        )?;
    }
    writeln!(to)
}

fn date(moment: Option<jiff::Timestamp>) -> String {
    moment.map_or("none".to_owned(), day)
}

fn or_none(text: &str) -> String {
    if text.is_empty() { "none".to_owned() } else { text.to_owned() }
}

fn escape_but_bold(text: &str) -> String {
    if text == "**missing**" { text.to_owned() } else { escape(text) }
}

/// Text that is to be read as it is, on one line.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '<' | '#' => {
                escaped.push('\\');
                escaped.push(char);
            }
            _ => escaped.push(char),
        }
    }
    escaped
}
