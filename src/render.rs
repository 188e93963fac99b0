//! Verdicts and the catalogue as text: for people, and for programs.
//!
//! Everything here is pure and makes strings. How wide the terminal is and whether it shows colours is an argument.

pub mod attest;
pub mod catalogue;
pub mod checklists;
pub mod csv;
pub mod document;
pub mod explain;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod palette;
mod prose;
pub mod reports;
pub mod sarif;
mod summary;
pub mod table;
mod visible;
mod wrap;
mod xml;

use crate::api::ReadinessReport;
use crate::check::Check;
use crate::manifests::{Origin, Region, Skipped};
use crate::model::{Finding, Key, Severity, Text, Verdict};

pub use palette::Palette;
pub use summary::{Compared, Summary};

/// An object that was judged.
#[derive(Debug)]
pub struct Judged<'a> {
    /// Where it is written.
    pub origin: &'a Origin,
    /// Which object it is.
    pub key: &'a Key,
    /// What became of it: the gravest first, then by check, container and path.
    pub rows: Vec<Row>,
    /// How many objects of this name are before it in the same file: one may stand in several documents.
    pub earlier: u32,
    /// What the operator would report on it, where that was asked for and it is a workload.
    pub report: Option<Box<ReadinessReport>>,
}

impl<'a> Judged<'a> {
    /// An object and what became of it, in any order.
    pub fn new(origin: &'a Origin, key: &'a Key, mut rows: Vec<Row>) -> Self {
        rows.sort_by(|a, b| {
            let graver = b.severity.cmp(&a.severity);
            graver.then_with(|| a.place().cmp(&b.place()))
        });
        Self {
            origin,
            key,
            rows,
            earlier: 0,
            report: None,
        }
    }

    /// What is found, and where `passes` are wanted also what passes and does not apply.
    fn listed(&self, passes: bool) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| {
            passes || !matches!(row.verdict, Verdict::Pass | Verdict::NotApplicable)
        })
    }

    /// What fails or is undecided, and is not waived.
    fn open(&self) -> impl Iterator<Item = &Row> {
        self.rows
            .iter()
            .filter(|row| matches!(row.verdict, Verdict::Fail | Verdict::Unknown))
    }

    /// Its namespace, where it names one.
    pub fn namespace(&self) -> Option<&str> {
        self.origin.names_namespace.then_some(&*self.key.namespace)
    }

    /// `Deployment shop/web`.
    fn title(&self) -> String {
        title(self.origin, self.key)
    }
}

/// What an object is called: `Deployment shop/web`, with the namespace where it names one.
pub fn title(origin: &Origin, key: &Key) -> String {
    let Key {
        namespace, name, ..
    } = key;
    let kind = origin.kind;
    if origin.names_namespace {
        format!("{kind} {namespace}/{name}")
    } else {
        format!("{kind} {name}")
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
    /// Why its author asks to ignore it, where that is why it is waived.
    pub ignored: Option<Text>,
    /// Where the field is written, or the innermost one around it that there is.
    pub region: Region,
    /// How it can be fixed, where that was looked up and is safe.
    pub fix: Option<Box<Fix>>,
}

impl Row {
    fn place(&self) -> (&'static str, Option<&crate::model::Place>) {
        let place = self.finding.as_ref().map(|finding| &finding.at);
        (self.check.id, place)
    }

    /// The container that it is about.
    pub fn container(&self) -> Option<&str> {
        self.finding.as_ref()?.at.container.as_deref()
    }

    fn message(&self) -> &str {
        self.finding.as_ref().map_or("", |finding| &finding.message)
    }

    /// The JSON pointer of the field; empty for the whole object.
    pub fn path(&self) -> &str {
        self.finding.as_ref().map_or("", |finding| &finding.at.path)
    }

    /// The message, which says where nothing could be decided.
    fn statement(&self) -> String {
        match self.verdict {
            Verdict::Unknown => format!("unknown: {}", self.message()),
            _ => self.message().to_owned(),
        }
    }

    /// The statement, beginning with the container that it is about.
    fn full_statement(&self) -> String {
        match self.container() {
            Some(container) => format!("container {container}: {}", self.statement()),
            None => self.statement(),
        }
    }
}

/// A change to the file that something is found in, which makes it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, for people.
    pub description: String,
    /// What takes the place of what, from the top of the file to its end.
    pub replacements: Vec<Replacement>,
}

/// A part of a text, and what takes its place. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Where the part begins.
    pub start: (u32, u32),
    /// Where it ends: before this place. The same where nothing is taken away.
    pub end: (u32, u32),
    /// What is written there.
    pub text: String,
}

/// How the findings of a run are written. The text is put together from what each object adds to it, in order, so that
/// no run is too long to be written.
pub trait Report: Send + Sync {
    /// What comes first.
    fn begin(&self) -> String;

    /// Whether what comes first says how it came out. The objects are kept until then, and `begin` is not asked for.
    fn begins_with_summary(&self) -> bool {
        false
    }

    /// What comes first where it says how it came out.
    fn begin_with(&self, _summary: &Summary) -> String {
        self.begin()
    }

    /// Whether it lists what passes and does not apply, so that there are to be rows of it.
    fn lists_passes(&self) -> bool;

    /// Whether it says how findings can be fixed.
    fn shows_fixes(&self) -> bool {
        false
    }

    /// What an object adds; nothing where there is nothing to say.
    fn object(&self, judged: &Judged<'_>) -> String;

    /// Adds to a text what an object adds: the same, for those that need no text of their own for it.
    fn add_object(&self, judged: &Judged<'_>, text: &mut String) {
        text.push_str(&self.object(judged));
    }

    /// What comes between objects that add something.
    fn separator(&self) -> &'static str;

    /// What documents that were skipped add, as one more object would.
    fn skipped(&self, _skipped: &[Skipped]) -> String {
        String::new()
    }

    /// What comes last.
    fn end(&self, skipped: &[Skipped], summary: &Summary) -> String;
}
