//! What is wrong with a metric item, and where.

use std::fmt;

/// A field of a metric item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The expression.
    Query,
    /// The condition on its samples.
    Pass,
    /// How long it must hold.
    For,
}

impl Field {
    /// Its name in a checklist.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Pass => "pass",
            Self::For => "for",
        }
    }
}

/// A metric item that cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct QueryError {
    /// Which field is wrong.
    pub field: Field,
    /// At which character of the field, from 1; `None` where it is about the whole of it.
    pub at: Option<usize>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, at, problem } = self;
        match at {
            Some(at) => write!(f, "{} (character {at}): {problem}", field.name()),
            None => write!(f, "{}: {problem}", field.name()),
        }
    }
}

/// What is wrong with one field, before it is known which one it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The byte where it begins.
    pub(super) at: Option<usize>,
    pub(super) problem: String,
}

impl Problem {
    pub(super) fn whole(problem: impl Into<String>) -> Self {
        Self {
            at: None,
            problem: problem.into(),
        }
    }

    pub(super) fn at(byte: usize, problem: impl Into<String>) -> Self {
        Self {
            at: Some(byte),
            problem: problem.into(),
        }
    }

    /// The error, counted in characters as an editor counts them.
    pub(super) fn of(self, field: Field, text: &str) -> QueryError {
        let characters = |byte: usize| text.char_indices().take_while(|(at, _)| *at < byte).count();
        QueryError {
            field,
            at: self.at.map(|byte| characters(byte) + 1),
            problem: self.problem,
        }
    }
}
