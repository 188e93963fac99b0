//! The document in short, for a terminal: how far each section is, and what is open.

use super::lines::Line;
use super::{Counts, Document, day, words};
use crate::model::{Severity, Verdict};
use crate::render::palette::paint;
use crate::render::{Palette, wrap};

/// How far the text of a line is indented.
const INDENT: usize = 12;

/// How many lines are listed where not all are wanted.
const FEW: usize = 20;

/// Writes the document in short; with `all`, whatever is open is listed.
pub fn table(document: &Document, palette: Palette, width: Option<usize>, all: bool) -> String {
    let mut text = head(document, palette);
    for remark in &document.remarks {
        let lines = wrap::lines(remark, width);
        text.push_str(&format!("{}\n", paint(palette.faint, lines.join("\n"))));
    }
    let titles = document
        .checklists
        .iter()
        .flat_map(|checklist| &checklist.sections);
    let column = titles
        .map(|section| wrap::width_of(&section.title))
        .max()
        .unwrap_or(0);
    for checklist in &document.checklists {
        text.push_str(&format!("\n{}\n", paint(palette.strong, &checklist.title)));
        for section in &checklist.sections {
            let done = progress(section.counts, palette);
            let pad = " ".repeat(column - wrap::width_of(&section.title));
            text.push_str(&format!("  {}{pad}  {done}\n", section.title));
        }
    }
    let open: Vec<&Line> = sorted(document.lines().filter(|line| line.asked && line.is_open()));
    let waived: Vec<&Line> = sorted(
        document
            .lines()
            .filter(|line| line.asked && line.verdict == "Waived"),
    );
    for (title, lines) in [("Open", open), ("Waived", waived)] {
        if lines.is_empty() {
            continue;
        }
        text.push_str(&format!(
            "\n{}\n",
            paint(palette.strong, format_args!("{title}: {}", lines.len()))
        ));
        let shown = if all { lines.len() } else { FEW };
        for line in lines.iter().take(shown) {
            entry(&mut text, line, palette, width);
        }
        if lines.len() > shown {
            text.push_str(&format!(
                "  and {} more: --all lists them, -o markdown has the whole document\n",
                lines.len() - shown
            ));
        }
    }
    text
}

fn head(document: &Document, palette: Palette) -> String {
    let status = paint(palette.status(document.status), words(document.status));
    let name = format!("{}/{}", document.namespace, document.application);
    let score = document
        .score
        .map(|score| format!(", score {score} of 100"))
        .unwrap_or_default();
    let mut text = format!(
        "{}  {status} ({}){score}\n",
        paint(palette.strong, name),
        document.reason
    );
    let mut facts = vec![format!("release {}", document.release)];
    facts.extend(
        document
            .target_date
            .map(|date| format!("target {}", day(date))),
    );
    facts.push(match document.actual_date {
        Some(date) => format!("live since {}", day(date)),
        None => "not live yet".to_owned(),
    });
    facts.extend(
        document
            .review_due
            .map(|date| format!("next review {}", day(date))),
    );
    facts.push(document.counts.words());
    text.push_str(&format!("{}\n", facts.join("; ")));
    text
}

/// `12 of 17`, and what is in the way.
fn progress(counts: Counts, palette: Palette) -> String {
    let asked = counts.items - counts.later - counts.not_applicable;
    let mut text = format!("{:>3} of {:>3}", counts.passed, asked);
    let parts = [
        (counts.failed, "fail", Verdict::Fail),
        (counts.unknown, "unknown", Verdict::Unknown),
        (counts.waived, "waived", Verdict::Waived),
        (counts.later, "once it runs", Verdict::NotApplicable),
    ];
    for (count, what, verdict) in parts {
        if count > 0 {
            let style = palette.verdict(verdict, Severity::High);
            text.push_str(&format!(
                "  {}",
                paint(style, format_args!("{count} {what}"))
            ));
        }
    }
    text
}

fn sorted<'a>(lines: impl Iterator<Item = &'a Line>) -> Vec<&'a Line> {
    let mut lines: Vec<_> = lines.collect();
    // The gravest first, what fails before what is unknown; in the order of the checklists otherwise.
    lines.sort_by_key(|line| (std::cmp::Reverse(severity(line)), line.verdict != "Fail"));
    lines
}

fn severity(line: &Line) -> Severity {
    let known = Severity::ALL
        .into_iter()
        .find(|severity| severity.name() == line.severity);
    known.unwrap_or(Severity::Advice)
}

fn entry(text: &mut String, line: &Line, palette: Palette, width: Option<usize>) {
    let severity = severity(line);
    let word = paint(palette.severity(severity), format_args!("{severity:8}"));
    let next = format!("\n{}", " ".repeat(INDENT));
    let room = width.map(|width| width.saturating_sub(INDENT).max(24));
    let lines = |words: &str| wrap::lines(words, room).join(&next);
    text.push_str(&format!(
        "  {word}  {}  {}\n",
        line.key,
        paint(palette.faint, line.verdict.to_lowercase())
    ));
    text.push_str(&format!("{}{}\n", &next[1..], lines(&line.title)));
    let why = super::sentences::because(line);
    if !why.is_empty() {
        text.push_str(&format!(
            "{}{}\n",
            &next[1..],
            paint(palette.faint, lines(&why))
        ));
    }
    if let Some(command) = line
        .to_do()
        .1
        .iter()
        .find(|remedy| remedy.starts_with("plimsoll "))
    {
        // To be copied: in one line.
        text.push_str(&format!("{}{}\n", &next[1..], paint(palette.code, command)));
    }
}
