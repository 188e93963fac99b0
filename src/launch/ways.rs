//! The ways in which an item is verified.

use super::AGAIN;
use super::facts::Case;
use super::outcome::{By, Outcome, Pending, Proof};
use super::seen;
use crate::api::{ProofKind, Scope};
use crate::cel;
use crate::check::Check;
use crate::checklist::{CelItem, Item, MetricItem, Way};
use crate::engine;
use crate::evidence::{self, Found, Gap, Piece};
use crate::model::{Located, Verdict, Workload};
use crate::promql::Cause;

/// What an item comes to by itself.
pub(super) struct Automatic {
    /// As it is.
    pub(super) plain: Outcome,
    /// With what exceptions cover of single workloads or checks; `None` where that is nothing.
    pub(super) waived: Option<Outcome>,
}

/// What the checks, expressions, evidence or metrics of an item say; `None` where it is left to people, or derived.
pub(super) fn automatic(case: &Case<'_>, judged: (&Item, &str)) -> Option<Automatic> {
    let (item, checklist) = judged;
    match &item.way {
        Way::Attestation => return None,
        Way::Checks(checks) if checks.iter().all(|check| check.judges_launches()) => return None,
        _ => {}
    }
    if case.workloads.is_empty() {
        let plain = Outcome::unknown("the launch selects no workload");
        return Some(Automatic {
            plain,
            waived: None,
        });
    }
    let mut whole: Option<Automatic> = None;
    for workload in &case.workloads {
        let one = on_workload(case, item, checklist, workload);
        let combine = match item.spec.scope {
            Scope::Workload => Outcome::and,
            Scope::Application | Scope::Cluster => Outcome::or,
        };
        let both = match whole {
            None => one,
            Some(whole) => whole.with(one, combine),
        };
        // What is proven of one workload need not be looked for in the others, where one suffices.
        let suffices = item.spec.scope != Scope::Workload
            && both.plain.verdict == Verdict::Pass
            && !both.plain.is_only_indicated;
        whole = Some(both);
        if suffices {
            break;
        }
    }
    whole
}

impl Automatic {
    fn with(self, other: Self, combine: fn(Outcome, Outcome) -> Outcome) -> Self {
        let waived = match (self.waived, other.waived) {
            (None, None) => None,
            (one, two) => {
                let one = one.unwrap_or_else(|| self.plain.clone());
                Some(combine(one, two.unwrap_or_else(|| other.plain.clone())))
            }
        };
        Self {
            plain: combine(self.plain, other.plain),
            waived,
        }
    }
}

fn on_workload(case: &Case<'_>, item: &Item, checklist: &str, workload: &Workload) -> Automatic {
    let found = match &item.way {
        Way::Checks(checks) => by_checks(case, checks, checklist, workload),
        Way::Cel(rule) => plain(by_cel(case, item, rule, workload)),
        Way::Evidence(pieces) => plain(by_evidence(case, item, pieces, workload)),
        Way::Metrics(metric) => plain(by_metric(case, item, metric, workload)),
        Way::Attestation => plain(Outcome::unknown("")),
    };
    let open = found.waived.as_ref().unwrap_or(&found.plain);
    if !open.is_open() {
        return found;
    }
    let waived = waived(case, &item.key, checklist, workload, open);
    Automatic {
        waived: waived.or(found.waived),
        ..found
    }
}

fn plain(plain: Outcome) -> Automatic {
    Automatic {
        plain,
        waived: None,
    }
}

/// Something open on one workload, waived where an exception covers it.
fn waived(
    case: &Case<'_>,
    what: &str,
    checklist: &str,
    workload: &Workload,
    open: &Outcome,
) -> Option<Outcome> {
    let waiver = case.waivers.find(what, checklist, workload);
    let awaited = || case.waivers.is_awaited(what, workload);
    match waiver {
        Some(waiver) => Some(waiver.waive(open)),
        None => awaited().then(|| open.clone().awaiting(Some(Pending::People))),
    }
}

