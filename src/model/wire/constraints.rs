//! OpenShift's SecurityContextConstraints on the wire, which have no spec.

use serde::Deserialize;
use serde::de::Error;

use super::Metadata;
use super::scalar::{List, Str};
use crate::model::{Grantee, Kind, SecurityConstraints};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Constraints {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    allow_privileged_container: Option<bool>,
    #[serde(default)]
    users: List<Str>,
    #[serde(default)]
    groups: List<Str>,
}

impl Constraints {
    pub(super) fn record<E: Error>(self, kind: Kind) -> Result<SecurityConstraints, E> {
        let users = self.users.0.into_iter().map(|user| Grantee::User(user.0));
        let groups = self
            .groups
            .0
            .into_iter()
            .map(|group| Grantee::Group(group.0));
        Ok(SecurityConstraints {
            meta: self.metadata.record(kind)?,
            allows_privileged: self.allow_privileged_container == Some(true),
            grantees: users.chain(groups).collect(),
        })
    }
}
