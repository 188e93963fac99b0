//! Roles and bindings on the wire.

use serde::Deserialize;
use serde::de::Error;

use super::Metadata;
use super::scalar::{List, Present, Str};
use crate::model::{Binding, Grantee, Kind, Role, Rule, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireRole {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    rules: List<WireRule>,
    #[serde(default)]
    aggregation_rule: Option<Present>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WireBinding {
    #[serde(default)]
    metadata: Metadata,
    #[serde(default)]
    role_ref: Option<RoleRef>,
    #[serde(default)]
    subjects: List<WireSubject>,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct WireRule {
    verbs: List<Str>,
    api_groups: List<Str>,
    resources: List<Str>,
    resource_names: List<Str>,
    #[serde(rename = "nonResourceURLs")]
    non_resource_urls: List<Str>,
}

#[derive(Deserialize)]
struct RoleRef {
    kind: Str,
    name: Str,
}

#[derive(Deserialize)]
struct WireSubject {
    kind: Str,
    name: Str,
    #[serde(default)]
    namespace: Option<Str>,
}

impl WireRole {
    pub(super) fn record<E: Error>(self, kind: Kind) -> Result<Role, E> {
        Ok(Role {
            meta: self.metadata.record(kind)?,
            rules: self.rules.0.into_iter().map(WireRule::record).collect(),
            is_aggregated: self.aggregation_rule.is_some(),
        })
    }
}

impl WireBinding {
    pub(super) fn record<E: Error>(self, kind: Kind) -> Result<Binding, E> {
        let meta = self.metadata.record(kind)?;
        let role = self
            .role_ref
            .ok_or_else(|| E::custom("roleRef: required"))?;
        let role_kind = match &*role.kind.0 {
            "Role" if kind == Kind::RoleBinding => Kind::Role,
            "ClusterRole" => Kind::ClusterRole,
            other => {
                return Err(E::custom(format_args!(
                    "roleRef.kind: {other} cannot be bound by a {kind}"
                )));
            }
        };
        let grantees = self
            .subjects
            .0
            .into_iter()
            .filter_map(|subject| subject.record(&meta.key.namespace));
        Ok(Binding {
            grantees: grantees.collect(),
            meta,
            role_kind,
            role_name: role.name.0,
        })
    }
}

impl WireRule {
    fn record(self) -> Rule {
        Rule {
            verbs: self.verbs.into_texts(),
            api_groups: self.api_groups.into_texts(),
            resources: self.resources.into_texts(),
            resource_names: self.resource_names.into_texts(),
            non_resource_urls: self.non_resource_urls.into_texts(),
        }
    }
}

impl WireSubject {
    fn record(self, own_namespace: &Text) -> Option<Grantee> {
        match &*self.kind.0 {
            "ServiceAccount" => {
                // The API server asks for the namespace; a manifest may leave it to the binding's.
                let namespace = self
                    .namespace
                    .map_or_else(|| own_namespace.clone(), |namespace| namespace.0);
                Some(Grantee::ServiceAccount {
                    namespace,
                    name: self.name.0,
                })
            }
            "Group" => Some(Grantee::Group(self.name.0)),
            "User" => Some(Grantee::User(self.name.0)),
            _ => None,
        }
    }
}
