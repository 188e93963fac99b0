//! The catalogue of checks.

use serde::Serialize;

use super::palette::paint;
use super::{Palette, wrap};
use crate::check::{Check, Param, ParamKind};
use crate::model::{Kind, KindSet};

/// The checks for people, by their groups.
pub fn table(checks: &[&'static Check], palette: Palette, width: usize) -> String {
    let mut checks = checks.to_vec();
    checks.sort_by_key(|check| (check.group, check.id));
    let ids = checks.iter().map(|check| check.id.len()).max().unwrap_or(0);
    let mut written = String::new();
    for group in checks.chunk_by(|a, b| a.group == b.group) {
        if !written.is_empty() {
            written.push('\n');
        }
        written.push_str(&paint(palette.strong, group[0].group.title()));
        written.push('\n');
        for check in group {
            let severity = paint(
                palette.severity(check.severity),
                format_args!("{:8}", check.severity),
            );
            let start = 2 + ids + 2 + 8 + 2;
            let room = width.saturating_sub(start).max(24);
            let title = wrap::lines(check.title, Some(room));
            let title = title.join(&format!("\n{}", " ".repeat(start)));
            written.push_str(&format!("  {:ids$}  {severity}  {title}\n", check.id));
        }
    }
    written
}

/// The checks for programs, each on a line of its own.
pub fn json(checks: &[&'static Check]) -> String {
    let line = |check: &&Check| serde_json::to_string(&entry(check)).unwrap_or_default();
    let lines: Vec<_> = checks.iter().map(line).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// A check as `docs/cli.md` promises it.
#[derive(Serialize)]
struct Entry {
    id: &'static str,
    title: &'static str,
    severity: &'static str,
    group: &'static str,
    default: bool,
    subjects: Vec<&'static str>,
    reads: Vec<&'static str>,
    params: Vec<Parameter>,
    aliases: &'static [&'static str],
    since: &'static str,
    source: &'static str,
    why: &'static str,
    fix: &'static str,
}

#[derive(Serialize)]
struct Parameter {
    name: &'static str,
    doc: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    default: Default,
    #[serde(skip_serializing_if = "Option::is_none")]
    minimum: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum: Option<i64>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Default {
    Integer(i64),
    Release(String),
    Strings(&'static [&'static str]),
}

fn entry(check: &Check) -> Entry {
    Entry {
        id: check.id,
        title: check.title,
        severity: check.severity.name(),
        group: check.group.title(),
        default: check.is_default(),
        subjects: names(check.subjects),
        reads: names(check.reads),
        params: check.params.iter().map(parameter).collect(),
        aliases: check.aliases,
        since: check.since,
        source: check.source,
        why: check.why,
        fix: check.fix,
    }
}

pub(super) fn names(kinds: KindSet) -> Vec<&'static str> {
    kinds.iter().map(Kind::name).collect()
}

fn parameter(param: &Param) -> Parameter {
    let (kind, default, minimum, maximum) = match param.kind {
        ParamKind::Integer {
            default,
            minimum,
            maximum,
        } => (
            "integer",
            Default::Integer(default),
            Some(minimum),
            Some(maximum),
        ),
        ParamKind::Release { default } => {
            ("release", Default::Release(default.to_string()), None, None)
        }
        ParamKind::Strings { default } => ("strings", Default::Strings(default), None, None),
    };
    Parameter {
        name: param.name,
        doc: param.doc,
        kind,
        default,
        minimum,
        maximum,
    }
}
