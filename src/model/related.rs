//! What is kept of the objects around workloads.

use super::{
    Amounts, IntOrPercent, Kind, Meta, Operator, Quantity, Resource, Selector, Text, Truth,
};

/// A HorizontalPodAutoscaler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodAutoscaler {
    /// Its metadata.
    pub meta: Meta,
    /// What it scales.
    pub target: ScaleTarget,
    /// `minReplicas`, with the default of 1 filled in.
    pub min_replicas: i32,
    /// `maxReplicas`.
    pub max_replicas: i32,
    /// What it scales by; the default (CPU utilisation of 80 %) is filled in where none is given.
    pub metrics: Box<[MetricSource]>,
    /// For how long it waits before it takes replicas away.
    pub cool_down: CoolDown,
    /// What its controller says of it, where it says something. Only checks on what runs look at it.
    pub scaling: Option<Box<Scaling>>,
}

/// For how long a HorizontalPodAutoscaler waits before it takes replicas away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoolDown {
    /// It does not say: as long as the controller does by default (five minutes, unless it was told otherwise).
    Unsaid,
    /// So many seconds (`behavior.scaleDown.stabilizationWindowSeconds`).
    Seconds(i64),
    /// It never takes any away (`behavior.scaleDown.selectPolicy: Disabled`).
    Never,
}

/// What the HorizontalPodAutoscaler controller says, by the conditions that it writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scaling {
    /// `AbleToScale`: it can read and change the scale of its target.
    pub able: Truth,
    /// `ScalingActive`: it can compute how many replicas there should be.
    pub active: Truth,
    /// `ScalingLimited` by `maxReplicas`: it wants more than it may have. The other limits are those of every day.
    pub is_capped: bool,
}

impl PodAutoscaler {
    /// Whether another record differs from it in nothing but what its controller says of it.
    pub fn is_declared_as(&self, other: &PodAutoscaler) -> bool {
        // A field that is added must be thought of here.
        let PodAutoscaler {
            meta,
            target,
            min_replicas,
            max_replicas,
            metrics,
            cool_down,
            scaling: _,
        } = self;
        *meta == other.meta
            && *target == other.target
            && *min_replicas == other.min_replicas
            && *max_replicas == other.max_replicas
            && *metrics == other.metrics
            && *cool_down == other.cool_down
    }
}

/// The object that a HorizontalPodAutoscaler scales. It may not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleTarget {
    /// Its kind where it is one that Plimsoll keeps records of.
    pub kind: Option<Kind>,
    /// Its kind, as written.
    pub kind_name: Text,
    /// The API group of its `apiVersion`, as written; empty for the core group, and where there is no `apiVersion`.
    pub group: Text,
    /// Its name.
    pub name: Text,
}

/// One metric of a HorizontalPodAutoscaler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetricSource {
    /// Use of a resource by the pods, relative to what they request (`Utilization`).
    Utilization {
        /// Which resource; `None` for one that is neither CPU nor memory.
        resource: Option<Resource>,
        /// The one container it looks at (`ContainerResource`), else all of them.
        container: Option<Text>,
    },
    /// Average use of a resource by one container (`ContainerResource`), which needs no request.
    ContainerAverage(
        /// The container.
        Text,
    ),
    /// Anything that needs neither a request nor a certain container: averages, pods, object and external metrics.
    Other,
}

/// A PodDisruptionBudget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodDisruptionBudget {
    /// Its metadata.
    pub meta: Meta,
    /// The pods it protects. `None` selects nothing, an empty one every pod of the namespace (`policy/v1`).
    pub selector: Option<Selector>,
    /// How many must stay.
    pub min_available: Option<IntOrPercent>,
    /// How many may go.
    pub max_unavailable: Option<IntOrPercent>,
    /// Whether it says what becomes of pods that run and are not ready (`unhealthyPodEvictionPolicy`), in a word that
    /// Kubernetes knows.
    pub decides_unhealthy: bool,
}

/// A NetworkPolicy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Its metadata.
    pub meta: Meta,
    /// The pods it isolates; an empty or absent one is every pod of the namespace.
    pub selector: Selector,
    /// What it says of incoming traffic.
    pub ingress: Traffic,
    /// What it says of outgoing traffic.
    pub egress: Traffic,
    /// Whether it has rules for incoming and for outgoing traffic.
    pub has_rules: [bool; 2],
    /// The peers of its rules that are pods; ranges of addresses are not kept.
    pub peers: Box<[Peer]>,
}

/// Pods that a rule of a NetworkPolicy names. There may be none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Whether it is where outgoing traffic goes to, and not where incoming traffic comes from.
    pub is_egress: bool,
    /// The place of its rule.
    pub rule: u16,
    /// Its place in the rule.
    pub index: u16,
    /// Which pods; `None` is every pod.
    pub pods: Option<Selector>,
    /// Of which namespaces; `None` is the policy's own.
    pub namespaces: Option<Selector>,
}

impl Peer {
    /// The JSON pointer of the field.
    pub fn path(&self) -> String {
        let (rules, peers) = if self.is_egress {
            ("egress", "to")
        } else {
            ("ingress", "from")
        };
        format!("/spec/{rules}/{}/{peers}/{}", self.rule, self.index)
    }
}

