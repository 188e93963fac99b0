//! Permissions: what the checks and the evidence in this build read, and what the operator writes. Nothing else.
//!
//! Evidence that a checklist asks for inline may be in other kinds. Whoever wants that grants the operator to read them, by a
//! ClusterRole with the label [`controller::AGGREGATE`]: the API server adds its rules to a role of the operator's.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{names, plural};
use crate::api;
use crate::controller::{self, Part};
use crate::evidence::{GroupKind, catalogue};
use crate::guards;
use crate::model::Kind;

/// ServiceAccount, roles and bindings.
pub(super) fn objects(namespace: &str) -> Vec<Value> {
    let labels = json!({"app.kubernetes.io/name": names::APP});
    let meta = |name: &str| json!({"name": name, "labels": labels});
    let own = |name: &str| json!({"name": name, "namespace": namespace, "labels": labels});
    let rbac = "rbac.authorization.k8s.io";
    let version = format!("{rbac}/v1");
    let subjects = json!([{"kind": "ServiceAccount", "name": names::APP, "namespace": namespace}]);
    let everywhere = vec![
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": own(names::APP)}),
        json!({"apiVersion": version, "kind": "ClusterRole", "metadata": meta(names::APP), "rules": cluster_rules()}),
        json!({
            "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": meta(names::APP), "subjects": subjects,
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": names::APP},
        }),
        // Without rules, which are the API server's to fill in.
        json!({
            "apiVersion": version, "kind": "ClusterRole", "metadata": meta(names::AGGREGATED),
            "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {controller::AGGREGATE: "true"}}]},
        }),
        json!({
            "apiVersion": version, "kind": "ClusterRoleBinding", "metadata": meta(names::AGGREGATED), "subjects": subjects,
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": names::AGGREGATED},
        }),
        json!({"apiVersion": version, "kind": "Role", "metadata": own(names::APP), "rules": own_rules()}),
        json!({
            "apiVersion": version, "kind": "RoleBinding", "metadata": own(names::APP), "subjects": subjects,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": names::APP},
        }),
    ];
    let parts = controller::PART.iter().flat_map(|part| {
        let Part {
            kind, namespace, ..
        } = part;
        let name = format!("{}-{}", names::APP, kind.plural());
        let meta = json!({"name": name, "namespace": namespace, "labels": labels});
        let read = rule(kind.group(), &[kind.plural()], &READ);
        [
            json!({"apiVersion": version, "kind": "Role", "metadata": meta, "rules": [read]}),
            json!({
                "apiVersion": version, "kind": "RoleBinding", "metadata": meta, "subjects": subjects,
                "roleRef": {"apiGroup": rbac, "kind": "Role", "name": name},
            }),
        ]
    });
    everywhere.into_iter().chain(parts).collect()
}

fn cluster_rules() -> Vec<Value> {
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let is_part = |kind: &Kind| controller::PART.iter().any(|part| part.kind == *kind);
    for kind in controller::kinds().iter().filter(|kind| !is_part(kind)) {
        read.entry(kind.group().to_owned())
            .or_default()
            .insert(kind.plural().to_owned());
    }
    for kind in evidence() {
        read.entry(kind.group.to_string())
            .or_default()
            .insert(plural::of(&kind));
    }
    let read = read.iter().map(|(group, resources)| {
        let resources: Vec<&str> = resources.iter().map(String::as_str).collect();
        rule(group, &resources, &READ)
    });
    read.chain(own_kinds()).chain(guard_rules()).collect()
}

/// The kinds that the evidence in the catalogue is looked for in, besides the workloads. Secrets are not among them.
fn evidence() -> BTreeSet<GroupKind> {
    let pieces = catalogue()
        .specs()
        .map(|(_, piece)| piece)
        .filter(|piece| piece.api_version != "self");
    let kinds = pieces.map(|piece| GroupKind::of(&piece.api_version, &piece.kind));
    kinds
        .chain(GroupKind::routes())
        .filter(|kind| *kind != GroupKind::new("", "Secret"))
        .collect()
}

/// What it reads and writes of its own kinds, and says to others.
fn own_kinds() -> Vec<Value> {
    let stated = [
        "readinesschecklists",
        "readinessexceptions",
        "readinesslaunches",
        "readinesspolicies",
    ];
    let status = stated.map(|kind| format!("{kind}/status"));
    let status: Vec<&str> = status.iter().map(String::as_str).collect();
    let mut stated = stated.to_vec();
    stated.insert(0, "readinessattestations");
    vec![
        rule(api::GROUP, &stated, &READ),
        rule(api::GROUP, &status, &["patch"]),
        rule(
            api::GROUP,
            &["readinessreports"],
            &["get", "list", "watch", "create", "patch", "delete"],
        ),
        rule("events.k8s.io", &["events"], &["create", "patch"]),
        // Whether who attests may.
        rule(
            "authorization.k8s.io",
            &["subjectaccessreviews"],
            &["create"],
        ),
        named(
            "admissionregistration.k8s.io",
            "validatingwebhookconfigurations",
            &[names::CONFIGURATION],
            &["get", "list", "watch", "patch"],
        ),
    ]
}

/// The guards, by name. Creating cannot be limited to names.
fn guard_rules() -> impl Iterator<Item = Value> {
    let group = "admissionregistration.k8s.io";
    let kinds = [
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
    ];
    let named = kinds.map(|kind| {
        named(
            group,
            kind,
            &guards::NAMES,
            &["get", "list", "watch", "update", "patch"],
        )
    });
    named.into_iter().chain([rule(group, &kinds, &["create"])])
}

/// In its own namespace. Creating cannot be limited to a name, and reading the credentials for metrics servers neither: only
/// policies know their names. Those without their label are not asked for.
fn own_rules() -> Vec<Value> {
    vec![
        rule("", &["secrets"], &["get", "list", "watch", "create"]),
        named("", "secrets", &[names::SECRET], &["update"]),
        named(
            "",
            "configmaps",
            &[names::GUARD],
            &["get", "list", "watch", "update"],
        ),
        rule("", &["configmaps"], &["create"]),
        named(
            "coordination.k8s.io",
            "leases",
            &[names::LEASE],
            &["get", "update"],
        ),
        rule("coordination.k8s.io", &["leases"], &["create"]),
    ]
}

const READ: [&str; 3] = ["get", "list", "watch"];

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
}

fn named(group: &str, resource: &str, names: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": [resource], "resourceNames": names, "verbs": verbs})
}
