//! Kinds that Plimsoll knows by name only.

use std::fmt;

use crate::model::Text;

/// A kind of object, whatever its version. Ordered by group and kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupKind {
    /// The API group; empty for the core group.
    pub group: Text,
    /// The kind's name, as in `kind:` of a manifest.
    pub kind: Text,
}

impl GroupKind {
    /// A kind by its group and name.
    pub fn new(group: &str, kind: &str) -> Self {
        Self {
            group: group.into(),
            kind: kind.into(),
        }
    }

    /// A kind by the `apiVersion` and `kind` of an object.
    pub fn of(api_version: &str, kind: &str) -> Self {
        Self::new(
            api_version.split_once('/').map_or("", |(group, _)| group),
            kind,
        )
    }

    /// Everything that runs pods.
    pub fn workloads() -> impl Iterator<Item = GroupKind> {
        [
            ("apps", "Deployment"),
            ("apps", "StatefulSet"),
            ("apps", "DaemonSet"),
            ("apps", "ReplicaSet"),
            ("", "ReplicationController"),
            ("batch", "CronJob"),
            ("batch", "Job"),
            ("", "Pod"),
        ]
        .into_iter()
        .map(|(group, kind)| GroupKind::new(group, kind))
    }

    /// Services.
    pub fn service() -> Self {
        Self::new("", "Service")
    }

    /// What leads requests to Services.
    pub fn routes() -> impl Iterator<Item = GroupKind> {
        [
            ("networking.k8s.io", "Ingress"),
            ("gateway.networking.k8s.io", "HTTPRoute"),
            ("gateway.networking.k8s.io", "GRPCRoute"),
        ]
        .into_iter()
        .map(|(group, kind)| GroupKind::new(group, kind))
    }

    pub(super) fn is_service(&self) -> bool {
        self.group.is_empty() && &*self.kind == "Service"
    }

    pub(super) fn is_route(&self) -> bool {
        matches!(
            (&*self.group, &*self.kind),
            ("networking.k8s.io", "Ingress")
                | ("gateway.networking.k8s.io", "HTTPRoute" | "GRPCRoute")
        )
    }
}

/// `Certificate.cert-manager.io`, `Pod`.
impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if !self.group.is_empty() {
            write!(f, ".{}", self.group)?;
        }
        Ok(())
    }
}

/// Whether it is the kind whose objects are not to be listed: that would show their values.
pub(super) fn is_secret(api_version: &str, kind: &str) -> bool {
    kind == "Secret" && !api_version.contains('/')
}
