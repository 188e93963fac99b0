//! The built command line: what it prints, where, and its exit code.
//!
//! Goldens are rewritten by `UPDATE_EXPECT=1 cargo test --test cli` and read in the diff.

mod adversarial;
mod baselines;
mod catalogue;
mod checklist;
mod checklists;
mod clusters;
mod conditions;
mod corpus;
mod custom_kinds;
mod examples;
mod exceptions;
mod findings;
mod fix;
mod fixing;
mod fuzzed;
mod generated;
mod gitops;
mod ignoring;
mod live;
mod migrate;
mod migrating;
mod outputs;
mod policies;
mod programs;
mod reading;
mod refused;
mod rendering;
mod run;
mod schema;
mod scratch;
mod since;
mod tuning;
