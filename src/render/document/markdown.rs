//! The document as Markdown.

use std::fmt::Write;

use super::lines::Line;
use super::rows::{FilledContact, FilledRisk, SignOff};
use super::sentences::{because, date, mark, proof, word};
use super::{Document, day, is_notes, words};
use crate::api::{ItemSource, Status};

/// Writes the document as Markdown.
pub fn markdown(document: &Document) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, document);
    text
}

fn write(to: &mut String, document: &Document) -> std::fmt::Result {
    head(to, document)?;
    let mut notes = document.notes.as_deref();
    for checklist in &document.checklists {
        writeln!(
            to,
            "# {}\n\n{}\n",
            escape(&checklist.title),
            checklist.counts.words()
        )?;
        for section in &checklist.sections {
            writeln!(to, "## {}\n", escape(&section.title))?;
            if let Some(notes) = notes.take_if(|_| is_notes(section)) {
                writeln!(to, "{}\n", quoted(notes))?;
            }
            for group in &section.groups {
                if let Some(title) = &group.title {
                    writeln!(to, "### {}\n", escape(title))?;
                }
                for run in group.items.chunk_by(|a, b| a.source == b.source) {
                    lines(to, document, run)?;
                    writeln!(to)?;
                }
            }
        }
    }
    rest(to, document)
}

fn head(to: &mut String, document: &Document) -> std::fmt::Result {
    writeln!(
        to,
        "# {}: production readiness\n",
        escape(&document.application)
    )?;
    writeln!(to, "| | |\n| --- | --- |")?;
    writeln!(
        to,
        "| **Status** | **{}** ({}) |",
        words(document.status),
        document.reason
    )?;
    writeln!(
        to,
        "| Application | {} in namespace {} |",
        escape(&document.application),
        escape(&document.namespace)
    )?;
    writeln!(to, "| Release | {} |", escape(&document.release))?;
    writeln!(
        to,
        "| Workloads | {} |",
        escape(&or_none(&document.workloads.join(", ")))
    )?;
    writeln!(
        to,
        "| Target launch date | {} |",
        date(document.target_date)
    )?;
    writeln!(
        to,
        "| Actual launch date | {} |",
        date(document.actual_date)
    )?;
    if let Some(due) = document.review_due {
        writeln!(to, "| Next review | {} |", day(due))?;
    }
    let score = document
        .score
        .map_or("none".to_owned(), |score| format!("{score} of 100"));
    writeln!(to, "| Score | {score} |")?;
    writeln!(to, "| Lines | {} |", document.counts.words())?;
    writeln!(to, "| Filled in | {:.0} |\n", document.at)?;
    for remark in &document.remarks {
        writeln!(to, "> {}\n", escape(remark))?;
    }
    Ok(())
}

/// Lines of one source, in the form that they have in the source documents.
fn lines(to: &mut String, document: &Document, run: &[Line]) -> std::fmt::Result {
    let source = run.first().map(|line| line.source).unwrap_or_default();
    match source {
        ItemSource::Checkbox => run.iter().try_for_each(|line| item(to, line)),
        ItemSource::Field => run.iter().try_for_each(|line| field(to, document, line)),
        ItemSource::SignOff => {
            let rows: Vec<_> = run.iter().map(SignOff::of).collect();
            sign_offs(to, &rows)
        }
        ItemSource::Contact => {
            writeln!(to, "| Contact | Who | |\n| --- | --- | --- |")?;
            run.iter().try_for_each(|line| {
                let known = document.contacts.iter().find(|contact| contact.is_of(line));
                let who = known.map_or("none".to_owned(), FilledContact::words);
                writeln!(
                    to,
                    "| {} | {} | [{}] {} |",
                    escape(&line.title),
                    escape(&who),
                    mark(line),
                    escape(&because(line))
                )
            })
        }
        ItemSource::Table => {
            risks(to, &document.risks)?;
            run.iter().try_for_each(|line| item(to, line))
        }
    }
}

/// What no checklist has a place for.
fn rest(to: &mut String, document: &Document) -> std::fmt::Result {
    if !document.risks.is_empty() && !document.has(ItemSource::Table) {
        writeln!(to, "# Risk Assessment\n")?;
        risks(to, &document.risks)?;
        writeln!(to)?;
    }
    let others = document
        .contacts
        .iter()
        .filter(|contact| !document.lines().any(|line| contact.is_of(line)));
    let others: Vec<_> = others.collect();
    if !others.is_empty() {
        writeln!(to, "# Contacts\n\n| Contact | Who |\n| --- | --- |")?;
        for contact in others {
            writeln!(
                to,
                "| {} | {} |",
                escape(&contact.role),
                escape(&contact.words())
            )?;
        }
        writeln!(to)?;
    }
    match &document.notes {
        Some(notes) if !document.has_notes_section() => {
            writeln!(to, "# Notes\n\n{}\n", quoted(notes))
        }
        _ => Ok(()),
    }
}

