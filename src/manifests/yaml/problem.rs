//! What is wrong with a document, and where.

use std::fmt::{self, Display};
use std::ops::{Deref, DerefMut};

use serde::de::{self, Expected, Unexpected};

/// Why a document, or a part of it, cannot be read as asked. It is seldom there and passed on at every step, so that it is small
/// itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Account>);

/// What a [`Problem`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The line in the file, from 1; 0 where no place is known.
    pub line: u32,
    /// The character in the line, from 1; 0 where no place is known.
    pub column: u32,
    /// The field, as in `spec.containers[0].image`; empty for the whole document.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::from(Account {
            line: 0,
            column: 0,
            path: String::new(),
            message: message.into(),
        })
    }

    /// Adds the place (line and column), unless a closer one is known.
    #[must_use]
    pub fn at(mut self, place: (u32, u32)) -> Self {
        self.add_place(place);
        self
    }

    /// The same, where it is.
    pub(super) fn add_place(&mut self, (line, column): (u32, u32)) {
        if self.line == 0 {
            (self.0.line, self.0.column) = (line, column);
        }
    }

    /// Adds the key that leads to it.
    pub(super) fn add_key(&mut self, key: &str) {
        let mut path = String::with_capacity(key.len() + 1 + self.path.len());
        push_key(&mut path, key);
        self.push_rest(path);
    }

    /// Adds the place in a list that leads to it.
    pub(super) fn add_item(&mut self, index: usize) {
        self.push_rest(format!("[{index}]"));
    }

    fn push_rest(&mut self, mut path: String) {
        if !self.path.is_empty() && !self.path.starts_with('[') {
            path.push('.');
        }
        path.push_str(&self.path);
        self.path = path;
    }
}

/// Appends a key to a path: as it is where that reads well, else in brackets and quotes.
pub(super) fn push_key(path: &mut String, key: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'$');
    if !key.is_empty() && key.bytes().all(is_plain) {
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(key);
    } else {
        path.push_str("[\"");
        path.extend(key.chars().flat_map(char::escape_debug));
        path.push_str("\"]");
    }
}

impl From<Account> for Problem {
    fn from(account: Account) -> Self {
        Self(Box::new(account))
    }
}

impl Deref for Problem {
    type Target = Account;

    fn deref(&self) -> &Account {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Account {
        &mut self.0
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line != 0 {
            write!(f, "line {}, column {}: ", self.line, self.column)?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {found}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {found}"))
    }
}
