//! The findings of a run for people: each object with what is wrong with it, and a line that sums up.

mod skipped;

use super::palette::paint;
use super::wrap::{self, width_of};
use super::{Judged, Palette, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::{Severity, Verdict};

/// The space before each column.
const MARGIN: usize = 2;

/// How wide the column of severities is.
const SEVERITY: usize = 8;

/// Below this, a message begins on a line of its own.
const NARROWEST_MESSAGE: usize = 32;

/// Writes a table.
pub struct Table {
    /// Its colours.
    pub palette: Palette,
    /// How wide the terminal is. Without a width each finding is one line.
    pub width: Option<usize>,
    /// Whether everything is to be listed: passes, and each document that was skipped.
    pub all: bool,
}

/// A row, its parts as they are shown.
struct Line<'a> {
    row: &'a Row,
    word: &'static str,
    container: &'a str,
    message: String,
}

/// How wide the columns of an object's lines are.
#[derive(Clone, Copy)]
struct Columns {
    check: usize,
    container: usize,
}

impl Report for Table {
    fn begin(&self) -> String {
        String::new()
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        if judged.rows.is_empty() {
            return String::new();
        }
        let title = paint(self.palette.strong, judged.title());
        let place = format!("{}:{}", judged.origin.file, judged.origin.line);
        let place = paint(self.palette.faint, place);
        let mut written = format!("{title}  {place}\n");
        let lines: Vec<_> = judged.rows.iter().map(Line::of).collect();
        let columns = Columns::of(&lines);
        for line in &lines {
            self.line(line, columns, &mut written);
        }
        written
    }

    fn separator(&self) -> &'static str {
        "\n"
    }

    fn end(&self, skipped: &[Skipped], summary: &Summary) -> String {
        let mut written = String::new();
        if summary.gravest.is_some() || summary.waived > 0 || self.all && summary.objects > 0 {
            written.push('\n');
        }
        let skipped = skipped::section(skipped, self.all);
        if !skipped.is_empty() {
            written.push_str(&skipped);
            written.push('\n');
        }
        written.push_str(&self.summary(summary));
        written
    }
}

impl Table {
    /// A finding; where the terminal is narrow, its message is below it.
    fn line(&self, line: &Line<'_>, columns: Columns, written: &mut String) {
        let Line { row, word, .. } = line;
        let style = self.palette.verdict(row.verdict, row.severity);
        let word = paint(style, format_args!("{word:SEVERITY$}"));
        let mut head = format!("  {:1$}", row.check.id, columns.check);
        if columns.container > 0 {
            head.push_str(&format!("  {:1$}", line.container, columns.container));
        }
        let start = MARGIN + SEVERITY + width_of(&head) + MARGIN;
        let room = self.width.map(|width| width.saturating_sub(start));
        let is_narrow = room.is_some_and(|room| room < NARROWEST_MESSAGE);
        let (start, room) = if is_narrow {
            let start = 3 * MARGIN;
            let room = self.width.map(|width| width.saturating_sub(start));
            (start, room.map(|room| room.max(NARROWEST_MESSAGE)))
        } else {
            (start, room)
        };
        let message = wrap::lines(&line.message, room);
        let next = format!("\n{}", " ".repeat(start));
        let (gap, message) = match (message.is_empty(), is_narrow) {
            (true, _) => ("", String::new()),
            (false, true) => (next.as_str(), message.join(&next)),
            (false, false) => ("  ", message.join(&next)),
        };
        let head = if gap == "  " { &head } else { head.trim_end() };
        written.push_str(&format!("  {word}{head}{gap}{message}\n"));
    }

