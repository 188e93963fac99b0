//! What report there should be.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::reports::Wanted;
use super::statuses::Judged;
use crate::engine::{self, Evaluation, report};
use crate::inventory::{ReportOn, View};
use crate::live::Snapshot;
use crate::model::{Key, Kind, Object, Workload};

/// How old a bare Pod or a Job must be: most are gone by then.
const MATURE: Duration = Duration::from_secs(60);

/// What there should be.
pub(super) enum Desired {
    /// This report. Time alone may make another one of it then.
    Report(Box<Wanted>, Judged, Option<Instant>),
    /// No report.
    Nothing,
    /// It is too early to say.
    Later(Instant),
}

/// How soon a report is looked at again at the earliest where only time passes, whatever its verdicts say.
const SOONEST: Duration = Duration::from_secs(1);

/// What report there should be on something at a moment, which is now.
pub(super) fn desired(snapshot: &Snapshot, on: &ReportOn, now: Timestamp) -> Desired {
    let inventory = &snapshot.inventory;
    let view = View::of(inventory).at(now);
    let namespace = inventory.get(&Key::new(Kind::Namespace, "", on.namespace().clone()));
    // Nothing can be created in a namespace that is being deleted, and what is in it goes with it.
    if namespace.is_some_and(|namespace| namespace.meta().deleting) {
        return Desired::Nothing;
    }
    match on {
        ReportOn::Namespace(namespace) => {
            let evaluation = engine::unclaimed(&snapshot.policies, view, namespace);
            let report = evaluation.and_then(|evaluation| {
                let report = report::of_namespace(namespace, &evaluation)?;
                let again = again(&evaluation, now);
                let judged = Judged::of(evaluation);
                let wanted = Wanted {
                    report,
                    owner: None,
                };
                Some(Desired::Report(Box::new(wanted), judged, again))
            });
            report.unwrap_or(Desired::Nothing)
        }
        ReportOn::Workload(key) => {
            let object = inventory
                .get(key)
                .filter(|object| inventory.is_top_level(object));
            let Some(Object::Workload(workload)) = object.map(|object| &**object) else {
                return Desired::Nothing;
            };
            if let Some(due) = premature(workload, now) {
                return due;
            }
            let Some(mut evaluation) = engine::evaluate(&snapshot.policies, view, workload) else {
                return Desired::Nothing;
            };
            evaluation.relieve(workload, snapshot.relief(now));
            let report = report::of_workload(workload, &evaluation);
            let again = again(&evaluation, now);
            let judged = Judged::of(evaluation);
            let wanted = Wanted::of_workload(workload, report);
            Desired::Report(Box::new(wanted), judged, again)
        }
    }
}

/// When an evaluation of a moment, which is now, may come out otherwise though nothing changes.
fn again(evaluation: &Evaluation, now: Timestamp) -> Option<Instant> {
    let rest = evaluation.next()?.duration_since(now);
    let rest = Duration::try_from(rest).unwrap_or(SOONEST);
    Some(Instant::now() + rest.max(SOONEST))
}

/// Bare Pods and Jobs are reported on once they are a minute old, and while they are not finished.
fn premature(workload: &Workload, now: Timestamp) -> Option<Desired> {
    if !matches!(workload.kind(), Kind::Pod | Kind::Job) {
        return None;
    }
    if workload.finished {
        return Some(Desired::Nothing);
    }
    let age =
        Duration::try_from(now.duration_since(workload.meta.created?)).unwrap_or(Duration::ZERO);
    let rest = MATURE.checked_sub(age).filter(|rest| !rest.is_zero())?;
    Some(Desired::Later(Instant::now() + rest))
}
