//! Verdicts and the catalogue as text: for people, and for programs.
//!
//! Everything here is pure and makes strings. How wide the terminal is and whether it shows colours is an argument.

pub mod attest;
pub mod catalogue;
pub mod checklists;
pub mod document;
pub mod explain;
pub mod json;
mod markdown;
mod palette;
mod summary;
pub mod table;
mod wrap;

use crate::check::Check;
use crate::manifests::{Origin, Skipped};
use crate::model::{Finding, Key, Severity, Text, Verdict};

pub use palette::Palette;
pub use summary::Summary;

/// An object that was judged.
#[derive(Debug)]
pub struct Judged<'a> {
    /// Where it is written.
    pub origin: &'a Origin,
    /// Which object it is.
    pub key: &'a Key,
    /// What became of it: the gravest first, then by check, container and path.
    pub rows: Vec<Row>,
}

impl<'a> Judged<'a> {
    /// An object and what became of it, in any order.
    pub fn new(origin: &'a Origin, key: &'a Key, mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| {
            let graver = b.severity.cmp(&a.severity);
            graver.then_with(|| a.place().cmp(&b.place()))
        });
        Self { origin, key, rows }
    }

    /// Its namespace, where it names one.
    fn namespace(&self) -> Option<&str> {
        self.origin.names_namespace.then_some(&*self.key.namespace)
    }

    /// `Deployment shop/web`.
    fn title(&self) -> String {
        let Key { kind, name, .. } = self.key;
        match self.namespace() {
            Some(namespace) => format!("{kind} {namespace}/{name}"),
            None => format!("{kind} {name}"),
        }
    }
}

/// One thing that a check says of an object: a finding, or that there is none.
#[derive(Debug)]
pub struct Row {
    /// The check.
    pub check: &'static Check,
    /// How much it matters.
    pub severity: Severity,
    /// The finding's verdict, or the check's.
    pub verdict: Verdict,
    /// What was found; `None` where nothing was.
    pub finding: Option<Finding>,
    /// The exception that waives it, where it is waived.
    pub exception: Option<Text>,
}

impl Row {
    fn place(&self) -> (&'static str, Option<&crate::model::Place>) {
        let place = self.finding.as_ref().map(|finding| &finding.at);
        (self.check.id, place)
    }

    fn container(&self) -> Option<&str> {
        self.finding.as_ref()?.at.container.as_deref()
    }

    fn message(&self) -> &str {
        self.finding.as_ref().map_or("", |finding| &finding.message)
    }
}

/// How the findings of a run are written. The text is put together from what each object adds to it, in order, so that
/// no run is too long to be written.
pub trait Report: Sync {
    /// What comes first.
    fn begin(&self) -> String;
    /// What an object adds; nothing where there is nothing to say.
    fn object(&self, judged: &Judged<'_>) -> String;
    /// What comes between objects that add something.
    fn separator(&self) -> &'static str;
    /// What comes last.
    fn end(&self, skipped: &[Skipped], summary: &Summary) -> String;
}