/// What a NetworkPolicy says of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    /// Nothing: the direction is not among its policy types.
    NotIsolated,
    /// Only what its rules allow (perhaps nothing).
    Restricted,
    /// Everything: it isolates the pods, and a rule without peers and ports lets all of it through again.
    AllAllowed,
}

/// A ServiceAccount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccount {
    /// Its metadata.
    pub meta: Meta,
    /// `automountServiceAccountToken`; absent means true.
    pub automount_token: Option<bool>,
}

/// A LimitRange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRange {
    /// Its metadata.
    pub meta: Meta,
    /// Its items of type `Container`, with their own defaults filled in.
    pub containers: Box<[LimitRangeItem]>,
    /// What it bounds of containers and of pods, item by item.
    pub bounds: Box<[LimitRangeBounds]>,
    /// What it bounds of claims, item by item.
    pub claims: Box<[ClaimBounds]>,
}

impl LimitRange {
    /// Whether it gives containers a request or a limit for this resource.
    pub fn sets(&self, resource: Resource) -> bool {
        let mut items = self.containers.iter();
        items.any(|item| {
            item.requests.get(resource).is_some() || item.limits.get(resource).is_some()
        })
    }
}

/// What a LimitRange gives to containers that do not say it themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LimitRangeItem {
    /// The requests it sets.
    pub requests: Amounts,
    /// The limits it sets.
    pub limits: Amounts,
}

/// What a LimitRange lets a container or a pod ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRangeBounds {
    /// Whether it is of pods, the sum of their containers, and not of each container.
    pub is_of_pods: bool,
    /// The least that may be requested.
    pub min: Amounts,
    /// The most that a limit may be.
    pub max: Amounts,
    /// The most that a limit may be of its request, as a factor.
    pub ratio: Amounts,
}

/// What a LimitRange lets a PersistentVolumeClaim ask for, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimBounds {
    /// The least.
    pub min: Option<Quantity>,
    /// The most.
    pub max: Option<Quantity>,
}

/// A Role or a ClusterRole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its metadata.
    pub meta: Meta,
    /// What it allows.
    pub rules: Box<[Rule]>,
    /// Whether a controller fills in its rules from other ClusterRoles (`aggregationRule`).
    pub is_aggregated: bool,
}

/// A rule of a role: every verb on every resource of every group it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What may be done; `*` is anything.
    pub verbs: Box<[Text]>,
    /// The API groups; `*` is all of them.
    pub api_groups: Box<[Text]>,
    /// The resources; `*` is all of them.
    pub resources: Box<[Text]>,
    /// Only objects of these names; any where it is empty.
    pub resource_names: Box<[Text]>,
    /// URL paths that are no resources; `*` is all of them.
    pub non_resource_urls: Box<[Text]>,
}

/// A RoleBinding or a ClusterRoleBinding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Its metadata.
    pub meta: Meta,
    /// The kind of the role that it grants: a Role of its namespace, or a ClusterRole.
    pub role_kind: Kind,
    /// The role's name. It may not exist.
    pub role_name: Text,
    /// Who is granted it.
    pub grantees: Box<[Grantee]>,
}

/// Somebody to whom a role is granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grantee {
    /// A ServiceAccount.
    ServiceAccount {
        /// Its namespace.
        namespace: Text,
        /// Its name.
        name: Text,
    },
    /// A group, such as `system:serviceaccounts:shop`.
    Group(Text),
    /// A user, by name.
    User(Text),
}

/// A ResourceQuota.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceQuota {
    /// Its metadata.
    pub meta: Meta,
    /// Whether it bounds storage: of claims, or the ephemeral storage of pods.
    pub bounds_storage: bool,
    /// Of which of the namespace's objects it counts only those (`scopes`, `scopeSelector`): all must hold.
    pub scopes: Box<[QuotaScope]>,
    /// The most that the namespace may have of what pods and their claims take: by resource, as in `spec.hard` but for the prefix
    /// `requests.`, which is the same as none.
    pub hard: Box<[(Text, Quantity)]>,
}

/// What a ResourceQuota asks of a pod for it to be counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotaScope {
    /// It has an `activeDeadlineSeconds`, or has none.
    Terminating(bool),
    /// It requests nothing and has no limit, or has something.
    BestEffort(bool),
    /// Its PriorityClass.
    PriorityClass(Operator),
    /// Anything else.
    Other(Text),
}

impl ResourceQuota {
    /// Whether it counts only some of the namespace's objects.
    pub fn is_scoped(&self) -> bool {
        !self.scopes.is_empty()
    }
}

/// An EndpointSlice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSlice {
    /// Its metadata; a label names its Service.
    pub meta: Meta,
    /// The addresses that it leads to, each once.
    pub addresses: Box<[Text]>,
}

impl EndpointSlice {
    /// Where the API server is found.
    pub const OF_API_SERVER: (&'static str, &'static str) = ("default", "kubernetes");

    /// Whether it is one of the API server's.
    pub fn is_of_api_server(&self) -> bool {
        let (namespace, service) = Self::OF_API_SERVER;
        let name = self.meta.labels.get("kubernetes.io/service-name");
        *self.meta.key.namespace == *namespace && name.is_some_and(|name| **name == *service)
    }
}
