//! One piece of evidence, explained.

use crate::checklist::{Checklists, Way};
use crate::evidence::{PieceSpec, Proof};
use crate::render::Palette;
use crate::render::palette::paint;
use crate::render::prose::paragraph;

/// Everything there is to know of a piece of evidence, in lines of at most `width` characters.
pub fn evidence(name: &str, piece: &PieceSpec, palette: Palette, width: usize) -> String {
    let heading = |text: &str| format!("\n{}\n", paint(palette.strong, text));
    let worth = match piece.proof {
        Proof::Proves => "proves: the thing itself is seen",
        Proof::Indicates => "indicates: a trace is seen, which alone closes no critical item",
    };
    let mut written = format!(
        "{}\n",
        paint(palette.strong, format_args!("evidence/{name}"))
    );
    written.push_str(&paragraph(palette, &piece.meaning, 0, width));
    written.push_str(&heading("Holds where"));
    written.push_str(&verbatim(&piece.cel));
    if let Some(select) = &piece.select {
        written.push_str(&heading("Of every object that this selects"));
        written.push_str(&verbatim(select));
    }
    let used: Vec<String> = users(name);
    if !used.is_empty() {
        written.push_str(&heading("Closes"));
        for key in used {
            written.push_str(&format!("  {key}\n"));
        }
    }
    written.push('\n');
    let kind = match piece.api_version.as_str() {
        "self" => "the workload itself".to_owned(),
        version => format!("{version}/{}", piece.kind),
    };
    written.push_str(&super::aligned(
        vec![("Looks at", kind), ("Worth", worth.to_owned())],
        width,
    ));
    written
}

/// The items of built-in checklists that it may close.
fn users(name: &str) -> Vec<String> {
    let items = Checklists::built_in()
        .iter()
        .flat_map(|checklist| &checklist.items);
    let uses = items.filter(|item| match &item.way {
        Way::Evidence(pieces) => pieces.iter().any(|piece| **piece.name() == *name),
        _ => false,
    });
    uses.map(|item| item.key.to_string()).collect()
}

fn verbatim(text: &str) -> String {
    let lines = text.trim().lines();
    lines
        .map(|line| format!("  {}\n", line.trim_end()))
        .collect()
}
