//! The kinds that some check judges or looks up.

use std::fmt;

macro_rules! kinds {
    ($($kind:ident $group:literal $version:literal $plural:literal $scope:ident $($custom:ident)?;)*) => {
        /// A kind of object that Plimsoll keeps records of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "these are Kubernetes' own names")]
        pub enum Kind { $($kind,)* }

        impl Kind {
            /// Every kind, in the order of their declaration: workloads first.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The kind's name, as in `kind:` of a manifest.
            pub const fn name(self) -> &'static str {
                match self { $(Kind::$kind => stringify!($kind),)* }
            }

            /// The API group; empty for the core group.
            pub const fn group(self) -> &'static str {
                match self { $(Kind::$kind => $group,)* }
            }

            /// The version of the group that is watched.
            pub const fn version(self) -> &'static str {
                match self { $(Kind::$kind => $version,)* }
            }

            /// The resource's name in URLs and RBAC rules.
            pub const fn plural(self) -> &'static str {
                match self { $(Kind::$kind => $plural,)* }
            }

            /// Whether its objects live in namespaces.
            pub const fn is_namespaced(self) -> bool {
                match self { $(Kind::$kind => kinds!(@$scope),)* }
            }

            /// Whether it is a custom resource, which a cluster may well not have: then there are none of it.
            pub const fn is_custom(self) -> bool {
                match self { $(Kind::$kind => kinds!(@is $($custom)?),)* }
            }
        }
    };
    (@namespaced) => { true };
    (@cluster) => { false };
    (@is custom) => { true };
    (@is) => { false };
}

