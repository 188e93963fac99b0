//! What writes each format.

use std::sync::Arc;

use super::format::{Asked, Format};
use super::reports;
use crate::cli::terminal;
use crate::engine::Relief;
use crate::manifests::Whole;
use crate::model::Severity;
use crate::render::csv::Csv;
use crate::render::github::Github;
use crate::render::gitlab::Gitlab;
use crate::render::html::Html;
use crate::render::json::Json;
use crate::render::junit::Junit;
use crate::render::markdown::Markdown;
use crate::render::reports::Reports;
use crate::render::sarif::Sarif;
use crate::render::table::Table;
use crate::render::{Palette, Report};

/// What they are made of.
pub(super) struct Writers<'a> {
    /// Whether everything is to be listed.
    pub(super) all: bool,
    /// The least severity that fails.
    pub(super) fail_on: Option<Severity>,
    /// The least severity at which what is undecided counts as well.
    pub(super) fail_on_undecided: Option<Severity>,
    /// By what it is judged.
    pub(super) relief: Relief<'a>,
    /// What is judged.
    pub(super) whole: &'a Whole,
}

impl Writers<'_> {
    /// What writes one of the outputs.
    pub(super) fn of(&self, asked: &Asked) -> Arc<dyn Report> {
        let all = self.all;
        match asked.format {
            Format::Table => {
                let shown = asked.file.is_none();
                Arc::new(Table {
                    palette: if shown {
                        terminal::palette()
                    } else {
                        Palette::PLAIN
                    },
                    width: terminal::width().filter(|_| shown),
                    all,
                })
            }
            Format::Json => Arc::new(Json { all }),
            Format::Sarif => {
                let rules = self.relief.policies.iter().flat_map(|policy| &policy.rules);
                Arc::new(Sarif::new(rules.map(|rule| rule.check), all))
            }
            Format::Junit => Arc::new(Junit {
                fail_on: self.fail_on,
                fail_on_undecided: self.fail_on_undecided,
            }),
            Format::Github => Arc::new(Github),
            Format::Gitlab => Arc::new(Gitlab),
            Format::Markdown => Arc::new(Markdown { all }),
            Format::Html => Arc::new(Html { all }),
            Format::Reports => Arc::new(Reports {
                of_namespaces: reports::of_namespaces(self.relief, self.whole),
            }),
            Format::Csv => Arc::new(Csv { all }),
        }
    }
}
