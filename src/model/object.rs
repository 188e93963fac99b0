//! The record of any object.

use jiff::Timestamp;

use super::{
    BackendPolicy, Binding, Class, ConfigMap, DestinationRule, EndpointSlice, Gateway, Ingress,
    Key, Kind, KindSet, Labels, LimitRange, NetworkPolicy, Node, Observed, PersistentVolume,
    PersistentVolumeClaim, PodAutoscaler, PodDisruptionBudget, ReferenceGrant, ResourceQuota, Role,
    Route, SecretSource, SecurityConstraints, Service, ServiceAccount, ServiceMonitor, Shape,
    StorageClass, Text, Workload, Written, running,
};

/// What is kept of an object's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meta {
    /// Which object it is.
    pub key: Key,
    /// Empty in a manifest.
    pub uid: Text,
    /// The object's own labels (the labels of its pods are in [`PodTemplate`](super::PodTemplate)).
    pub labels: Labels,
    /// The owner that controls it.
    pub controller: Option<Box<Owner>>,
    /// `metadata.generation`; 0 in a manifest.
    pub generation: i64,
    /// When the API server created it.
    pub created: Option<Timestamp>,
    /// Whether it has a deletionTimestamp.
    pub deleting: bool,
    /// In which version of the API it was written last.
    pub written: Written,
    /// Whether its keys are written in alphabetical order.
    pub key_order: KeyOrder,
    /// Whether it is what the schema of its kind asks for.
    pub shape: Shape,
}

/// Whether the keys of an object's mappings are written in alphabetical order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyOrder {
    /// It is of a cluster, where keys have no order.
    #[default]
    Unsaid,
    /// They are.
    Sorted,
    /// They are not.
    Broken {
        /// The first line that is out of order, counted from the object's own first, which is 1.
        line: u32,
    },
}

/// A reference to the owner that controls an object: the `ownerReference` with `controller: true`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The owner's kind where it is one that Plimsoll keeps records of.
    pub kind: Option<Kind>,
    /// The owner's name.
    pub name: Text,
    /// The owner's UID: a name may be taken again, a UID not.
    pub uid: Text,
}

/// What is kept of an object whose owner is judged in its place: that it exists, whose it is, and which revision of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// Its metadata, without labels and generation, which often change and mean nothing; the owner is there.
    pub meta: Meta,
    /// The number of the revision that it is (ReplicaSet of a Deployment, ControllerRevision); 0 where it does not say.
    pub revision: i64,
    /// What pods of this revision are labelled with; empty where it does not say.
    pub hash: Text,
}

impl Stub {
    /// Of an object with this metadata, which is the revision of that number.
    pub fn new(mut meta: Meta, revision: i64) -> Self {
        let labelled = running::revision_of(&meta.labels);
        let hash = labelled.unwrap_or_else(|| match meta.key.kind {
            // Those of StatefulSets have no such label: their pods are labelled with their names.
            Kind::ControllerRevision => meta.key.name.clone(),
            _ => "".into(),
        });
        meta.labels = Labels::default();
        meta.generation = 0;
        Self {
            meta,
            revision,
            hash,
        }
    }
}

/// Of a workload that another one controls.
impl From<Workload> for Stub {
    fn from(workload: Workload) -> Self {
        let revision = match &workload.observed {
            Observed::Rollout(rollout) => rollout.revision,
            _ => 0,
        };
        Self::new(workload.meta, revision)
    }
}

/// The record of an object. Comparing two tells whether anything that a check reads has changed. Each kind takes the room that it
/// needs: there are many, and most are small.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is documented at its type")]
pub enum Object {
    Workload(Box<Workload>),
    Owned(Box<Stub>),
    Namespace(Box<Meta>),
    PodAutoscaler(Box<PodAutoscaler>),
    PodDisruptionBudget(Box<PodDisruptionBudget>),
    NetworkPolicy(Box<NetworkPolicy>),
    Service(Box<Service>),
    ServiceAccount(Box<ServiceAccount>),
    LimitRange(Box<LimitRange>),
    ConfigMap(Box<ConfigMap>),
    SecretSource(Box<SecretSource>),
    Claim(Box<PersistentVolumeClaim>),
    Volume(Box<PersistentVolume>),
    StorageClass(Box<StorageClass>),
    Node(Box<Node>),
    Role(Box<Role>),
    Binding(Box<Binding>),
    ResourceQuota(Box<ResourceQuota>),
    EndpointSlice(Box<EndpointSlice>),
    Ingress(Box<Ingress>),
    Gateway(Box<Gateway>),
    Route(Box<Route>),
    DestinationRule(Box<DestinationRule>),
    Deliverer(Box<Meta>),
    Class(Box<Class>),
    ReferenceGrant(Box<ReferenceGrant>),
    BackendPolicy(Box<BackendPolicy>),
    ServiceMonitor(Box<ServiceMonitor>),
    SecurityConstraints(Box<SecurityConstraints>),
    /// Of a kind of which only this is looked at, or an object that is not what its kind asks for.
    Bare(Box<Meta>),
}

