//! Different people for different sign-offs.

use std::collections::BTreeMap;

use super::attested::{self, Votes};
use super::facts::Case;
use super::outcome::JudgedItem;
use crate::model::Text;

/// A sign-off: the place of its item, and who would sign it, each once, the one whose signature lasts longest first.
struct SignOff {
    at: usize,
    votes: Votes,
}

/// Gives each sign-off people of its own, as many as can be; those that are left without are not signed.
pub(super) fn distinguish(case: &Case<'_>, items: &mut [JudgedItem]) {
    let sign_offs: Vec<SignOff> = items
        .iter()
        .enumerate()
        .filter(|(_, judged)| judged.item.is_sign_off())
        .filter_map(|(at, judged)| {
            let rule = judged.item.attestation()?;
            let votes = attested::votes(case, &judged.item, rule);
            Some(SignOff { at, votes })
        })
        .collect();
    // One line for each person that a sign-off needs: the sign-off.
    let lines: Vec<usize> = (0..sign_offs.len())
        .flat_map(|which| std::iter::repeat_n(which, needed(items, &sign_offs[which])))
        .collect();
    let people: Vec<Vec<&Text>> = sign_offs.iter().map(SignOff::people).collect();
    let wanted: Vec<&[&Text]> = lines
        .iter()
        .map(|which| people[*which].as_slice())
        .collect();
    let matched = matching(&wanted);
    let mut signed: BTreeMap<usize, Vec<Text>> = BTreeMap::new();
    for (line, person) in matched.into_iter().enumerate() {
        let own = signed.entry(lines[line]).or_default();
        own.extend(person.cloned());
    }
    for (which, sign_off) in sign_offs.iter().enumerate() {
        let own = signed.remove(&which).unwrap_or_default();
        let judged = &mut items[sign_off.at];
        let Some(rule) = judged.item.attestation() else {
            continue;
        };
        let mut votes = sign_off.votes.clone();
        let others = votes
            .counting
            .extract_if(.., |vote| !own.contains(&vote.attestation.user));
        let others: Vec<_> = others.collect();
        let elsewhere = others.iter().map(|vote| {
            let user = &vote.attestation.user;
            format!("{user} signs something else: sign-offs need different people")
        });
        votes.obstacles.extend(elsewhere);
        judged.outcome = attested::conclude(&judged.item, rule, &votes);
    }
}

fn needed(items: &[JudgedItem], sign_off: &SignOff) -> usize {
    let rule = items[sign_off.at].item.attestation();
    let needed = rule.map_or(1, |rule| rule.min_attestations.max(1));
    usize::try_from(needed).unwrap_or(usize::MAX)
}

impl SignOff {
    fn people(&self) -> Vec<&Text> {
        let mut people: Vec<&Text> = Vec::new();
        for vote in &self.votes.counting {
            if !people.contains(&&vote.attestation.user) {
                people.push(&vote.attestation.user);
            }
        }
        people
    }
}

/// A person for each of as many lines as can be, no person for two, by the people whom each line would do with: Kuhn's
/// algorithm. A line that has a person keeps one when others are given theirs.
pub(super) fn matching<P: Copy + Ord>(wanted: &[&[P]]) -> Vec<Option<P>> {
    let mut line_of: BTreeMap<P, usize> = BTreeMap::new();
    for line in 0..wanted.len() {
        assign(line, wanted, &mut line_of, &mut Vec::new());
    }
    let mut found = vec![None; wanted.len()];
    for (person, line) in line_of {
        found[line] = Some(person);
    }
    found
}

/// Finds a person for a line, if need be by finding another for the line that has that person.
fn assign<P: Copy + Ord>(
    line: usize,
    wanted: &[&[P]],
    line_of: &mut BTreeMap<P, usize>,
    tried: &mut Vec<P>,
) -> bool {
    for person in wanted[line] {
        if tried.contains(person) {
            continue;
        }
        tried.push(*person);
        let taken = line_of.get(person).copied();
        if taken.is_none_or(|other| assign(other, wanted, line_of, tried)) {
            line_of.insert(*person, line);
            return true;
        }
    }
    false
}
