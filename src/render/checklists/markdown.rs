//! Checklists as documents to be filled in by hand, if need be.

use std::fmt::Write;

use super::{Ways, attested_by, automatic, sections};
use crate::checklist::{Checklist, Item};
use crate::render::document::escape;

/// A checklist, with how each line is decided.
pub fn markdown(checklist: &Checklist) -> String {
    let mut text = format!("# {}\n", escape(&checklist.title));
    for (section, groups) in sections(checklist) {
        // Writing to a String cannot fail, here and below.
        let _ = write!(text, "\n## {}\n", escape(section));
        for (group, items) in groups {
            if !group.is_empty() {
                let _ = write!(text, "\n### {}\n", escape(group));
            }
            text.push('\n');
            for item in items {
                line(&mut text, item);
            }
        }
    }
    text
}

fn line(text: &mut String, item: &Item) {
    let indent = if item.spec.parent.is_some() { "  " } else { "" };
    let _ = writeln!(
        text,
        "{indent}- [ ] {} ({}, `{}`)",
        escape(&item.spec.title),
        item.severity,
        item.spec.id
    );
    let ways = [automatic(item), attested_by(item)];
    let ways: Vec<_> = ways.into_iter().flatten().collect();
    let _ = writeln!(text, "{indent}  - {}", ways.join("; else "));
}

/// The checklists and how many of their lines are decided in which way.
pub fn markdown_list(checklists: &[&Checklist]) -> String {
    let mut text = String::from(
        "| checklist | title | lines | check | cel | evidence | metrics | attestation |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for checklist in checklists {
        let Ways {
            check,
            cel,
            evidence,
            metrics,
            attestation,
        } = Ways::of(checklist);
        let _ = writeln!(
            text,
            "| {} | {} | {} | {check} | {cel} | {evidence} | {metrics} | {attestation} |",
            checklist.name,
            escape(&checklist.title),
            checklist.items.len()
        );
    }
    text
}