impl Object {
    /// The object's metadata.
    pub fn meta(&self) -> &Meta {
        match self {
            Object::Workload(workload) => &workload.meta,
            Object::Owned(stub) => &stub.meta,
            Object::Namespace(meta) => meta,
            Object::PodAutoscaler(autoscaler) => &autoscaler.meta,
            Object::PodDisruptionBudget(budget) => &budget.meta,
            Object::NetworkPolicy(policy) => &policy.meta,
            Object::Service(service) => &service.meta,
            Object::ServiceAccount(account) => &account.meta,
            Object::LimitRange(range) => &range.meta,
            Object::ConfigMap(map) => &map.meta,
            Object::SecretSource(source) => &source.meta,
            Object::Claim(claim) => &claim.meta,
            Object::Volume(volume) => &volume.meta,
            Object::StorageClass(class) => &class.meta,
            Object::Node(node) => &node.meta,
            Object::Role(role) => &role.meta,
            Object::Binding(binding) => &binding.meta,
            Object::ResourceQuota(quota) => &quota.meta,
            Object::EndpointSlice(slice) => &slice.meta,
            Object::Ingress(ingress) => &ingress.meta,
            Object::Gateway(gateway) => &gateway.meta,
            Object::Route(route) => &route.meta,
            Object::DestinationRule(rule) => &rule.meta,
            Object::Deliverer(meta) => meta,
            Object::Class(class) => &class.meta,
            Object::ReferenceGrant(grant) => &grant.meta,
            Object::BackendPolicy(policy) => &policy.meta,
            Object::ServiceMonitor(monitor) => &monitor.meta,
            Object::SecurityConstraints(constraints) => &constraints.meta,
            Object::Bare(meta) => meta,
        }
    }

    /// The object's metadata, to change it: a manifest without a namespace is given one.
    pub fn meta_mut(&mut self) -> &mut Meta {
        match self {
            Object::Workload(workload) => &mut workload.meta,
            Object::Owned(stub) => &mut stub.meta,
            Object::Namespace(meta) => meta,
            Object::PodAutoscaler(autoscaler) => &mut autoscaler.meta,
            Object::PodDisruptionBudget(budget) => &mut budget.meta,
            Object::NetworkPolicy(policy) => &mut policy.meta,
            Object::Service(service) => &mut service.meta,
            Object::ServiceAccount(account) => &mut account.meta,
            Object::LimitRange(range) => &mut range.meta,
            Object::ConfigMap(map) => &mut map.meta,
            Object::SecretSource(source) => &mut source.meta,
            Object::Claim(claim) => &mut claim.meta,
            Object::Volume(volume) => &mut volume.meta,
            Object::StorageClass(class) => &mut class.meta,
            Object::Node(node) => &mut node.meta,
            Object::Role(role) => &mut role.meta,
            Object::Binding(binding) => &mut binding.meta,
            Object::ResourceQuota(quota) => &mut quota.meta,
            Object::EndpointSlice(slice) => &mut slice.meta,
            Object::Ingress(ingress) => &mut ingress.meta,
            Object::Gateway(gateway) => &mut gateway.meta,
            Object::Route(route) => &mut route.meta,
            Object::DestinationRule(rule) => &mut rule.meta,
            Object::Deliverer(meta) => meta,
            Object::Class(class) => &mut class.meta,
            Object::ReferenceGrant(grant) => &mut grant.meta,
            Object::BackendPolicy(policy) => &mut policy.meta,
            Object::ServiceMonitor(monitor) => &mut monitor.meta,
            Object::SecurityConstraints(constraints) => &mut constraints.meta,
            Object::Bare(meta) => meta,
        }
    }

    /// Which object it is.
    pub fn key(&self) -> &Key {
        &self.meta().key
    }

    /// Whether it is not what its kind asks for, so that only its metadata could be read.
    pub fn is_unread(&self) -> bool {
        matches!(self, Object::Bare(meta) if !KindSet::BARE.contains(meta.key.kind))
    }

    /// The workload, if it is one.
    pub fn workload(&self) -> Option<&Workload> {
        match self {
            Object::Workload(workload) => Some(workload),
            _ => None,
        }
    }
}
