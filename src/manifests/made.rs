//! What controllers make of custom resources, as far as their manifests tell: pods, and HorizontalPodAutoscalers.
//!
//! It is looked up when other objects are judged, for the Service of an Argo Rollout to lead to pods, and is not judged itself: what
//! else the controller puts into it, nobody knows here.

mod keda;
mod pods;

use super::yaml::Node;
use crate::model::{Object, PodMaker, Text};

/// Something that a controller makes of a custom resource.
#[derive(Debug)]
pub struct Made {
    pub(super) what: What,
    /// Whether the custom resource names its namespace itself.
    names_namespace: bool,
}

#[derive(Debug)]
pub(super) enum What {
    /// An object as it will be.
    Object(Box<Object>),
    /// Pods of which no more is known than what they are made of.
    Maker(PodMaker),
}

/// A custom resource.
struct Custom<'a> {
    kind: &'a str,
    name: &'a str,
    namespace: Option<&'a str>,
    node: Node<'a>,
}

impl<'a> Custom<'a> {
    fn of(node: Node<'a>, kind: &'a str) -> Option<Self> {
        let metadata = node.get("metadata")?;
        let text = |key| metadata.get(key).and_then(Node::as_str);
        Some(Self {
            kind,
            name: text("name").or_else(|| text("generateName"))?,
            namespace: text("namespace").filter(|namespace| !namespace.is_empty()),
            node,
        })
    }

    /// The one that kubectl would give it where it names none.
    fn namespace(&self) -> Text {
        self.namespace.unwrap_or("default").into()
    }

    fn made(&self, what: What) -> Made {
        Made {
            what,
            names_namespace: self.namespace.is_some(),
        }
    }
}

impl Made {
    /// Puts what names no namespace into this one.
    pub(super) fn place(&mut self, namespace: &str) {
        if self.names_namespace {
            return;
        }
        match &mut self.what {
            What::Object(object) => object.meta_mut().key.namespace = namespace.into(),
            What::Maker(maker) => maker.namespace = namespace.into(),
        }
    }
}

/// What is made of an object of a kind that there are no records of.
pub(super) fn of(node: Node<'_>, api_version: &str, kind: &str) -> Vec<Made> {
    let group = api_version.split_once('/').map_or("", |(group, _)| group);
    // Kubernetes' own groups without a dot have no custom resources; and what describes how manifests are made runs nothing.
    let runs_nothing = [super::patches::GROUP, "fluxcd.io"];
    let is_of = |known: &str| {
        let above = group.strip_suffix(known);
        above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
    };
    if !group.contains('.') || runs_nothing.into_iter().any(is_of) {
        return Vec::new();
    }
    let Some(custom) = Custom::of(node, kind) else {
        return Vec::new();
    };
    if (group, kind) == ("keda.sh", "ScaledObject") {
        return keda::autoscaler(&custom).into_iter().collect();
    }
    pods::of(&custom)
}
