//! The findings of a run as JSON. `docs/cli.md` promises its shape.

use serde::Serialize;

use super::{Judged, Report, Row, Summary};
use crate::manifests::Skipped;

/// Writes JSON, each result on a line of its own.
pub struct Json {
    /// Whether passes are listed as well.
    pub all: bool,
}

/// A line of `results`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultLine<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    check: &'a str,
    verdict: &'a str,
    severity: &'a str,
    container: Option<&'a str>,
    path: &'a str,
    message: &'a str,
    fix: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    exception: Option<&'a str>,
}

/// A line of `skipped`.
#[derive(Serialize)]
struct SkippedLine<'a> {
    file: &'a str,
    document: Option<u32>,
    reason: String,
}

impl Report for Json {
    fn begin(&self) -> String {
        r#"{"results":["#.to_owned()
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let line = |row: &Row| to_line(&result_line(judged, row));
        lines(judged.listed(self.all).map(line))
    }

    fn lists_passes(&self) -> bool {
        self.all
    }

    fn separator(&self) -> &'static str {
        ","
    }

    fn end(&self, skipped: &[Skipped], summary: &Summary) -> String {
        let line = |skipped: &Skipped| {
            to_line(&SkippedLine {
                file: &skipped.file,
                document: skipped.document,
                reason: skipped.explanation(),
            })
        };
        let skipped = lines(skipped.iter().map(line));
        let summary = to_line(summary);
        format!("\n],\"skipped\":[{skipped}\n],\"summary\":{summary}}}\n")
    }
}

fn result_line<'a>(judged: &'a Judged<'_>, row: &'a Row) -> ResultLine<'a> {
    ResultLine {
        file: &judged.origin.file,
        line: row.region.line,
        column: row.region.column,
        api_version: &judged.origin.api_version,
        kind: judged.key.kind.name(),
        namespace: judged.namespace(),
        name: &judged.key.name,
        check: row.check.id,
        verdict: row.verdict.name(),
        severity: row.severity.name(),
        container: row.container(),
        path: row.path(),
        message: row.message(),
        fix: row.check.fix,
        exception: row.exception.as_deref(),
    }
}

/// Each on a new line, with commas in between.
pub(super) fn lines(lines: impl Iterator<Item = String>) -> String {
    let mut written = String::new();
    for (place, line) in lines.enumerate() {
        written.push_str(if place == 0 { "\n" } else { ",\n" });
        written.push_str(&line);
    }
    written
}

pub(super) fn to_line(value: &impl Serialize) -> String {
    // Text, numbers and nothing always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
