//! The objects that users apply and read: API group `plimsoll.dev`, version `v1alpha1`.
//!
//! These are the types as they are stored. What a policy means is in [`engine`](crate::engine); what a report says is
//! made there.

#[allow(
    clippy::duplicated_attributes,
    reason = "printer columns of the same type"
)]
mod policy;
#[allow(
    clippy::duplicated_attributes,
    reason = "printer columns of the same type"
)]
mod report;
mod schema;

pub use policy::{
    Action, Actions, CheckRule, ChecklistName, OnUnknown, OnUpdate, PolicyMatch, PolicyStatus,
    ReadinessPolicy, ReadinessPolicySpec, WorkloadKind,
};
pub use report::{
    ReadinessReport, Report, ReportFields, ReportFinding, ReportSubject, ReportTally, Status,
};

/// The API group.
pub const GROUP: &str = "plimsoll.dev";

/// The API version, with its group.
pub const API_VERSION: &str = "plimsoll.dev/v1alpha1";

/// The custom resource definitions, in the order in which they are applied.
pub fn crds()
-> Vec<k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition>
{
    use kube::CustomResourceExt;
    vec![ReadinessPolicy::crd(), ReadinessReport::crd()]
}
