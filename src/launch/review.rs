//! Whether the checklist of a live application is gone through again in time.

use jiff::Timestamp;

use super::attested::{self, Vote};
use super::facts::Case;
use super::outcome::Outcome;
use super::risks;
use crate::checklist::Item;

/// When the next review is due, and what follows.
pub(super) fn reviewed(case: &Case<'_>, item: &Item) -> (Option<Timestamp>, Outcome) {
    let (Some(every), Some(rule)) = (case.launch.spec.review_every, item.attestation()) else {
        return (None, Outcome::not_applicable("no reviews are asked for"));
    };
    let Some(live) = case.launch.live_since() else {
        return (
            None,
            Outcome::not_applicable("asked once the application is live"),
        );
    };
    let votes = attested::votes(case, item, rule);
    let is_review = |vote: &&Vote| vote.attestation.not_applicable.is_none();
    let reviews = votes.counting.iter().filter(is_review);
    let last = reviews.max_by_key(|vote| vote.attestation.created);
    let since = last
        .and_then(|vote| vote.attestation.created)
        .unwrap_or(live)
        .max(live);
    let due = every.after(since);
    let outcome = match last {
        _ if due <= case.facts.now => Outcome::fail(format!("a review was due at {due:.0}"))
            .awaiting(votes.are_awaited.then_some(super::Pending::People)),
        Some(vote) => Outcome::pass(attested::proof(vote)),
        None => Outcome::pass(risks::of_launch(
            case,
            format!("the first review is due at {due:.0}"),
        )),
    };
    (
        Some(due),
        Outcome {
            until: Some(due),
            ..outcome
        },
    )
}
