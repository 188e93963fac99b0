//! A metric item's verdict.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::{FailureKind, NoPattern, span};
use crate::model::{Text, Verdict};

/// What a metric item comes to at a moment, and everything to show of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// [`Pass`](Verdict::Pass), [`Fail`](Verdict::Fail) or [`Unknown`](Verdict::Unknown).
    pub verdict: Verdict,
    /// Why, in a word.
    pub cause: Cause,
    /// Why, in a sentence. It stays the same as long as nothing happens: ages are told apart.
    pub reason: String,
    /// The sample that decides: the newest that fails, else of each series' newest the one that is nearest to failing.
    pub value: Option<f64>,
    /// When that sample was.
    pub at: Option<Timestamp>,
    /// How old the newest sample is.
    pub age: Option<Duration>,
    /// How many samples there are, of all series.
    pub samples: usize,
    /// How many of them do not satisfy the condition.
    pub failing: usize,
    /// How much of the window has samples.
    pub covered: Duration,
    /// The window.
    pub window: Duration,
    /// What the server remarked.
    pub notes: Vec<Text>,
}

/// Why a metric item has its verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The samples decide.
    Samples,
    /// There is no sample in the window.
    NoData,
    /// The newest sample is too old.
    Stale,
    /// A sample is infinite, not a number, or a histogram.
    NotANumber,
    /// The server said that its answer may lack something.
    Incomplete,
    /// Nobody has asked yet: shortly after a start, or after the question came up.
    Pending,
    /// The question has no answer.
    Failed(FailureKind),
    /// The workload's pods cannot be told.
    NoPods(NoPattern),
}

impl Measured {
    /// Unknown, and nothing measured.
    pub(super) fn unknown(cause: Cause, reason: String, window: Duration) -> Self {
        Self {
            verdict: Verdict::Unknown,
            cause,
            reason,
            value: None,
            at: None,
            age: None,
            samples: 0,
            failing: 0,
            covered: Duration::ZERO,
            window,
            notes: Vec::new(),
        }
    }

    /// Of an item that could not be asked of a workload.
    pub fn without_pods(why: NoPattern, window: Duration) -> Self {
        Self::unknown(Cause::NoPods(why), why.to_string(), window)
    }
}

/// `> 0 over 24h: 3.2 at 2026-01-01T00:00:00Z; newest sample 20s old; 5m of 24h covered`
impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        if self.failing > 0 {
            write!(f, " ({} of {} samples)", self.failing, self.samples)?;
        }
        if let (Some(value), Some(at)) = (self.value, self.at) {
            write!(f, ": {value} at {at:.0}")?;
        }
        if let Some(age) = self.age {
            write!(f, "; newest sample {} old", span::rough(age))?;
            if self.covered < self.window {
                let (covered, window) = (span::rough(self.covered), span::display(self.window));
                write!(f, "; {covered} of {window} covered")?;
            }
        }
        for note in &self.notes {
            write!(f, "; {note}")?;
        }
        Ok(())
    }
}
