//! Rows of linters whose ids are aliases of our checks as they stand.

use serde_json::{Value, json};

use crate::question::Asks;
use crate::row::Row;

/// What Polaris' own configuration calls a danger, which is what its webhook refuses.
const DANGERS: &[&str] = &[
    "polaris/clusterrolePodExecAttach",
    "polaris/clusterrolebindingClusterAdmin",
    "polaris/clusterrolebindingPodExecAttach",
    "polaris/dangerousCapabilities",
    "polaris/hostIPCSet",
    "polaris/hostNetworkSet",
    "polaris/hostPIDSet",
    "polaris/privilegeEscalationAllowed",
    "polaris/rolePodExecAttach",
    "polaris/rolebindingClusterAdminClusterRole",
    "polaris/rolebindingClusterAdminRole",
    "polaris/rolebindingClusterRolePodExecAttach",
    "polaris/rolebindingRolePodExecAttach",
    "polaris/runAsPrivileged",
    "polaris/runAsRootAllowed",
    "polaris/sensitiveConfigmapContent",
    "polaris/sensitiveContainerEnvVar",
    "polaris/tagNotSpecified",
];

pub(crate) fn polaris(row: &Row) -> Asks {
    match row.check.as_str() {
        "webhook:default-config-danger" if row.file().ends_with(".annotations.yaml") => {
            Asks::LeftOut("an annotation of the peer's waives it")
        }
        "webhook:default-config-danger" => Asks::of(DANGERS, parameters),
        "nakedPod" | "oneController" | "resourceRange" => {
            Asks::LeftOut("a check that a user of the peer writes, not one that it has")
        }
        check => Asks::of(&[&format!("polaris/{check}")], parameters),
    }
}

pub(crate) fn kube_linter(row: &Row) -> Asks {
    if row.ambiguous_messages {
        return Asks::LeftOut("it is not known which object the verdict is on");
    }
    if row.needs_context {
        return Asks::LeftOut("what it depends on is not in the files");
    }
    if row.check.starts_with("template:") || row.config.is_some() {
        return Asks::LeftOut("a check that a user of the peer writes, not one that it has");
    }
    Asks::of(&[&format!("kube-linter/{}", row.check)], parameters)
}

pub(crate) fn netpol_analyzer(row: &Row) -> Asks {
    let is_of_admins = |kind: &String| kind.ends_with("AdminNetworkPolicy");
    if row.check != "connectivity" && row.beyond_core_netpol.iter().any(is_of_admins) {
        return Asks::LeftOut(
            "AdminNetworkPolicies, which are not Kubernetes' own, have a say in it",
        );
    }
    match row.check.as_str() {
        "netpol-ingress-isolation" => Asks::of_ids(&["network-policy-ingress"]),
        "netpol-egress-isolation" => Asks::of_ids(&["network-policy-egress"]),
        _ => Asks::LeftOut("who connects to whom is no check yet"),
    }
}

/// What the peer asks where our default is another.
fn parameters(alias: &str, check: &str) -> Option<Value> {
    match (alias, check) {
        ("kube-linter/minimum-three-replicas", "min-replicas") => Some(json!({"min": 3})),
        ("kube-linter/hpa-minimum-three-replicas", "hpa-min-replicas") => Some(json!({"min": 3})),
        ("kube-linter/priority-class-name", "priority-class") => {
            Some(json!({"allowed": ["system-cluster-critical", "system-node-critical"]}))
        }
        _ => None,
    }
}
