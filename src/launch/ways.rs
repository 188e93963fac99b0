//! The ways in which an item is verified.

use super::facts::Case;
use super::outcome::{By, Outcome, Proof};
use crate::api::{ProofKind, Scope};
use crate::cel;
use crate::check::Check;
use crate::checklist::{CelItem, Item, MetricItem, Way};
use crate::engine;
use crate::evidence::{self, Found, Nothing, Piece};
use crate::model::{Verdict, Workload};

/// What the checks, expressions, evidence or metrics of an item say; `None` where it is left to people, or derived.
pub(super) fn automatic(case: &Case<'_>, item: &Item) -> Option<Outcome> {
    let on_one = |workload: &&Workload| match &item.way {
        Way::Checks(checks) => by_checks(case, checks, workload),
        Way::Cel(rule) => by_cel(case, rule, workload),
        Way::Evidence(pieces) => by_evidence(case, item, pieces, workload),
        Way::Metrics(metric) => by_metric(case, metric, workload),
        Way::Attestation => Outcome::unknown(""),
    };
    match &item.way {
        Way::Attestation => return None,
        Way::Checks(checks) if checks.iter().any(|check| check.judges_launches()) => return None,
        _ => {}
    }
    if case.workloads.is_empty() {
        return Some(Outcome::unknown("the launch selects no workload"));
    }
    let each = case.workloads.iter().map(|workload| {
        let outcome = on_one(workload);
        waived(case, item, workload, outcome)
    });
    match item.spec.scope {
        Scope::Workload => each.reduce(Outcome::and),
        Scope::Application | Scope::Cluster => each.reduce(Outcome::or),
    }
}

/// Waives what an exception covers on one workload.
fn waived(case: &Case<'_>, item: &Item, workload: &Workload, outcome: Outcome) -> Outcome {
    if !outcome.is_open() {
        return outcome;
    }
    let waiver = case.waives(&item.key, workload).max_by_key(|waiver| waiver.until);
    match waiver {
        Some(waiver) => waiver.waive(&outcome.why),
        None => outcome,
    }
}

fn by_checks(case: &Case<'_>, checks: &[&'static Check], workload: &Workload) -> Outcome {
    let each = checks.iter().map(|check| {
        let outcome = by_check(case, check, workload);
        if !outcome.is_open() {
            return outcome;
        }
        let waiver = case.waives(check.id, workload).max_by_key(|waiver| waiver.until);
        match waiver {
        Some(waiver) => waiver.waive(&outcome.why),
        None => outcome,
    }
    });
    each.reduce(Outcome::and)
        .unwrap_or_else(|| Outcome::unknown("the item names no check"))
}

fn by_check(case: &Case<'_>, check: &'static Check, workload: &Workload) -> Outcome {
    let result = engine::judge_for(check, case.params(check), case.facts.view, workload);
    let subject = name(workload);
    let why = || {
        let one = |found: &engine::Located| {
            let place = found.object.as_ref().map(|key| format!("{}/{}", key.kind, key.name));
            let place = place.unwrap_or_else(|| subject.clone());
            match &found.finding.at.container {
                Some(container) => format!("{place}, container {container}: {}", found.finding.message),
                None => format!("{place}: {}", found.finding.message),
            }
        };
        let all: Vec<_> = result.findings.iter().map(one).collect();
        all.join("; ")
    };
    let outcome = match result.verdict {
        Verdict::Fail => Outcome::fail(why()),
        Verdict::Unknown => Outcome::unknown(why()),
        Verdict::NotApplicable => Outcome::not_applicable(format!("{} does not apply to {subject}", check.id)),
        Verdict::Pass | Verdict::Waived => Outcome::pass(Proof {
            by: By::Check(check.id),
            kind: ProofKind::Proves,
            subject: subject.as_str().into(),
            what: check.title.to_owned(),
            at: Some(case.facts.now),
            until: None,
        }),
    };
    outcome.until(result.until)
}

