//! The findings of a run as SARIF 2.1.0.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>. What could not be decided is of the kind `open`,
//! whose level is always `none` (3.27.9 and 3.27.10).

mod rule;
mod uri;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::fingerprint::fingerprints;
use super::json::{lines, to_line};
use super::{Fix, Judged, Report, Row, Summary};
use crate::check::Check;
use crate::manifests::{Region, Skipped};
use crate::model::{Severity, Verdict};

/// Where the format is defined.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What the fingerprints are called; the number goes up when they are made otherwise.
const FINGERPRINT: &str = "plimsollFinding/v1";

/// Writes SARIF.
pub struct Sarif {
    /// Whether passes are listed as well.
    all: bool,
    /// What is judged by, sorted by id.
    checks: Vec<&'static Check>,
}

impl Sarif {
    /// The findings of these checks; with `all` also what passes.
    pub fn new(checks: impl IntoIterator<Item = &'static Check>, all: bool) -> Self {
        let checks: BTreeMap<_, _> = checks.into_iter().map(|check| (check.id, check)).collect();
        Self {
            all,
            checks: checks.into_values().collect(),
        }
    }

    fn result(&self, judged: &Judged<'_>, row: &Row, fingerprint: &str) -> Value {
        let kind = kind(row);
        let text = match row.verdict {
            Verdict::Pass => format!("{} passes", row.check.id),
            Verdict::NotApplicable => format!("{} does not apply", row.check.id),
            _ => row.full_statement(),
        };
        let mut result = json!({
            "ruleId": row.check.id,
            "kind": kind,
            "level": if kind == "fail" { level(row.severity) } else { "none" },
            "message": {"text": message(&format!("{}: {text}", judged.title()))},
            "locations": [{
                "physicalLocation": physical(&judged.origin.file, Some(region(&row.region))),
                "logicalLocations": [{"fullyQualifiedName": judged.title(), "kind": "resource"}],
            }],
            "partialFingerprints": {FINGERPRINT: fingerprint},
            "properties": {
                "severity": row.severity.name(),
                "verdict": row.verdict.name(),
                "container": row.container(),
                "path": row.path(),
            },
        });
        if let Ok(index) = self
            .checks
            .binary_search_by_key(&row.check.id, |check| check.id)
        {
            result["ruleIndex"] = index.into();
        }
        if let Some(fix) = &row.fix {
            result["fixes"] = json!([self::fix(&judged.origin.file, fix)]);
        }
        if let Some(exception) = &row.exception {
            result["suppressions"] = json!([{
                "kind": "external",
                "status": "accepted",
                "justification": format!("ReadinessException {exception}"),
            }]);
        }
        if let Some(reason) = &row.ignored {
            result["suppressions"] = json!([{
                "kind": "inSource",
                "status": "accepted",
                "justification": &**reason,
            }]);
        }
        result
    }
}

impl Report for Sarif {
    fn begin(&self) -> String {
        let rules = lines(self.checks.iter().map(|check| to_line(&rule::of(check))));
        let version = env!("CARGO_PKG_VERSION");
        format!(
            "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\
             \"name\":\"Plimsoll\",\"version\":\"{version}\",\"semanticVersion\":\"{version}\",\"rules\":[{rules}\n]}}}},\n\
             \"columnKind\":\"unicodeCodePoints\",\"results\":["
        )
    }

    fn lists_passes(&self) -> bool {
        self.all
    }

    fn shows_fixes(&self) -> bool {
        true
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let fingerprints = fingerprints(judged, judged.listed(self.all));
        let results = judged.listed(self.all).zip(&fingerprints);
        lines(results.map(|(row, fingerprint)| to_line(&self.result(judged, row, fingerprint))))
    }

    fn separator(&self) -> &'static str {
        ","
    }

    fn end(&self, skipped: &[Skipped], _: &Summary) -> String {
        let notifications = lines(
            skipped
                .iter()
                .map(|skipped| to_line(&notification(skipped))),
        );
        format!(
            "\n],\"invocations\":[{{\"executionSuccessful\":true,\"toolExecutionNotifications\":[{notifications}\n]}}]}}]}}\n"
        )
    }
}

/// What became of it. What is waived fails, and is suppressed.
fn kind(row: &Row) -> &'static str {
    let found = row.finding.as_ref().map(|finding| finding.verdict);
    match (row.verdict, found) {
        (Verdict::Pass, _) => "pass",
        (Verdict::NotApplicable, _) => "notApplicable",
        (Verdict::Unknown, _) | (Verdict::Waived, Some(Verdict::Unknown)) => "open",
        (Verdict::Fail | Verdict::Waived, _) => "fail",
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "error",
        Severity::High => "warning",
        Severity::Advice => "note",
    }
}

fn physical(file: &str, region: Option<Value>) -> Value {
    let artifact = match file.strip_prefix('/') {
        Some(path) => json!({"uri": format!("file:///{}", uri::path(path))}),
        None => json!({"uri": uri::path(file), "uriBaseId": "%SRCROOT%"}),
    };
    match region {
        Some(region) => json!({"artifactLocation": artifact, "region": region}),
        None => json!({"artifactLocation": artifact}),
    }
}

fn region(region: &Region) -> Value {
    let mut written = json!({"startLine": region.line.max(1), "startColumn": region.column.max(1)});
    if let Some(end) = region.end_line {
        written["endLine"] = end.into();
    }
    written
}

/// A change to the file (3.55). A region that begins and ends at the same place takes nothing away (3.57.3).
fn fix(file: &str, fix: &Fix) -> Value {
    let replacements = fix.replacements.iter().map(|replacement| {
        let ((line, column), (end_line, end_column)) = (replacement.start, replacement.end);
        json!({
            "deletedRegion": {
                "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column,
            },
            "insertedContent": {"text": replacement.text},
        })
    });
    json!({
        "description": {"text": message(&fix.description)},
        "artifactChanges": [{
            "artifactLocation": physical(file, None)["artifactLocation"],
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

/// A document that was not judged.
fn notification(skipped: &Skipped) -> Value {
    let position = skipped.reason.position();
    let region = position.map(|(line, column)| json!({"startLine": line, "startColumn": column}));
    json!({
        "level": if skipped.reason.is_problem() { "warning" } else { "note" },
        "message": {"text": message(&skipped.explanation())},
        "locations": [{"physicalLocation": physical(&skipped.file, region)}],
    })
}

/// A message holds links, in the form of Markdown's; a name is none.
fn message(text: &str) -> String {
    text.replace("](", "] (")
}
