//! Label selectors (`ValidateLabelSelectorRequirement`).

use crate::manifests::way::Way;
use crate::manifests::yaml::Node;
use crate::model::Misfit;

/// The selector in this field, if there is one.
pub(super) fn at(around: Node<'_>, field: &str, way: &Way<'_>, found: &mut Vec<Misfit>) {
    let selector = around.get(field);
    let Some(list) = selector.and_then(|selector| selector.get("matchExpressions")) else {
        return;
    };
    let way = way.key(field);
    let way = way.key("matchExpressions");
    for (at, requirement) in list.items().enumerate() {
        let way = way.item(at);
        let has_values = requirement
            .get("values")
            .is_some_and(|values| values.items().next().is_some());
        match requirement.get("operator").and_then(Node::as_str) {
            Some("In" | "NotIn") if !has_values => {
                way.key("values")
                    .add("must not be empty with In and NotIn", found);
            }
            Some("Exists" | "DoesNotExist") if has_values => way
                .key("values")
                .add("must be left out with Exists and DoesNotExist", found),
            // One that is missing is missed by the schema.
            Some("In" | "NotIn" | "Exists" | "DoesNotExist") | None => {}
            Some(_) => way
                .key("operator")
                .add("must be In, NotIn, Exists or DoesNotExist", found),
        }
    }
}
