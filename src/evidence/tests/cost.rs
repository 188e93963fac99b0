//! What looking costs, in evaluations.

use serde_json::json;

use super::*;
use crate::evidence::catalogue;

/// A config map in each of a thousand namespaces, and a workload in the 500th.
fn thousand(pieces: &[&Piece]) -> (Documents, Json) {
    let mut objects: Vec<Json> = (0..1000)
        .map(|at| {
            json!({
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": {"name": "settings", "namespace": format!("team-{at}")},
                "data": {"owner": format!("team-{at}"), "for": "web"},
            })
        })
        .collect();
    let mut workload = web();
    workload["metadata"]["namespace"] = "team-500".into();
    objects.push(workload.clone());
    (cluster(pieces, &objects), workload)
}

#[test]
fn objects_of_other_namespaces_are_not_looked_at_where_none_can_match() {
    let piece = piece(
        ("v1", "ConfigMap"),
        "object.metadata.namespace == workload.metadata.namespace && object.data['for'] == workload.metadata.name",
        None,
    );
    let (documents, workload) = thousand(&[&piece]);
    let (found, effort) = judge(&piece, &documents, &workload);
    assert_eq!(found.to_string(), "shown by ConfigMap team-500/settings");
    assert_eq!(
        effort,
        Effort {
            pairs: 1,
            conditions: 0
        }
    );
}

#[test]
fn what_an_object_must_meet_by_itself_is_asked_once() {
    let piece = piece(
        ("v1", "ConfigMap"),
        "object.data['owner'] == 'team-7' && object.data['for'] == workload.metadata.name",
        None,
    );
    let (documents, workload) = thousand(&[&piece]);
    let (found, effort) = judge(&piece, &documents, &workload);
    assert_eq!(found.to_string(), "shown by ConfigMap team-7/settings");
    assert_eq!(
        effort,
        Effort {
            pairs: 1,
            conditions: 1000
        }
    );
    // Neither a second look nor one after a change elsewhere asks again of objects that are as they were.
    let mut documents = documents;
    assert_eq!(
        judge(&piece, &documents, &workload).1,
        Effort {
            pairs: 1,
            conditions: 0
        }
    );
    put(
        &mut documents,
        &[json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "more", "namespace": "team-3"}, "data": {"owner": "team-3"},
        })],
    );
    assert_eq!(
        judge(&piece, &documents, &workload).1,
        Effort {
            pairs: 1,
            conditions: 1
        }
    );
}

#[test]
fn nothing_is_run_for_a_pair_where_the_object_decides() {
    let piece = piece(
        ("v1", "ConfigMap"),
        "object.metadata.namespace == workload.metadata.namespace && object.data['for'] == 'web'",
        None,
    );
    let (documents, workload) = thousand(&[&piece]);
    let (found, effort) = judge(&piece, &documents, &workload);
    assert_eq!(found.to_string(), "shown by ConfigMap team-500/settings");
    assert_eq!(
        effort,
        Effort {
            pairs: 0,
            conditions: 1
        }
    );
}

#[test]
fn namespaces_that_an_expression_names_are_looked_through_too() {
    let piece = piece(
        ("v1", "ConfigMap"),
        "(object.metadata.namespace == workload.metadata.namespace || object.metadata.namespace.matches('^team-9[0-9]$')) \
         && object.data['for'] == workload.metadata.name && object.data['owner'] == 'team-95'",
        None,
    );
    let (documents, workload) = thousand(&[&piece]);
    let (found, effort) = judge(&piece, &documents, &workload);
    assert_eq!(found.to_string(), "shown by ConfigMap team-95/settings");
    assert_eq!(effort.pairs, 1);
}

#[test]
fn a_condition_within_exists_is_found() {
    let piece = piece(
        ("v1", "ConfigMap"),
        "object.data.exists(k, k == 'nothing' && object.data[k] == workload.metadata.name)",
        None,
    );
    let (documents, workload) = thousand(&[&piece]);
    let (found, effort) = judge(&piece, &documents, &workload);
    assert_eq!(found.to_string(), "no ConfigMap matches");
    assert_eq!(
        effort,
        Effort {
            pairs: 0,
            conditions: 1000
        }
    );
}

#[test]
fn a_piece_that_would_cost_too_much_is_undecided() {
    let piece = piece(
        ("v1", "ConfigMap"),
        "object.data.exists(a, object.data.exists(b, object.data.exists(c, object.data.exists(d, \
         a + b + c + d == workload.metadata.name))))",
        None,
    );
    let data: serde_json::Map<String, Json> = (0..100)
        .map(|at| (format!("key-{at}"), "".into()))
        .collect();
    let objects = [
        web(),
        json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "many", "namespace": "shop"}, "data": data,
        }),
    ];
    let (found, _) = judge(&piece, &cluster(&[&piece], &objects), &web());
    assert_eq!(
        found.to_string(),
        "the expression costs too much to evaluate"
    );
}

/// Of the catalogue, how many pieces look at other namespaces at all: those that cannot say by namespace whose they are.
#[test]
fn most_pieces_stay_in_the_workloads_namespace() {
    use crate::cel::Necessary;
    let pieces: Vec<&Piece> = catalogue()
        .iter()
        .filter(|piece| piece.kind().is_some())
        .collect();
    let near = pieces
        .iter()
        .filter(|piece| matches!(piece.0.guard.far, Necessary::Never))
        .count();
    let unguarded: Vec<&str> = pieces
        .iter()
        .filter(|piece| matches!(piece.0.guard.far, Necessary::Nothing { .. }))
        .map(|piece| &**piece.name())
        .collect();
    assert!(near * 2 > pieces.len(), "{near} of {}", pieces.len());
    assert!(
        unguarded.is_empty(),
        "run for every pair in the cluster: {unguarded:?}"
    );
}

/// The steps that an expression takes at most for an object of its own fixtures and the workload. What a piece may take for
/// a workload is enough for a thousand such objects.
const DEAREST: u64 = 1_000;

/// Each case is of a piece of its own kind, so that most of its expression is gone through.
#[test]
fn no_piece_takes_many_steps_for_an_object() {
    use super::fixtures::CASES;
    use crate::cel::{Budget, Input};
    use std::collections::BTreeMap;

    let mut dearest: BTreeMap<&str, u64> = BTreeMap::new();
    for case in CASES.iter() {
        let documents = whole_cluster(&[case.piece], &case.objects);
        let subject = case.subject(&documents);
        for object in case.trees(&documents) {
            let inputs = [
                Input::Object(&object),
                Input::Object(subject.workload()),
                Input::Time(case.now),
                Input::Objects(subject.services().unwrap_or_default()),
                Input::Objects(subject.routes().unwrap_or_default()),
            ];
            let mut budget = Budget::default();
            // What is paid once for all objects is paid.
            case.piece.0.cel.evaluate(&inputs, &mut budget);
            let all = budget.left();
            case.piece.0.cel.evaluate(&inputs, &mut budget);
            let steps = dearest.entry(case.piece.name()).or_default();
            *steps = (*steps).max(all - budget.left());
        }
    }
    let mut dear: Vec<_> = dearest
        .into_iter()
        .filter(|(_, steps)| *steps > DEAREST)
        .collect();
    dear.sort_by_key(|(_, steps)| std::cmp::Reverse(*steps));
    assert!(dear.is_empty(), "{dear:#?}");
}
