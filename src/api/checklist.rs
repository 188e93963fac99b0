//! `ReadinessChecklist`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, schema};
use crate::model;

/// A checklist as data: an ordered list of items, each with the way in which it is verified.
#[derive(CustomResource, JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "plimsoll.dev",
    version = "v1alpha1",
    kind = "ReadinessChecklist",
    plural = "readinesschecklists",
    shortname = "rcl",
    category = "readiness",
    status = "ChecklistStatus",
    derive = "PartialEq",
    doc = "A checklist as data: an ordered list of items, each with the way in which it is verified.",
    printcolumn(name = "Title", type_ = "string", json_path = ".spec.title"),
    printcolumn(name = "Items", type_ = "integer", json_path = ".status.items"),
    printcolumn(
        name = "Accepted",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Accepted\")].status"
    ),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessChecklistSpec {
    /// The heading of the document that it becomes.
    #[schemars(length(min = 1, max = 200))]
    pub title: String,

    /// Its lines, in the order of the document.
    #[schemars(
        length(min = 1, max = 1000),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["id"])
    )]
    pub items: Vec<ChecklistItem>,
}

/// One line of a checklist. It is verified in exactly one of the ways `checks`, `cel`, `evidence` and `metrics`, or by
/// `attestation`. An attestation beside another way is its fallback: it counts only where the other way is Unknown, or only
/// indicates what a critical item asks to be proven.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "[has(self.checks), has(self.cel), has(self.evidence), has(self.metrics)].filter(w, w).size() + \
             (has(self.attestation) ? 1 : 0) >= 1 && \
             [has(self.checks), has(self.cel), has(self.evidence), has(self.metrics)].filter(w, w).size() <= 1",
    "message": "an item is verified in exactly one of the ways checks, cel, evidence and metrics, or by attestation; an attestation \
                beside another way is its fallback",
}]))]
pub struct ChecklistItem {
    /// What attestations and exceptions name it by, behind the checklist's name and a colon: `ai-agent:security/pii-masked`.
    #[schemars(
        length(min = 1, max = 128),
        regex(pattern = r"^[a-z0-9]([a-z0-9./-]*[a-z0-9])?$")
    )]
    pub id: String,
    /// The line, as a person reads it.
    #[schemars(length(min = 1, max = 300))]
    pub title: String,
    /// The section that it stands in.
    #[schemars(length(min = 1, max = 200))]
    pub section: String,
    /// The group within the section.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 200))]
    pub group: Option<String>,
    /// The id of the item that it is nested under in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 128))]
    pub parent: Option<String>,
    /// How much it matters.
    pub severity: ItemSeverity,
    /// What is judged: each workload, the application, or the cluster.
    #[serde(default)]
    pub scope: Scope,
    /// When it is asked for.
    #[serde(default)]
    pub phase: Phase,
    /// What it is in the document.
    #[serde(default)]
    pub source: ItemSource,
    /// Ids of checks. All of them must pass or not apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 32), inner(length(min = 1, max = 64)))]
    pub checks: Option<Vec<String>>,
    /// An expression over each workload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<CelRule>,
    /// Pieces of evidence. Any one of them suffices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 64))]
    pub evidence: Option<Vec<EvidenceRef>>,
    /// A query to a Prometheus-compatible server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<MetricRule>,
    /// Who may attest it, and what such an attestation must hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<AttestationRule>,
    /// What the reader should know of the way in which it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub note: Option<String>,
}

/// How much an item matters.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ItemSeverity {
    /// Nothing goes live without it.
    Critical,
    /// A risk.
    High,
    /// Good practice.
    Advice,
}

impl From<ItemSeverity> for model::Severity {
    fn from(severity: ItemSeverity) -> Self {
        match severity {
            ItemSeverity::Critical => Self::Critical,
            ItemSeverity::High => Self::High,
            ItemSeverity::Advice => Self::Advice,
        }
    }
}

/// What an item is judged for.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Each workload; the worst counts.
    Workload,
    /// The application: one of its workloads suffices.
    #[default]
    Application,
    /// The cluster, once.
    Cluster,
}

