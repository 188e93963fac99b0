//! The built command line: what it prints, where, and its exit code.
//!
//! Goldens are rewritten by `UPDATE_EXPECT=1 cargo test --test cli` and read in the diff.

mod catalogue;
mod corpus;
mod examples;
mod findings;
mod generated;
mod live;
mod policies;
mod reading;
mod run;
mod scratch;
