//! Versions of Kubernetes' API that are on their way out, or gone.

mod table;
#[cfg(test)]
mod tests;

use std::fmt;

use super::{Kind, KindSet};

pub use table::NEWEST;

/// In which version of the API an object was written last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// Nothing says.
    #[default]
    Unsaid,
    /// In one that is there to stay, as far as is known.
    Served,
    /// In one that Kubernetes has deprecated since, and will remove or has removed.
    Superseded(Superseded),
}

/// A version of a group that Kubernetes has deprecated for a kind, by its place in the list of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Superseded(u8);

/// A release of Kubernetes: the minor version, as all are of major version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(pub u16);

/// What became of a version of a group for one kind.
struct Lifecycle {
    api_version: &'static str,
    kind: &'static str,
    deprecated: Release,
    removed: Release,
    /// What to write instead; empty where it is not said.
    instead: &'static str,
}

/// What is in no source of today any more, or not in that of the list: from
/// <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>, the lifecycle methods of the sources of those days
/// (`k8s.io/api@v0.24.17` has those of autoscaling and policy; `v0.20.15` is the last with `batch/v2alpha1`),
/// `k8s.io/apiextensions-apiserver@v0.36.3` and `k8s.io/kube-aggregator@v0.36.3`, the change log of Kubernetes 1.20 for PodPreset,
/// and <https://kubernetes.io/blog/2019/07/18/api-deprecations-in-1-16/> for the group `extensions`.
static FORGOTTEN: &[Lifecycle] = &[
    lifecycle(
        "apiextensions.k8s.io/v1beta1",
        "CustomResourceDefinition",
        (16, 22),
        "apiextensions.k8s.io/v1",
    ),
    lifecycle(
        "apiregistration.k8s.io/v1beta1",
        "APIService",
        (19, 22),
        "apiregistration.k8s.io/v1",
    ),
    lifecycle(
        "extensions/v1beta1",
        "PodSecurityPolicy",
        (10, 16),
        "policy/v1beta1",
    ),
    lifecycle("policy/v1beta1", "PodSecurityPolicy", (21, 25), ""),
    lifecycle("settings.k8s.io/v1alpha1", "PodPreset", (20, 20), ""),
    lifecycle(
        "autoscaling/v2beta1",
        "HorizontalPodAutoscaler",
        (22, 25),
        "autoscaling/v2",
    ),
    lifecycle(
        "autoscaling/v2beta2",
        "HorizontalPodAutoscaler",
        (23, 26),
        "autoscaling/v2",
    ),
    lifecycle("batch/v2alpha1", "CronJob", (8, 21), "batch/v1"),
    lifecycle(
        "rbac.authorization.k8s.io/v1alpha1",
        "ClusterRole",
        (17, 22),
        RBAC,
    ),
    lifecycle(
        "rbac.authorization.k8s.io/v1alpha1",
        "ClusterRoleBinding",
        (17, 22),
        RBAC,
    ),
    lifecycle("rbac.authorization.k8s.io/v1alpha1", "Role", (17, 22), RBAC),
    lifecycle(
        "rbac.authorization.k8s.io/v1alpha1",
        "RoleBinding",
        (17, 22),
        RBAC,
    ),
];

const RBAC: &str = "rbac.authorization.k8s.io/v1";

const fn lifecycle(
    api_version: &'static str,
    kind: &'static str,
    (deprecated, removed): (u16, u16),
    instead: &'static str,
) -> Lifecycle {
    Lifecycle {
        api_version,
        kind,
        deprecated: Release(deprecated),
        removed: Release(removed),
        instead,
    }
}

impl Release {
    /// From `1.34`, `v1.34` or `1.34.2`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let mut parts = text.split('.');
        let minor = parts.by_ref().nth(1)?;
        let is_number =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let is_of_one = text.starts_with("1.");
        let has_patch = parts.next().is_none_or(is_number) && parts.next().is_none();
        if !(is_of_one && is_number(minor) && has_patch) {
            return None;
        }
        minor.parse().ok().map(Self)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl Written {
    /// In this version.
    pub fn of(kind: Kind, api_version: &str) -> Self {
        let is_it =
            |known: &&Lifecycle| known.api_version == api_version && known.kind == kind.name();
        let at = all().position(|known| is_it(&known));
        match at.and_then(|at| u8::try_from(at).ok()) {
            Some(at) => Self::Superseded(Superseded(at)),
            None => Self::Served,
        }
    }
}

fn all() -> impl Iterator<Item = &'static Lifecycle> {
    FORGOTTEN.iter().chain(table::LIFECYCLES)
}

impl Superseded {
    /// The kinds that have such a version.
    pub const KINDS: KindSet = superseded();

    /// The group and version.
    pub fn api_version(self) -> &'static str {
        self.entry().api_version
    }

    /// The release of Kubernetes since which it is deprecated.
    pub fn deprecated(self) -> Release {
        self.entry().deprecated
    }

    /// The release of Kubernetes that does not serve it any more.
    pub fn removed(self) -> Release {
        self.entry().removed
    }

    /// The group and version to write instead; that which is watched, where it is not said. `None` where no version has the
    /// kind any more.
    pub fn instead(self, kind: Kind) -> Option<String> {
        match self.entry().instead {
            "" if kind.is_gone() => None,
            "" => Some(kind.api_version()),
            instead => Some(instead.to_owned()),
        }
    }

    /// What to do about it, at the end of a sentence.
    pub fn advice(self, kind: Kind) -> String {
        match self.instead(kind) {
            Some(instead) => format!("write it as {instead}"),
            None => format!("Kubernetes has no {kind} any more, so leave it out"),
        }
    }

    fn entry(self) -> &'static Lifecycle {
        let at = usize::from(self.0);
        match at.checked_sub(FORGOTTEN.len()) {
            None => &FORGOTTEN[at],
            Some(at) => &table::LIFECYCLES[at],
        }
    }
}

/// By what it is of.
impl fmt::Debug for Superseded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.api_version())
    }
}

/// The kinds of the lists that there are records of.
const fn superseded() -> KindSet {
    let (mut set, mut at) = (KindSet::NONE, 0);
    while at < Kind::ALL.len() {
        let kind = Kind::ALL[at];
        if names(FORGOTTEN, kind) || names(table::LIFECYCLES, kind) {
            set = set.union(KindSet::of(&[kind]));
        }
        at += 1;
    }
    // What Kubernetes makes itself, nobody writes.
    set.without(KindSet::of(&[
        Kind::ControllerRevision,
        Kind::EndpointSlice,
    ]))
}

const fn names(list: &[Lifecycle], kind: Kind) -> bool {
    let mut at = 0;
    while at < list.len() {
        if is_same(list[at].kind.as_bytes(), kind.name().as_bytes())
            && is_of_group(list[at].api_version.as_bytes(), kind)
        {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether a group and version is one in which the kind may be written: its own group, or that in which it began.
const fn is_of_group(api_version: &[u8], kind: Kind) -> bool {
    starts_with(api_version, kind.group().as_bytes()) || starts_with(api_version, b"extensions")
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && starts_with(one, other)
}

const fn starts_with(text: &[u8], start: &[u8]) -> bool {
    if text.len() < start.len() {
        return false;
    }
    let mut at = 0;
    while at < start.len() {
        if text[at] != start[at] {
            return false;
        }
        at += 1;
    }
    true
}
