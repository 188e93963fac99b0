//! `ReadinessException`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, LabelSelector, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WorkloadKind, schema};

/// Waives items or checks for some workloads of its namespace until a date. It cannot be changed, only deleted.
#[derive(CustomResource, JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "plimsoll.dev",
    version = "v1alpha1",
    kind = "ReadinessException",
    plural = "readinessexceptions",
    shortname = "rex",
    category = "readiness",
    namespaced,
    status = "ExceptionStatus",
    derive = "PartialEq",
    doc = "Waives items or checks for some workloads until a date.",
    printcolumn(name = "Policy", type_ = "string", json_path = ".spec.policy"),
    printcolumn(name = "Owner", type_ = "string", json_path = ".spec.owner"),
    printcolumn(
        name = "Requested by",
        type_ = "string",
        json_path = ".spec.requestedBy"
    ),
    printcolumn(
        name = "Active",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Active\")].status"
    ),
    printcolumn(name = "Used", type_ = "integer", json_path = ".status.used"),
    printcolumn(name = "Expires", type_ = "string", json_path = ".spec.expiresAt"),
    validation = Rule::new("self.spec == oldSelf.spec").message("an exception cannot be changed: delete it and ask for another")
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "has(self.waives) || (has(self.overridesGate) && self.overridesGate)",
    "message": "name what is waived, or override the gate",
}]))]
pub struct ReadinessExceptionSpec {
    /// The policy that it is for: whose checks and gate it softens, and whose bounds it keeps to.
    #[schemars(length(min = 1, max = 253))]
    pub policy: String,

    /// What is waived: ids of checks, and items as `<checklist>:<id>`. Sign-offs cannot be waived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), inner(length(min = 1, max = 192)), extend("x-kubernetes-list-type" = "set"))]
    pub waives: Option<Vec<String>>,

    /// For which workloads of the namespace. An item of an application is waived where all of its workloads are covered.
    pub workloads: ExceptionWorkloads,

    /// Lets the pods of these workloads run whatever the launch verdict. It opens the gate; the status is not the better for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub overrides_gate: bool,

    /// Why.
    #[schemars(length(min = 1, max = 1000), regex(pattern = r"\S"))]
    pub reason: String,

    /// Who sees to it that it can end: a person or a team.
    #[schemars(length(min = 1, max = 253), regex(pattern = r"\S"))]
    pub owner: String,

    /// Who asks for it: the authenticated user, and nobody else.
    #[schemars(length(min = 1, max = 253))]
    pub requested_by: String,

    /// When it ends. The policy bounds how long it may last from its creation.
    pub expires_at: Time,
}

/// Workloads of a namespace. All conditions must hold.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "has(self.names) || has(self.selector)",
    "message": "say which workloads: by names, or by a selector (an empty one is all of them)",
}]))]
pub struct ExceptionWorkloads {
    /// Their kinds; any where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8))]
    pub kinds: Option<Vec<WorkloadKind>>,
    /// Their names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64), inner(length(min = 1, max = 253)))]
    pub names: Option<Vec<String>>,
    /// Their own labels (not those of their pods).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::label_selector")]
    pub selector: Option<LabelSelector>,
}

/// What the controller observes.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct ExceptionStatus {
    /// The generation that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// How many findings and items it waives now.
    #[schemars(with = "i32", range(min = 0))]
    pub used: u32,
    /// `Active`: it holds now; else its reason says why not (`Expired`, `TooLong`, `NotApproved`, `UnknownPolicy`, ...).
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,
}
