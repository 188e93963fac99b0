//! What the statuses of exceptions and checklists say; those of launches are with the launches.

use std::sync::Arc;

use imbl::OrdMap;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use crate::api::{ChecklistStatus, ExceptionStatus};
use crate::model::Text;
use crate::people::Name;

/// What the statuses say. A clone is a snapshot, and costs little.
#[derive(Clone, Debug, Default)]
pub struct Statuses {
    /// Of exceptions.
    pub exceptions: OrdMap<Name, Arc<Known<ExceptionStatus>>>,
    /// Of checklists that are not built in.
    pub checklists: OrdMap<Text, Arc<Known<ChecklistStatus>>>,
}

/// What is known of an object besides what it means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Known<S> {
    /// Its UID.
    pub uid: Text,
    /// Its generation.
    pub generation: Option<i64>,
    /// Its status.
    pub status: S,
    /// What is wrong with it, where it is not in force.
    pub error: Option<Text>,
}

impl<S: Clone + Default> Known<S> {
    /// Of an object.
    pub fn of(metadata: &ObjectMeta, status: Option<&S>, error: Option<&String>) -> Self {
        Self {
            uid: metadata.uid.as_deref().unwrap_or_default().into(),
            generation: metadata.generation,
            status: status.cloned().unwrap_or_default(),
            error: error.map(|error| error.as_str().into()),
        }
    }
}
