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
    /// It cannot be said before the workload is read again, which is under way: a match condition has not been asked of it.
    Unasked,
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
            if snapshot.policies.awaits(view, workload) {
                return Desired::Unasked;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::checklist::Checklists;
    use crate::engine::{Policy, PolicySet};
    use crate::inventory::Inventory;
    use crate::model;

    #[test]
    fn nothing_is_said_of_a_workload_before_the_match_conditions_are_asked_of_it() {
        let spec = json!({"match": {"conditions": [{"name": "some", "expression": "object.spec.replicas > 1"}]}});
        let spec = serde_json::from_value(spec).expect("a spec");
        let policy = Policy::compile("p", &spec, Checklists::built_in()).expect("a policy");
        let policies = Arc::new(PolicySet::new([policy]));
        let of = |replicas: Option<i32>| {
            let object = json!({"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": replicas}});
            let decoded = model::decode(Kind::Deployment, &object).expect("a Deployment");
            let Object::Workload(mut workload) = decoded else {
                panic!("it is a workload")
            };
            if replicas.is_some() {
                workload.answers = policies.conditions().ask(Kind::Deployment, object);
            }
            let on = ReportOn::Workload(workload.key().clone());
            let mut inventory = Inventory::of_cluster();
            inventory.apply(Object::Workload(workload));
            let snapshot = Snapshot {
                inventory,
                policies: policies.clone(),
                ..Snapshot::empty()
            };
            desired(&snapshot, &on, Timestamp::UNIX_EPOCH)
        };
        assert!(matches!(of(None), Desired::Unasked));
        assert!(matches!(of(Some(1)), Desired::Nothing));
        assert!(matches!(of(Some(2)), Desired::Report(..)));
    }
}
