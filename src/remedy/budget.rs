//! PodDisruptionBudgets.

use serde_json::json;

use super::{Case, Edit, Left, Offer, selector};
use crate::model::{Finding, Kind};

/// One that lets a drain take one pod at a time, and those that are not ready at any time, so that it never stops a drain. Without it
/// all might be taken at once: it takes away nothing.
pub(super) fn present(case: &Case<'_>, _: &Finding) -> Result<Offer, Left> {
    let workload = case.workload()?;
    let name = selector::name(case, workload, Kind::PodDisruptionBudget, "pdb")?;
    Ok(Offer::add(json!({
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": selector::metadata(case, &name),
        "spec": {
            "maxUnavailable": 1,
            "selector": selector::of(case, workload)?,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    })))
}

/// A database may count on its default, which keeps pods that are not ready.
pub(super) fn unhealthy(_: &Case<'_>, finding: &Finding) -> Result<Offer, Left> {
    let edit = Edit::set(finding.at.path.clone(), "AlwaysAllow");
    Ok(Offer::unsafe_to([edit]))
}
