//! What the API server would refuse, and what is plain enough to be judged all the same.

use crate::model::{ContainerRole, Kind, Object, Workload};

/// Why the API server would refuse an object that is judged all the same: what it is meant to be is plain, and whoever corrects it
/// wants to know the rest as well. Only files hold such objects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A kind of Kubernetes' own in a group that it is not in.
    #[error("{api_version}/{kind} does not exist; a {kind} has the apiVersion {}", kind.api_version())]
    WrongGroup {
        /// Its `apiVersion`.
        api_version: String,
        /// Its kind, were it in the right group.
        kind: Kind,
    },
    /// An object that nobody could refer to.
    #[error("the {0} has no metadata.name, nor a generateName")]
    NoName(&'static str),
    /// Labels in the place of a selector.
    #[error("the selector of the {0} is labels without matchLabels")]
    PlainSelector(&'static str),
    /// A workload that would run nothing.
    #[error("the {0} has no containers, so it runs nothing")]
    NoContainers(&'static str),
}

impl Refusal {
    /// Of a kind written in a group that it is not in; `None` where another kind may be meant: the groups of custom resources
    /// have a dot.
    pub(super) fn of_group(api_version: &str, kind: &str) -> Option<(Kind, Self)> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let namesake = Kind::ALL.iter().copied().find(|known| known.name() == kind);
        let kind = namesake.filter(|_| !group.contains('.'))?;
        let api_version = api_version.to_owned();
        Some((kind, Self::WrongGroup { api_version, kind }))
    }

    /// Of a workload without containers, by the name of its kind.
    pub(super) fn of_containers(object: &Object, kind: &'static str) -> Option<Self> {
        is_empty(object).then_some(Self::NoContainers(kind))
    }
}

/// Whether it is a workload without containers.
pub(super) fn is_empty(object: &Object) -> bool {
    let runs = |workload: &Workload| {
        let mut containers = workload.pod.containers.iter();
        containers.any(|container| container.role == ContainerRole::App)
    };
    object.workload().is_some_and(|workload| !runs(workload))
}
