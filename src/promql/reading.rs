//! What the samples over a window say.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::measured::{Cause, Measured};
use super::{Pass, Range, Series, span};
use crate::model::{Text, Verdict};

/// The samples over a window, reduced to what is shown and judged. It says nothing of now.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pass: Pass,
    window: Duration,
    found: Found,
    samples: usize,
    newest: Option<Timestamp>,
    covered: Duration,
    incomplete: Option<Text>,
    notes: Vec<Text>,
}

/// What was found in the samples.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Nothing,
    /// The newest sample that does not satisfy the condition, and how many do not.
    Bad {
        value: f64,
        at: Timestamp,
        count: usize,
    },
    /// No such sample, but this one cannot be judged.
    Odd {
        value: Option<f64>,
        at: Option<Timestamp>,
    },
    /// All satisfy it; the newest of a series, where there are several the one nearest to not doing so.
    Good {
        value: f64,
        at: Timestamp,
    },
}

impl Reading {
    /// Reads an answer: a sample that does not satisfy the condition decides, whatever the others are.
    pub fn of(series: &[Series], pass: Pass, window: Duration, range: &Range) -> Self {
        let points = || series.iter().flat_map(|series| &series.points);
        let bad = |value: f64| value.is_finite() && !pass.holds(value);
        let newest_where = |wanted: &dyn Fn(f64) -> bool| {
            points()
                .filter(|point| wanted(point.value))
                .max_by_key(|point| point.at)
        };
        let found = if let Some(point) = newest_where(&bad) {
            Found::Bad {
                value: point.value,
                at: point.at,
                count: points().filter(|point| bad(point.value)).count(),
            }
        } else if let Some(point) = newest_where(&|value| !value.is_finite()) {
            Found::Odd {
                value: Some(point.value),
                at: Some(point.at),
            }
        } else if series.iter().any(|series| series.histograms) {
            Found::Odd {
                value: None,
                at: None,
            }
        } else {
            let last = series.iter().filter_map(|series| series.points.last());
            last.copied()
                .reduce(|one, other| {
                    let nearer = pass.nearer(one.value, other.value);
                    if nearer.total_cmp(&one.value).is_eq() {
                        one
                    } else {
                        other
                    }
                })
                .map_or(Found::Nothing, |point| Found::Good {
                    value: point.value,
                    at: point.at,
                })
        };
        let times: BTreeSet<Timestamp> = points().map(|point| point.at).collect();
        Self {
            pass,
            window,
            found,
            samples: points().count(),
            newest: times.last().copied(),
            covered: covered(times.len(), window, range),
            incomplete: None,
            notes: Vec::new(),
        }
    }

    /// With the server's warning that its answer may lack something: what passes then may not.
    pub fn incomplete(mut self, warning: impl Into<Text>) -> Self {
        self.incomplete = Some(warning.into());
        self
    }

    /// With what the server remarked.
    pub fn noted(mut self, notes: impl IntoIterator<Item = Text>) -> Self {
        self.notes.extend(notes);
        self
    }

    /// When the newest sample was.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// Whether another one comes to the same, but for the samples' values and times.
    pub(super) fn says_the_same_as(&self, other: &Self) -> bool {
        let whether = |found: &Found| std::mem::discriminant(found);
        whether(&self.found) == whether(&other.found)
            && self.incomplete.is_some() == other.incomplete.is_some()
            && (self.pass, self.window) == (other.pass, other.window)
    }

    /// What it comes to at a moment. Samples that are too old say nothing of it, whatever they are.
    pub fn measured(&self, now: Timestamp, max_age: Duration) -> Measured {
        let (pass, window) = (self.pass, span::display(self.window));
        let unknown = |cause, reason| (Verdict::Unknown, cause, reason);
        let age = self.newest.map(|newest| age(newest, now));
        let stale = match (self.newest, age) {
            (Some(newest), Some(age)) if age > max_age => Some(newest),
            _ => None,
        };
        let (verdict, cause, reason) = match (&self.found, stale, &self.incomplete) {
            (Found::Nothing, _, _) => unknown(Cause::NoData, format!("no data over {window}")),
            (_, Some(newest), _) => unknown(
                Cause::Stale,
                format!(
                    "no sample since {newest:.0}: what is older than {} does not count",
                    span::display(max_age)
                ),
            ),
            (Found::Bad { .. }, None, _) => (
                Verdict::Fail,
                Cause::Samples,
                format!("not always {pass} over {window}"),
            ),
            (Found::Odd { value, .. }, None, _) => {
                let what = match value {
                    None => "a histogram",
                    Some(value) if value.is_nan() => {
                        "not a number (0/0, or a quantile of no requests)"
                    }
                    Some(_) => "infinite",
                };
                let reason = format!("a sample is {what}: whether it is {pass} cannot be said");
                unknown(Cause::NotANumber, reason)
            }
            (Found::Good { .. }, None, Some(warning)) => unknown(
                Cause::Incomplete,
                format!("{pass} over {window} as far as was seen, but the server warns: {warning}"),
            ),
            (Found::Good { .. }, None, None) => (
                Verdict::Pass,
                Cause::Samples,
                format!("{pass} over {window}"),
            ),
        };
        let (value, at) = match self.found {
            Found::Nothing => (None, None),
            Found::Odd { value, at } => (value, at),
            Found::Bad { value, at, .. } | Found::Good { value, at } => (Some(value), Some(at)),
        };
        let failing = match self.found {
            Found::Bad { count, .. } => count,
            _ => 0,
        };
        Measured {
            verdict,
            cause,
            reason,
            value,
            at,
            age,
            samples: self.samples,
            failing,
            covered: self.covered,
            window: self.window,
            notes: self.notes.clone(),
        }
    }
}

/// Judges an answer at once.
pub fn judge(
    series: &[Series],
    pass: Pass,
    window: Duration,
    range: &Range,
    now: Timestamp,
    max_age: Duration,
) -> Measured {
    Reading::of(series, pass, window, range).measured(now, max_age)
}

/// Each sample stands for the step before it; the first one of a whole window for nothing.
fn covered(times: usize, window: Duration, range: &Range) -> Duration {
    if times >= range.points() {
        return window;
    }
    let steps = u32::try_from(times).unwrap_or(u32::MAX);
    range.step.saturating_mul(steps).min(window)
}

/// Zero where the clocks of server and operator differ.
fn age(of: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(of)).unwrap_or(Duration::ZERO)
}