kinds! {
    Deployment "apps" "v1" "deployments" namespaced;
    StatefulSet "apps" "v1" "statefulsets" namespaced;
    DaemonSet "apps" "v1" "daemonsets" namespaced;
    ReplicaSet "apps" "v1" "replicasets" namespaced;
    ReplicationController "" "v1" "replicationcontrollers" namespaced;
    CronJob "batch" "v1" "cronjobs" namespaced;
    Job "batch" "v1" "jobs" namespaced;
    Pod "" "v1" "pods" namespaced;
    Namespace "" "v1" "namespaces" cluster;
    HorizontalPodAutoscaler "autoscaling" "v2" "horizontalpodautoscalers" namespaced;
    PodDisruptionBudget "policy" "v1" "poddisruptionbudgets" namespaced;
    NetworkPolicy "networking.k8s.io" "v1" "networkpolicies" namespaced;
    Service "" "v1" "services" namespaced;
    ServiceAccount "" "v1" "serviceaccounts" namespaced;
    LimitRange "" "v1" "limitranges" namespaced;
    ConfigMap "" "v1" "configmaps" namespaced;
    PersistentVolumeClaim "" "v1" "persistentvolumeclaims" namespaced;
    PersistentVolume "" "v1" "persistentvolumes" cluster;
    StorageClass "storage.k8s.io" "v1" "storageclasses" cluster;
    Node "" "v1" "nodes" cluster;
    Secret "" "v1" "secrets" namespaced;
    ExternalSecret "external-secrets.io" "v1" "externalsecrets" namespaced;
    SealedSecret "bitnami.com" "v1alpha1" "sealedsecrets" namespaced;
    ControllerRevision "apps" "v1" "controllerrevisions" namespaced;
    Role "rbac.authorization.k8s.io" "v1" "roles" namespaced;
    ClusterRole "rbac.authorization.k8s.io" "v1" "clusterroles" cluster;
    RoleBinding "rbac.authorization.k8s.io" "v1" "rolebindings" namespaced;
    ClusterRoleBinding "rbac.authorization.k8s.io" "v1" "clusterrolebindings" cluster;
    ResourceQuota "" "v1" "resourcequotas" namespaced;
    EndpointSlice "discovery.k8s.io" "v1" "endpointslices" namespaced;
    Ingress "networking.k8s.io" "v1" "ingresses" namespaced;
    Gateway "gateway.networking.k8s.io" "v1" "gateways" namespaced custom;
    HTTPRoute "gateway.networking.k8s.io" "v1" "httproutes" namespaced custom;
    GRPCRoute "gateway.networking.k8s.io" "v1" "grpcroutes" namespaced custom;
    DestinationRule "networking.istio.io" "v1" "destinationrules" namespaced custom;
    Application "argoproj.io" "v1alpha1" "applications" namespaced custom;
    Kustomization "kustomize.toolkit.fluxcd.io" "v1" "kustomizations" namespaced custom;
    HelmRelease "helm.toolkit.fluxcd.io" "v2" "helmreleases" namespaced custom;
    PriorityClass "scheduling.k8s.io" "v1" "priorityclasses" cluster;
    RuntimeClass "node.k8s.io" "v1" "runtimeclasses" cluster;
    IngressClass "networking.k8s.io" "v1" "ingressclasses" cluster;
    ReferenceGrant "gateway.networking.k8s.io" "v1beta1" "referencegrants" namespaced custom;
    BackendTLSPolicy "gateway.networking.k8s.io" "v1" "backendtlspolicies" namespaced custom;
    BackendConfigPolicy "gateway.kgateway.dev" "v1alpha1" "backendconfigpolicies" namespaced custom;
    ServiceMonitor "monitoring.coreos.com" "v1" "servicemonitors" namespaced custom;
    SecurityContextConstraints "security.openshift.io" "v1" "securitycontextconstraints" cluster custom;
    MutatingWebhookConfiguration "admissionregistration.k8s.io" "v1" "mutatingwebhookconfigurations" cluster;
    ValidatingWebhookConfiguration "admissionregistration.k8s.io" "v1" "validatingwebhookconfigurations" cluster;
    MutatingAdmissionPolicy "admissionregistration.k8s.io" "v1" "mutatingadmissionpolicies" cluster;
    MutatingAdmissionPolicyBinding "admissionregistration.k8s.io" "v1" "mutatingadmissionpolicybindings" cluster;
    ValidatingAdmissionPolicy "admissionregistration.k8s.io" "v1" "validatingadmissionpolicies" cluster;
    ValidatingAdmissionPolicyBinding "admissionregistration.k8s.io" "v1" "validatingadmissionpolicybindings" cluster;
    CustomResourceDefinition "apiextensions.k8s.io" "v1" "customresourcedefinitions" cluster;
    APIService "apiregistration.k8s.io" "v1" "apiservices" cluster;
    CertificateSigningRequest "certificates.k8s.io" "v1" "certificatesigningrequests" cluster;
    ClusterTrustBundle "certificates.k8s.io" "v1beta1" "clustertrustbundles" cluster;
    Lease "coordination.k8s.io" "v1" "leases" namespaced;
    Endpoints "" "v1" "endpoints" namespaced;
    FlowSchema "flowcontrol.apiserver.k8s.io" "v1" "flowschemas" cluster;
    PriorityLevelConfiguration "flowcontrol.apiserver.k8s.io" "v1" "prioritylevelconfigurations" cluster;
    IPAddress "networking.k8s.io" "v1" "ipaddresses" cluster;
    ServiceCIDR "networking.k8s.io" "v1" "servicecidrs" cluster;
    DeviceClass "resource.k8s.io" "v1" "deviceclasses" cluster;
    ResourceClaim "resource.k8s.io" "v1" "resourceclaims" namespaced;
    ResourceClaimTemplate "resource.k8s.io" "v1" "resourceclaimtemplates" namespaced;
    CSIDriver "storage.k8s.io" "v1" "csidrivers" cluster;
    CSIStorageCapacity "storage.k8s.io" "v1" "csistoragecapacities" namespaced;
    VolumeAttributesClass "storage.k8s.io" "v1" "volumeattributesclasses" cluster;
    StorageVersionMigration "storagemigration.k8s.io" "v1beta1" "storageversionmigrations" cluster;
    PodSecurityPolicy "policy" "v1beta1" "podsecuritypolicies" cluster;
    PodPreset "settings.k8s.io" "v1alpha1" "podpresets" namespaced;
}

impl Kind {
    /// `v1`, `apps/v1`: the version that the API server is asked for.
    pub fn api_version(self) -> String {
        match self.group() {
            "" => self.version().to_owned(),
            group => format!("{group}/{}", self.version()),
        }
    }

    /// Whether it runs pods.
    pub const fn is_workload(self) -> bool {
        KindSet::WORKLOADS.contains(self)
    }

    /// The kind of an object by its `apiVersion` and `kind`. Any version of the group counts: what the API server
    /// serves as one object in several versions is one kind, and a manifest may be older than the cluster.
    pub fn of(api_version: &str, kind: &str) -> Option<Kind> {
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        Kind::ALL.iter().copied().find(|known| {
            known.name() == kind
                && (known.group() == group || (group == "extensions" && known.was_in_extensions()))
        })
    }

    /// Kinds that began in the group `extensions` (removed in Kubernetes 1.16 to 1.22).
    const fn was_in_extensions(self) -> bool {
        matches!(
            self,
            Kind::Deployment
                | Kind::DaemonSet
                | Kind::ReplicaSet
                | Kind::NetworkPolicy
                | Kind::Ingress
                | Kind::PodSecurityPolicy
        )
    }

