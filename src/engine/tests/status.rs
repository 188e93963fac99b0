//! Status and score.

use std::sync::Arc;

use crate::api::Status::{self, NotReady, Ready, ReadyWithRisks};
use crate::checks;
use crate::engine::{CheckResult, Evaluation, Plan, Policy};
use crate::model::Severity::{self, Advice, Critical, High};
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

/// An evaluation in which checks of these severities came out so.
fn evaluation(outcomes: &[(Severity, Verdict)]) -> Evaluation {
    let mut policy = Policy::of_checks("policy", checks::ALL[..outcomes.len()].iter().copied());
    for (rule, (severity, _)) in policy.rules.iter_mut().zip(outcomes) {
        rule.severity = *severity;
    }
    let plan = Plan::merge(vec![(Arc::new(policy), None)]);
    let verdict_on = |id: &str| {
        let at = checks::ALL.iter().position(|check| check.id == id);
        at.map_or(NotApplicable, |at| outcomes[at].1)
    };
    let result = |verdict| CheckResult {
        relieved: Vec::new(),
        verdict,
        findings: Vec::new(),
        until: None,
    };
    let results = plan
        .entries
        .iter()
        .map(|entry| result(verdict_on(entry.check.id)))
        .collect();
    Evaluation {
        plan: Arc::new(plan),
        results,
    }
}

#[test]
fn status_and_score_follow_from_severity_and_verdict() {
    type Row<'a> = (&'a [(Severity, Verdict)], Status, Option<u32>);
    let rows: &[Row<'_>] = &[
        (
            &[(Critical, Pass), (High, Pass), (Advice, Pass)],
            Ready,
            Some(100),
        ),
        (&[(Critical, Fail)], NotReady, Some(0)),
        (&[(Critical, Unknown)], NotReady, Some(0)),
        (&[(High, Fail)], ReadyWithRisks, Some(0)),
        (&[(High, Unknown)], ReadyWithRisks, Some(0)),
        (&[(Critical, Pass), (High, Fail)], ReadyWithRisks, Some(75)),
        (
            &[(Critical, Pass), (High, Unknown)],
            ReadyWithRisks,
            Some(75),
        ),
        (&[(Critical, Fail), (High, Pass)], NotReady, Some(25)),
        (
            &[(Critical, Fail), (High, Fail), (High, Pass)],
            NotReady,
            Some(20),
        ),
        // Rounded down: 100 is for those that lack nothing.
        (
            &[(Critical, Pass), (Critical, Pass), (Critical, Fail)],
            NotReady,
            Some(66),
        ),
        // What does not apply is not counted, and advice weighs nothing.
        (&[(Critical, NotApplicable), (High, Pass)], Ready, Some(100)),
        (
            &[(Critical, Pass), (Advice, Fail), (Advice, Unknown)],
            Ready,
            Some(100),
        ),
        (&[(Advice, Fail)], Ready, None),
        (
            &[(Critical, NotApplicable), (High, NotApplicable)],
            Ready,
            None,
        ),
        (&[], Ready, None),
    ];
    for (outcomes, status, score) in rows {
        let evaluation = evaluation(outcomes);
        assert_eq!(
            (evaluation.status(), evaluation.score()),
            (*status, *score),
            "{outcomes:?}"
        );
    }
}

#[test]
fn a_long_catalogue_does_not_reach_a_hundred_with_one_failure() {
    let mut outcomes = vec![(Critical, Pass); checks::ALL.len()];
    outcomes[0] = (High, Fail);
    let evaluation = evaluation(&outcomes);
    assert_eq!(evaluation.status(), ReadyWithRisks);
    assert!(evaluation.score().is_some_and(|score| score < 100));
}
