//! Objects that lack what records cannot do without, and are plain all the same.

use serde_json::{Value, json};

use super::yaml::Node;
use super::{Refusal, json};
use crate::model::{self, Kind, Object};

/// The record of an object with what is wrong with it put right, and what that was; `None` where there is nothing of it, or more.
/// An object without a name has an empty one.
pub(super) fn mend(
    node: Node<'_>,
    kind: Kind,
    (api_version, name): (&str, &'static str),
) -> Option<(Object, Vec<Refusal>)> {
    let is_named = is_named(node);
    if is_named && !may_be_plain(node, kind) {
        return None;
    }
    let mut document = json::document(node, api_version, kind.name())?;
    let is_plain = may_be_plain(node, kind) && is_labels(document.pointer("/spec/selector")?);
    if is_named && !is_plain {
        return None;
    }
    let mut reasons = Vec::new();
    if !is_named {
        reasons.push(Refusal::NoName(name));
        let metadata = document.as_object_mut()?.entry("metadata");
        let metadata = metadata.or_insert(Value::Null);
        if metadata.is_null() {
            *metadata = json!({});
        }
        // Records have names.
        metadata
            .as_object_mut()?
            .insert("name".to_owned(), "?".into());
    }
    if is_plain {
        reasons.push(Refusal::PlainSelector(name));
        let selector = document.pointer_mut("/spec/selector")?;
        let labels = selector.take();
        *selector = json!({"matchLabels": labels});
    }
    let mut object = model::decode(kind, document).ok()?;
    if !is_named {
        object.meta_mut().key.name = "".into();
    }
    Some((object, reasons))
}

/// Whether an object has a name, or is to be given one.
fn is_named(node: Node<'_>) -> bool {
    let metadata = node.get("metadata");
    let says = |field| {
        let name = metadata?.get(field)?;
        // Whatever else stands there is another mistake.
        (name.as_str() != Some("") && !name.is_null()).then_some(())
    };
    says("name").or_else(|| says("generateName")).is_some()
}

fn is_labels(value: &Value) -> bool {
    let labels = value.as_object().filter(|labels| !labels.is_empty());
    labels.is_some_and(|labels| labels.values().all(Value::is_string))
}

/// Whether the labels that the object selects may stand where `matchLabels` should, as they do for Services.
fn may_be_plain(node: Node<'_>, kind: Kind) -> bool {
    let has_label_selector = matches!(
        kind,
        Kind::Deployment
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::ReplicaSet
            | Kind::PodDisruptionBudget
    );
    let selector = node.get("spec").and_then(|spec| spec.get("selector"));
    let is_plain = |selector: Node<'_>| {
        let fields = ["matchLabels", "matchExpressions"];
        !selector.is_null() && fields.iter().all(|field| selector.get(field).is_none())
    };
    has_label_selector && selector.is_some_and(is_plain)
}
