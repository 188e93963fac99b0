//! What an evaluation may cost.

use std::hash::{DefaultHasher, Hasher};

/// Steps that an evaluation may still take. A step is one node of the syntax tree evaluated, or sixteen bytes of text
/// made or searched: some ten nanoseconds.
#[derive(Clone, Debug)]
pub struct Budget {
    left: u64,
    /// Hashes of the regular expressions that were put together and paid for.
    patterns: Vec<u64>,
}

/// The budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exhausted;

/// Bytes of text that count as one step.
const BYTES: usize = 16;

/// What compiling a regular expression costs.
const COMPILING: u64 = 5_000;

impl Budget {
    /// A budget of so many steps.
    pub fn of(steps: u64) -> Self {
        Self {
            left: steps,
            patterns: Vec::new(),
        }
    }

    /// The steps that are left.
    pub fn left(&self) -> u64 {
        self.left
    }

    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Exhausted> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.left = 0;
                Err(Exhausted)
            }
        }
    }

    /// For a regular expression that is not constant. It is paid for once, whether or not it happens to be at hand from an
    /// earlier evaluation: what that one was must not show in what this one comes to.
    pub(super) fn spend_on_pattern(&mut self, pattern: &str) -> Result<(), Exhausted> {
        let mut hasher = DefaultHasher::new();
        hasher.write(pattern.as_bytes());
        let hash = hasher.finish();
        if self.patterns.contains(&hash) {
            return self.spend(10);
        }
        self.patterns.push(hash);
        self.spend(COMPILING)
    }

    pub(super) fn spend_on_text(&mut self, bytes: usize) -> Result<(), Exhausted> {
        self.spend((bytes / BYTES) as u64)
    }
}

/// Enough for every expression of the catalogue over the largest objects that etcd holds.
impl Default for Budget {
    fn default() -> Self {
        Self::of(1_000_000)
    }
}
