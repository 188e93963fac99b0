//! Whether an object is what Kubernetes' own schema asks for: what `kubectl apply --validate=strict` refuses.
//!
//! The schema is that of one release, boiled down to a list of types (`shape/kubernetes.txt`, which `make api-schema` writes).
//! A type is taken apart when the first object needs it.

mod compare;
mod scalars;
mod table;
#[cfg(test)]
mod tests;

use self::compare::Comparison;
use super::yaml::Node;
use crate::model::Shape;

/// Compares an object with the schema of its kind. One of a kind, or a version, that Kubernetes does not serve is not judged.
pub(crate) fn compare(node: Node<'_>, api_version: &str, kind: &str) -> Shape {
    match table::of(api_version, kind) {
        Some(wanted) => Comparison::of(node, wanted),
        None => Shape::Unsaid,
    }
}
