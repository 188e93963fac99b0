//! The objects that users apply and read: API group `plimsoll.dev`, version `v1alpha1`.
//!
//! These are the types as they are stored. What a policy means is in [`engine`](crate::engine); what a report says is
//! made there.

#[allow(
    clippy::duplicated_attributes,
    reason = "printer columns of the same type"
)]
mod attestation;
#[allow(
    clippy::duplicated_attributes,
    reason = "printer columns of the same type"
)]
mod checklist;
#[allow(
    clippy::duplicated_attributes,
    reason = "printer columns of the same type"
)]
mod exception;
#[allow(
    clippy::duplicated_attributes,
    reason = "printer columns of the same type"
)]
mod launch;
mod period;
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
pub mod selector;

pub use attestation::{Approved, Approver, ReadinessAttestation, ReadinessAttestationSpec};
pub use checklist::{
    AttestationRule, CelRule, ChecklistItem, ChecklistStatus, EvidenceRef, ItemSeverity,
    ItemSource, MetricRule, Phase, ProofKind, ReadinessChecklist, ReadinessChecklistSpec, Scope,
};
pub use exception::{
    ExceptionStatus, ExceptionWorkloads, ReadinessException, ReadinessExceptionSpec,
};
pub use launch::{
    Accepted, Admitted, Contact, Expiry, LaunchStatus, Memory, Missing, Mitigated, ReadinessLaunch,
    ReadinessLaunchSpec, Release, ReleaseType, Risk, RiskSeverity, SectionCount, Seen, Transition,
};
pub use period::{Period, PeriodError};
pub use policy::{
    Action, Actions, Approval, CheckRule, ExceptionRule, LaunchRule, MatchCondition, MetricsRule,
    MetricsServer, OnUnknown, OnUpdate, PolicyMatch, PolicyStatus, ReadinessPolicy,
    ReadinessPolicySpec, WorkloadKind,
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
    vec![
        ReadinessPolicy::crd(),
        ReadinessChecklist::crd(),
        ReadinessLaunch::crd(),
        ReadinessAttestation::crd(),
        ReadinessException::crd(),
        ReadinessReport::crd(),
    ]
}
