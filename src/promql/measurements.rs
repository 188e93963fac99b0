//! The answers, as evaluation reads them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use imbl::ordmap::DiffItem;
use jiff::{SignedDuration, Timestamp};

use super::measured::{Cause, Measured};
use super::{Failure, Question, Reading, span};

/// What became of a question that was asked.
pub type Outcome = Result<Reading, Failure>;

/// The latest answers to the questions that are wanted. A clone is cheap and does not change.
#[derive(Clone, Debug)]
pub struct Measurements {
    answers: OrdMap<Question, Answer>,
    max_age: Duration,
}

/// An answer, shared by its clones.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    /// The latest one that was one.
    reading: Option<Arc<Reading>>,
    /// Why there is none since.
    failure: Option<Arc<Failure>>,
}

impl Measurements {
    /// None yet. Samples older than `max_age` do not count.
    pub fn new(max_age: Duration) -> Self {
        Self {
            answers: OrdMap::new(),
            max_age,
        }
    }

    /// Changes what counts as too old. Says whether it does.
    pub fn set_max_age(&mut self, max_age: Duration) -> bool {
        std::mem::replace(&mut self.max_age, max_age) != max_age
    }

    /// Notes an answer. A failure does not displace the reading before it, which counts until it is too old. Says whether
    /// anything is new.
    pub fn record(&mut self, question: Question, outcome: Outcome) -> bool {
        let answer = match outcome {
            Ok(reading) => Answer {
                reading: Some(Arc::new(reading)),
                failure: None,
            },
            Err(failure) => Answer {
                reading: (self.answers.get(&question)).and_then(|answer| answer.reading.clone()),
                failure: Some(Arc::new(failure)),
            },
        };
        let is_known = self.answers.get(&question) == Some(&answer);
        if !is_known {
            self.answers.insert(question, answer);
        }
        !is_known
    }

    /// Forgets what is no longer wanted. Says whether there was any.
    pub fn retain(&mut self, wanted: &BTreeSet<Question>) -> bool {
        let gone: Vec<Question> = (self.answers.keys())
            .filter(|question| !wanted.contains(question))
            .cloned()
            .collect();
        for question in &gone {
            self.answers.remove(question);
        }
        !gone.is_empty()
    }

    /// What a question comes to at a moment.
    pub fn get(&self, question: &Question, now: Timestamp) -> Measured {
        let Some(answer) = self.answers.get(question) else {
            return Measured::unknown(Cause::Pending, "not asked yet".to_owned(), question.window);
        };
        let measured = (answer.reading.as_ref()).map(|reading| reading.measured(now, self.max_age));
        match (measured, &answer.failure) {
            (Some(measured), None) => measured,
            // It stands until it is too old: a server that restarts changes no verdict.
            (Some(mut measured), Some(failure)) if measured.cause != Cause::Stale => {
                measured.notes.push(failure.message.clone());
                measured
            }
            (Some(measured), Some(failure)) => Measured {
                cause: Cause::Failed(failure.kind),
                reason: format!(
                    "{failure}; what was measured before is older than {}",
                    span::display(self.max_age)
                ),
                ..measured
            },
            (None, failure) => {
                let (cause, reason) = match failure {
                    Some(failure) => (Cause::Failed(failure.kind), failure.to_string()),
                    None => (Cause::Pending, "not asked yet".to_owned()),
                };
                Measured::unknown(cause, reason, question.window)
            }
        }
    }

    /// When what was measured of a question begins to be too old, if nothing newer is.
    pub fn lapses(&self, question: &Question) -> Option<Timestamp> {
        let reading = self.answers.get(question)?.reading.as_ref()?;
        let last = reading.newest()?.saturating_add(self.max_age).ok()?;
        last.checked_add(SignedDuration::from_nanos(1)).ok()
    }

    /// The questions whose answers differ from those of an earlier state in more than their samples' times, in order.
    /// Time alone changes verdicts, too: evaluate again now and then.
    pub fn changed_since<'a>(&'a self, earlier: &'a Self) -> Vec<&'a Question> {
        let mut changed = Vec::new();
        for item in earlier.answers.diff(&self.answers) {
            match item {
                DiffItem::Add(question, _) | DiffItem::Remove(question, _) => {
                    changed.push(question)
                }
                DiffItem::Update {
                    old: (_, old),
                    new: (question, new),
                } => {
                    if !old.says_the_same_as(new) {
                        changed.push(question);
                    }
                }
            }
        }
        changed
    }

    /// How many questions have been asked.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether none has been.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }
}

impl Answer {
    fn says_the_same_as(&self, other: &Self) -> bool {
        let failure = |answer: &Self| answer.failure.as_ref().map(|failure| failure.kind);
        let readings = match (&self.reading, &other.reading) {
            (Some(one), Some(other)) => one.says_the_same_as(other),
            (None, None) => true,
            _ => false,
        };
        readings && failure(self) == failure(other)
    }
}
