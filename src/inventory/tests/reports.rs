//! What every report says, kept up to date by what is affected.

use std::collections::{BTreeMap, BTreeSet};

use super::nosy;
use crate::check::testing::now;
use crate::checks;
use crate::engine::{self, Evaluation, Policy, PolicySet};
use crate::inventory::{Change, Inventory, ReportOn, View, affected};
use crate::model::{Answer, Answers, Located, Object, Severity, Text, Verdict};

/// The content of every report.
pub(super) type Contents = BTreeMap<ReportOn, Content>;

/// All that a report could be made of.
#[derive(Debug, PartialEq)]
pub(super) struct Content {
    policies: Vec<Text>,
    doubts: Vec<Text>,
    results: Vec<(&'static str, Severity, Verdict, Vec<Located>)>,
}

/// The match condition of a policy. What it comes to is put into the records.
const CONDITION: &str = "object.metadata.annotations.met == 'yes'";

/// Answers to the condition that are others than these.
pub(super) fn answered_otherwise(answers: &Answers) -> Answers {
    let otherwise = match answers.get(CONDITION) {
        None => Answer::Yes,
        Some(Answer::Yes) => Answer::Error("no such key: met".into()),
        Some(Answer::Error(_)) => Answer::No,
        Some(Answer::No) => return Answers::default(),
    };
    [(CONDITION.into(), otherwise)].into_iter().collect()
}

/// Every check there is and those that look at all they may, for everything; and some of them for some.
pub(super) fn policies() -> PolicySet {
    let some = serde_json::json!({
        "match": {
            "kinds": ["Deployment", "StatefulSet", "Pod"],
            "namespaceSelector": {"matchLabels": {"env": "prod"}},
            "objectSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]},
        },
        "checks": [{"id": "liveness-probe", "severity": "advice"}, {"id": "cpu-limits"}],
    });
    let of_namespaces = serde_json::json!({
        "match": {"namespaceSelector": {"matchExpressions": [{"key": "env", "operator": "In", "values": ["prod", "dev"]}]}},
        "checks": [{"id": "cpu-limits", "severity": "critical"}],
    });
    let conditional = serde_json::json!({
        "match": {"conditions": [{"name": "met", "expression": CONDITION}]},
        "checks": [{"id": "cpu-limits", "severity": "high"}],
    });
    let specs = [
        ("some", some),
        ("namespaces", of_namespaces),
        ("conditional", conditional),
    ];
    let compiled = specs.map(|(name, spec)| {
        let spec = serde_json::from_value(spec).expect("the policy is well-formed");
        Policy::compile(name, &spec, crate::checklist::Checklists::built_in())
            .expect("the policy compiles")
    });
    let everything = checks::ALL.iter().copied().chain(nosy::ALL.iter().copied());
    PolicySet::new(
        compiled
            .into_iter()
            .chain([Policy::of_checks("everything", everything)]),
    )
}

/// What one report says; `None` where there is none.
pub(super) fn content(
    policies: &PolicySet,
    inventory: &Inventory,
    on: &ReportOn,
) -> Option<Content> {
    let evaluation = match on {
        ReportOn::Workload(key) => {
            let view = View::of(inventory).at(now());
            engine::evaluate(policies, view, view.workload(key)?)?
        }
        ReportOn::Namespace(namespace) => {
            let evaluation = engine::unclaimed(policies, View::of(inventory).at(now()), namespace)?;
            let says_something = evaluation
                .results
                .iter()
                .any(|result| !result.findings.is_empty());
            Some(evaluation).filter(|_| says_something)?
        }
    };
    Some(summary(&evaluation))
}

fn summary(evaluation: &Evaluation) -> Content {
    let results = evaluation.iter().map(|(entry, result)| {
        (
            entry.check.id,
            entry.severity,
            result.verdict,
            result.findings.clone(),
        )
    });
    Content {
        policies: evaluation
            .plan
            .policies
            .iter()
            .map(|policy| policy.name.clone())
            .collect(),
        doubts: evaluation
            .plan
            .doubts()
            .map(|(_, condition)| condition.name.clone())
            .collect(),
        results: results.collect(),
    }
}

/// What every report says, judged anew.
pub(super) fn all(policies: &PolicySet, inventory: &Inventory) -> Contents {
    let objects = crate::model::Kind::ALL
        .iter()
        .flat_map(|kind| inventory.of_kind(*kind));
    let mut subjects = BTreeSet::new();
    for object in objects {
        let key = object.key();
        let namespace = if matches!(**object, Object::Namespace(_)) {
            &key.name
        } else {
            &key.namespace
        };
        subjects.insert(ReportOn::Namespace(namespace.clone()));
        subjects.extend(object.workload().map(|_| ReportOn::Workload(key.clone())));
    }
    let contents = subjects
        .into_iter()
        .filter_map(|on| Some((on.clone(), content(policies, inventory, &on)?)));
    contents.collect()
}

/// Judges again what the changes may have touched. Answers with what was judged.
pub(super) fn refresh(
    policies: &PolicySet,
    (before, after): (&Inventory, &Inventory),
    changes: &[Change],
    contents: &mut Contents,
) -> BTreeSet<ReportOn> {
    let touched: BTreeSet<_> = changes
        .iter()
        .flat_map(|change| affected(before, after, change, policies.sight()))
        .collect();
    for on in &touched {
        match content(policies, after, on) {
            Some(content) => contents.insert(on.clone(), content),
            None => contents.remove(on),
        };
    }
    touched
}

/// Where two contents differ: by policies (there may be none), or by these checks.
pub(super) fn difference(one: Option<&Content>, other: Option<&Content>) -> Vec<&'static str> {
    match (one, other) {
        (Some(one), Some(other))
            if one.policies == other.policies && one.doubts == other.doubts =>
        {
            let pairs = one.results.iter().zip(&other.results);
            pairs
                .filter(|(one, other)| one != other)
                .map(|((check, ..), _)| *check)
                .collect()
        }
        _ => vec!["policies"],
    }
}
