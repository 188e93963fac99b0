//! The record of any object.

use jiff::Timestamp;

use super::{
    Binding, Key, Kind, Labels, LimitRange, NetworkPolicy, PodAutoscaler, PodDisruptionBudget,
    Role, Service, ServiceAccount, Text, Workload,
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
    pub controller: Option<Owner>,
    /// `metadata.generation`; 0 in a manifest.
    pub generation: i64,
    /// When the API server created it.
    pub created: Option<Timestamp>,
    /// Whether it has a deletionTimestamp.
    pub deleting: bool,
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

/// What is kept of an object whose owner is judged in its place: that it exists, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stub {
    /// Its metadata; the owner is there.
    pub meta: Meta,
}

/// The record of an object. Comparing two tells whether anything that a check reads has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is documented at its type")]
pub enum Object {
    Workload(Box<Workload>),
    Owned(Stub),
    Namespace(Meta),
    PodAutoscaler(PodAutoscaler),
    PodDisruptionBudget(PodDisruptionBudget),
    NetworkPolicy(NetworkPolicy),
    Service(Service),
    ServiceAccount(ServiceAccount),
    LimitRange(LimitRange),
    Role(Role),
    Binding(Binding),
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
            Object::Role(role) => &role.meta,
            Object::Binding(binding) => &binding.meta,
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
            Object::Role(role) => &mut role.meta,
            Object::Binding(binding) => &mut binding.meta,
        }
    }

    /// Which object it is.
    pub fn key(&self) -> &Key {
        &self.meta().key
    }

    /// The workload, if it is one.
    pub fn workload(&self) -> Option<&Workload> {
        match self {
            Object::Workload(workload) => Some(workload),
            _ => None,
        }
    }
}
