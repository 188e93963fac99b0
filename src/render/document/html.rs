//! The document as one HTML page that needs nothing else.

use std::fmt::Write;

use super::lines::Line;
use super::rows::{FilledContact, SignOff};
use super::{Document, day, is_notes, sentences, words};
use crate::api::{ItemSource, Status};

/// The whole look of the page: it needs nothing from elsewhere, and can be printed.
const STYLE: &str = include_str!("style.css");

/// Writes the document as an HTML page.
pub fn html(document: &Document) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, document);
    text
}

fn write(to: &mut String, document: &Document) -> std::fmt::Result {
    let title = escape(&format!("{}: production readiness", document.application));
    writeln!(
        to,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    )?;
    head(to, document)?;
    let mut notes = document.notes.as_deref();
    for checklist in &document.checklists {
        writeln!(
            to,
            "<h1>{}</h1>\n<p class=\"counts\">{}</p>",
            escape(&checklist.title),
            checklist.counts.words()
        )?;
        for section in &checklist.sections {
            let counts = section.counts;
            let asked = counts.items - counts.later - counts.not_applicable;
            writeln!(
                to,
                "<h2>{} <span class=\"counts\">{} of {asked}</span></h2>",
                escape(&section.title),
                counts.passed
            )?;
            if let Some(notes) = notes.take_if(|_| is_notes(section)) {
                writeln!(to, "<pre>{}</pre>", escape(notes))?;
            }
            for group in &section.groups {
                if let Some(title) = &group.title {
                    writeln!(to, "<h3>{}</h3>", escape(title))?;
                }
                for run in group.items.chunk_by(|a, b| a.source == b.source) {
                    lines(to, document, run)?;
                }
            }
        }
    }
    rest(to, document)?;
    writeln!(to, "</body>\n</html>")
}

fn head(to: &mut String, document: &Document) -> std::fmt::Result {
    let none = || "none".to_owned();
    writeln!(to, "<table class=\"head\">")?;
    writeln!(
        to,
        "<tr><th>Status</th><td><span class=\"status {}\">{}</span> ({})</td></tr>",
        document.status.name(),
        words(document.status),
        escape(&document.reason)
    )?;
    let workloads = document.workloads.join(", ");
    let mut rows = vec![
        (
            "Application",
            format!(
                "{} in namespace {}",
                document.application, document.namespace
            ),
        ),
        ("Release", document.release.clone()),
        (
            "Workloads",
            if workloads.is_empty() {
                none()
            } else {
                workloads
            },
        ),
        ("Target launch date", sentences::date(document.target_date)),
        ("Actual launch date", sentences::date(document.actual_date)),
    ];
    rows.extend(document.review_due.map(|due| ("Next review", day(due))));
    rows.push((
        "Score",
        document
            .score
            .map_or_else(none, |score| format!("{score} of 100")),
    ));
    rows.push(("Lines", document.counts.words()));
    rows.push(("Filled in", format!("{:.0}", document.at)));
    for (name, value) in rows {
        writeln!(to, "<tr><th>{name}</th><td>{}</td></tr>", escape(&value))?;
    }
    writeln!(to, "</table>")?;
    for remark in &document.remarks {
        writeln!(to, "<p class=\"remark\">{}</p>", escape(remark))?;
    }
    Ok(())
}

/// Lines of one source, in the form that they have in the source documents.
fn lines(to: &mut String, document: &Document, run: &[Line]) -> std::fmt::Result {
    let source = run.first().map(|line| line.source).unwrap_or_default();
    match source {
        ItemSource::Checkbox => list(to, run, item),
        ItemSource::Field => list(to, run, |to, line| field(to, document, line)),
        ItemSource::SignOff => sign_offs(to, run),
        ItemSource::Contact => {
            heading(to, &["Contact", "Who", ""])?;
            for line in run {
                let known = document.contacts.iter().find(|contact| contact.is_of(line));
                let who = known.map_or("none".to_owned(), FilledContact::words);
                row(
                    to,
                    &[
                        &line.title,
                        &who,
                        &format!("{} {}", sign(line), sentences::because(line)),
                    ],
                )?;
            }
            writeln!(to, "</table>")
        }
        ItemSource::Table => {
            risks(to, document)?;
            list(to, run, item)
        }
    }
}

fn list(
    to: &mut String,
    run: &[Line],
    mut each: impl FnMut(&mut String, &Line) -> std::fmt::Result,
) -> std::fmt::Result {
    writeln!(to, "<ul>")?;
    run.iter().try_for_each(|line| each(to, line))?;
    writeln!(to, "</ul>")
}

/// What stands in the box.
fn sign(line: &Line) -> &'static str {
    match sentences::mark(line) {
        'x' => "☑",
        '-' => "–",
        '~' => "◪",
        _ => "☐",
    }
}

fn item(to: &mut String, line: &Line) -> std::fmt::Result {
    begin(to, line)?;
    write!(
        to,
        "<span class=\"box\">{}</span>{}",
        sign(line),
        escape(&line.title)
    )?;
    match sentences::word(line) {
        word if word.is_empty() => {}
        word if line.asked && line.is_open() => write!(to, " <strong>{}</strong>", escape(&word))?,
        word => write!(to, " <em>{}</em>", escape(&word))?,
    }
    details(to, line)?;
    writeln!(to, "</li>")
}

