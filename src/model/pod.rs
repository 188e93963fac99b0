//! What is kept of a pod or a pod template.

use super::{
    AppArmorAnnotation, Call, Confinement, ContainerPort, Environment, HostMount, Labels, PreStop,
    Probes, PullPolicy, Reference, Resources, Spread, Text, Volume,
};

/// The pods that a workload makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodTemplate {
    /// The pods' labels.
    pub labels: Labels,
    /// Init containers, containers and ephemeral containers, in this order.
    pub containers: Box<[Container]>,
    /// The volumes that keep something beyond the pod.
    pub volumes: Box<[Volume]>,
    /// The ConfigMaps and Secrets that the pod as a whole needs: for its volumes, and to pull its images.
    pub references: Box<[Reference]>,
    /// `serviceAccountName`, with its default filled in.
    pub service_account: Text,
    /// `serviceAccount`, the deprecated alias, where `serviceAccountName` does not say the same. The API server keeps both
    /// equal.
    pub old_service_account: Option<Text>,
    /// `automountServiceAccountToken` where it is set; else the ServiceAccount's counts.
    pub automount_token: Option<bool>,
    /// The pod shares its node's network namespace.
    pub host_network: bool,
    /// The pod shares its node's process namespace.
    pub host_pid: bool,
    /// The pod shares its node's IPC namespace.
    pub host_ipc: bool,
    /// `hostUsers`; false puts the pod into a user namespace of its own.
    pub host_users: Option<bool>,
    /// Whether `os.name` is `windows`: Linux-only fields do not apply.
    pub windows: bool,
    /// What becomes of containers that ended, with the default of `Always` filled in.
    pub restart_policy: RestartPolicy,
    /// `priorityClassName`. The API server fills it in on a Pod, not on a template.
    pub priority_class: Option<Text>,
    /// `ndots` of its resolver, with the kubelet's default of 5 filled in; `None` where it does not ask the cluster's DNS
    /// first.
    pub ndots: Option<i32>,
    /// `terminationGracePeriodSeconds`, with its default filled in.
    pub grace_period: i64,
    /// Whether it asks for certain nodes: any `nodeSelector` or `nodeAffinity`.
    pub chooses_nodes: bool,
    /// `runtimeClassName`, where it is set.
    pub runtime_class: Option<Text>,
    /// Whether it must end by itself in time (`activeDeadlineSeconds`).
    pub has_deadline: bool,
    /// What keeps the pods of a workload apart.
    pub spreads: Box<[Spread]>,
    /// The pod-level security context, which containers inherit.
    pub security: Security,
    /// What old annotations say of AppArmor, by container.
    pub app_armor: Box<[AppArmorAnnotation]>,
    /// Pod-level resources, which bound all containers together (KEP-2837), where there are any; see
    /// [`resources`](Self::resources).
    pub own_resources: Option<Box<Resources>>,
}

/// What becomes of containers that ended (`restartPolicy`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestartPolicy {
    /// They are started again: the pod is meant to run on.
    Always,
    /// They are started again where they failed.
    OnFailure,
    /// Nothing.
    Never,
    /// The policy is none that Kubernetes knows; the API server refuses it.
    Other,
}

impl RestartPolicy {
    /// Its name in a manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "Always",
            Self::OnFailure => "OnFailure",
            Self::Never => "Never",
            Self::Other => "none that Kubernetes knows",
        }
    }
}

/// One container of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// Its name.
    pub name: Text,
    /// What it is for.
    pub role: ContainerRole,
    /// Its place in the list that it is in.
    pub index: u16,
    /// Its image reference, as written.
    pub image: Text,
    /// When its image is pulled.
    pub pull_policy: PullPolicy,
    /// The ports that it says it listens on.
    pub ports: Box<[ContainerPort]>,
    /// Its probes.
    pub probes: Probes,
    /// What is done before it is told to end.
    pub pre_stop: Option<PreStop>,
    /// The other hosts that its probes and hooks call.
    pub calls: Box<[Call]>,
    /// Where it mounts something of its node.
    pub host_mounts: Box<[HostMount]>,
    /// What it is configured by.
    pub environment: Environment,
    /// Its own requests and limits.
    pub resources: Resources,
    /// Its own security context, before inheritance.
    pub security: Security,
}

