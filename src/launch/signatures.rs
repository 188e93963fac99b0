//! Different people for different sign-offs.

use std::collections::BTreeMap;

use super::attested::{self, Vote, Votes};
use super::facts::Case;
use super::outcome::JudgedItem;
use crate::model::Text;

/// Gives each sign-off a person of its own, as many as can be; those that are left without are not signed.
pub(super) fn distinguish(case: &Case<'_>, items: &mut [JudgedItem]) {
    let signatures: Vec<(usize, Votes)> = items
        .iter()
        .enumerate()
        .filter(|(_, judged)| judged.item.is_sign_off())
        .filter_map(|(at, judged)| {
            let rule = judged.item.attestation()?;
            Some((at, attested::votes(case, &judged.item, rule)))
        })
        .collect();
    let mut signer: BTreeMap<Text, usize> = BTreeMap::new();
    for which in 0..signatures.len() {
        let mut tried = Vec::new();
        assign(which, &signatures, &mut signer, &mut tried);
    }
    for (which, (at, votes)) in signatures.iter().enumerate() {
        let own = signer.iter().find(|(_, of)| **of == which).map(|(user, _)| user.clone());
        let judged = &mut items[*at];
        let Some(rule) = judged.item.attestation() else {
            continue;
        };
        let theirs = |vote: &&Vote| Some(&vote.attestation.user) == own.as_ref();
        let mut sorted = Votes {
            counting: votes.counting.iter().filter(theirs).cloned().collect(),
            obstacles: votes.obstacles.clone(),
        };
        if own.is_none() {
            let others = votes.counting.iter().map(|vote| {
                format!("{} signs something else: sign-offs need different people", vote.attestation.user)
            });
            sorted.obstacles.extend(others);
        }
        judged.outcome =
            attested::conclude(&judged.item, rule, &sorted, (case.launch, case.facts.now));
    }
}

/// Finds a person for a sign-off, if need be by finding another for one that has that person: Kuhn's way of matching.
fn assign(
    which: usize,
    signatures: &[(usize, Votes)],
    signer: &mut BTreeMap<Text, usize>,
    tried: &mut Vec<Text>,
) -> bool {
    for vote in &signatures[which].1.counting {
        let user = &vote.attestation.user;
        if tried.contains(user) {
            continue;
        }
        tried.push(user.clone());
        let taken = signer.get(user).copied();
        if taken.is_none_or(|other| assign(other, signatures, signer, tried)) {
            signer.insert(user.clone(), which);
            return true;
        }
    }
    false
}
