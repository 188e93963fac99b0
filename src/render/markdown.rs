//! The findings of a run as Markdown, for a comment on a change or the summary of a job.

use super::document::escape;
use super::prose::{Span, spans};
use super::table::{sections, skipped_line};
use super::visible::visible;
use super::{Judged, Palette, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::Verdict;

/// Writes Markdown.
pub struct Markdown {
    /// Whether passes, and everything that was skipped, are listed as well.
    pub all: bool,
}

impl Report for Markdown {
    fn begin(&self) -> String {
        String::new()
    }

    fn begins_with_summary(&self) -> bool {
        true
    }

    fn begin_with(&self, summary: &Summary) -> String {
        format!("## Plimsoll\n\n{}\n", summary.words(Palette::PLAIN))
    }

    fn lists_passes(&self) -> bool {
        self.all
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let rows: String = judged.listed(self.all).map(row).collect();
        if rows.is_empty() {
            return String::new();
        }
        let title = code(&judged.title());
        let place = code(&format!("{}:{}", judged.origin.file, judged.origin.line));
        format!(
            "\n### {title}\n\n{place}\n\n| severity | check | container | line | finding |\n| --- | --- | --- | ---: | --- |\n{rows}"
        )
    }

    fn separator(&self) -> &'static str {
        ""
    }

    fn end(&self, skipped: &[Skipped], _: &Summary) -> String {
        let sections = sections(skipped, self.all).into_iter();
        let sections = sections.map(|(heading, list)| {
            let lines = list.iter();
            let lines = lines.map(|skipped| format!("- {}\n", text(&skipped_line(skipped))));
            format!("\n### {heading}\n\n{}", lines.collect::<String>())
        });
        sections.collect()
    }
}

fn row(row: &Row) -> String {
    let word = match row.verdict {
        Verdict::Fail | Verdict::Unknown => row.severity.name(),
        Verdict::Pass => "pass",
        Verdict::NotApplicable => "n/a",
        Verdict::Waived => "waived",
    };
    format!(
        "| {word} | {} | {} | {} | {} |\n",
        code(row.check.id),
        row.container().map_or_else(String::new, code),
        row.region.line,
        prose(&row.statement())
    )
}

/// A message: what is in backticks is code, nothing else means anything.
fn prose(message: &str) -> String {
    let spans = spans(message).into_iter().map(|span| match span {
        Span::Words(words) => text(words),
        Span::Code(content) => code(content),
    });
    spans.collect()
}

/// Words that mean nothing to Markdown, and call nobody.
fn text(words: &str) -> String {
    escape(&visible(words))
        .replace('@', "@&#8203;")
        .replace("://", ":&#8203;//")
}

/// Code, whatever is in it; also in a table.
fn code(content: &str) -> String {
    let content = visible(content);
    let is_plain =
        !content.contains(['`', '|']) && content.trim() == content && !content.is_empty();
    if is_plain {
        return format!("`{content}`");
    }
    let char = |char: char| match char {
        _ if char.is_ascii_punctuation() => format!("&#{};", u32::from(char)),
        _ => char.to_string(),
    };
    format!(
        "<code>{}</code>",
        content.chars().map(char).collect::<String>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        for (name, expected) in [
            ("web", "`web`"),
            ("<script>", "`<script>`"),
            ("a`b", "<code>a&#96;b</code>"),
            ("a|b\\|", "<code>a&#124;b&#92;&#124;</code>"),
            ("a\nb", "`a\\nb`"),
            (" ", "<code> </code>"),
        ] {
            assert_eq!(code(name), expected);
        }
        for (message, expected) in [
            (
                "image `a|b` *is* bad",
                "image <code>a&#124;b</code> \\*is\\* bad",
            ),
            ("<img src=x> @team", "\\<img src=x> @&#8203;team"),
            ("[a](https://b) `", "\\[a\\](https:&#8203;//b) \\`"),
            ("x\n# y", "x\\\\n# y"),
        ] {
            assert_eq!(prose(message), expected);
        }
    }
}
