//! Where a check puts what it finds.

use std::borrow::Cow;

use jiff::Timestamp;

use super::Undecided;
use crate::model::{Finding, Key, Located, Place, Verdict};

/// What a check found about one subject. Nothing is a pass.
#[derive(Debug, Default)]
pub struct Findings {
    list: Vec<Located>,
    not_applicable: bool,
    until: Option<Timestamp>,
}

impl Findings {
    /// Something is wrong there. The message says what, and what would be right.
    pub fn fail(&mut self, at: Place, message: impl Into<Cow<'static, str>>) {
        self.add(Verdict::Fail, at, message.into());
    }

    /// Something there could not be decided. The message says why.
    pub fn unknown(&mut self, at: Place, message: impl Into<Cow<'static, str>>) {
        self.add(Verdict::Unknown, at, message.into());
    }

    /// The check could not be decided.
    pub fn undecided(&mut self, why: &Undecided) {
        self.unknown(Place::field(""), why.to_string());
    }

    fn add(&mut self, verdict: Verdict, at: Place, message: Cow<'static, str>) {
        self.list.push(Located {
            object: None,
            finding: Finding {
                verdict,
                at,
                message,
            },
        });
    }

    /// Says of all of it that it is about this object, not about the workload.
    pub fn are_about(&mut self, object: &Key) {
        for found in &mut self.list {
            found.object = Some(object.clone());
        }
    }

    /// The check does not apply to this subject.
    pub fn not_applicable(&mut self) {
        self.not_applicable = true;
    }

    /// What is found holds until then at most, if nothing else changes: only time passes. The earliest counts.
    pub fn until(&mut self, then: Timestamp) {
        self.until = Some(self.until.map_or(then, |earlier| earlier.min(then)));
    }

    /// Until when it holds at most, if nothing else changes; `None` where time does not matter.
    pub fn holds_until(&self) -> Option<Timestamp> {
        self.until
    }

    /// The verdict: the worst of what was found.
    pub fn verdict(&self) -> Verdict {
        let otherwise = if self.not_applicable {
            Verdict::NotApplicable
        } else {
            Verdict::Pass
        };
        let verdicts = self.list.iter().map(|found| found.finding.verdict);
        verdicts.max().unwrap_or(otherwise)
    }

    /// What was found.
    pub fn into_list(self) -> Vec<Located> {
        self.list
    }

    /// Takes out what was found.
    pub fn take(&mut self) -> impl Iterator<Item = Located> {
        self.list.drain(..)
    }

    /// Forgets everything, so that another check can use the room.
    pub fn clear(&mut self) {
        (self.not_applicable, self.until) = (false, None);
        self.list.clear();
    }
}
