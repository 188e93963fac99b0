//! One object, as it is kept.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value as Json;

use super::{GroupKind, ObjectRef, routes};
use crate::cel::{Budget, Input, Outcome, Program, Projection, Tree};
use crate::model::Text;

/// The parts of an object that the pieces in use read.
#[derive(Debug)]
pub struct Document {
    kind: GroupKind,
    namespace: Text,
    name: Text,
    uid: Text,
    tree: Arc<Tree>,
    /// The Services that it leads requests to, if it is a route: their namespaces and names.
    backends: Box<[(Text, Text)]>,
    is_controlled: bool,
    /// What was found of it by itself, by the program's id. An object that changes is another document.
    verdicts: RwLock<Vec<(u32, Alone)>>,
}

/// What a condition on an object by itself comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    Holds,
    DoesNot,
    Exhausted,
}

/// How many verdicts are remembered of a document. More are asked for only where checklists are changed over and over.
const REMEMBERED: usize = 512;

impl Document {
    /// Keeps the parts of an object that a projection has. `None` where it has no name.
    ///
    /// Workloads get `spec.template` where they have it elsewhere: a CronJob in its job's template, a Pod as itself. Items of
    /// lists get their `kind`; their `apiVersion` whoever listed them knows.
    pub fn decode(kind: &GroupKind, object: &Json, kept: &Projection) -> Option<Self> {
        let text = |field: &str| -> Text {
            object["metadata"][field]
                .as_str()
                .unwrap_or_default()
                .into()
        };
        let name = text("name");
        if name.is_empty() {
            return None;
        }
        let tree = view(kind, object, kept);
        let namespace = text("namespace");
        let backends = if kind.is_route() {
            routes::backends(&tree, &namespace)
        } else {
            Box::default()
        };
        Some(Self {
            kind: kind.clone(),
            namespace,
            name,
            uid: text("uid"),
            tree: Arc::new(tree),
            backends,
            is_controlled: false,
            verdicts: RwLock::default(),
        })
    }

    /// The same of an object that a workload controls. It is looked at like any other, but is nobody's
    /// [`Subject`](super::Subject): what is kept of it need not be what is asked of workloads.
    pub fn decode_controlled(kind: &GroupKind, object: &Json, kept: &Projection) -> Option<Self> {
        Some(Self {
            is_controlled: true,
            ..Self::decode(kind, object, kept)?
        })
    }

    /// Whether an object names a workload as its controller, as Pods and ReplicaSets do.
    pub fn is_controlled(object: &Json) -> bool {
        let owners = object["metadata"]["ownerReferences"].as_array();
        let controllers = owners
            .into_iter()
            .flatten()
            .filter(|owner| owner["controller"] == true);
        let text = |value: &'_ Json| value.as_str().unwrap_or_default().to_owned();
        let mut kinds = controllers
            .map(|owner| GroupKind::of(&text(&owner["apiVersion"]), &text(&owner["kind"])));
        kinds.any(|kind| GroupKind::workloads().any(|workload| workload == kind))
    }

    /// Its kind.
    pub fn kind(&self) -> &GroupKind {
        &self.kind
    }

    /// Its namespace; empty for a cluster-scoped object.
    pub fn namespace(&self) -> &Text {
        &self.namespace
    }

    /// Its name.
    pub fn name(&self) -> &Text {
        &self.name
    }

    /// Its UID; empty in a manifest.
    pub fn uid(&self) -> &Text {
        &self.uid
    }

    /// What is kept of it.
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// Which object it is.
    pub fn object_ref(&self) -> ObjectRef {
        ObjectRef {
            kind: self.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
        }
    }

    /// Whether it may be asked of as a workload.
    pub(super) fn may_be_subject(&self) -> bool {
        !self.is_controlled
    }

    /// The Services that it leads requests to.
    pub(super) fn backends(&self) -> &[(Text, Text)] {
        &self.backends
    }

    /// Whether a condition over the variable `object`, the first, holds. It is evaluated once; `fresh` tells whether now.
    pub(super) fn meets(&self, condition: &Program, fresh: &mut u64) -> Alone {
        let known = |verdicts: &Vec<(u32, Alone)>| {
            let at = verdicts.binary_search_by_key(&condition.id(), |(id, _)| *id);
            at.map(|at| verdicts[at].1)
        };
        // A panic elsewhere cannot leave a verdict half written.
        if let Ok(verdict) = known(&self.verdicts.read().unwrap_or_else(PoisonError::into_inner)) {
            return verdict;
        }
        *fresh += 1;
        let inputs = [
            Input::Object(&self.tree),
            Input::Absent,
            Input::Absent,
            Input::Absent,
            Input::Absent,
        ];
        let verdict = match condition.evaluate(&inputs, &mut Budget::default()) {
            Outcome::True => Alone::Holds,
            Outcome::False | Outcome::Error(_) => Alone::DoesNot,
            Outcome::Exhausted => Alone::Exhausted,
        };
        let mut verdicts = self
            .verdicts
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if verdicts.len() >= REMEMBERED {
            verdicts.clear();
        }
        if let Err(at) = verdicts.binary_search_by_key(&condition.id(), |(id, _)| *id) {
            verdicts.insert(at, (condition.id(), verdict));
        }
        verdict
    }
}

/// Documents of the same object with the same parts.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.namespace == other.namespace
            && self.name == other.name
            && self.uid == other.uid
            && self.is_controlled == other.is_controlled
            && self.tree == other.tree
    }
}

/// The parts of an object, with its kind, which items of lists lack, and with the pod template at `spec.template`.
pub(super) fn view(kind: &GroupKind, object: &Json, kept: &Projection) -> Tree {
    let mut tree = kept.apply(object);
    if object.get("kind").is_none() && kept.of_field("kind").is_some() {
        tree.set("kind", Tree::String(kind.kind.as_ref().into()));
    }
    let parts = kept
        .of_field("spec")
        .and_then(|spec| spec.of_field("template"));
    let template = parts.and_then(|parts| template(kind, object, parts));
    if let (Some(template), Some(spec)) = (template, tree.get_mut("spec")) {
        spec.set("template", template);
    }
    tree
}

/// The pod template of a workload that has it elsewhere.
fn template(kind: &GroupKind, object: &Json, parts: &Projection) -> Option<Tree> {
    match (&*kind.group, &*kind.kind) {
        ("batch", "CronJob") => {
            Some(parts.apply(object.pointer("/spec/jobTemplate/spec/template")?))
        }
        ("", "Pod") => {
            let part = |field: &str, of: &Projection, from: &Json| -> Option<(Text, Tree)> {
                Some((field.into(), of.of_field(field)?.apply(from.get(field)?)))
            };
            let metadata = parts.of_field("metadata").map(|of| {
                let kept = ["labels", "annotations"].into_iter();
                let fields = kept.filter_map(|field| part(field, of, object.get("metadata")?));
                ("metadata".into(), Tree::Map(fields.collect()))
            });
            Some(Tree::Map(
                metadata
                    .into_iter()
                    .chain(part("spec", parts, object))
                    .collect(),
            ))
        }
        _ => None,
    }
}
