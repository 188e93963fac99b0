//! Objects as they are written, for evidence: of any kind, in the namespace that they would be given.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::yaml::Node;
use crate::model::Kind;

/// Kinds of Kubernetes' own, without records here, that are in no namespace.
const CLUSTER_SCOPED: [&str; 11] = [
    "APIService",
    "CSIDriver",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "PriorityClass",
    "RuntimeClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// The object of a node; `None` where it is no object, or its numbers are not JSON's.
pub(super) fn document(node: Node<'_>, api_version: &str, kind: &str) -> Option<Value> {
    let mut object: Value = node.deserialize().ok()?;
    let fields = object.as_object_mut()?;
    // Items of a typed list need not say it themselves.
    fields.insert("apiVersion".to_owned(), api_version.into());
    fields.insert("kind".to_owned(), kind.into());
    Some(object)
}

/// Gives the namespace that kubectl would give to those that name none. Whether a custom kind has namespaces is said by its
/// definition where that is among the files, else by its name and its group.
pub(super) fn settle(documents: &mut [Value]) {
    let defined = |scope: &str| -> BTreeSet<(String, String)> {
        let definitions = documents
            .iter()
            .filter(|object| object["kind"] == "CustomResourceDefinition");
        let of_scope = definitions.filter(|definition| definition["spec"]["scope"] == scope);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let spec = of_scope.map(|definition| &definition["spec"]);
        spec.map(|spec| (text(&spec["group"]), text(&spec["names"]["kind"])))
            .collect()
    };
    let (cluster, namespaced) = (defined("Cluster"), defined("Namespaced"));
    for object in documents
        .iter_mut()
        .filter(|object| object["metadata"].is_object())
    {
        let [api_version, kind] =
            ["apiVersion", "kind"].map(|field| object[field].as_str().unwrap_or_default());
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let key = (group.to_owned(), kind.to_owned());
        let is_cluster_scoped = match Kind::of(api_version, kind) {
            Some(kind) => !kind.is_namespaced(),
            None if cluster.contains(&key) => true,
            None if namespaced.contains(&key) => false,
            None => {
                kind.starts_with("Cluster") || CLUSTER_SCOPED.contains(&kind) || is_managed(group)
            }
        };
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
        if namespace.is_empty() && !is_cluster_scoped {
            object["metadata"]["namespace"] = json!("default");
        }
    }
}

/// Crossplane's managed resources are in no namespace, but for the groups of version 2.
fn is_managed(group: &str) -> bool {
    group.ends_with(".upbound.io") && !group.ends_with(".m.upbound.io")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_namespaces_is_given_one() {
        let definition = json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "tanks.example.com"},
            "spec": {"group": "example.com", "scope": "Cluster", "names": {"kind": "Tank"}},
        });
        for (api_version, kind, expected) in [
            ("apps/v1", "Deployment", "default"),
            ("v1", "Node", ""),
            ("cert-manager.io/v1", "Certificate", "default"),
            ("cert-manager.io/v1", "ClusterIssuer", ""),
            ("s3.aws.upbound.io/v1beta1", "Bucket", ""),
            ("example.com/v1", "Tank", ""),
            ("example.org/v1", "Tank", "default"),
        ] {
            let object =
                json!({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}});
            let mut documents = [definition.clone(), object];
            settle(&mut documents);
            let namespace = documents[1]["metadata"]["namespace"]
                .as_str()
                .unwrap_or_default();
            assert_eq!(namespace, expected, "{api_version} {kind}");
        }
    }
}
