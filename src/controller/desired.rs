//! What report there should be.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::reports::Wanted;
use super::statuses::Judged;
use crate::engine::{self, report};
use crate::inventory::{ReportOn, View};
use crate::live::Snapshot;
use crate::model::{Key, Kind, Object, Workload};

/// How old a bare Pod or a Job must be: most are gone by then.
const MATURE: Duration = Duration::from_secs(60);

/// What there should be.
pub(super) enum Desired {
    /// This report.
    Report(Box<Wanted>, Judged),
    /// No report.
    Nothing,
    /// It is too early to say.
    Later(Instant),
}

/// What report there should be on something.
pub(super) fn desired(snapshot: &Snapshot, on: &ReportOn) -> Desired {
    let inventory = &snapshot.inventory;
    let view = View::of(inventory);
    let namespace = inventory.get(&Key::new(Kind::Namespace, "", on.namespace().clone()));
    // Nothing can be created in a namespace that is being deleted, and what is in it goes with it.
    if namespace.is_some_and(|namespace| namespace.meta().deleting) {
        return Desired::Nothing;
    }
    match on {
        ReportOn::Namespace(namespace) => {
            let evaluation = engine::unclaimed(&snapshot.policies, inventory, namespace);
            let report = evaluation.and_then(|evaluation| {
                let report = report::of_namespace(namespace, &evaluation)?;
                Some((
                    report,
                    Judged {
                        status: evaluation.status(),
                        plan: evaluation.plan,
                    },
                ))
            });
            report.map_or(Desired::Nothing, |(report, judged)| {
                Desired::Report(
                    Box::new(Wanted {
                        report,
                        owner: None,
                    }),
                    judged,
                )
            })
        }
        ReportOn::Workload(key) => {
            let object = inventory
                .get(key)
                .filter(|object| inventory.is_top_level(object));
            let Some(Object::Workload(workload)) = object.map(|object| &**object) else {
                return Desired::Nothing;
            };
            if let Some(due) = premature(workload) {
                return due;
            }
            let Some(evaluation) = engine::evaluate(&snapshot.policies, view, workload) else {
                return Desired::Nothing;
            };
            let report = report::of_workload(workload, &evaluation);
            let judged = Judged {
                status: report.status,
                plan: evaluation.plan,
            };
            Desired::Report(Box::new(Wanted::of_workload(workload, report)), judged)
        }
    }
}

/// Bare Pods and Jobs are reported on once they are a minute old, and while they are not finished.
fn premature(workload: &Workload) -> Option<Desired> {
    if !matches!(workload.kind(), Kind::Pod | Kind::Job) {
        return None;
    }
    if workload.finished {
        return Some(Desired::Nothing);
    }
    let age = Duration::try_from(Timestamp::now().duration_since(workload.meta.created?))
        .unwrap_or(Duration::ZERO);
    let rest = MATURE.checked_sub(age).filter(|rest| !rest.is_zero())?;
    Some(Desired::Later(Instant::now() + rest))
}
