//! Why an expression is refused.

use super::tokens::Tokens;

/// An expression that cannot be compiled. What is said begins with the place, where one can be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// It is not CEL.
    #[error("{0}")]
    Syntax(String),
    /// It is too long or too deeply nested to be evaluated safely.
    #[error("{at}: {what}")]
    TooComplex {
        /// Line and column, from 1.
        at: At,
        /// What exceeds which limit.
        what: &'static str,
    },
    /// It names a variable that there is not.
    #[error("{at}: no variable {name}; there are {known}")]
    Variable {
        /// Line and column, from 1.
        at: At,
        /// The name.
        name: String,
        /// The variables that there are.
        known: String,
    },
    /// It calls a function that there is not, or not with as many arguments.
    #[error("{at}: no function {name} with {arguments}")]
    Function {
        /// Line and column, from 1.
        at: At,
        /// The name.
        name: String,
        /// How it was called.
        arguments: String,
    },
    /// A regular expression in it does not compile.
    #[error("{at}: regular expression {pattern:?}: {reason}")]
    Regex {
        /// Line and column, from 1.
        at: At,
        /// The regular expression.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A part of it that does not depend on any variable can only fail.
    #[error("{at}: {reason}")]
    Constant {
        /// Line and column, from 1.
        at: At,
        /// Why it fails.
        reason: String,
    },
    /// It uses a part of the language that is not supported.
    #[error("{0} are not supported")]
    Unsupported(&'static str),
}

/// A place in an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

impl At {
    /// The place of a byte of the source.
    pub(super) fn byte(source: &str, byte: usize) -> Self {
        let before = source.get(..byte).unwrap_or(source);
        Self {
            line: before.matches('\n').count() + 1,
            column: before
                .chars()
                .rev()
                .take_while(|&char| char != '\n')
                .count()
                + 1,
        }
    }

    /// Where a name first stands by itself. The parser keeps no places, and a name is wrong wherever it is.
    pub(super) fn name(source: &str, name: &str) -> Self {
        let found = Tokens::of(source).find(|(_, token)| *token == name);
        Self::byte(source, found.map_or(0, |(at, _)| at))
    }

    /// Where a text first stands, in quotes or not.
    pub(super) fn text(source: &str, text: &str) -> Self {
        Self::byte(source, source.find(text).unwrap_or(0))
    }
}
