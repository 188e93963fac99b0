//! A run in figures.

use serde::Serialize;

use super::Palette;
use super::palette::paint;
use crate::manifests::Skipped;
use crate::model::{Severity, Verdict};

/// A run in figures. `documents` is `objects` and `skipped` together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Files that were found.
    pub files: usize,
    /// Documents that hold something; each item of a List counts as one, and so does a file that cannot be read.
    pub documents: usize,
    /// Objects that were judged, or that are looked up when others are.
    pub objects: usize,
    /// Those of them that are workloads.
    pub workloads: usize,
    /// Reasons for which the API server would refuse objects that were judged all the same.
    pub refused: usize,
    /// Documents that were skipped.
    pub skipped: usize,
    /// Checks that passed, each counted for each object.
    pub pass: usize,
    /// Checks that failed.
    pub fail: usize,
    /// Checks that could not be decided.
    pub unknown: usize,
    /// Checks that do not apply.
    pub not_applicable: usize,
    /// Checks that an exception covers.
    pub waived: usize,
    /// Checks that failed and are critical.
    pub critical: usize,
    /// Checks that failed and are high.
    pub high: usize,
    /// Checks that failed and are advice.
    pub advice: usize,
    /// Annotations that ask to ignore what does not fail.
    #[serde(skip_serializing_if = "is_zero")]
    pub unused_ignores: usize,
    /// What became of the baseline, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Compared>,
    /// The gravest that failed or could not be decided.
    #[serde(skip)]
    pub gravest: Option<Severity>,
    /// The gravest that failed.
    #[serde(skip)]
    pub gravest_failed: Option<Severity>,
}

/// Findings, compared with a baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Compared {
    /// Those that are in it: they are not listed, and count nowhere else.
    pub known: usize,
    /// Those of the baseline that are no more.
    pub fixed: usize,
    /// Those of the baseline of which nobody can tell: their files or checks were not asked for this time.
    pub unseen: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Compared {
    /// In a few words.
    fn words(self) -> String {
        let mut words = format!("Known: {}", counted(self.known, "finding"));
        let are = |count| if count == 1 { "is" } else { "are" };
        if self.fixed > 0 {
            words.push_str(&format!(
                "; {} of the baseline {} fixed",
                self.fixed,
                are(self.fixed)
            ));
        }
        if self.unseen > 0 {
            words.push_str(&format!("; {} of it not looked at", self.unseen));
        }
        words.push('.');
        words
    }
}

impl Summary {
    /// Counts what was skipped, or would be refused; all objects are counted by then.
    pub fn add_skipped(&mut self, skipped: &[Skipped]) {
        let refused = skipped.iter().filter(|skipped| skipped.reason.is_judged());
        self.refused = refused.count();
        self.skipped = skipped.len() - self.refused;
        self.documents = self.objects + self.skipped;
    }

    /// Counts what one check says of one object.
    pub fn count(&mut self, verdict: Verdict, severity: Severity) {
        if matches!(verdict, Verdict::Fail | Verdict::Unknown) {
            self.gravest = self.gravest.max(Some(severity));
        }
        match verdict {
            Verdict::Pass => self.pass += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
            Verdict::Waived => self.waived += 1,
            Verdict::Fail => {
                self.fail += 1;
                self.gravest_failed = self.gravest_failed.max(Some(severity));
                match severity {
                    Severity::Critical => self.critical += 1,
                    Severity::High => self.high += 1,
                    Severity::Advice => self.advice += 1,
                }
            }
        }
    }

    /// The figures of two parts of a run together.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            files: self.files + other.files,
            documents: self.documents + other.documents,
            objects: self.objects + other.objects,
            workloads: self.workloads + other.workloads,
            refused: self.refused + other.refused,
            skipped: self.skipped + other.skipped,
            pass: self.pass + other.pass,
            fail: self.fail + other.fail,
            unknown: self.unknown + other.unknown,
            not_applicable: self.not_applicable + other.not_applicable,
            waived: self.waived + other.waived,
            critical: self.critical + other.critical,
            high: self.high + other.high,
            advice: self.advice + other.advice,
            unused_ignores: self.unused_ignores + other.unused_ignores,
            baseline: self.baseline.or(other.baseline),
            gravest: self.gravest.max(other.gravest),
            gravest_failed: self.gravest_failed.max(other.gravest_failed),
        }
    }

    /// Forgets what failed or could not be decided, for it to be counted anew.
    pub fn forget_open(&mut self) {
        [self.fail, self.unknown] = [0; 2];
        [self.critical, self.high, self.advice] = [0; 3];
        (self.gravest, self.gravest_failed) = (None, None);
    }

    /// The run in a few words.
    pub(super) fn words(&self, palette: Palette) -> String {
        let failed = [
            (self.critical, "critical", Severity::Critical),
            (self.high, "high", Severity::High),
            (self.advice, "advice", Severity::Advice),
        ];
        let failed = failed.into_iter().filter(|(count, _, _)| *count > 0);
        let failed = failed.map(|(count, name, severity)| {
            paint(palette.severity(severity), format_args!("{count} {name}"))
        });
        let failed: Vec<_> = failed.collect();
        let mut parts = Vec::new();
        if !failed.is_empty() {
            parts.push(format!("Failed checks: {}.", failed.join(", ")));
        } else if self.unknown == 0 && self.objects > 0 {
            let new = match self.baseline {
                Some(Compared { known: 1.., .. }) => "Nothing new",
                _ => "No check",
            };
            parts.push(format!("{new} failed ({} passed).", self.pass));
        }
        if self.unknown > 0 {
            parts.push(format!("Undecided: {}.", self.unknown));
        }
        if self.waived > 0 {
            parts.push(format!("Waived: {}.", self.waived));
        }
        parts.extend(self.baseline.map(Compared::words));
        if self.unused_ignores > 0 {
            parts.push(format!("Unused ignores: {}.", self.unused_ignores));
        }
        let objects = counted(self.objects, "object");
        let workloads = counted(self.workloads, "workload");
        let files = counted(self.files, "file");
        let skipped = match self.skipped {
            0 => String::new(),
            skipped => format!("; {} skipped", counted(skipped, "document")),
        };
        parts.push(format!("Read {objects} ({workloads}) in {files}{skipped}."));
        parts.join(" ")
    }
}

/// `1 file`, `2 files`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
