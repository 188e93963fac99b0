//! Which attestations close an item.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::outcome::{By, Outcome, Proof};
use super::{Case, Launch, Lineage};
use crate::api::{AttestationRule, Period, ProofKind};
use crate::checklist::Item;
use crate::model::{Text, Verdict};
use crate::people::{Attestation, People, Standing, Subject};

/// How long the first days after a launch are watched.
pub(super) const WATCH: Period = Period::days(2);

/// An attestation that counts for an item.
#[derive(Clone, Debug)]
pub(super) struct Vote {
    pub(super) attestation: Arc<Attestation>,
    pub(super) role: Text,
    pub(super) until: Timestamp,
}

/// The attestations that name an item, sorted into those that count and what is the matter with the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Votes {
    pub(super) counting: Vec<Vote>,
    pub(super) obstacles: Vec<String>,
}

/// The attestations of one launch, by what they name.
pub(super) fn votes(case: &Case<'_>, item: &Item, rule: &AttestationRule) -> Votes {
    let mut votes = Votes::default();
    let all = case.facts.people.attestations_in(&case.launch.name.namespace);
    for attestation in all {
        let Subject::Items {
            launch,
            items,
            role,
            sign_off,
        } = &attestation.subject
        else {
            continue;
        };
        if *launch != case.launch.name.name || !items.contains(&item.key) {
            continue;
        }
        let sorted = weigh(
            Ballot {
                attestation,
                role,
                sign_off: *sign_off,
            },
            (item, rule),
            (&case.lineage, case.facts.people, case.facts.now),
        );
        match sorted {
            Ok(until) => votes.counting.push(Vote {
                attestation: attestation.clone(),
                role: role.clone(),
                until,
            }),
            Err(obstacle) => votes.obstacles.push(obstacle),
        }
    }
    votes.counting.sort_by(|a, b| b.until.cmp(&a.until));
    votes
}

struct Ballot<'a> {
    attestation: &'a Attestation,
    role: &'a Text,
    sign_off: bool,
}

/// Until when an attestation counts for an item, or why it does not.
fn weigh(
    ballot: Ballot<'_>,
    (item, rule): (&Item, &AttestationRule),
    (lineage, people, now): (&Lineage, &People, Timestamp),
) -> Result<Timestamp, String> {
    let attestation = ballot.attestation;
    let name = &attestation.name.name;
    if !rule.roles.iter().any(|role| **role == **ballot.role) {
        return Err(format!(
            "{name} is by {} as {}, and not as {}",
            attestation.user,
            ballot.role,
            rule.roles.join(" or ")
        ));
    }
    if item.is_sign_off() != ballot.sign_off {
        let word = if item.is_sign_off() { "no" } else { "a" };
        return Err(format!("{name} is {word} sign-off: set signOff to {}", item.is_sign_off()));
    }
    if item.is_sign_off() && attestation.not_applicable.is_some() {
        return Err(format!("{name} says that a sign-off does not apply"));
    }
    if rule.evidence_required && attestation.evidence.is_none() && attestation.not_applicable.is_none() {
        return Err(format!("{name} names no evidence: give evidenceURL"));
    }
    if rule.per_release && !lineage.has(attestation.release.as_ref(), attestation.created) {
        return Err(format!("{name} is for an earlier release"));
    }
    match attestation.standing(people, now) {
        Standing::Counts => {}
        Standing::Void(why) | Standing::Unknown(why) => return Err(why),
    }
    let until = end(attestation, rule.valid_for);
    if until <= now {
        return Err(format!("{name} by {} lapsed at {until}", attestation.user));
    }
    Ok(until)
}

/// Until when an attestation counts for an item that says how long one counts. The one place that says so.
pub(super) fn end(attestation: &Attestation, valid_for: Period) -> Timestamp {
    let made = attestation.created.unwrap_or(Timestamp::MIN);
    let lapses = valid_for.after(made);
    attestation.expires.map_or(lapses, |expires| expires.min(lapses))
}

