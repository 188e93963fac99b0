//! Permissions: what the checks in this build read, and what the operator writes. Nothing else.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::names;
use crate::controller::{self, Part};
use crate::api;
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
        let read = rule(kind.group(), &[kind.plural()], &["get", "list", "watch"]);
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
    let mut read: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let is_part = |kind: &Kind| controller::PART.iter().any(|part| part.kind == *kind);
    let kinds = controller::kinds();
    for kind in kinds.iter().filter(|kind| !is_part(kind)) {
        read.entry(kind.group()).or_default().push(kind.plural());
    }
    let read = read.into_iter().map(|(group, mut resources)| {
        resources.sort_unstable();
        rule(group, &resources, &["get", "list", "watch"])
    });
    let own = [
        rule(
            api::GROUP,
            &["readinesspolicies"],
            &["get", "list", "watch"],
        ),
        rule(api::GROUP, &["readinesspolicies/status"], &["patch"]),
        rule(
            api::GROUP,
            &["readinessreports"],
            &["get", "list", "watch", "create", "patch", "delete"],
        ),
        rule("events.k8s.io", &["events"], &["create", "patch"]),
        named(
            "admissionregistration.k8s.io",
            "validatingwebhookconfigurations",
            names::CONFIGURATION,
            &["get", "list", "watch", "patch"],
        ),
    ];
    read.chain(own).collect()
}

/// In its own namespace. Creating cannot be limited to a name.
fn own_rules() -> Vec<Value> {
    vec![
        named(
            "",
            "secrets",
            names::SECRET,
            &["get", "list", "watch", "update"],
        ),
        rule("", &["secrets"], &["create"]),
        named(
            "coordination.k8s.io",
            "leases",
            names::LEASE,
            &["get", "update"],
        ),
        rule("coordination.k8s.io", &["leases"], &["create"]),
    ]
}

fn rule(group: &str, resources: &[&str], verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": resources, "verbs": verbs})
}

fn named(group: &str, resource: &str, name: &str, verbs: &[&str]) -> Value {
    json!({"apiGroups": [group], "resources": [resource], "resourceNames": [name], "verbs": verbs})
}
