//! What is kept of the way in which a workload came into the cluster, as its labels and annotations tell.

use super::{Kind, Text};

/// Something that a workload's labels and annotations tell of who delivers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// An object of Argo CD or Flux, which may not exist.
    Deliverer(Deliverer),
    /// Argo CD's annotation, but of another object: it was copied, and means nothing.
    Copied(Text),
    /// A Helm release: the label and the annotations without which Helm does not take an object for its own.
    Release(Text),
    /// Helm's label without the annotations, as a chart may have it before it is installed.
    OnlyLabelled,
    /// Helm's annotations without the label, or one of them alone.
    OnlyAnnotated,
    /// A chart, by the label that charts have by convention.
    Chart(Text),
}

/// An object that delivers workloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverer {
    /// Application, Kustomization or HelmRelease.
    pub kind: Kind,
    /// Its namespace; `None` where only Argo CD itself knows.
    pub namespace: Option<Text>,
    /// Its name.
    pub name: Text,
    /// Whether the mark means nothing else. Argo CD's label is one that many set by themselves.
    pub is_sure: bool,
}