fn begin(to: &mut String, line: &Line) -> std::fmt::Result {
    let nested = if line.parent.is_some() { " nested" } else { "" };
    let later = if line.asked { "" } else { " later" };
    write!(
        to,
        "<li class=\"{}{nested}{later}\" id=\"{}\">",
        line.verdict,
        escape(&line.key)
    )
}

/// What shows a line, what is wrong with it, what to do.
fn details(to: &mut String, line: &Line) -> std::fmt::Result {
    for proof in &line.proofs {
        write!(
            to,
            "<span class=\"proof\">{}</span>",
            escape(&sentences::proof(proof))
        )?;
    }
    if !line.why.is_empty() {
        write!(to, "<span class=\"why\">{}</span>", escape(&line.why))?;
    }
    match line.to_do() {
        (_, []) => Ok(()),
        (what, [remedy]) => write!(
            to,
            "<span class=\"todo\"><i>{what}:</i> {}</span>",
            remedy_text(remedy)
        ),
        (what, several) => {
            write!(to, "<span class=\"todo\"><i>{what}:</i></span>")?;
            several.iter().try_for_each(|remedy| {
                write!(
                    to,
                    "<span class=\"todo one\">{}</span>",
                    remedy_text(remedy)
                )
            })
        }
    }
}

/// Commands are to be copied.
fn remedy_text(remedy: &str) -> String {
    if remedy.starts_with("plimsoll ") {
        format!("<code>{}</code>", escape(remedy))
    } else {
        code(remedy)
    }
}

/// A field, with what the launch says.
fn field(to: &mut String, document: &Document, line: &Line) -> std::fmt::Result {
    begin(to, line)?;
    let title = line.title.split(':').next().unwrap_or_default();
    let value = match line.id.rsplit('/').next() {
        Some("status") => {
            let sign = |status: Status| {
                if document.status == status {
                    "☑"
                } else {
                    "☐"
                }
            };
            let box_ = |status: Status| format!("{} {}", sign(status), words(status));
            [Status::NotReady, Status::ReadyWithRisks, Status::Ready]
                .map(box_)
                .join(" ")
        }
        Some("target-date") => sentences::date(document.target_date),
        Some("actual-date") => sentences::date(document.actual_date),
        _ => String::new(),
    };
    write!(to, "<b>{}:</b> {}", escape(title), escape(&value))?;
    if !line.ticked {
        details(to, line)?;
    }
    writeln!(to, "</li>")
}

fn sign_offs(to: &mut String, run: &[Line]) -> std::fmt::Result {
    heading(to, &["Role", "Signed by", "Date", "Counts until"])?;
    for sign_off in run.iter().map(SignOff::of) {
        let by = match (sign_off.by, sign_off.missing) {
            (Some(by), _) => format!("☑ {}", escape(&by)),
            (None, why) => {
                let todo = sign_off
                    .todo
                    .as_deref()
                    .map(|todo| format!("<br>{}", remedy_text(todo)));
                format!(
                    "☐ {}{}",
                    escape(&why.unwrap_or_default()),
                    todo.unwrap_or_default()
                )
            }
        };
        let date = |moment: Option<jiff::Timestamp>| moment.map(day).unwrap_or_default();
        let [title, at, until] =
            [sign_off.title, date(sign_off.at), date(sign_off.until)].map(|text| escape(&text));
        writeln!(
            to,
            "<tr><td>{title}</td><td>{by}</td><td>{at}</td><td>{until}</td></tr>"
        )?;
    }
    writeln!(to, "</table>")
}

fn risks(to: &mut String, document: &Document) -> std::fmt::Result {
    heading(to, &["Risk", "Severity", "Mitigation", "Owner", "State"])?;
    for risk in &document.risks {
        let severity = risk.severity.as_deref().unwrap_or_default();
        row(
            to,
            &[
                &risk.risk,
                severity,
                &risk.mitigation,
                &risk.owner,
                &risk.state,
            ],
        )?;
    }
    writeln!(to, "</table>")
}

/// What no checklist has a place for.
fn rest(to: &mut String, document: &Document) -> std::fmt::Result {
    if !document.risks.is_empty() && !document.has(ItemSource::Table) {
        writeln!(to, "<h1>Risk Assessment</h1>")?;
        risks(to, document)?;
    }
    let others = document
        .contacts
        .iter()
        .filter(|contact| !document.lines().any(|line| contact.is_of(line)));
    let others: Vec<_> = others.collect();
    if !others.is_empty() {
        writeln!(to, "<h1>Contacts</h1>")?;
        heading(to, &["Contact", "Who"])?;
        for contact in others {
            row(to, &[&contact.role, &contact.words()])?;
        }
        writeln!(to, "</table>")?;
    }
    match &document.notes {
        Some(notes) if !document.has_notes_section() => {
            writeln!(to, "<h1>Notes</h1>\n<pre>{}</pre>", escape(notes))
        }
        _ => Ok(()),
    }
}

/// A table begins.
fn heading(to: &mut String, cells: &[&str]) -> std::fmt::Result {
    write!(to, "<table>\n<tr>")?;
    cells
        .iter()
        .try_for_each(|cell| write!(to, "<th>{}</th>", escape(cell)))?;
    writeln!(to, "</tr>")
}

fn row(to: &mut String, cells: &[&str]) -> std::fmt::Result {
    write!(to, "<tr>")?;
    cells
        .iter()
        .try_for_each(|cell| write!(to, "<td>{}</td>", escape(cell)))?;
    writeln!(to, "</tr>")
}

/// Text with code in backticks, as the catalogue writes it.
fn code(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    parts.collect()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(char),
        }
    }
    escaped
}
