//! The launch verdict.

mod derived;
mod evidence;
mod exceptions;
mod gate;
mod lines;
mod metrics;
mod people;
mod phases;
mod releases;
mod risks;
mod sign_offs;
mod status;
mod template;
mod verdict;

use super::testing::{Attest, World, at, deployment, noon, text, workload};
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown, Waived};

/// An item that devops may attest, for ten days.
fn attested(id: &str, severity: &str) -> String {
    format!(
        "{{id: {id}, title: It is, section: S, severity: {severity}, attestation: {{roles: [devops], validFor: 10d}}}}"
    )
}

/// Asserts the verdict on an item, and that its explanation has a part.
#[track_caller]
fn assert_item(world: &World, key: &str, expected: Verdict, part: &str) {
    let (verdict, why) = world.verdict(key);
    assert_eq!(verdict, expected, "{key}: {why}");
    assert!(why.contains(part), "{key}: {why:?} has no {part:?}");
}
