//! `ReadinessAttestation`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person's statement about items of a launch, a sign-off, or the approval of an exception. It cannot be changed, only
/// withdrawn by deleting it.
#[derive(CustomResource, JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "plimsoll.dev",
    version = "v1alpha1",
    kind = "ReadinessAttestation",
    plural = "readinessattestations",
    shortname = "ra",
    category = "readiness",
    namespaced,
    derive = "PartialEq",
    doc = "A person's statement about items of a launch, a sign-off, or the approval of an exception. It cannot be changed.",
    printcolumn(name = "Launch", type_ = "string", json_path = ".spec.launch"),
    printcolumn(name = "Role", type_ = "string", json_path = ".spec.role"),
    printcolumn(
        name = "Approver",
        type_ = "string",
        json_path = ".spec.approver.username"
    ),
    printcolumn(name = "Release", type_ = "string", json_path = ".spec.release"),
    printcolumn(name = "Expires", type_ = "string", json_path = ".spec.expiresAt"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    ),
    validation = Rule::new("self.spec == oldSelf.spec").message("an attestation cannot be changed: delete it and write another")
)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    {
        "rule": "has(self.approves) != has(self.items)",
        "message": "name the items that are attested, or the exception that is approved",
    },
    {
        "rule": "!has(self.items) || (has(self.launch) && has(self.role))",
        "message": "items are attested for a launch, in a role",
    },
]))]
pub struct ReadinessAttestationSpec {
    /// The launch that it is for, in the same namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub launch: Option<String>,

    /// The items that it states, each as `<checklist>:<id>`; `launch:risk/<id>` accepts a risk of the launch, and `launch:review`
    /// is a review.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 400), inner(length(min = 3, max = 192)), extend("x-kubernetes-list-type" = "set"))]
    pub items: Option<Vec<String>>,

    /// Whether the items are sign-offs: RBAC is then asked for the verb `sign` instead of `attest`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sign_off: bool,

    /// The exception that it approves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approves: Option<Approved>,

    /// The role that the approver speaks in: what RBAC grants on the resource `signoffs` of this name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
    )]
    pub role: Option<String>,

    /// Who makes it: the authenticated user, and nobody else.
    pub approver: Approver,

    /// What is stated.
    #[schemars(length(min = 1, max = 4096), regex(pattern = r"\S"))]
    pub statement: String,

    /// Where the evidence can be read. It is never fetched.
    #[serde(
        default,
        rename = "evidenceURL",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(length(max = 2048), regex(pattern = r"^https://[^\s/?#]\S*$"))]
    pub evidence_url: Option<String>,

    /// Why the items do not apply to this application, where that is what is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000), regex(pattern = r"\S"))]
    pub not_applicable: Option<String>,

    /// Until when it counts, if that is earlier than what the items say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,

    /// The release that it is for; the one that is current when it is made where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub release: Option<String>,
}

/// An authenticated user, as the API server knows them.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Approver {
    /// The user's name.
    #[schemars(length(min = 1, max = 253))]
    pub username: String,
    /// The groups that the user is in, by which a role since revoked is seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 256), inner(length(min = 1, max = 253)), extend("x-kubernetes-list-type" = "set"))]
    pub groups: Vec<String>,
}

/// An exception that is approved.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Approved {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Its UID: another of the same name is another exception.
    #[schemars(length(min = 1, max = 64))]
    pub uid: String,
}
