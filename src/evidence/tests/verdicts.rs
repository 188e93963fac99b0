//! What pieces say of the fixtures, and that neither what is left out of objects nor what is not looked at changes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fixtures::{CASES, Case, Expect, fixtures};
use super::*;
use crate::cel::{Program, Tree};
use crate::evidence::catalogue;

/// Why a piece does not hold for the objects of its kind, for whoever writes a fixture.
fn reasons(case: &Case, documents: &Documents) -> Vec<String> {
    let subject = case.subject(documents);
    let reason = |tree: &Arc<Tree>| {
        let of = |program: &Program| case.evaluate(program, tree, &subject);
        format!(
            "cel {:?}, select {:?}",
            of(&case.piece.0.cel),
            case.piece.0.select.as_ref().map(of)
        )
    };
    case.trees(documents).iter().map(reason).collect()
}

#[test]
fn pieces_say_of_fixtures_what_they_should() {
    let mut wrong = Vec::new();
    for case in CASES.iter() {
        let documents = cluster(&[case.piece], &case.objects);
        let found = case.judge(&documents);
        let right = match case.expect {
            Expect::Holds => matches!(found, Found::Holds { .. }),
            Expect::Lacks => matches!(found, Found::Nothing(_) | Found::Contradicted { .. }),
            Expect::Contradicts => matches!(found, Found::Contradicted { .. }),
        };
        if !right {
            wrong.push(format!(
                "{}: {found}: {:?}",
                case.name,
                reasons(case, &documents)
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_is_left_out_of_objects_changes_no_result() {
    for case in CASES.iter() {
        let kept = case.judge(&cluster(&[case.piece], &case.objects));
        let whole = case.judge(&whole_cluster(&[case.piece], &case.objects));
        assert_eq!(kept, whole, "{}", case.name);
    }
}

#[test]
fn what_other_pieces_keep_changes_no_result() {
    let all: Vec<&Piece> = catalogue().iter().collect();
    let empty = cluster(&all, &[]);
    for case in CASES.iter() {
        let alone = case.judge(&cluster(&[case.piece], &case.objects));
        let mut documents = empty.clone();
        put(&mut documents, &case.objects);
        assert_eq!(case.judge(&documents), alone, "{}", case.name);
    }
}

/// Judging without any join: every expression on every object.
fn plain(case: &Case, documents: &Documents) -> &'static str {
    let (cel, select) = (&case.piece.0.cel, case.piece.0.select.as_ref());
    let subject = case.subject(documents);
    let trees = case.trees(documents);
    let holds = |program: &Program, tree: &Tree| case.evaluate(program, tree, &subject).holds();
    let selected: Vec<_> = trees
        .iter()
        .filter(|tree| select.is_none_or(|select| holds(select, tree)))
        .collect();
    let met = selected.iter().filter(|tree| holds(cel, tree)).count();
    match select {
        Some(_) if selected.is_empty() => "nothing",
        Some(_) if met < selected.len() => "contradicted",
        None if met == 0 => "nothing",
        _ => "holds",
    }
}

#[test]
fn joins_change_no_result() {
    let mut by_kind: BTreeMap<GroupKind, Vec<Json>> = BTreeMap::new();
    let cases = &*CASES;
    for object in cases.iter().flat_map(|case| &case.objects) {
        by_kind
            .entry(kind_of(object))
            .or_default()
            .push(object.clone());
    }
    for (at, case) in cases.iter().enumerate() {
        // Besides the case's own objects some of others, in this namespace and elsewhere.
        let mut objects = case.objects.clone();
        if let Some(kind) = case.piece.kind() {
            for (place, other) in by_kind
                .get(kind)
                .into_iter()
                .flatten()
                .enumerate()
                .skip(at % 7)
                .step_by(5)
                .take(12)
            {
                let mut other = other.clone();
                other["metadata"]["name"] = format!("other-{place}").into();
                objects.push(other);
            }
        }
        let documents = cluster(&[case.piece], &objects);
        let found = match case.judge(&documents) {
            Found::Holds { .. } => "holds",
            Found::Contradicted { .. } => "contradicted",
            Found::Nothing(_) => "nothing",
            Found::Undecided(_) => "undecided",
        };
        assert_eq!(found, plain(case, &documents), "{}", case.name);
    }
}

#[test]
fn every_piece_has_a_fixture_that_shows_it_and_one_that_does_not() {
    let mut shown: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (_, fixture) in fixtures() {
        let (holds, lacks) = shown.entry(fixture.evidence).or_default();
        *holds += fixture.holds.len();
        *lacks += fixture.lacks.len() + fixture.contradicts.len();
    }
    let mut missing = Vec::new();
    for (name, _) in catalogue().specs() {
        match shown.get(name) {
            None | Some((0, 0)) => missing.push(format!("{name}: both")),
            Some((0, _)) => missing.push(format!("{name}: one that shows it")),
            Some((_, 0)) => missing.push(format!("{name}: one that does not")),
            Some(_) => {}
        }
    }
    assert!(
        missing.is_empty(),
        "{} pieces lack fixtures:\n{}",
        missing.len(),
        missing.join("\n")
    );
}

#[test]
fn every_piece_with_a_selection_has_a_fixture_that_contradicts_it() {
    let contradicted: BTreeSet<String> = fixtures()
        .into_iter()
        .filter(|(_, fixture)| !fixture.contradicts.is_empty())
        .map(|(_, fixture)| fixture.evidence)
        .collect();
    let missing: Vec<&str> = catalogue()
        .specs()
        .filter(|(name, spec)| spec.select.is_some() && !contradicted.contains(*name))
        .map(|(name, _)| name)
        .collect();
    assert!(
        missing.is_empty(),
        "{} lack one: {missing:?}",
        missing.len()
    );
}