fn by_checks(
    case: &Case<'_>,
    checks: &[&'static Check],
    checklist: &str,
    workload: &Workload,
) -> Automatic {
    let of_workloads = checks.iter().filter(|check| !check.judges_launches());
    let each = of_workloads.map(|check| {
        let plain = by_check(case, check, workload);
        let waived = match plain.is_open() {
            true => waived(case, check.id, checklist, workload, &plain),
            false => None,
        };
        Automatic { plain, waived }
    });
    each.reduce(|all, one| all.with(one, Outcome::and))
        .unwrap_or_else(|| plain(Outcome::unknown("the item names no check")))
}

fn by_check(case: &Case<'_>, check: &'static Check, workload: &Workload) -> Outcome {
    let result = engine::judge_for(check, case.params(check), case.facts.view, workload);
    let subject = name(workload);
    let why = || {
        let one = |found: &Located| {
            let place = found
                .object
                .as_ref()
                .map(|key| format!("{}/{}", key.kind, key.name));
            let place = place.unwrap_or_else(|| subject.clone());
            match &found.finding.at.container {
                Some(container) => {
                    format!("{place}, container {container}: {}", found.finding.message)
                }
                None => format!("{place}: {}", found.finding.message),
            }
        };
        let all: Vec<_> = result.findings.iter().map(one).collect();
        all.join("; ")
    };
    let outcome = match result.verdict {
        Verdict::Fail => Outcome::fail(why()),
        Verdict::Unknown => Outcome::unknown(why()),
        Verdict::NotApplicable => {
            Outcome::not_applicable(format!("{} does not apply to {subject}", check.id))
        }
        Verdict::Pass | Verdict::Waived => Outcome::pass(Proof {
            by: By::Check(check.id),
            kind: ProofKind::Proves,
            subject: subject.as_str().into(),
            workload: Some(subject.as_str().into()),
            what: check.title.to_owned(),
            at: Some(case.facts.now),
            until: None,
        }),
    };
    outcome.until(result.until)
}

fn by_evidence(case: &Case<'_>, item: &Item, pieces: &[Piece], workload: &Workload) -> Outcome {
    let Some(Some(subject)) = case.subjects.get(workload.key()) else {
        return unread(case, item, workload);
    };
    let now = case.facts.now;
    let mut found = Vec::with_capacity(pieces.len());
    let mut whole: Option<Outcome> = None;
    for piece in pieces {
        let result = piece.judge(
            subject,
            case.facts.documents,
            now,
            &mut case.effort.borrow_mut(),
        );
        // What depends on the time is looked at again soon.
        let again = piece.depends_on_time().then(|| AGAIN.after(now));
        let outcome = of_piece(case, (item, workload), piece, &result).until(again);
        let outcome = match whole {
            Some(whole) => whole.or(outcome),
            None => outcome,
        };
        let suffices = outcome.verdict == Verdict::Pass && !outcome.is_only_indicated;
        whole = Some(outcome);
        if suffices {
            break;
        }
        found.push((piece, result));
    }
    let whole = whole.unwrap_or_else(|| Outcome::unknown("the item names no evidence"));
    match whole.verdict {
        Verdict::Unknown => seen::gone(case, item, workload, &found).map_or(whole, Outcome::fail),
        _ => whole,
    }
}

fn of_piece(
    case: &Case<'_>,
    (item, workload): (&Item, &Workload),
    piece: &Piece,
    found: &Found,
) -> Outcome {
    match found {
        Found::Holds { object } => Outcome::pass(Proof {
            by: By::Evidence(piece.name().clone()),
            kind: match piece.proof() {
                evidence::Proof::Proves => ProofKind::Proves,
                evidence::Proof::Indicates => ProofKind::Indicates,
            },
            subject: object.to_string().into(),
            workload: Some(name(workload).into()),
            what: piece.meaning().to_string(),
            at: Some(case.facts.now),
            until: None,
        }),
        Found::Contradicted { object } => {
            Outcome::fail(format!("{object}: not so: {}", piece.meaning()))
        }
        Found::Nothing(nothing) => Outcome::unknown(nothing.to_string()),
        Found::Undecided(gap) => {
            let is_pending = matches!(gap, Gap::Pending(_)) && case.is_due(item);
            Outcome::unknown(gap.to_string()).awaiting(is_pending.then_some(Pending::Evidence))
        }
    }
}

fn by_cel(case: &Case<'_>, item: &Item, rule: &CelItem, workload: &Workload) -> Outcome {
    let Some(Some(subject)) = case.subjects.get(workload.key()) else {
        return unread(case, item, workload);
    };
    let now = case.facts.now;
    let outcome = match subject.evaluate(&rule.program, now) {
        cel::Outcome::True => Outcome::pass(Proof {
            by: By::Cel,
            kind: ProofKind::Proves,
            subject: name(workload).into(),
            workload: Some(name(workload).into()),
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
    outcome.until(rule.piece.depends_on_time().then(|| AGAIN.after(now)))
}

/// A workload of which evidence has no document: its kind has not been listed, or the documents are a moment behind.
fn unread(case: &Case<'_>, item: &Item, workload: &Workload) -> Outcome {
    let pending = case.is_due(item).then_some(Pending::Evidence);
    Outcome::unknown(format!("{} has not been read yet", name(workload))).awaiting(pending)
}

fn by_metric(case: &Case<'_>, item: &Item, metric: &MetricItem, workload: &Workload) -> Outcome {
    if !case.is_due(item) {
        return Outcome::unknown("measured once the application is live");
    }
    let question = match super::questions::question(case, metric, workload) {
        Ok(question) => question,
        Err(why) => return Outcome::unknown(format!("{}: {why}", name(workload))),
    };
    let now = case.facts.now;
    let measured = case.facts.measurements.get(&question, now);
    let outcome = match measured.verdict {
        Verdict::Pass => Outcome::pass(Proof {
            by: By::Metric,
            kind: ProofKind::Proves,
            subject: question.promql.clone(),
            workload: Some(name(workload).into()),
            what: measured.to_string(),
            at: measured.at,
            until: None,
        }),
        // What is stored must not change with each sample.
        Verdict::Fail => Outcome::fail(format!("{}: {}", name(workload), measured.reason)),
        _ => {
            let pending = (measured.cause == Cause::Pending).then_some(Pending::Metrics);
            Outcome::unknown(format!("{}: {}", name(workload), measured.reason)).awaiting(pending)
        }
    };
    // A sample is too old one day though nothing happens.
    let lapses = case.facts.measurements.lapses(&question);
    let lapses = lapses.filter(|_| measured.cause == Cause::Samples);
    case.asked.borrow_mut().insert(question);
    let again = (measured.verdict == Verdict::Pass).then(|| AGAIN.after(now));
    outcome.until(again).until(lapses)
}

/// `Deployment/web`.
pub(super) fn name(workload: &Workload) -> String {
    format!("{}/{}", workload.kind(), workload.key().name)
}
