//! From a document to policies, refused as the API server would refuse them.

use super::schema::{self, Misfit};
use crate::checklist::Checklists;
use crate::api::{self, ReadinessPolicySpec};
use crate::engine::Policy;
use crate::manifests::yaml::{Document, Node, Problem};

const KIND: &str = "ReadinessPolicy";

/// The policies of a document: one, those of a List, or none where the document holds nothing.
///
/// # Errors
/// Where it is something else, or a policy is wrong: names the field and its place.
pub(super) fn policies(document: &Document<'_>) -> Result<Vec<Policy>, Problem> {
    match document.root().filter(|root| !root.is_null()) {
        None => Ok(Vec::new()),
        Some(root) if is_list(root) => {
            let items = root.get("items").into_iter().flat_map(Node::items);
            items.map(policy).collect()
        }
        Some(root) => policy(root).map(|policy| vec![policy]),
    }
}

fn is_list(root: Node<'_>) -> bool {
    let kind = root.get("kind").and_then(Node::as_str);
    matches!(kind, Some("List" | "ReadinessPolicyList"))
}

fn policy(node: Node<'_>) -> Result<Policy, Problem> {
    let text = |key| node.get(key).and_then(Node::as_str);
    let (api_version, kind) = (text("apiVersion"), text("kind"));
    if (api_version, kind) != (Some(api::API_VERSION), Some(KIND)) {
        let found = [api_version, kind]
            .map(|text| text.unwrap_or("?"))
            .join("/");
        let wanted = format!("{}/{KIND}", api::API_VERSION);
        return Err(problem(
            node,
            "",
            "",
            format!("expected a {wanted}, found {found}"),
        ));
    }
    let value: serde_json::Value = node.deserialize()?;
    schema::check(&schema::of_policies(), &value).map_err(|misfit| {
        let Misfit {
            pointer,
            field,
            message,
        } = misfit;
        problem(node, &pointer, &field, message)
    })?;
    let name = node
        .get("metadata")
        .and_then(|metadata| metadata.get("name"));
    let name = name.and_then(Node::as_str).filter(|name| !name.is_empty());
    let Some(name) = name else {
        return Err(problem(
            node,
            "/metadata/name",
            "metadata.name",
            "required".to_owned(),
        ));
    };
    let spec: ReadinessPolicySpec = match node.get("spec") {
        Some(spec) => spec.deserialize()?,
        None => ReadinessPolicySpec::default(),
    };
    // What is wrong by now says its field itself.
    Policy::compile(name, &spec, Checklists::built_in()).map_err(|error| problem(node, "/spec", "", error.to_string()))
}

fn problem(node: Node<'_>, pointer: &str, field: &str, message: String) -> Problem {
    let (line, column) = node.position(pointer);
    Problem {
        line,
        column,
        path: field.to_owned(),
        message,
    }
}
