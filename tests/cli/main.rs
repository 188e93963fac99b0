//! The built command line: what it prints, where, and its exit code.
//!
//! Goldens are rewritten by `UPDATE_EXPECT=1 cargo test --test cli` and read in the diff.

mod catalogue;
mod checklist;
mod checklists;
mod clusters;
mod conditions;
mod corpus;
mod examples;
mod exceptions;
mod findings;
mod fix;
mod generated;
mod live;
mod outputs;
mod policies;
mod reading;
mod run;
mod scratch;
