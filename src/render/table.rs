//! The findings of a run for people: each object with what is wrong with it, and a line that sums up.

mod skipped;

use std::borrow::Cow;

use super::palette::paint;
use super::visible::visible;
use super::wrap::{self, width_of};
use super::{Judged, Palette, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::Verdict;

pub(super) use skipped::{line as skipped_line, sections};

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
    container: Cow<'a, str>,
    /// `:12`, the line of the field; nothing where it is about the whole object.
    line: String,
    message: String,
}

/// How wide the columns of an object's lines are.
#[derive(Clone, Copy)]
struct Columns {
    check: usize,
    container: usize,
    line: usize,
}

impl Report for Table {
    fn begin(&self) -> String {
        String::new()
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let lines: Vec<_> = judged.listed(self.all).map(Line::of).collect();
        if lines.is_empty() {
            return String::new();
        }
        let title = paint(self.palette.strong, visible(&judged.title()));
        let place = format!("{}:{}", visible(&judged.origin.file), judged.origin.line);
        let place = paint(self.palette.faint, place);
        let mut written = format!("{title}  {place}\n");
        let columns = Columns::of(&lines);
        for line in &lines {
            self.line(line, columns, &mut written);
        }
        written
    }

    fn lists_passes(&self) -> bool {
        self.all
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
        written.push_str(&summary.words(self.palette));
        written.push('\n');
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
        if columns.line > 0 {
            head.push_str(&format!("  {:>1$}", line.line, columns.line));
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
}

impl Columns {
    fn of(lines: &[Line<'_>]) -> Self {
        let checks = lines.iter().map(|line| width_of(line.row.check.id));
        let containers = lines.iter().map(|line| width_of(&line.container));
        Self {
            check: checks.max().unwrap_or(0),
            container: containers.max().unwrap_or(0),
            line: lines.iter().map(|line| line.line.len()).max().unwrap_or(0),
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
        // A message is broken at its line breaks as at its spaces.
        let message = row.statement();
        let words: Vec<_> = message.split_whitespace().map(visible).collect();
        Self {
            row,
            word,
            container: visible(row.container().unwrap_or("")),
            line: match row.path() {
                "" => String::new(),
                _ => format!(":{}", row.region.line),
            },
            message: words.join(" "),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::checks;
    use crate::manifests::{Origin, Region};
    use crate::model::{Finding, Key, Kind, Place};

    fn table(width: Option<usize>) -> String {
        let origin = Origin {
            file: "web.yaml".into(),
            document: 1,
            line: 7,
            column: 1,
            api_version: "apps/v1".into(),
            kind: "Deployment",
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
                message: message.to_owned().into(),
            }),
            exception: None,
            ignored: None,
            region: Region::of(&origin),
            fix: None,
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
              critical  liveness-probe       :7  unknown: cannot be told
              critical  liveness-probe  web  :7  has no probe, so that nobody knows
        "#]]
        .assert_eq(&table(None));
        expect![[r#"
            Deployment shop/web  web.yaml:7
              critical  liveness-probe       :7
                  unknown: cannot be told
              critical  liveness-probe  web  :7
                  has no probe, so that nobody knows
        "#]]
        .assert_eq(&table(Some(66)));
        expect![[r#"
            Deployment shop/web  web.yaml:7
              critical  liveness-probe       :7
                  unknown: cannot be told
              critical  liveness-probe  web  :7
                  has no probe, so that nobody knows
        "#]]
        .assert_eq(&table(Some(40)));
    }
}