    /// Whether no release of Kubernetes has it any more that is supported, in whatever version.
    pub const fn is_gone(self) -> bool {
        matches!(self, Kind::PodSecurityPolicy | Kind::PodPreset)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct KindSet(u128);

impl KindSet {
    /// No kind.
    pub const NONE: KindSet = KindSet(0);

    /// Everything that runs pods.
    pub const WORKLOADS: KindSet = KindSet::of(&[
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
        Kind::CronJob,
        Kind::Job,
        Kind::Pod,
    ]);

    /// Workloads whose pods are meant to run until they are replaced.
    pub const SERVICES: KindSet = KindSet::of(&[
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::DaemonSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
        Kind::Pod,
    ]);

    /// Workloads with `spec.replicas` and the scale subresource.
    pub const SCALABLE: KindSet = KindSet::of(&[
        Kind::Deployment,
        Kind::StatefulSet,
        Kind::ReplicaSet,
        Kind::ReplicationController,
    ]);

    /// What holds Secrets, or makes them.
    pub const SECRETS: KindSet =
        KindSet::of(&[Kind::Secret, Kind::ExternalSecret, Kind::SealedSecret]);

    /// Kinds of which nothing but the metadata is looked at, and in which version they are written: they concern no workload.
    pub const BARE: KindSet = KindSet::of(&[
        Kind::MutatingWebhookConfiguration,
        Kind::ValidatingWebhookConfiguration,
        Kind::MutatingAdmissionPolicy,
        Kind::MutatingAdmissionPolicyBinding,
        Kind::ValidatingAdmissionPolicy,
        Kind::ValidatingAdmissionPolicyBinding,
        Kind::CustomResourceDefinition,
        Kind::APIService,
        Kind::CertificateSigningRequest,
        Kind::ClusterTrustBundle,
        Kind::Lease,
        Kind::Endpoints,
        Kind::FlowSchema,
        Kind::PriorityLevelConfiguration,
        Kind::IPAddress,
        Kind::ServiceCIDR,
        Kind::DeviceClass,
        Kind::ResourceClaim,
        Kind::ResourceClaimTemplate,
        Kind::CSIDriver,
        Kind::CSIStorageCapacity,
        Kind::VolumeAttributesClass,
        Kind::StorageVersionMigration,
        Kind::PodSecurityPolicy,
        Kind::PodPreset,
    ]);

    /// Kinds that are read from files only, never from a cluster: whoever may list Secrets may see their values, what makes
    /// them is of no use where they are seen to work, and of the bare ones the API server has seen to what is to be seen.
    pub const FILES_ONLY: KindSet = KindSet::SECRETS.union(KindSet::BARE);

    /// The set of these kinds.
    pub const fn of(kinds: &[Kind]) -> KindSet {
        let (mut bits, mut at) = (0, 0);
        while at < kinds.len() {
            bits |= 1_u128 << kinds[at] as u32;
            at += 1;
        }
        KindSet(bits)
    }

    /// Whether the set has this kind.
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1_u128 << kind as u32) != 0
    }

    /// The kinds of either set.
    pub const fn union(self, other: KindSet) -> KindSet {
        KindSet(self.0 | other.0)
    }

    /// The kinds of this set that are not in the other.
    pub const fn without(self, other: KindSet) -> KindSet {
        KindSet(self.0 & !other.0)
    }

    /// The kinds of both sets.
    pub const fn intersection(self, other: KindSet) -> KindSet {
        KindSet(self.0 & other.0)
    }

    /// Whether it has none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds, in declaration order.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            let next = left.trailing_zeros() as usize;
            left &= left.wrapping_sub(1);
            Kind::ALL.get(next).copied()
        })
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        kinds
            .into_iter()
            .fold(KindSet::NONE, |set, kind| set.union(KindSet::of(&[kind])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_group_whatever_the_version() {
        for (api_version, kind, expected) in [
            ("apps/v1", "Deployment", Some(Kind::Deployment)),
            ("extensions/v1beta1", "Deployment", Some(Kind::Deployment)),
            ("extensions/v1beta1", "Ingress", Some(Kind::Ingress)),
            ("extensions/v1beta1", "Service", None),
            ("networking.istio.io/v1", "Gateway", None),
            ("kustomize.config.k8s.io/v1beta1", "Kustomization", None),
            (
                "policy/v1beta1",
                "PodDisruptionBudget",
                Some(Kind::PodDisruptionBudget),
            ),
            ("v1", "PodDisruptionBudget", None),
            ("v1", "Pod", Some(Kind::Pod)),
            ("serving.knative.dev/v1", "Service", None),
        ] {
            assert_eq!(
                Kind::of(api_version, kind),
                expected,
                "{api_version} {kind}"
            );
        }
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        assert_eq!(KindSet::WORKLOADS.iter().count(), 8);
        assert!(Kind::ALL.len() <= 128, "a set is a u128");
        let set: KindSet = [Kind::Role, Kind::Pod].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Kind::Pod, Kind::Role]);
    }
}
