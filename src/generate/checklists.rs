//! Every line of the built-in checklists, in Markdown: how it is decided, and which test shows it pass and fail.

#[cfg(test)]
mod tests;

use std::fmt::Write;

use crate::check::LaunchCheck;
use crate::checklist::{Checklist, Checklists, Item, Way};
use crate::evidence::{Piece, Proof, catalogue};
use crate::render::checklists::{Ways, attested_by, automatic};
use crate::render::document::escape;

const INTRODUCTION: &str = "\
<!-- Made by `plimsoll generate docs`; a test keeps it equal to what that prints. -->

# Checklists

Every line of the built-in checklists in its order, with the parts that are no boxes (sign-offs, the table of risks, the fields of
status and dates, contacts). `plimsoll checklists NAME -o yaml` prints one to be copied; `plimsoll explain NAME:ID` explains a line,
`plimsoll explain evidence/NAME` a piece of evidence.

A line is decided by what its row names: all the checks, any one piece of evidence, every sample of the metric, or people. What
*proves* shows the thing itself; what only *indicates* it never closes a critical line alone. \"Else\" is the fallback: an attestation
counts where the rest is Unknown, and never against a failure.

The last column names what shows the line both pass and fail: a check's own `bad` and `good` manifests, the objects that a piece of
evidence is tried on, the series that a metric is tried on, and, for what people state, every such line attested by the right and by
the wrong people.

";

/// `docs/checklists.md`.
pub(super) fn checklists() -> String {
    let mut text = String::from(INTRODUCTION);
    let all: Vec<_> = Checklists::built_in().iter().collect();
    text.push_str(
        "| checklist | lines | by check | by evidence | of which proven | of which only indicated | by metrics | by people |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    let mut sum = Counts::default();
    for checklist in &all {
        let counts = Counts::of(checklist);
        // Writing to a String cannot fail, here and below.
        let _ = writeln!(text, "| [{0}](#{0}) {1}", checklist.name, counts.cells());
        sum = sum.and(&counts);
    }
    let _ = writeln!(text, "| all {}", sum.cells());
    let pieces = catalogue().iter();
    let (proving, indicating): (Vec<_>, Vec<_>) =
        pieces.partition(|piece| piece.proof() == Proof::Proves);
    let _ = writeln!(
        text,
        "\nThe catalogue of evidence has {} pieces: {} prove, {} indicate.",
        proving.len() + indicating.len(),
        proving.len(),
        indicating.len()
    );
    for checklist in &all {
        write(&mut text, checklist);
    }
    text
}

/// How many lines are decided in which way.
#[derive(Default)]
struct Counts {
    lines: usize,
    ways: Ways,
    /// Of those by evidence, how many have a piece that proves.
    proven: usize,
}

impl Counts {
    fn of(checklist: &Checklist) -> Self {
        let proven = checklist.items.iter().filter(|item| match &item.way {
            Way::Evidence(pieces) => pieces.iter().any(|piece| piece.proof() == Proof::Proves),
            _ => false,
        });
        Self {
            lines: checklist.items.len(),
            ways: Ways::of(checklist),
            proven: proven.count(),
        }
    }

    fn and(self, other: &Self) -> Self {
        Self {
            lines: self.lines + other.lines,
            ways: Ways {
                check: self.ways.check + other.ways.check,
                cel: self.ways.cel + other.ways.cel,
                evidence: self.ways.evidence + other.ways.evidence,
                metrics: self.ways.metrics + other.ways.metrics,
                attestation: self.ways.attestation + other.ways.attestation,
            },
            proven: self.proven + other.proven,
        }
    }

    fn cells(&self) -> String {
        let ways = self.ways;
        format!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            self.lines,
            ways.check,
            ways.evidence,
            self.proven,
            ways.evidence - self.proven,
            ways.metrics,
            ways.attestation
        )
    }
}

fn write(text: &mut String, checklist: &Checklist) {
    let _ = write!(
        text,
        "\n## {}\n\n{}\n",
        checklist.name,
        escape(&checklist.title)
    );
    let mut section = "";
    let mut group = None;
    for item in &checklist.items {
        let spec = &item.spec;
        if spec.section != section {
            section = &spec.section;
            group = None;
            let _ = write!(
                text,
                "\n### {}\n\n| line | severity | scope | phase | decided by | shown by |\n| --- | --- | --- | --- | --- | --- |\n",
                escape(section)
            );
        }
        if spec.group != group {
            group.clone_from(&spec.group);
            if let Some(group) = group.as_deref().filter(|group| *group != section) {
                let _ = writeln!(text, "| **{}** | | | | | |", escape(group));
            }
        }
        row(text, checklist, item);
    }
}

fn row(text: &mut String, checklist: &Checklist, item: &Item) {
    let spec = &item.spec;
    let word =
        |value: &dyn Fn() -> serde_json::Value| value().as_str().unwrap_or_default().to_owned();
    let [scope, phase, source] = [
        word(&|| serde_json::json!(spec.scope)),
        word(&|| serde_json::json!(spec.phase)),
        word(&|| serde_json::json!(spec.source)),
    ];
    let nested = if spec.parent.is_some() { "… " } else { "" };
    let source = if source == "checkbox" {
        String::new()
    } else {
        format!(" ({source})")
    };
    let ways: Vec<_> = [automatic(item), attested_by(item)]
        .into_iter()
        .flatten()
        .collect();
    let shown: Vec<_> = tests(checklist, item)
        .into_iter()
        .map(|test| format!("`{test}`"))
        .collect();
    let _ = writeln!(
        text,
        "| {nested}{}{source}<br>`{}` | {} | {scope} | {phase} | {} | {} |",
        escape(&spec.title),
        spec.id,
        item.severity,
        cell(&ways.join("; else ")),
        shown.join(", ")
    );
}

/// Text with code, in a cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// What shows a line both pass and fail. A test looks at each of them.
fn tests(checklist: &Checklist, item: &Item) -> Vec<String> {
    let mut tests: Vec<String> = match &item.way {
        Way::Checks(checks) => checks
            .iter()
            .map(|check| match check.launch() {
                Some(LaunchCheck::RiskRegister | LaunchCheck::RisksMitigated) => {
                    "src/launch/tests/risks.rs".to_owned()
                }
                Some(_) => "src/launch/tests/derived.rs".to_owned(),
                None => format!("src/checks/{}.rs", check.id.replace('-', "_")),
            })
            .collect(),
        Way::Evidence(pieces) => pieces.iter().map(fixture).collect(),
        Way::Metrics(_) => vec![format!(
            "tests/metrics/items/{}.yaml#{}",
            checklist.name, item.spec.id
        )],
        Way::Cel(_) | Way::Attestation => Vec::new(),
    };
    if item.attestation().is_some() {
        tests.push("src/launch/tests/lines.rs".to_owned());
    }
    tests.dedup();
    tests
}

/// The objects that a piece is tried on: one file an API group.
fn fixture(piece: &Piece) -> String {
    let group = match piece.kind() {
        None => "workload",
        Some(kind) if kind.group.is_empty() => "core",
        Some(kind) => &kind.group,
    };
    format!("tests/evidence/{group}.yaml#{}", piece.name())
}