fn by_evidence(case: &Case<'_>, item: &Item, pieces: &[Piece], workload: &Workload) -> Outcome {
    let Some(Some(subject)) = case.subjects.get(workload.key()) else {
        return Outcome::unknown(format!("{} has not been read yet", name(workload)));
    };
    let each = pieces.iter().map(|piece| {
        let now = case.facts.now;
        let mut effort = case.effort.borrow_mut();
        let outcome = match piece.judge(subject, case.facts.documents, now, &mut effort) {
            Found::Holds { object } => Outcome::pass(Proof {
                by: By::Evidence(piece.name().clone()),
                kind: match piece.proof() {
                    evidence::Proof::Proves => ProofKind::Proves,
                    evidence::Proof::Indicates => ProofKind::Indicates,
                },
                subject: object.to_string().into(),
                what: piece.meaning().to_string(),
                at: Some(now),
                until: None,
            }),
            Found::Contradicted { object } => Outcome::fail(format!("{object}: not so: {}", piece.meaning())),
            Found::Nothing(nothing) => gone(case, item, piece, &nothing),
            Found::Undecided(gap) => Outcome::unknown(gap.to_string()),
        };
        // What depends on the time is looked at again soon.
        outcome.until(piece.depends_on_time().then(|| super::AGAIN.after(now)))
    });
    each.reduce(Outcome::or)
        .unwrap_or_else(|| Outcome::unknown("the item names no evidence"))
}

/// Where no object holds: a failure if one did before.
fn gone(case: &Case<'_>, item: &Item, piece: &Piece, nothing: &Nothing) -> Outcome {
    let was = case.seen.iter().find(|seen| seen.item == *item.key && seen.piece == **piece.name());
    match (nothing, was) {
        // Whoever takes a kind away takes the means to look at it, not the thing.
        (Nothing::NotInstalled(_), _) => Outcome::unknown(nothing.to_string()),
        (_, Some(seen)) => Outcome::fail(format!(
            "{} is gone, or no longer shows: {}",
            seen.object,
            piece.meaning()
        )),
        (_, None) => Outcome::unknown(nothing.to_string()),
    }
}

fn by_cel(case: &Case<'_>, rule: &CelItem, workload: &Workload) -> Outcome {
    let Some(Some(subject)) = case.subjects.get(workload.key()) else {
        return Outcome::unknown(format!("{} has not been read yet", name(workload)));
    };
    let now = case.facts.now;
    let outcome = match subject.evaluate(&rule.program, now) {
        cel::Outcome::True => Outcome::pass(Proof {
            by: By::Cel,
            kind: ProofKind::Proves,
            subject: name(workload).into(),
            what: rule.program.source().to_owned(),
            at: Some(now),
            until: None,
        }),
        cel::Outcome::False => Outcome::fail(format!("{}: {}", name(workload), rule.message)),
        cel::Outcome::Error(error) => Outcome::unknown(format!("{}: {error}", name(workload))),
        cel::Outcome::Exhausted => Outcome::unknown(format!(
            "{}: the expression costs too much to evaluate",
            name(workload)
        )),
    };
    outcome.until(rule.piece.depends_on_time().then(|| super::AGAIN.after(now)))
}

fn by_metric(case: &Case<'_>, metric: &MetricItem, workload: &Workload) -> Outcome {
    let question = match super::questions::question(case, metric, workload) {
        Ok(question) => question,
        Err(why) => return Outcome::unknown(format!("{}: {why}", name(workload))),
    };
    let measured = case.facts.measurements.get(&question, case.facts.now);
    match measured.verdict {
        Verdict::Pass => Outcome::pass(Proof {
            by: By::Metric,
            kind: ProofKind::Proves,
            subject: question.promql.clone(),
            what: measured.to_string(),
            at: measured.at,
            until: None,
        }),
        // What is stored must not change with each sample.
        Verdict::Fail => Outcome::fail(format!("{}: {}", name(workload), measured.reason)),
        _ => Outcome::unknown(format!("{}: {}", name(workload), measured.reason)),
    }
}

/// `Deployment/web`.
pub(super) fn name(workload: &Workload) -> String {
    format!("{}/{}", workload.kind(), workload.key().name)
}
