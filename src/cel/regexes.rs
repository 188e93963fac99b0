//! Regular expressions, compiled once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

/// What a constant one may take when compiled, in bytes, and one that an expression puts together.
const SIZE: usize = 1 << 20;
const SIZE_OF_MADE: usize = 1 << 16;

/// How many that were put together by an expression are kept on a thread.
const KEPT: usize = 1024;

thread_local! {
    /// Shared, not cloned: each clone of a regular expression has to warm up anew.
    static MADE: RefCell<HashMap<Box<str>, Option<Rc<Regex>>>> = RefCell::default();
}

pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    within(pattern, SIZE)
}

fn within(pattern: &str, size: usize) -> Result<Regex, String> {
    RegexBuilder::new(pattern)
        .size_limit(size)
        .dfa_size_limit(SIZE)
        .nest_limit(64)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            // The last line says what; those before draw the pattern.
            other => other
                .to_string()
                .lines()
                .next_back()
                .unwrap_or_default()
                .trim()
                .trim_start_matches("error: ")
                .to_owned(),
        })
}

/// A pattern that an expression put together, often from a name: the same ones come again.
pub(super) fn made(pattern: &str) -> Option<Rc<Regex>> {
    MADE.with_borrow_mut(|made| {
        if let Some(known) = made.get(pattern) {
            return known.clone();
        }
        if made.len() >= KEPT {
            made.clear();
        }
        let regex = within(pattern, SIZE_OF_MADE).ok().map(Rc::new);
        made.insert(pattern.into(), regex.clone());
        regex
    })
}
