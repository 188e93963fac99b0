//! Pods that custom resources run, by the templates in them.

use super::{Custom, Made, What};
use crate::manifests::yaml::Node;
use crate::model::{self, Key, Kind, PodMaker};

/// How deep a template may be in a custom resource.
const DEEPEST: usize = 8;

/// How many templates of one custom resource are looked at.
const MOST: usize = 64;

/// How deep in `spec` it is said how many pods there are, or of which image.
const NEAR: usize = 3;

/// What is said of pods, and of little else.
const SIGNS: [&str; 6] = [
    "replicas",
    "instances",
    "image",
    "containers",
    "podTemplate",
    "podSpec",
];

/// The pods of a custom resource: one for each template in it. Where the template is `spec.template`, as Argo Rollouts, OpenKruise and
/// Knative have it, the pods' labels are known; templates elsewhere are often given more.
pub(super) fn of(custom: &Custom<'_>) -> Vec<Made> {
    let Some(spec) = custom.node.get("spec") else {
        return Vec::new();
    };
    let whole = spec.get("template").filter(|node| is_template(*node));
    let templates = match whole {
        Some(template) => vec![template],
        None => {
            let mut found = Vec::new();
            gather(spec, DEEPEST, &mut found);
            found
        }
    };
    let is_unsaid = whole.is_none() && (!templates.is_empty() || has_sign(spec, NEAR));
    // Of several templates nobody knows whose number it is.
    let replicas = whole.and_then(|_| spec.get("replicas")?.deserialize::<i32>().ok());
    let mut made = Vec::new();
    let mut is_unread = false;
    for (number, template) in templates.into_iter().enumerate() {
        let mut name = PodMaker::name_of_pods(custom.kind, custom.name);
        if whole.is_none() {
            name = format!("{name} {}", number + 1);
        }
        let key = Key::new(Kind::Pod, custom.namespace(), name);
        match model::decode_template(key, (custom.name, replicas), template) {
            Ok(pod) => made.push(custom.made(What::Object(Box::new(pod)))),
            Err(_) => is_unread = true,
        }
    }
    if is_unsaid || is_unread {
        made.push(custom.made(What::Maker(maker(custom))));
    }
    made
}

fn maker(custom: &Custom<'_>) -> PodMaker {
    let labels = custom.node.get("metadata").and_then(|it| it.get("labels"));
    let mut pairs = Vec::new();
    if let Some(labels) = labels {
        labels.each_inner(|inner| {
            let pair = inner.key.zip(inner.node.as_str());
            pairs.extend(pair.map(|(key, value)| (key.into(), value.into())));
        });
    }
    PodMaker {
        kind: custom.kind.into(),
        namespace: custom.namespace(),
        name: custom.name.into(),
        labels: pairs.into_iter().collect(),
    }
}

/// Whether it is a pod template: something with a `spec` that has containers.
fn is_template(node: Node<'_>) -> bool {
    let containers = node.get("spec").and_then(|spec| spec.get("containers"));
    containers.is_some_and(|containers| containers.items().next().is_some())
}

fn gather<'a>(node: Node<'a>, depth: usize, found: &mut Vec<Node<'a>>) {
    node.each_inner(|inner| {
        if found.len() >= MOST {
        } else if is_template(inner.node) {
            found.push(inner.node);
        } else if depth > 0 {
            gather(inner.node, depth - 1, found);
        }
    });
}

/// Whether something says what only pods have. Lists are as deep as what they are in.
fn has_sign(node: Node<'_>, depth: usize) -> bool {
    let mut has = false;
    node.each_inner(|inner| {
        let deeper = match inner.key {
            Some(key) if SIGNS.contains(&key) => {
                has = true;
                None
            }
            Some(_) => depth.checked_sub(1),
            None => Some(depth),
        };
        if let Some(depth) = deeper.filter(|_| !has) {
            has = has_sign(inner.node, depth);
        }
    });
    has
}
