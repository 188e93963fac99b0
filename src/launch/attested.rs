//! Which attestations close an item.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::Lineage;
use super::ballots::Ballot;
use super::facts::Case;
use super::outcome::{By, Outcome, Pending, Proof};
use super::turns;
use crate::api::{AttestationRule, Period, Phase, ProofKind};
use crate::checklist::Item;
use crate::model::{Text, Verdict};
use crate::people::{Attestation, Standing};

/// Obstacles beyond this are counted, not told.
const MOST_OBSTACLES: usize = 3;

/// An attestation that counts for an item, or did.
#[derive(Clone, Debug)]
pub(super) struct Vote {
    pub(super) attestation: Arc<Attestation>,
    pub(super) role: Text,
    pub(super) until: Timestamp,
}

/// The attestations that name an item, sorted into those that count and what is the matter with the others.
#[derive(Clone, Debug, Default)]
pub(super) struct Votes {
    /// Those that count now, the one that does so longest first.
    pub(super) counting: Vec<Vote>,
    /// Those with which nothing is the matter but that they have lapsed.
    pub(super) lapsed: Vec<Vote>,
    /// What is the matter with the others.
    pub(super) obstacles: Vec<String>,
    /// Whether of some it is not known yet what they are worth.
    pub(super) are_awaited: bool,
}

/// The attestations that name an item.
pub(super) fn votes(case: &Case<'_>, item: &Item, rule: &AttestationRule) -> Votes {
    let now = case.facts.now;
    let mut votes = Votes::default();
    for ballot in case.ballots.on(&item.key) {
        if let Err(obstacle) = weigh(ballot, (item, rule), &case.lineage) {
            votes.obstacles.push(obstacle);
            votes.are_awaited |= ballot.is_awaited;
            continue;
        }
        let attestation = ballot.attestation;
        let vote = Vote {
            attestation: attestation.clone(),
            role: ballot.role.clone(),
            until: end(attestation, span(item, rule), now),
        };
        if vote.until <= now {
            let (name, user) = (&attestation.name.name, &attestation.user);
            votes
                .obstacles
                .push(format!("{name} by {user} lapsed at {}", vote.until));
            votes.lapsed.push(vote);
        } else {
            votes.counting.push(vote);
        }
    }
    votes
        .counting
        .sort_by_key(|vote| std::cmp::Reverse(vote.until));
    votes
}

/// Why an attestation does not count for an item, if it does not, leaving out when it ends.
fn weigh(
    ballot: &Ballot<'_>,
    (item, rule): (&Item, &AttestationRule),
    lineage: &Lineage,
) -> Result<(), String> {
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
        return Err(format!(
            "{name} is {word} sign-off: set signOff to {}",
            item.is_sign_off()
        ));
    }
    if item.is_sign_off() && attestation.not_applicable.is_some() {
        return Err(format!("{name} says that a sign-off does not apply"));
    }
    if rule.evidence_required
        && attestation.evidence.is_none()
        && attestation.not_applicable.is_none()
    {
        return Err(format!("{name} names no evidence: give evidenceURL"));
    }
    // Of what is written in a file nobody knows for which release it was made, nor by whom.
    let is_dated = attestation.release.is_some() || attestation.created.is_some();
    if rule.per_release
        && is_dated
        && !lineage.has(attestation.release.as_ref(), attestation.created)
    {
        return Err(match &attestation.release {
            Some(release) => format!("{name} is for the release {release:?}"),
            None => format!("{name} is for an earlier release"),
        });
    }
    match &ballot.standing {
        Standing::Counts => Ok(()),
        Standing::Void(why) | Standing::Unknown(why) => Err(why.clone()),
    }
}

/// For how long an attestation of an item counts. One that is due again and again counts no longer than until it is.
fn span(item: &Item, rule: &AttestationRule) -> Period {
    match rule.every {
        Some(every) if item.spec.phase != Phase::PostLaunch => rule.valid_for.min(every),
        _ => rule.valid_for,
    }
}

/// Until when an attestation counts that counts for so long. The one place that says so.
fn end(attestation: &Attestation, valid_for: Period, now: Timestamp) -> Timestamp {
    // What is written in a file would be made now.
    let lapses = valid_for.after(attestation.created.unwrap_or(now));
    attestation
        .expires
        .map_or(lapses, |expires| expires.min(lapses))
}

/// What people say of an item.
pub(super) fn attested(case: &Case<'_>, item: &Item, rule: &AttestationRule) -> Outcome {
    let votes = votes(case, item, rule);
    match rule.every {
        Some(every) if item.spec.phase == Phase::PostLaunch => {
            turns::attested(case, (item, rule), every, &votes)
        }
        _ => conclude(item, rule, &votes),
    }
}

/// What follows from the attestations of an item.
pub(super) fn conclude(item: &Item, rule: &AttestationRule, votes: &Votes) -> Outcome {
    let needed = usize::try_from(rule.min_attestations)
        .unwrap_or(usize::MAX)
        .max(1);
    let of = |applies: bool| {
        let alike = votes
            .counting
            .iter()
            .filter(|vote| applies == vote.attestation.not_applicable.is_none());
        each_person_once(alike)
    };
    let (for_it, against) = (of(true), of(false));
    let (verdict, people) = match (for_it.len(), against.len()) {
        (agree, _) if agree >= needed => (Verdict::Pass, &for_it),
        (_, agree) if agree >= needed => (Verdict::NotApplicable, &against),
        (have, _) => {
            let why = missing(item, rule, have, &votes.obstacles);
            let pending = votes.are_awaited.then_some(Pending::People);
            return Outcome::unknown(why).awaiting(pending);
        }
    };
    // It stays attested as long as enough of them count: those that do so longest.
    let people = &people[..needed];
    let until = people.iter().map(|vote| vote.until).min();
    let reason = people
        .iter()
        .find_map(|vote| vote.attestation.not_applicable.as_ref());
    Outcome {
        verdict,
        proofs: people.iter().map(|vote| proof(vote)).collect(),
        why: reason.map(ToString::to_string).unwrap_or_default(),
        is_only_indicated: false,
        until,
        awaits: None,
    }
}

/// Of each person the first.
fn each_person_once<'a>(votes: impl Iterator<Item = &'a Vote>) -> Vec<&'a Vote> {
    let mut people = BTreeSet::new();
    votes
        .filter(|vote| people.insert(vote.attestation.user.clone()))
        .collect()
}

pub(super) fn missing(
    item: &Item,
    rule: &AttestationRule,
    have: usize,
    obstacles: &[String],
) -> String {
    let verb = if item.is_sign_off() {
        "signed"
    } else {
        "attested"
    };
    let roles = rule.roles.join(" or ");
    let mut why = match (rule.min_attestations, have) {
        (0 | 1, _) => format!("not {verb} by {roles}"),
        (needed, have) => format!("{verb} by {have} of {needed} people of {roles}"),
    };
    let told = &obstacles[..obstacles.len().min(MOST_OBSTACLES)];
    if !told.is_empty() {
        why.push_str(": ");
        why.push_str(&told.join("; "));
    }
    if obstacles.len() > told.len() {
        why.push_str(&format!("; and {} more", obstacles.len() - told.len()));
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
        workload: None,
        what: attestation.statement.to_string(),
        at: attestation.created,
        until: Some(vote.until),
    }
}
