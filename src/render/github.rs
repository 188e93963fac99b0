//! The findings of a run as GitHub annotations: workflow commands, which a step writes to standard output.
//!
//! Source: <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>, and for what is escaped
//! `toCommandValue` and `escapeProperty` of `@actions/core`.

use super::visible::visible_lines;
use super::{Judged, Palette, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::Severity;

/// Writes annotations: of what fails or is undecided, and of documents that cannot be read.
pub struct Github;

impl Report for Github {
    fn begin(&self) -> String {
        String::new()
    }

    fn lists_passes(&self) -> bool {
        false
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        judged.open().map(|row| finding(judged, row)).collect()
    }

    fn separator(&self) -> &'static str {
        ""
    }

    fn end(&self, skipped: &[Skipped], summary: &Summary) -> String {
        let problems = skipped.iter().filter(|skipped| skipped.reason.is_problem());
        let mut written: String = problems.map(problem).collect();
        written.push_str(&summary.words(Palette::PLAIN));
        written.push('\n');
        written
    }
}

fn finding(judged: &Judged<'_>, row: &Row) -> String {
    let command = match row.severity {
        Severity::Critical => "error",
        Severity::High => "warning",
        Severity::Advice => "notice",
    };
    let region = row.region;
    let mut properties = vec![
        ("file", judged.origin.file.to_string()),
        ("line", region.line.to_string()),
    ];
    match region.end_line.filter(|end| *end > region.line) {
        // Columns count within one line only.
        Some(end) => properties.push(("endLine", end.to_string())),
        None => properties.push(("col", region.column.to_string())),
    }
    properties.push(("title", format!("{}: {}", judged.title(), row.check.id)));
    annotation(command, &properties, &row.full_statement())
}

fn problem(skipped: &Skipped) -> String {
    let mut properties = vec![("file", skipped.file.to_string())];
    if let Some((line, column)) = skipped.reason.position() {
        properties.extend([("line", line.to_string()), ("col", column.to_string())]);
    }
    let title = match skipped.reason.is_judged() {
        true => "Would be refused",
        false => "Cannot be read",
    };
    properties.push(("title", title.to_owned()));
    annotation("warning", &properties, &skipped.explanation())
}

fn annotation(command: &str, properties: &[(&str, String)], message: &str) -> String {
    let properties: Vec<_> = properties
        .iter()
        .map(|(name, value)| format!("{name}={}", property(value)))
        .collect();
    format!("::{command} {}::{}\n", properties.join(","), data(message))
}

fn data(text: &str) -> String {
    visible_lines(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_a_command() {
        let written = annotation(
            "error",
            &[
                ("file", "a,b:c.yaml".to_owned()),
                ("title", "100%\n".to_owned()),
            ],
            "x\n::stop-commands::y",
        );
        assert_eq!(
            written,
            "::error file=a%2Cb%3Ac.yaml,title=100%25%0A::x%0A::stop-commands::y\n"
        );
    }
}
