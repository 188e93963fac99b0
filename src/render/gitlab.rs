//! The findings of a run as a GitLab code quality report.
//!
//! Source: <https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format>.

use serde::Serialize;

use super::fingerprint::{fingerprints, of_skipped};
use super::json::{lines, to_line};
use super::{Judged, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::Severity;

/// Writes a code quality report: of what fails or is undecided, and of documents that cannot be read.
pub struct Gitlab;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Report for Gitlab {
    fn begin(&self) -> String {
        "[".to_owned()
    }

    fn lists_passes(&self) -> bool {
        false
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let fingerprints = fingerprints(judged, judged.open());
        let issue = |(row, fingerprint): (&Row, String)| {
            to_line(&Issue {
                description: format!("{}: {}", judged.title(), row.full_statement()),
                check_name: row.check.id,
                fingerprint,
                severity: match row.severity {
                    Severity::Critical => "critical",
                    Severity::High => "major",
                    Severity::Advice => "minor",
                },
                location: Location {
                    path: &judged.origin.file,
                    lines: Lines {
                        begin: row.region.line,
                    },
                },
            })
        };
        lines(judged.open().zip(fingerprints).map(issue))
    }

    fn separator(&self) -> &'static str {
        ","
    }

    fn skipped(&self, skipped: &[Skipped]) -> String {
        let problems = skipped.iter().filter(|skipped| skipped.reason.is_problem());
        let issue = |(skipped, fingerprint): (&Skipped, String)| {
            let line = skipped.reason.position().map_or(1, |(line, _)| line);
            let (said, check_name) = match skipped.reason.is_judged() {
                true => (skipped.explanation(), "refused"),
                false => (
                    format!("cannot be read: {}", skipped.explanation()),
                    "unreadable",
                ),
            };
            to_line(&Issue {
                description: said,
                check_name,
                fingerprint,
                severity: "major",
                location: Location {
                    path: &skipped.file,
                    lines: Lines { begin: line },
                },
            })
        };
        lines(of_skipped(problems).map(issue))
    }

    fn end(&self, _: &[Skipped], _: &Summary) -> String {
        "\n]\n".to_owned()
    }
}
