//! The record of an object as it is stored.

use std::sync::Arc;

use crate::model::{Instance, Key, Kind, Object, Stub};

/// A record, of whatever it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Of any object but a pod of a workload.
    Object(Arc<Object>),
    /// Of a pod of a workload.
    Instance(Arc<Instance>),
}

impl Record {
    /// What is kept of an object of a cluster. Of one that belongs to a workload, which is judged in its place, that is what
    /// the workload is judged by.
    pub fn of_cluster(object: Object) -> Self {
        let owner = object.meta().controller.as_ref();
        if !owner
            .and_then(|owner| owner.kind)
            .is_some_and(Kind::is_workload)
        {
            return object.into();
        }
        match object {
            Object::Workload(workload) => match Instance::of(&workload) {
                Some(instance) => instance.into(),
                None => Object::Owned(Stub::from(*workload).into()).into(),
            },
            other => other.into(),
        }
    }

    /// Which object it is of.
    pub fn key(&self) -> Key {
        match self {
            Self::Object(object) => object.key().clone(),
            Self::Instance(instance) => instance.key(),
        }
    }

    /// The record, unless it is of a pod of a workload.
    pub fn object(&self) -> Option<&Arc<Object>> {
        match self {
            Self::Object(object) => Some(object),
            Self::Instance(_) => None,
        }
    }
}

impl From<Object> for Record {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

impl From<Arc<Object>> for Record {
    fn from(object: Arc<Object>) -> Self {
        Self::Object(object)
    }
}

impl From<Instance> for Record {
    fn from(instance: Instance) -> Self {
        Self::Instance(Arc::new(instance))
    }
}
