//! Which Services an Ingress, HTTPRoute or GRPCRoute leads requests to.

use crate::cel::{Projection, Tree};
use crate::model::Text;

/// The parts that say so.
pub(super) fn reads() -> Projection {
    [
        ["spec", "rules", "*", "backendRefs", "*"].as_slice(),
        &["spec", "rules", "*", "http", "paths", "*", "backend"],
        &["spec", "defaultBackend"],
    ]
    .into_iter()
    .fold(Projection::presence(), |reads, path| {
        reads.union(&Projection::path(path))
    })
}

/// The namespaces and names of the Services, each once.
pub(super) fn backends(route: &Tree, namespace: &Text) -> Box<[(Text, Text)]> {
    let mut found: Vec<(Text, Text)> = Vec::new();
    if let Some(name) = route
        .at(&["spec", "defaultBackend", "service", "name"])
        .and_then(Tree::as_str)
    {
        found.push((namespace.clone(), name.into()));
    }
    for rule in route
        .at(&["spec", "rules"])
        .map(Tree::elements)
        .unwrap_or_default()
    {
        for path in rule
            .at(&["http", "paths"])
            .map(Tree::elements)
            .unwrap_or_default()
        {
            if let Some(name) = path
                .at(&["backend", "service", "name"])
                .and_then(Tree::as_str)
            {
                found.push((namespace.clone(), name.into()));
            }
        }
        let references = rule
            .get("backendRefs")
            .map(Tree::elements)
            .unwrap_or_default();
        found.extend(
            references
                .iter()
                .filter_map(|reference| service(reference, namespace)),
        );
    }
    found.sort();
    found.dedup();
    found.into()
}

/// A Gateway API reference, if it is to a Service: the default.
fn service(reference: &Tree, namespace: &Text) -> Option<(Text, Text)> {
    let text = |field: &str| reference.get(field).and_then(Tree::as_str);
    if !matches!(text("kind"), None | Some("Service")) || !matches!(text("group"), None | Some(""))
    {
        return None;
    }
    let namespace = text("namespace").map_or_else(|| namespace.clone(), Text::from);
    Some((namespace, text("name")?.into()))
}