/// What a container is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContainerRole {
    /// Runs to completion before the next one starts. Has no probes.
    Init,
    /// A restartable init container: runs as long as the pod and may have probes (KEP-753).
    Sidecar,
    /// A container of the application.
    App,
    /// Put into a running pod for debugging. Has neither probes nor resources.
    Ephemeral,
}

impl ContainerRole {
    /// The list of the pod spec in which such containers stand.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Init | Self::Sidecar => "initContainers",
            Self::App => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }

    /// Whether Kubernetes accepts probes on it.
    pub const fn has_probes(self) -> bool {
        matches!(self, Self::App | Self::Sidecar)
    }

    /// Whether Kubernetes accepts requests and limits on it.
    pub const fn has_resources(self) -> bool {
        !matches!(self, Self::Ephemeral)
    }
}

/// A security context: of a pod or of a container. A pod has only some of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Security {
    /// `privileged`.
    pub privileged: Option<bool>,
    /// `allowPrivilegeEscalation`.
    pub allow_privilege_escalation: Option<bool>,
    /// `readOnlyRootFilesystem`.
    pub read_only_root_filesystem: Option<bool>,
    /// `runAsNonRoot`.
    pub run_as_non_root: Option<bool>,
    /// `runAsUser`.
    pub run_as_user: Option<i64>,
    /// `runAsGroup`.
    pub run_as_group: Option<i64>,
    /// `seccompProfile`.
    pub seccomp: Option<Seccomp>,
    /// `capabilities.add`.
    pub added_capabilities: Box<[Text]>,
    /// `capabilities.drop`.
    pub dropped_capabilities: Box<[Text]>,
    /// What few set; `None` where none of it is.
    pub confinement: Option<Box<Confinement>>,
}

impl Security {
    /// Whether a container with it may have a capability that container runtimes give: it is not dropped, or added again. They
    /// read names in whatever case, do what is said of `ALL` first, and drop what is named both ways.
    pub fn may_have(&self, capability: &str) -> bool {
        let names =
            |list: &[Text], name: &str| list.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        let (added, dropped) = (&self.added_capabilities, &self.dropped_capabilities);
        !names(dropped, capability)
            && (!names(dropped, "ALL") || names(added, "ALL") || names(added, capability))
    }
}

/// `seccompProfile.type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seccomp {
    /// The container runtime's default profile.
    RuntimeDefault,
    /// A profile on the node.
    Localhost,
    /// No filter, or a type that Kubernetes does not know.
    Other(Text),
}

impl PodTemplate {
    /// Its pod-level resources, of which few have any.
    pub fn resources(&self) -> &Resources {
        static NONE: Resources = Resources::NONE;
        self.own_resources.as_deref().unwrap_or(&NONE)
    }

    /// `runAsNonRoot` as the kubelet sees it for a container: the container's own, else the pod's.
    pub fn run_as_non_root(&self, container: &Container) -> Option<bool> {
        container
            .security
            .run_as_non_root
            .or(self.security.run_as_non_root)
    }

    /// `runAsUser` as the kubelet sees it for a container.
    pub fn run_as_user(&self, container: &Container) -> Option<i64> {
        container.security.run_as_user.or(self.security.run_as_user)
    }

    /// `runAsGroup` as the kubelet sees it for a container.
    pub fn run_as_group(&self, container: &Container) -> Option<i64> {
        container
            .security
            .run_as_group
            .or(self.security.run_as_group)
    }

    /// `seccompProfile` as the kubelet sees it for a container.
    pub fn seccomp<'a>(&'a self, container: &'a Container) -> Option<&'a Seccomp> {
        container
            .security
            .seccomp
            .as_ref()
            .or(self.security.seccomp.as_ref())
    }
}
