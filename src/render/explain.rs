//! A check, a line of a checklist or a piece of evidence, explained.

mod evidence;
mod item;

use serde::Serialize;

use super::Palette;
use super::catalogue::names;
use super::palette::paint;
use super::prose::paragraph;
use crate::check::{Check, Param, ParamKind};
use crate::model::KindSet;
use crate::remedy;

pub use evidence::evidence;
pub use item::item;

/// Everything there is to know of a check, in lines of at most `width` characters.
pub fn explain(check: &Check, palette: Palette, width: usize) -> String {
    let heading = |text: &str| format!("\n{}\n", paint(palette.strong, text));
    let severity = paint(palette.severity(check.severity), check.severity);
    let mut written = format!("{}  {severity}\n", paint(palette.strong, check.id));
    written.push_str(&paragraph(palette, check.title, 0, width));
    written.push('\n');
    written.push_str(&paragraph(palette, check.why, 0, width));
    written.push_str(&heading("What to do"));
    written.push_str(&paragraph(palette, check.fix, 2, width));
    if remedy::of(check).is_some() {
        let line = "`plimsoll fix` does it, where the manifest shows that it is safe.";
        written.push_str(&paragraph(palette, line, 2, width));
    }
    if !check.params.is_empty() {
        written.push_str(&heading("Parameters"));
        for param in check.params {
            written.push_str(&paragraph(palette, &describe(param), 2, width));
        }
    }
    for (title, yaml) in [("Fails", check.bad), ("Passes", check.good)] {
        // What a launch is judged by besides its own manifest cannot be written as one.
        if !yaml.trim().is_empty() {
            written.push_str(&heading(title));
            written.push_str(&manifest(yaml, palette));
        }
    }
    written.push('\n');
    written.push_str(&facts(check, width));
    written
}

/// `name` (number from 1 to 10, default 2): what it does.
fn describe(param: &Param) -> String {
    let (kind, default) = match param.kind {
        ParamKind::Integer {
            default,
            minimum,
            maximum,
        } => (
            format!("number from {minimum} to {maximum}"),
            default.to_string(),
        ),
        ParamKind::Release { default } => ("release of Kubernetes".to_owned(), default.to_string()),
        ParamKind::Strings { default: [] } => ("list".to_owned(), "empty".to_owned()),
        ParamKind::Strings { default } => ("list".to_owned(), default.join(", ")),
    };
    format!(
        "`{}` ({kind}; default: {default}): {}",
        param.name, param.doc
    )
}

/// An example: its keys and comments in colours, where there are any.
fn manifest(yaml: &str, palette: Palette) -> String {
    let lines = yaml.trim_matches('\n').lines();
    lines
        .map(|line| {
            let content = line.trim_start_matches([' ', '-']);
            let (margin, content) = line.split_at(line.len() - content.len());
            let shown = match content.split_once(':') {
                _ if content.starts_with('#') => paint(palette.faint, content),
                Some((key, value)) if !key.contains(['{', '"', ' ', '[']) => {
                    format!("{}:{value}", paint(palette.code, key))
                }
                _ => content.to_owned(),
            };
            format!("  {margin}{shown}").trim_end().to_owned() + "\n"
        })
        .collect()
}

fn facts(check: &Check, width: usize) -> String {
    let mut facts = vec![("Group", check.group.title().to_owned())];
    if check.judges_launches() {
        facts.push(("Judges", "the launch as a whole".to_owned()));
    } else {
        facts.push(("Judges", listed(check.subjects)));
    }
    if !check.reads.is_empty() {
        facts.push(("Looks up", listed(check.reads)));
    }
    facts.push(("Source", check.source.to_owned()));
    if !check.aliases.is_empty() {
        facts.push(("Elsewhere", check.aliases.join(", ")));
    }
    facts.push(("Since", check.since.to_owned()));
    aligned(facts, width)
}

/// Names and texts in two columns.
fn aligned(facts: Vec<(&str, String)>, width: usize) -> String {
    let line = |(name, text): (&str, String)| {
        let text = paragraph(Palette::PLAIN, &text, 11, width);
        format!("{:11}{}", format!("{name}:"), text.trim_start())
    };
    facts.into_iter().map(line).collect()
}

/// The name of a value in manifests.
fn word(value: &impl Serialize) -> String {
    let written = serde_json::to_value(value).unwrap_or_default();
    written.as_str().unwrap_or_default().to_owned()
}

fn listed(kinds: KindSet) -> String {
    if kinds == KindSet::WORKLOADS {
        return "every workload".to_owned();
    }
    names(kinds).join(", ")
}
