//! The findings of a run as a table for spreadsheets: RFC 4180.

use super::visible::visible_lines;
use super::{Judged, Report, Row, Summary};
use crate::manifests::Skipped;

/// The columns. New ones are added at the end.
const HEADER: [&str; 15] = [
    "file",
    "line",
    "column",
    "apiVersion",
    "kind",
    "namespace",
    "name",
    "check",
    "verdict",
    "severity",
    "container",
    "path",
    "message",
    "exception",
    "ignored",
];

/// Writes CSV: a line for each result. What was skipped is not in it.
pub struct Csv {
    /// Whether passes are listed as well.
    pub all: bool,
}

impl Report for Csv {
    fn begin(&self) -> String {
        line(HEADER)
    }

    fn lists_passes(&self) -> bool {
        self.all
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        judged
            .listed(self.all)
            .map(|row| result(judged, row))
            .collect()
    }

    fn separator(&self) -> &'static str {
        ""
    }

    fn end(&self, _: &[Skipped], _: &Summary) -> String {
        String::new()
    }
}

fn result(judged: &Judged<'_>, row: &Row) -> String {
    let [start, column] = [row.region.line, row.region.column].map(|number| number.to_string());
    line([
        &*judged.origin.file,
        &start,
        &column,
        &judged.origin.api_version,
        judged.origin.kind,
        judged.namespace().unwrap_or(""),
        &judged.key.name,
        row.check.id,
        row.verdict.name(),
        row.severity.name(),
        row.container().unwrap_or(""),
        row.path(),
        row.message(),
        row.exception.as_deref().unwrap_or(""),
        row.ignored.as_deref().unwrap_or(""),
    ])
}

fn line(cells: [&str; HEADER.len()]) -> String {
    cells.map(cell).join(",") + "\r\n"
}

/// A spreadsheet takes what begins like a formula for one, and runs it: such a cell begins with an apostrophe instead.
fn cell(text: &str) -> String {
    let text = visible_lines(text);
    let is_formula = text.starts_with(['=', '+', '-', '@', '\n', '\r']);
    let defused = if is_formula {
        format!("'{text}")
    } else {
        text.into_owned()
    };
    if defused.contains([',', '"', '\n', '\r']) || defused != defused.trim() {
        return format!("\"{}\"", defused.replace('"', "\"\""));
    }
    defused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_defused() {
        for (text, expected) in [
            ("web", "web"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("=\"a\",b", "\"'=\"\"a\"\",b\""),
            ("a\nb", "\"a\nb\""),
            ("\t=1", "\\t=1"),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
