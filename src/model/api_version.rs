//! Versions of Kubernetes' API that are gone.

use super::{Kind, KindSet};

/// In which version of the API an object was written last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// Nothing says.
    #[default]
    Unsaid,
    /// In one that is there to stay, as far as is known.
    Served,
    /// In one that Kubernetes has removed since.
    Removed(Removal),
}

/// A version of a group that Kubernetes has removed for some kinds, by its place in the list of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Removal(u8);

struct Removed {
    api_version: &'static str,
    kinds: &'static [Kind],
    /// The release of Kubernetes that does not serve it any more.
    release: &'static str,
}

use Kind::{
    ClusterRole, ClusterRoleBinding, CronJob, DaemonSet, Deployment, HorizontalPodAutoscaler,
    Ingress, NetworkPolicy, PodDisruptionBudget, ReplicaSet, Role, RoleBinding, StatefulSet,
    StorageClass,
};

/// Source: <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>, and `APILifecycleRemoved` of the types.
static REMOVED: &[Removed] = &[
    Removed {
        api_version: "extensions/v1beta1",
        kinds: &[Deployment, DaemonSet, ReplicaSet, NetworkPolicy],
        release: "1.16",
    },
    Removed {
        api_version: "extensions/v1beta1",
        kinds: &[Ingress],
        release: "1.22",
    },
    Removed {
        api_version: "networking.k8s.io/v1beta1",
        kinds: &[Ingress],
        release: "1.22",
    },
    Removed {
        api_version: "apps/v1beta1",
        kinds: &[Deployment, StatefulSet],
        release: "1.16",
    },
    Removed {
        api_version: "apps/v1beta2",
        kinds: &[Deployment, StatefulSet, DaemonSet, ReplicaSet],
        release: "1.16",
    },
    Removed {
        api_version: "batch/v2alpha1",
        kinds: &[CronJob],
        release: "1.21",
    },
    Removed {
        api_version: "batch/v1beta1",
        kinds: &[CronJob],
        release: "1.25",
    },
    Removed {
        api_version: "policy/v1beta1",
        kinds: &[PodDisruptionBudget],
        release: "1.25",
    },
    Removed {
        api_version: "autoscaling/v2beta1",
        kinds: &[HorizontalPodAutoscaler],
        release: "1.25",
    },
    Removed {
        api_version: "autoscaling/v2beta2",
        kinds: &[HorizontalPodAutoscaler],
        release: "1.26",
    },
    Removed {
        api_version: "rbac.authorization.k8s.io/v1alpha1",
        kinds: &[Role, ClusterRole, RoleBinding, ClusterRoleBinding],
        release: "1.22",
    },
    Removed {
        api_version: "rbac.authorization.k8s.io/v1beta1",
        kinds: &[Role, ClusterRole, RoleBinding, ClusterRoleBinding],
        release: "1.22",
    },
    Removed {
        api_version: "storage.k8s.io/v1beta1",
        kinds: &[StorageClass],
        release: "1.22",
    },
];

impl Written {
    /// In this version.
    pub fn of(kind: Kind, api_version: &str) -> Self {
        let at = REMOVED
            .iter()
            .position(|gone| gone.api_version == api_version && gone.kinds.contains(&kind));
        match at.and_then(|at| u8::try_from(at).ok()) {
            Some(at) => Self::Removed(Removal(at)),
            None => Self::Served,
        }
    }
}

impl Removal {
    /// The kinds that had such a version.
    pub const KINDS: KindSet = KindSet::of(&[
        Deployment,
        StatefulSet,
        DaemonSet,
        ReplicaSet,
        CronJob,
        HorizontalPodAutoscaler,
        PodDisruptionBudget,
        NetworkPolicy,
        StorageClass,
        Role,
        ClusterRole,
        RoleBinding,
        ClusterRoleBinding,
        Ingress,
    ]);

    /// The group and version.
    pub fn api_version(self) -> &'static str {
        self.entry().api_version
    }

    /// The release of Kubernetes that does not serve it any more.
    pub fn release(self) -> &'static str {
        self.entry().release
    }

    fn entry(self) -> &'static Removed {
        &REMOVED[usize::from(self.0)]
    }
}

/// By what it is of.
impl std::fmt::Debug for Removal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.api_version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_gone_for_some_kinds_only() {
        for (kind, api_version, release) in [
            (Deployment, "apps/v1", None),
            (Deployment, "extensions/v1beta1", Some("1.16")),
            (StatefulSet, "extensions/v1beta1", None),
            (CronJob, "batch/v1beta1", Some("1.25")),
            (CronJob, "batch/v1", None),
            (HorizontalPodAutoscaler, "autoscaling/v2beta2", Some("1.26")),
            (HorizontalPodAutoscaler, "autoscaling/v1", None),
        ] {
            let written = Written::of(kind, api_version);
            let found = match written {
                Written::Removed(removal) => Some(removal.release()),
                _ => None,
            };
            assert_eq!(found, release, "{api_version} {kind}");
        }
    }

    #[test]
    fn the_kinds_are_those_of_the_list() {
        let listed: KindSet = REMOVED
            .iter()
            .flat_map(|gone| gone.kinds)
            .copied()
            .collect();
        assert_eq!(listed, Removal::KINDS);
    }

    /// What is watched, and what people are told to use instead, is there.
    #[test]
    fn the_version_that_is_watched_is_served() {
        for kind in Kind::ALL {
            let written = Written::of(*kind, &kind.api_version());
            assert_eq!(written, Written::Served, "{kind}");
        }
    }
}
