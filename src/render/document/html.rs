//! The document as one HTML page that needs nothing else.

use std::fmt::Write;

use super::lines::Line;
use super::{Document, day, markdown, words};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#8884;--good:#1a7f37;--bad:#cf222e;--risk:#9a6700;--faint:#777}\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
h1,h2{border-bottom:1px solid var(--line);padding-bottom:.2rem}\
table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid var(--line);padding:.3rem .6rem;text-align:left;vertical-align:top}\
ul{list-style:none;padding-left:0}li{margin:.35rem 0}li.nested{margin-left:1.6rem}\
.box{display:inline-block;width:1.6rem;font-weight:700}\
.Pass .box{color:var(--good)}.Fail .box,.Unknown .box{color:var(--bad)}.Waived .box{color:var(--risk)}\
.later,.NotApplicable{color:var(--faint)}\
.proof,.why,.todo{display:block;margin-left:1.6rem;font-size:.87rem;overflow-wrap:anywhere}\
.proof{color:var(--faint)}.todo{font-style:italic}\
.status{font-weight:700}.status.NotReady{color:var(--bad)}.status.ReadyWithRisks{color:var(--risk)}.status.Ready{color:var(--good)}\
@media print{body{max-width:none}}";

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
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    )?;
    head(to, document)?;
    for checklist in &document.checklists {
        let counts = checklist.counts;
        writeln!(
            to,
            "<h1>{}</h1>\n<p>{} of {} pass; {} fail, {} unknown, {} waived, {} do not apply, {} once it runs</p>",
            escape(&checklist.title), counts.passed, counts.items, counts.failed, counts.unknown, counts.waived,
            counts.not_applicable, counts.later
        )?;
        for section in &checklist.sections {
            writeln!(to, "<h2>{}</h2>", escape(&section.title))?;
            for group in &section.groups {
                if let Some(title) = &group.title {
                    writeln!(to, "<h3>{}</h3>", escape(title))?;
                }
                writeln!(to, "<ul>")?;
                for line in &group.items {
                    item(to, line)?;
                }
                writeln!(to, "</ul>")?;
            }
        }
    }
    tables(to, document)?;
    writeln!(to, "</body>\n</html>")
}

fn head(to: &mut String, document: &Document) -> std::fmt::Result {
    let counts = document.counts;
    let none = || "none".to_owned();
    writeln!(to, "<table>")?;
    writeln!(
        to,
        "<tr><th>Status</th><td><span class=\"status {}\">{}</span> ({})</td></tr>",
        document.status.name(), words(document.status), document.reason
    )?;
    let rows = [
        ("Application", format!("{} in namespace {}", document.application, document.namespace)),
        ("Release", document.release.clone()),
        ("Workloads", document.workloads.join(", ")),
        ("Target launch date", document.target_date.map_or_else(none, day)),
        ("Actual launch date", document.actual_date.map_or_else(none, day)),
        ("Next review", document.review_due.map_or_else(none, day)),
        ("Score", document.score.map_or_else(none, |score| format!("{score} of 100"))),
        (
            "Lines",
            format!(
                "{}: {} pass, {} fail, {} unknown, {} waived, {} do not apply, {} once it runs",
                counts.items, counts.passed, counts.failed, counts.unknown, counts.waived, counts.not_applicable, counts.later
            ),
        ),
        ("Filled in", format!("{:.0}", document.at)),
    ];
    for (name, value) in rows {
        writeln!(to, "<tr><th>{name}</th><td>{}</td></tr>", escape(&value))?;
    }
    writeln!(to, "</table>")
}

fn item(to: &mut String, line: &Line) -> std::fmt::Result {
    let sign = match markdown::mark(line) {
        'x' => "☑",
        '-' => "–",
        '~' => "◪",
        _ => "☐",
    };
    let nested = if line.parent.is_some() { " nested" } else { "" };
    let later = if line.asked { "" } else { " later" };
    let word = match (line.verdict, line.asked) {
        ("Pass", _) => String::new(),
        (_, false) => " <em>once it runs</em>".to_owned(),
        ("NotApplicable", _) => " <em>does not apply</em>".to_owned(),
        ("Waived", _) => " <em>waived</em>".to_owned(),
        (verdict, _) => format!(" <strong>{}, {}</strong>", verdict.to_lowercase(), line.severity),
    };
    write!(
        to,
        "<li class=\"{}{nested}{later}\" id=\"{}\"><span class=\"box\">{sign}</span>{}{word}",
        line.verdict, escape(&line.key), escape(&line.title)
    )?;
    for proof in &line.proofs {
        write!(to, "<span class=\"proof\">{}</span>", escape(&markdown::proof(proof)))?;
    }
    if !line.why.is_empty() {
        write!(to, "<span class=\"why\">{}</span>", escape(&line.why))?;
    }
    if line.asked {
        for way in &line.todo {
            write!(to, "<span class=\"todo\">To do: {}</span>", escape(way))?;
        }
    }
    writeln!(to, "</li>")
}

fn tables(to: &mut String, document: &Document) -> std::fmt::Result {
    if !document.sign_offs.is_empty() {
        writeln!(to, "<h1>Sign-off</h1>\n<table>\n<tr><th>Role</th><th>Signed by</th><th>Date</th><th>Counts until</th></tr>")?;
        for sign_off in &document.sign_offs {
            let by = sign_off.by.as_deref().unwrap_or("missing");
            let date = |moment: Option<jiff::Timestamp>| moment.map(day).unwrap_or_default();
            row(to, &[&sign_off.title, by, &date(sign_off.at), &date(sign_off.until)])?;
        }
        writeln!(to, "</table>")?;
    }
    if !document.risks.is_empty() {
        writeln!(
            to,
            "<h1>Risk assessment</h1>\n<table>\n<tr><th>Risk</th><th>Severity</th><th>Mitigation</th><th>Owner</th><th>State</th></tr>"
        )?;
        for risk in &document.risks {
            let severity = risk.severity.as_deref().unwrap_or_default();
            row(to, &[&risk.risk, severity, &risk.mitigation, &risk.owner, &risk.state])?;
        }
        writeln!(to, "</table>")?;
    }
    if !document.contacts.is_empty() {
        writeln!(to, "<h1>Emergency contacts</h1>\n<table>\n<tr><th>Role</th><th>Name</th><th>Reach</th></tr>")?;
        for contact in &document.contacts {
            row(to, &[&contact.role, &contact.name, contact.reach.as_deref().unwrap_or_default()])?;
        }
        writeln!(to, "</table>")?;
    }
    if let Some(notes) = &document.notes {
        writeln!(to, "<h1>Notes</h1>\n<pre>{}</pre>", escape(notes))?;
    }
    Ok(())
}

fn row(to: &mut String, cells: &[&str]) -> std::fmt::Result {
    write!(to, "<tr>")?;
    for cell in cells {
        write!(to, "<td>{}</td>", escape(cell))?;
    }
    writeln!(to, "</tr>")
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
