//! Which workloads a policy covers.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::schema;
use crate::model::Kind;

/// Which workloads a policy covers. All conditions must hold.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct PolicyMatch {
    /// Kinds of workloads; all of them where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8))]
    pub kinds: Option<Vec<WorkloadKind>>,

    /// Labels of the namespace. Every namespace has the label `kubernetes.io/metadata.name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::label_selector")]
    pub namespace_selector: Option<LabelSelector>,

    /// Labels of the workload itself (not those of its pods).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::label_selector")]
    pub object_selector: Option<LabelSelector>,

    /// Expressions over the workload as it is written, all of which must be true. Where one cannot be evaluated and none is
    /// false, the policy judges and reports, but denies nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 64),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub conditions: Vec<MatchCondition>,
}

/// An expression that says whether a policy covers a workload.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct MatchCondition {
    /// What messages call it.
    #[schemars(
        length(min = 1, max = 317),
        regex(
            pattern = "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
        )
    )]
    pub name: String,
    /// CEL over `object`, the workload as it is written. There are no other variables.
    #[schemars(length(min = 1, max = 4096))]
    pub expression: String,
}

/// A kind of workload.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "these are Kubernetes' own names")]
pub enum WorkloadKind {
    Deployment,
    StatefulSet,
    DaemonSet,
    ReplicaSet,
    ReplicationController,
    CronJob,
    Job,
    Pod,
}

impl From<WorkloadKind> for Kind {
    fn from(kind: WorkloadKind) -> Kind {
        match kind {
            WorkloadKind::Deployment => Kind::Deployment,
            WorkloadKind::StatefulSet => Kind::StatefulSet,
            WorkloadKind::DaemonSet => Kind::DaemonSet,
            WorkloadKind::ReplicaSet => Kind::ReplicaSet,
            WorkloadKind::ReplicationController => Kind::ReplicationController,
            WorkloadKind::CronJob => Kind::CronJob,
            WorkloadKind::Job => Kind::Job,
            WorkloadKind::Pod => Kind::Pod,
        }
    }
}