    fn summary(&self, summary: &Summary) -> String {
        let failed = [
            (summary.critical, "critical", Severity::Critical),
            (summary.high, "high", Severity::High),
            (summary.advice, "advice", Severity::Advice),
        ];
        let failed = failed.into_iter().filter(|(count, _, _)| *count > 0);
        let failed = failed.map(|(count, name, severity)| {
            paint(
                self.palette.severity(severity),
                format_args!("{count} {name}"),
            )
        });
        let failed: Vec<_> = failed.collect();
        let mut parts = Vec::new();
        if !failed.is_empty() {
            parts.push(format!("Failed checks: {}.", failed.join(", ")));
        } else if summary.unknown == 0 && summary.objects > 0 {
            parts.push(format!("No check failed ({} passed).", summary.pass));
        }
        if summary.unknown > 0 {
            parts.push(format!("Undecided: {}.", summary.unknown));
        }
        if summary.waived > 0 {
            parts.push(format!("Waived: {}.", summary.waived));
        }
        let objects = counted(summary.objects, "object");
        let workloads = counted(summary.workloads, "workload");
        let files = counted(summary.files, "file");
        let skipped = match summary.skipped {
            0 => String::new(),
            skipped => format!("; {} skipped", counted(skipped, "document")),
        };
        parts.push(format!("Read {objects} ({workloads}) in {files}{skipped}."));
        parts.join(" ") + "\n"
    }
}

impl Columns {
    fn of(lines: &[Line<'_>]) -> Self {
        let checks = lines.iter().map(|line| width_of(line.row.check.id));
        let containers = lines.iter().map(|line| width_of(line.container));
        Self {
            check: checks.max().unwrap_or(0),
            container: containers.max().unwrap_or(0),
        }
    }
}

impl<'a> Line<'a> {
    fn of(row: &'a Row) -> Self {
        let word = match row.verdict {
            Verdict::Fail | Verdict::Unknown => row.severity.name(),
            Verdict::Pass => "pass",
            Verdict::NotApplicable => "n/a",
            Verdict::Waived => "waived",
        };
        let message = match row.verdict {
            Verdict::Unknown => format!("unknown: {}", row.message()),
            _ => row.message().to_owned(),
        };
        Self {
            row,
            word,
            container: row.container().unwrap_or(""),
            message,
        }
    }
}

/// `1 file`, `2 files`.
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::checks;
    use crate::manifests::Origin;
    use crate::model::{Finding, Key, Kind, Place};

    fn table(width: Option<usize>) -> String {
        let origin = Origin {
            file: "web.yaml".into(),
            document: 1,
            line: 7,
            api_version: "apps/v1".into(),
            names_namespace: true,
        };
        let key = Key::new(Kind::Deployment, "shop", "web");
        let check = checks::find("liveness-probe").expect("there is such a check");
        let row = |verdict, container: Option<&str>, message: &str| Row {
            check,
            severity: check.severity,
            verdict,
            finding: Some(Finding {
                verdict,
                at: Place {
                    container: container.map(Into::into),
                    ..Place::field("/spec")
                },
                message: message.to_owned(),
            }),
            exception: None,
        };
        let rows = vec![
            row(
                Verdict::Fail,
                Some("web"),
                "has no probe, so that nobody knows",
            ),
            row(Verdict::Unknown, None, "cannot be told"),
        ];
        let table = Table {
            palette: Palette::PLAIN,
            width,
            all: false,
        };
        table.object(&Judged::new(&origin, &key, rows))
    }

    #[test]
    fn messages_fit_the_terminal() {
        expect![[r#"
            Deployment shop/web  web.yaml:7
              critical  liveness-probe       unknown: cannot be told
              critical  liveness-probe  web  has no probe, so that nobody knows
        "#]]
        .assert_eq(&table(None));
        expect![[r#"
            Deployment shop/web  web.yaml:7
              critical  liveness-probe       unknown: cannot be told
              critical  liveness-probe  web  has no probe, so that nobody
                                             knows
        "#]]
        .assert_eq(&table(Some(66)));
        expect![[r#"
            Deployment shop/web  web.yaml:7
              critical  liveness-probe
                  unknown: cannot be told
              critical  liveness-probe  web
                  has no probe, so that nobody knows
        "#]]
        .assert_eq(&table(Some(40)));
    }
}
