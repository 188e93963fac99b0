//! The findings of a run as one HTML page that needs nothing else: no script, nothing loaded.
//!
//! It is well-formed XML as well, so that a test can take it apart.

use super::prose::{Span, spans};
use super::table::{sections, skipped_line};
use super::visible::visible;
use super::xml::escape;
use super::{Judged, Palette, Report, Row, Summary};
use crate::manifests::Skipped;
use crate::model::{Severity, Verdict};

/// The whole look of the page.
const STYLE: &str = include_str!("html/style.css");

/// Writes an HTML page.
pub struct Html {
    /// Whether passes, and everything that was skipped, are listed as well.
    pub all: bool,
}

impl Report for Html {
    fn begin(&self) -> String {
        String::new()
    }

    fn begins_with_summary(&self) -> bool {
        true
    }

    fn begin_with(&self, summary: &Summary) -> String {
        let filters: String = self.classes().map(filter).collect();
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>Plimsoll</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<h1>Plimsoll</h1>\n<p>{}</p>\n{filters}<main>\n",
            escape(&summary.words(Palette::PLAIN))
        )
    }

    fn lists_passes(&self) -> bool {
        self.all
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let rows: String = judged.listed(self.all).map(row).collect();
        if rows.is_empty() {
            return String::new();
        }
        let title = plain(&judged.title());
        let place = plain(&format!("{}:{}", judged.origin.file, judged.origin.line));
        format!(
            "<section>\n<h2>{title}<span>{place}</span></h2>\n<table>\n{rows}</table>\n</section>\n"
        )
    }

    fn separator(&self) -> &'static str {
        ""
    }

    fn end(&self, skipped: &[Skipped], _: &Summary) -> String {
        let sections = sections(skipped, self.all).into_iter();
        let sections = sections.map(|(heading, list)| {
            let lines = list.iter();
            let lines =
                lines.map(|skipped| format!("<li>{}</li>\n", plain(&skipped_line(skipped))));
            format!(
                "<h2>{heading}</h2>\n<ul>\n{}</ul>\n",
                lines.collect::<String>()
            )
        });
        let sections: String = sections.collect();
        format!("{sections}</main>\n</body>\n</html>\n")
    }
}

impl Html {
    /// What rows there are, each with a box that hides them.
    fn classes(&self) -> impl Iterator<Item = &'static str> {
        let found = ["critical", "high", "advice", "waived"];
        let passes = ["passed", "none"].into_iter().filter(|_| self.all);
        found.into_iter().chain(passes)
    }
}

/// What passes is there to be asked for.
fn filter(class: &str) -> String {
    let is_pass = ["passed", "none"].contains(&class);
    let word = if class == "none" { "n/a" } else { class };
    let checked = if is_pass { "" } else { " checked=\"checked\"" };
    format!(
        "<input type=\"checkbox\" id=\"{class}\"{checked}/><label class=\"{class}\" for=\"{class}\">{word}</label>\n"
    )
}

fn row(row: &Row) -> String {
    let severity = match row.severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Advice => "advice",
    };
    let (class, word) = match row.verdict {
        Verdict::Fail | Verdict::Unknown => (severity, severity),
        Verdict::Pass => ("passed", "pass"),
        Verdict::NotApplicable => ("none", "n/a"),
        Verdict::Waived => ("waived", "waived"),
    };
    let statement = prose(&row.statement());
    let finding = if row.finding.is_some() {
        format!(
            "<details><summary>{statement}</summary><p>{}</p></details>",
            prose(row.check.fix)
        )
    } else {
        statement
    };
    format!(
        "<tr class=\"row {class}\"><td class=\"word\">{word}</td><td class=\"check\" title=\"{}\">{}</td>\
         <td class=\"container\">{}</td><td class=\"line\">{}</td><td>{finding}</td></tr>\n",
        escape(row.check.title),
        escape(row.check.id),
        plain(row.container().unwrap_or("")),
        row.region.line,
    )
}

fn prose(text: &str) -> String {
    let spans = spans(text).into_iter().map(|span| match span {
        Span::Words(words) => plain(words),
        Span::Code(content) => format!("<code>{}</code>", plain(content)),
    });
    spans.collect()
}

fn plain(text: &str) -> String {
    escape(&visible(text))
}
