//! The catalogue of checks, in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::reasons;
use crate::check::{Check, Group, ParamKind};
use crate::checks;
use crate::model::KindSet;

/// `docs/checks.md`.
pub(super) fn checks() -> String {
    let mut groups: BTreeMap<Group, Vec<&Check>> = BTreeMap::new();
    for check in checks::ALL {
        groups.entry(check.group).or_default().push(check);
    }
    let mut text = String::from(
        "<!-- Made by `plimsoll generate docs`; a test keeps it equal to what that prints. -->\n\n# Checks\n\n",
    );
    text.push_str(reasons::PRINCIPLES);
    text.push_str(
        "\n| check | severity | on by default | passes when |\n| --- | --- | --- | --- |\n",
    );
    for check in groups.values().flatten() {
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(
            text,
            "| [{0}](#{0}) | {1} | {2} | {3} |",
            check.id,
            check.severity,
            word(check),
            check.title
        );
    }
    for (group, checks) in &groups {
        let _ = write!(text, "\n## {}\n", group.title());
        for check in checks {
            describe(&mut text, check);
        }
    }
    text
}

fn describe(text: &mut String, check: &Check) {
    let _ = write!(
        text,
        "\n### {}\n\n{}. Severity: {}.\n\n",
        check.id, check.title, check.severity
    );
    if let Some(reason) = reasons::of(check.id) {
        let _ = write!(
            text,
            "**On by default: {}**, {}: {reason}.\n\n",
            word(check),
            check.severity
        );
    }
    let _ = write!(text, "{}\n\n**To mend it:** {}\n\n", check.why, check.fix);
    let _ = writeln!(text, "- judges: {}", kinds(check.subjects));
    if !check.reads.is_empty() {
        let _ = writeln!(text, "- reads: {}", kinds(check.reads));
    }
    for param in check.params {
        let default = match param.kind {
            ParamKind::Integer {
                default,
                minimum,
                maximum,
            } => format!("{default} ({minimum} to {maximum})"),
            ParamKind::Release { default } => default.to_string(),
            ParamKind::Strings { default } => format!("[{}]", default.join(", ")),
        };
        let _ = writeln!(
            text,
            "- parameter `{}`: {} Default: {default}.",
            param.name, param.doc
        );
    }
    let _ = writeln!(text, "- source: <{}>", check.source);
    if !check.aliases.is_empty() {
        let _ = writeln!(text, "- elsewhere: {}", check.aliases.join(", "));
    }
    let _ = write!(text, "\nFails:\n\n```yaml\n{}\n```\n", check.bad.trim());
    let _ = write!(text, "\nPasses:\n\n```yaml\n{}\n```\n", check.good.trim());
}

/// Whether it is on by default.
fn word(check: &Check) -> &'static str {
    if check.is_default() {
        "yes"
    } else if check.judges_launches() {
        "launches"
    } else if check.is_live() {
        "clusters only"
    } else {
        "no"
    }
}

fn kinds(set: KindSet) -> String {
    let names: Vec<_> = set.iter().map(|kind| kind.name()).collect();
    names.join(", ")
}