/// What people wrote, as a quotation: its own headings and boxes are not the document's, and its tags are text.
fn quoted(text: &str) -> String {
    let lines = text.trim_end().lines();
    let lines = lines.map(|line| format!("> {}", line.replace('<', "\\<")));
    let quoted: Vec<_> = lines.map(|line| line.trim_end().to_owned()).collect();
    quoted.join("\n")
}

fn item(to: &mut String, line: &Line) -> std::fmt::Result {
    let indent = if line.parent.is_some() { "  " } else { "" };
    let word = match word(line) {
        word if word.is_empty() => word,
        word if line.is_open() && line.asked => format!(" **({word})**"),
        word => format!(" *({word})*"),
    };
    writeln!(
        to,
        "{indent}- [{}] {}{word}",
        mark(line),
        escape(&line.title)
    )?;
    details(to, line, indent)
}

/// What shows a line, what is wrong with it, what to do.
fn details(to: &mut String, line: &Line, indent: &str) -> std::fmt::Result {
    for shown in &line.proofs {
        writeln!(to, "{indent}  - {}", escape(&proof(shown)))?;
    }
    if !line.why.is_empty() {
        writeln!(to, "{indent}  - {}", escape(&line.why))?;
    }
    match line.to_do() {
        (_, []) => Ok(()),
        (what, [remedy]) => writeln!(to, "{indent}  - {what}: {}", remedy_text(remedy)),
        (what, several) => {
            writeln!(to, "{indent}  - {what}:")?;
            several
                .iter()
                .try_for_each(|remedy| writeln!(to, "{indent}    - {}", remedy_text(remedy)))
        }
    }
}

/// Commands are to be copied: as they are.
fn remedy_text(remedy: &str) -> String {
    if remedy.starts_with("plimsoll ") {
        format!("`{remedy}`")
    } else {
        escape_but_code(remedy)
    }
}

/// A field, with what the launch says.
fn field(to: &mut String, document: &Document, line: &Line) -> std::fmt::Result {
    let title = line.title.split(':').next().unwrap_or_default();
    let value = match line.id.rsplit('/').next() {
        Some("status") => {
            let box_ = |status: Status| {
                format!(
                    "[{}] {}",
                    if document.status == status { 'x' } else { ' ' },
                    words(status)
                )
            };
            [Status::NotReady, Status::ReadyWithRisks, Status::Ready]
                .map(box_)
                .join(" ")
        }
        Some("target-date") => date(document.target_date),
        Some("actual-date") => date(document.actual_date),
        _ => String::new(),
    };
    writeln!(to, "- **{}:** {value}", escape(title))?;
    if line.ticked {
        Ok(())
    } else {
        details(to, line, "")
    }
}

fn sign_offs(to: &mut String, rows: &[SignOff]) -> std::fmt::Result {
    writeln!(
        to,
        "| Role | Signed by | Date | Counts until |\n| --- | --- | --- | --- |"
    )?;
    for row in rows {
        let todo = row
            .todo
            .as_deref()
            .map(|todo| format!("; {}", remedy_text(todo)))
            .unwrap_or_default();
        let by = match (&row.by, &row.missing) {
            (Some(by), _) => escape(by),
            (None, Some(why)) => format!("**missing**: {}{todo}", escape(why)),
            (None, None) => format!("**missing**{todo}"),
        };
        let date = |moment: Option<jiff::Timestamp>| moment.map(day).unwrap_or_default();
        writeln!(
            to,
            "| {} | {by} | {} | {} |",
            escape(&row.title),
            date(row.at),
            date(row.until)
        )?;
    }
    Ok(())
}

fn risks(to: &mut String, rows: &[FilledRisk]) -> std::fmt::Result {
    writeln!(
        to,
        "| Risk | Severity | Mitigation | Owner | State |\n| --- | --- | --- | --- | --- |"
    )?;
    for risk in rows {
        let severity = risk.severity.as_deref().unwrap_or_default();
        let [what, mitigation, owner, state] =
            [&risk.risk, &risk.mitigation, &risk.owner, &risk.state].map(|text| escape(text));
        writeln!(
            to,
            "| {what} | {severity} | {mitigation} | {owner} | {state} |"
        )?;
    }
    writeln!(to)
}

fn or_none(text: &str) -> String {
    if text.is_empty() {
        "none".to_owned()
    } else {
        text.to_owned()
    }
}

/// Text that is to be read as it is, on one line, and not first in one.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let begins_entity = |next: Option<&char>| {
            next.is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#')
        };
        match char {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '<' | '~' => {
                escaped.push('\\');
                escaped.push(char);
            }
            '&' if begins_entity(chars.peek()) => escaped.push_str("&amp;"),
            _ => escaped.push(char),
        }
    }
    escaped
}

/// The same, but code in backticks stays code: in what the catalogue says.
fn escape_but_code(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => escape(part),
        _ => part.replace('\n', " "),
    });
    parts.collect::<Vec<_>>().join("`")
}
