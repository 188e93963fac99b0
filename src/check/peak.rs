//! How many pods of a workload there are at once, at most.

use crate::model::{IntOrPercent, Kind, Strategy, Workload};

/// How many pods there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// How many it runs.
    pub wanted: i32,
    /// How many more while it is being replaced.
    pub surge: i32,
    /// Whether it cannot be replaced at all without these: none of the old ones may be missing.
    pub needs_surge: bool,
}

/// What a Deployment that says nothing may have beyond its replicas, and may lack (`SetDefaults_Deployment`).
const DEFAULT: IntOrPercent = IntOrPercent::Percent(25);

/// Of a workload: as many as it has replicas, may run in parallel, or one; of a DaemonSet one, as its nodes are not counted.
pub fn of(workload: &Workload) -> Peak {
    let wanted = match workload.kind() {
        Kind::DaemonSet | Kind::Pod => 1,
        _ => workload.replicas.max(0),
    };
    let still = Peak {
        wanted,
        surge: 0,
        needs_surge: false,
    };
    let Strategy::RollingUpdate {
        max_unavailable,
        max_surge,
    } = &workload.strategy
    else {
        return still;
    };
    if workload.kind() != Kind::Deployment || wanted == 0 {
        return still;
    }
    let (surge, missing) = (
        max_surge.as_ref().unwrap_or(&DEFAULT),
        max_unavailable.as_ref().unwrap_or(&DEFAULT),
    );
    let surge = surge.of_rounded_up(wanted).unwrap_or(0).max(0);
    let missing = missing.of_rounded_down(wanted).unwrap_or(0).max(0);
    Peak {
        surge,
        // `ResolveFenceposts`: one may be missing where otherwise nothing could happen.
        needs_surge: missing == 0 && surge > 0,
        ..still
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::inventory;
    use crate::model::Key;

    #[test]
    fn only_deployments_have_more_while_they_are_replaced() {
        for (kind, spec, expected) in [
            ("Deployment", "replicas: 4", (4, 1, false)),
            ("Deployment", "replicas: 1", (1, 1, true)),
            ("Deployment", "replicas: 0", (0, 0, false)),
            (
                "Deployment",
                "replicas: 4, strategy: {type: Recreate}",
                (4, 0, false),
            ),
            (
                "Deployment",
                "replicas: 3, strategy: {rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}",
                (3, 2, true),
            ),
            (
                "Deployment",
                "replicas: 3, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}",
                (3, 0, false),
            ),
            ("StatefulSet", "replicas: 3", (3, 0, false)),
            ("DaemonSet", "", (1, 0, false)),
        ] {
            let manifest = format!(
                "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web}}, spec: {{{spec}}}}}"
            );
            let inventory = inventory(&manifest);
            let known = Kind::of("apps/v1", kind).expect("a kind");
            let object = inventory.get(&Key::new(known, "default", "web"));
            let workload = object.and_then(|object| object.workload()).expect("one");
            let peak = of(workload);
            let found = (peak.wanted, peak.surge, peak.needs_surge);
            assert_eq!(found, expected, "{kind} {spec}");
        }
    }
}
