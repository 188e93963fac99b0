//! What is due again and again in the first days after a launch.

use jiff::{SignedDuration, Timestamp};

use super::attested::{self, Vote, Votes};
use super::facts::Case;
use super::outcome::{Outcome, Pending, Proof};
use super::phases::{self, WATCH};
use crate::api::{AttestationRule, Period};
use crate::checklist::Item;
use crate::model::Verdict;

/// What people say of an item that is due `every` so often as long as the application is watched. Each turn asks for an
/// attestation of its own, made after the turn began; one that was missed can be made up for.
pub(super) fn attested(
    case: &Case<'_>,
    (item, rule): (&Item, &AttestationRule),
    every: Period,
    votes: &Votes,
) -> Outcome {
    if every.as_duration() < SignedDuration::from_mins(1) {
        return Outcome::unknown("attestation.every must be a minute or more");
    }
    let whole = attested::conclude(item, rule, votes);
    if whole.verdict == Verdict::NotApplicable {
        return whole;
    }
    let Some(live) = case.launch.live_since() else {
        return Outcome::not_applicable("asked once the application is live");
    };
    let start = phases::start(case, item, live);
    // What was said in a turn has been said, however long it counts.
    let all = votes.counting.iter().chain(&votes.lapsed);
    let mut made: Vec<(Timestamp, &Vote)> = all
        .filter_map(|vote| Some((vote.attestation.created?, vote)))
        .collect();
    made.sort_by_key(|(at, vote)| (*at, vote.attestation.name.name.clone()));
    let mut made = made.into_iter().peekable();
    let (mut taken, mut open) = (Vec::new(), None);
    let mut turn = start;
    while turn < WATCH.after(start) {
        // Creation timestamps are cut to the second.
        while made
            .next_if(|(at, _)| at.as_second() < turn.as_second())
            .is_some()
        {}
        match made.next() {
            Some((_, vote)) => taken.push(vote),
            None => {
                open = Some(turn);
                break;
            }
        }
        turn = every.after(turn);
    }
    let now = case.facts.now;
    let have = taken.len();
    let proofs = taken.into_iter().map(|vote| Proof {
        until: None,
        ..attested::proof(vote)
    });
    let done = proofs.map(Outcome::pass).reduce(Outcome::and);
    let Some(open) = open else {
        return done.unwrap_or(whole);
    };
    let due = every.after(open);
    match done {
        Some(done) if now < due => done.until(Some(due)),
        _ => {
            let late = format!(
                "one is due every {every} since {start:.0}; there are {have}, and the next was due at {due:.0}"
            );
            let obstacles = if now < due {
                votes.obstacles.clone()
            } else {
                vec![late]
            };
            Outcome::unknown(attested::missing(item, rule, have, &obstacles))
                .awaiting(votes.are_awaited.then_some(Pending::People))
                .until((now < due).then_some(due))
        }
    }
}