/// When an item is asked for.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord,
)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before the first rollout: what the gate asks.
    #[default]
    PreRollout,
    /// Once there are production pods.
    Running,
    /// After the launch.
    PostLaunch,
}

/// What an item is in the document.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord,
)]
#[serde(rename_all = "kebab-case")]
pub enum ItemSource {
    /// A line with a box.
    #[default]
    Checkbox,
    /// A signature. Attested with the verb `sign`; the people of different sign-offs must be different.
    SignOff,
    /// A table, such as that of the risks.
    Table,
    /// A field, such as a date.
    Field,
    /// Somebody to call.
    Contact,
}

/// An expression over a workload.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CelRule {
    /// CEL over `workload` (with the pods' template at `spec.template` whatever the kind), `services`, `routes` and `now`. True is
    /// a pass, false a failure, an error Unknown.
    #[schemars(length(min = 1, max = 4096))]
    pub expression: String,
    /// What to say where it is false.
    #[schemars(length(min = 1, max = 500))]
    pub message: String,
}

/// A piece of evidence: the name of a built-in one, or one written out.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "has(self.cel) == has(self.apiVersion) && has(self.cel) == has(self.kind) && (has(self.cel) || (!has(self.select) && \
             !has(self.where) && !has(self.proof)))",
    "message": "give only the name of a built-in piece of evidence, or apiVersion, kind and cel besides",
}]))]
pub struct EvidenceRef {
    /// Its name.
    #[schemars(length(min = 1, max = 128))]
    pub name: String,
    /// The group and version of the objects that are looked at; only the group counts. `self` is the workload itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub api_version: Option<String>,
    /// The kind of the objects that are looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub kind: Option<String>,
    /// What must hold, in words.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 1000))]
    pub holds: Option<String>,
    /// The same in CEL, over `object`, `workload`, `services`, `routes` and `now`. An error is false for that object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8192))]
    pub cel: Option<String>,
    /// At least one object must be selected by this, and every selected one must satisfy `cel`. Without it one object must.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 8192))]
    pub select: Option<String>,
    /// Whether the thing itself is seen, or only a trace of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<ProofKind>,
}

/// What a piece of evidence is worth.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ProofKind {
    /// The thing itself was seen.
    Proves,
    /// A trace of it, which alone never closes a critical item.
    Indicates,
}

/// A query to a Prometheus-compatible server.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MetricRule {
    /// PromQL. `$namespace`, `$workload` and `$pods` (a pattern that matches exactly this workload's pods) are replaced.
    #[schemars(length(min = 1, max = 8192))]
    pub query: String,
    /// What every sample must satisfy: an operator and a number, such as `< 0.9`.
    #[schemars(regex(pattern = r"^(==|!=|<=|>=|<|>) *-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$"))]
    pub pass: String,
    /// Over how long.
    #[serde(rename = "for")]
    pub over: Period,
    /// The exporter or convention whose names the query uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub source: Option<String>,
    /// The server that is asked, of those that policies name; the first where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 63))]
    pub server: Option<String>,
}

/// Who may attest an item, and what such an attestation must hold.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttestationRule {
    /// Any of these roles.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 63)), extend("x-kubernetes-list-type" = "set"))]
    pub roles: Vec<String>,
    /// Whether it must name evidence by its address.
    #[serde(default)]
    pub evidence_required: bool,
    /// How long one counts.
    pub valid_for: Period,
    /// Whether a major release asks for it again.
    #[serde(default)]
    pub per_release: bool,
    /// How many different people must attest it.
    #[serde(default = "one")]
    #[schemars(with = "i32", range(min = 1, max = 16))]
    pub min_attestations: u32,
    /// It is due again this long after the last one, as long as its phase lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Period>,
}

const fn one() -> u32 {
    1
}

/// What the controller observes.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct ChecklistStatus {
    /// The generation of the checklist that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// How many items it has.
    #[schemars(with = "i32", range(min = 0))]
    pub items: u32,
    /// `Accepted`: the checklist is in force. Where it is not, the version before it stays in force.
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,
}
