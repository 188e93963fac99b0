//! What the checks on the way into the cluster share.

use super::{Context, Findings, Undecided};
use crate::model::{Deliverer, Kind, KindSet, Mark, Place, Workload};

/// Workloads that somebody delivers. Bare Pods and Jobs are mostly made by something that runs in the cluster.
pub const DELIVERED: KindSet = KindSet::of(&[
    Kind::Deployment,
    Kind::StatefulSet,
    Kind::DaemonSet,
    Kind::ReplicaSet,
    Kind::ReplicationController,
    Kind::CronJob,
]);

/// What became of the objects that are said to deliver a workload.
#[derive(Debug)]
pub enum Delivery<'a> {
    /// One of them exists.
    By(&'a Deliverer),
    /// This one is meant without a doubt, and does not exist.
    Missing(&'a Deliverer),
    /// None is said to.
    Unsaid,
}

/// Whether one of the objects of these kinds that a workload's marks name exists.
///
/// # Errors
/// Where none that can be looked up exists, and another cannot be looked up.
pub fn delivery<'a>(
    context: &Context<'_>,
    workload: &'a Workload,
    kinds: &[Kind],
) -> Result<Delivery<'a>, Undecided> {
    let named = workload.delivery.iter().filter_map(|mark| match mark {
        Mark::Deliverer(deliverer) if kinds.contains(&deliverer.kind) => Some(deliverer),
        _ => None,
    });
    let (mut undecided, mut missing) = (None, None);
    for deliverer in named {
        match context.read(deliverer.kind) {
            Ok(view) if view.has_deliverer(deliverer) => return Ok(Delivery::By(deliverer)),
            Ok(_) => missing = missing.or(Some(deliverer).filter(|named| named.is_sure)),
            Err(error) => undecided = Some(error),
        }
    }
    match undecided {
        Some(undecided) => Err(undecided),
        None => Ok(missing.map_or(Delivery::Unsaid, Delivery::Missing)),
    }
}

/// Says that what is named does not exist, or that it is not known whether it does.
pub fn say_missing(context: &Context<'_>, deliverer: &Deliverer, findings: &mut Findings) {
    let Deliverer { kind, name, .. } = deliverer;
    let at = Place::field("/metadata/labels");
    if context.may_exist_elsewhere() {
        let message = format!("{kind} {name}, which it says delivers it, is not among the files");
        findings.unknown(at, message);
    } else {
        let message = format!(
            "{kind} {name}, which it says delivers it, does not exist: deliver it anew, or remove the mark"
        );
        findings.fail(at, message);
    }
}

/// Says that what delivers a workload is not known, as something that is not looked up made it. True if that is so.
pub fn say_controlled(workload: &Workload, findings: &mut Findings) -> bool {
    let Some(owner) = &workload.meta.controller else {
        return false;
    };
    let message = format!(
        "{} controls it: how that was delivered is not looked up",
        owner.name
    );
    findings.unknown(Place::field("/metadata/ownerReferences"), message);
    true
}