/// What people say of an item.
pub(super) fn attested(case: &Case<'_>, item: &Item, rule: &AttestationRule) -> Outcome {
    let votes = votes(case, item, rule);
    conclude(item, rule, &votes, (case.launch, case.facts.now))
}

/// What follows from the attestations of an item.
pub(super) fn conclude(
    item: &Item,
    rule: &AttestationRule,
    votes: &Votes,
    (launch, now): (&Launch, Timestamp),
) -> Outcome {
    // One attestation of each person: the one that counts longest.
    let mut people = BTreeSet::new();
    let distinct: Vec<&Vote> = votes
        .counting
        .iter()
        .filter(|vote| people.insert(vote.attestation.user.clone()))
        .collect();
    let needed = usize::try_from(rule.min_attestations).unwrap_or(usize::MAX);
    if distinct.len() < needed {
        return Outcome::unknown(missing(item, rule, distinct.len(), &votes.obstacles));
    }
    let proofs = distinct.iter().map(|vote| proof(vote)).collect();
    // It stays attested as long as enough of them count.
    let until = distinct.get(needed.saturating_sub(1)).map(|vote| vote.until);
    let inapplicable = distinct
        .iter()
        .take(needed)
        .find_map(|vote| vote.attestation.not_applicable.as_ref());
    let outcome = Outcome {
        verdict: inapplicable.map_or(Verdict::Pass, |_| Verdict::NotApplicable),
        proofs,
        why: inapplicable.map(ToString::to_string).unwrap_or_default(),
        is_only_indicated: false,
        until,
    };
    match rule.every {
        Some(every) => outcome.and(each(every, votes, (launch, now))),
        None => outcome,
    }
}

/// What is due again and again while the first days are watched: each whole turn must have one.
fn each(every: Period, votes: &Votes, (launch, now): (&Launch, Timestamp)) -> Outcome {
    let Some(live) = launch.live_since() else {
        return Outcome::not_applicable("asked once the application is live");
    };
    if every.as_duration() < SignedDuration::from_mins(1) {
        return Outcome::unknown("attestation.every must be a minute or more");
    }
    let end = WATCH.after(live).min(now);
    let mut turn = live;
    let mut next = None;
    let mut due = Vec::new();
    while turn < WATCH.after(live) {
        let until = every.after(turn);
        let made = |vote: &&Vote| {
            let created = vote.attestation.created;
            created.is_some_and(|made| made.as_second() >= turn.as_second() && made < until)
        };
        if until > end {
            next = Some(until);
            break;
        }
        if votes.counting.iter().find(made).is_none() {
            due.push(format!("nothing was attested from {turn} to {until}"));
        }
        turn = until;
    }
    let done = Proof {
        by: By::Launch,
        kind: ProofKind::Proves,
        subject: "attestations".into(),
        what: format!("one every {every} since {live}"),
        at: Some(now),
        until: None,
    };
    match due.is_empty() {
        true => Outcome::pass(done).until(next),
        false => Outcome::unknown(due.join("; ")).until(next),
    }
}

fn missing(item: &Item, rule: &AttestationRule, have: usize, obstacles: &[String]) -> String {
    let verb = if item.is_sign_off() { "signed" } else { "attested" };
    let roles = rule.roles.join(" or ");
    let mut why = match (rule.min_attestations, have) {
        (1, _) => format!("not {verb} by {roles}"),
        (needed, have) => format!("{verb} by {have} of {needed} people of {roles}"),
    };
    if !obstacles.is_empty() {
        why.push_str(": ");
        why.push_str(&obstacles.join("; "));
    }
    why
}

pub(super) fn proof(vote: &Vote) -> Proof {
    let attestation = &vote.attestation;
    Proof {
        by: By::Person {
            user: attestation.user.clone(),
            role: vote.role.clone(),
            evidence: attestation.evidence.clone(),
        },
        kind: ProofKind::Proves,
        subject: attestation.name.name.clone(),
        what: attestation.statement.to_string(),
        at: attestation.created,
        until: Some(vote.until),
    }
}

