//! Checklists as they are written, before anybody has filled them in: for people and for programs.

mod json;
mod markdown;
mod table;
mod ways;

use serde::Serialize;

use crate::checklist::{Checklist, Item, Way};

pub use json::{json, json_list};
pub use markdown::{markdown, markdown_list};
pub use table::{table, table_list};
pub use ways::{attested_by, automatic};

/// How many lines of a checklist are decided in which way. An attestation that is only a fallback is not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ways {
    /// By checks.
    pub check: usize,
    /// By expressions.
    pub cel: usize,
    /// By evidence.
    pub evidence: usize,
    /// By metrics.
    pub metrics: usize,
    /// By people alone.
    pub attestation: usize,
}

impl Ways {
    /// Counts the lines of a checklist.
    pub fn of(checklist: &Checklist) -> Self {
        let mut ways = Self::default();
        for item in &checklist.items {
            ways.count(item);
        }
        ways
    }

    /// Counts one more line.
    pub fn count(&mut self, item: &Item) {
        let count = match item.way {
            Way::Checks(_) => &mut self.check,
            Way::Cel(_) => &mut self.cel,
            Way::Evidence(_) => &mut self.evidence,
            Way::Metrics(_) => &mut self.metrics,
            Way::Attestation => &mut self.attestation,
        };
        *count += 1;
    }
}

/// What has a title.
type Titled<'a, T> = (&'a str, Vec<T>);

/// Lines by section and group, in their order. The group is empty where it is the section's own.
fn sections(checklist: &Checklist) -> Vec<Titled<'_, Titled<'_, &Item>>> {
    let mut sections: Vec<Titled<'_, Titled<'_, &Item>>> = Vec::new();
    for item in &checklist.items {
        let section = item.spec.section.as_str();
        let group = item
            .spec
            .group
            .as_deref()
            .filter(|group| *group != section)
            .unwrap_or("");
        if sections.last().is_none_or(|(last, _)| *last != section) {
            sections.push((section, Vec::new()));
        }
        let Some((_, groups)) = sections.last_mut() else {
            continue;
        };
        match groups.last_mut() {
            Some((last, items)) if *last == group => items.push(item),
            _ => groups.push((group, vec![item])),
        }
    }
    sections
}
