//! One line of a checklist, explained.

use crate::checklist::{Checklist, Item, Way};
use crate::render::Palette;
use crate::render::checklists::{attested_by, automatic};
use crate::render::palette::paint;
use crate::render::prose::paragraph;

/// Everything there is to know of a line, in lines of at most `width` characters.
pub fn item(checklist: &Checklist, item: &Item, palette: Palette, width: usize) -> String {
    let spec = &item.spec;
    let heading = |text: &str| format!("\n{}\n", paint(palette.strong, text));
    let severity = paint(palette.severity(item.severity), item.severity);
    let mut written = format!("{}  {severity}\n", paint(palette.strong, &item.key));
    written.push_str(&paragraph(palette, &spec.title, 0, width));
    written.push_str(&heading("Decided by"));
    match &item.way {
        Way::Checks(checks) => {
            for check in checks {
                written.push_str(&paragraph(
                    palette,
                    &format!("`{}`: {}", check.id, check.title),
                    2,
                    width,
                ));
            }
        }
        Way::Evidence(pieces) => {
            written.push_str(&paragraph(palette, "any one of these:", 2, width));
            for piece in pieces {
                let proof = match piece.proof() {
                    crate::evidence::Proof::Proves => "proves",
                    crate::evidence::Proof::Indicates => "indicates",
                };
                let text = format!("`{}` ({proof}): {}", piece.name(), piece.meaning());
                written.push_str(&paragraph(palette, &text, 2, width));
            }
        }
        Way::Cel(_) | Way::Metrics(_) => {
            let text = automatic(item).unwrap_or_default();
            written.push_str(&paragraph(palette, &text, 2, width));
        }
        Way::Attestation => {}
    }
    if let Some(people) = attested_by(item) {
        let text = match item.way {
            Way::Attestation => people,
            _ => format!("where that is unknown: {people}"),
        };
        written.push_str(&paragraph(palette, &text, 2, width));
    }
    if let Some(note) = &spec.note {
        written.push_str(&heading("Note"));
        written.push_str(&paragraph(palette, note, 2, width));
    }
    written.push('\n');
    let mut facts = vec![
        ("Checklist", checklist.title.to_string()),
        ("Section", spec.section.clone()),
    ];
    facts.extend(spec.group.clone().map(|group| ("Group", group)));
    facts.extend(spec.parent.clone().map(|parent| ("Under", parent)));
    facts.push(("Scope", super::word(&spec.scope)));
    facts.push(("Phase", super::word(&spec.phase)));
    facts.push(("Source", super::word(&spec.source)));
    facts.extend(
        spec.metrics
            .as_ref()
            .and_then(|metric| metric.source.clone())
            .map(|source| ("Exporter", source)),
    );
    written.push_str(&super::aligned(facts, width));
    written
}
