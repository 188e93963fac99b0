//! What the checks on probes share.

use super::Findings;
use crate::model::{Container, Place, Workload};

/// Every container that may have probes has this one. Pods that end by themselves need none.
pub fn require(
    workload: &Workload,
    field: &str,
    has: fn(&Container) -> bool,
    consequence: &str,
    findings: &mut Findings,
) {
    if workload.runs_to_completion() {
        return findings.not_applicable();
    }
    let containers = workload
        .pod
        .containers
        .iter()
        .filter(|container| container.role.has_probes());
    for container in containers.filter(|container| !has(container)) {
        let at = Place::container(workload, container, &format!("/{field}"));
        findings.fail(at, format!("has no {field}: {consequence}"));
    }
}
