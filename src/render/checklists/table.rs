//! Checklists for people in front of a terminal.

use super::{Ways, attested_by, automatic, sections};
use crate::checklist::{Checklist, Item};
use crate::render::palette::paint;
use crate::render::prose::paragraph;
use crate::render::{Palette, wrap};

/// The checklists and how many of their lines are decided in which way.
pub fn table_list(checklists: &[&Checklist], palette: Palette) -> String {
    let name = checklists
        .iter()
        .map(|checklist| checklist.name.len())
        .max()
        .unwrap_or(0)
        .max(4);
    let heading = format!(
        "{:name$}  {:>5}  {:>5}  {:>4}  {:>8}  {:>7}  {:>11}  TITLE",
        "NAME", "LINES", "CHECK", "CEL", "EVIDENCE", "METRICS", "ATTESTATION"
    );
    let row = |checklist: &&Checklist| {
        let ways = Ways::of(checklist);
        format!(
            "{:name$}  {:>5}  {:>5}  {:>4}  {:>8}  {:>7}  {:>11}  {}\n",
            checklist.name,
            checklist.items.len(),
            ways.check,
            ways.cel,
            ways.evidence,
            ways.metrics,
            ways.attestation,
            checklist.title
        )
    };
    let rows: String = checklists.iter().map(row).collect();
    format!("{}\n{rows}", paint(palette.faint, heading))
}

/// A checklist by its sections: each line with its severity, its id and how it is decided.
pub fn table(checklist: &Checklist, palette: Palette, width: usize) -> String {
    let ways = Ways::of(checklist);
    let mut text = format!("{}\n", paint(palette.strong, &checklist.title));
    let counts = [
        (ways.check, "by check"),
        (ways.cel, "by expression"),
        (ways.evidence, "by evidence"),
        (ways.metrics, "by metrics"),
        (ways.attestation, "by people"),
    ];
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    let counts: Vec<_> = counts
        .map(|(count, how)| format!("{count} {how}"))
        .collect();
    text.push_str(&format!(
        "{}: {} lines, {}\n",
        checklist.name,
        checklist.items.len(),
        counts.join(", ")
    ));
    for (section, groups) in sections(checklist) {
        text.push_str(&format!("\n{}\n", paint(palette.strong, section)));
        for (group, items) in groups {
            if !group.is_empty() {
                text.push_str(&format!("  {}\n", paint(palette.strong, group)));
            }
            for item in items {
                line(&mut text, item, palette, width);
            }
        }
    }
    text
}

/// How far a line's text is indented.
const INDENT: usize = 14;

fn line(text: &mut String, item: &Item, palette: Palette, width: usize) {
    let severity = paint(
        palette.severity(item.severity),
        format_args!("{:8}", item.severity),
    );
    let nested = if item.spec.parent.is_some() { "  " } else { "" };
    let room = width.saturating_sub(INDENT + nested.len()).max(24);
    let title = wrap::lines(&item.spec.title, Some(room));
    let next = format!("\n{}{nested}", " ".repeat(INDENT));
    text.push_str(&format!("    {severity}  {nested}{}\n", title.join(&next)));
    text.push_str(&format!(
        "{:INDENT$}{nested}{}\n",
        "",
        paint(palette.faint, &item.spec.id)
    ));
    let ways: Vec<_> = [automatic(item), attested_by(item)]
        .into_iter()
        .flatten()
        .collect();
    text.push_str(&paragraph(
        palette,
        &ways.join("; else "),
        INDENT + nested.len(),
        width.max(INDENT + 40),
    ));
}
