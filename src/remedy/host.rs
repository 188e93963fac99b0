//! What is asked for of the node. Taking it away is never safe: somebody asked for it.

use super::{Case, Edit, Left, Offer};
use crate::model::{Finding, Kind};

/// A policy that the API server refuses: whatever is applied in its place takes nothing away. A Job retries with either that it
/// takes.
pub(super) fn restart(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let path = finding.at.path.clone();
    Ok(Offer::safe([match case.workload()?.kind() {
        Kind::Job | Kind::CronJob => Edit::set(path, "OnFailure"),
        _ => Edit::remove(path),
    }]))
}

/// A field that is true where it had better not be.
pub(super) fn off(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    taken_away(case, &finding.at.path)
}

pub(super) fn port(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    if case.workload()?.pod.host_network {
        return Err("the pod is in its node's network, where every port is the node's".into());
    }
    taken_away(case, &finding.at.path)
}

pub(super) fn capability(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    taken_away(case, &finding.at.path)
}

pub(super) fn proc_mount(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    taken_away(case, &finding.at.path)
}

/// The number that an autoscaler sets: taken away from a manifest that was applied before, it is 1 for a moment.
pub(super) fn replicas(case: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    taken_away(case, &finding.at.path)
}

fn taken_away(case: &Case<'_>, path: &str) -> Result<Offer, Left> {
    match case.at(path) {
        Some(_) => Ok(Offer::unsafe_to([Edit::remove(path)])),
        None => Err("the field that is at fault is not written here".into()),
    }
}
