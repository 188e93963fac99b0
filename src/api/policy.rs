//! `ReadinessPolicy`.

mod matching;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Period, schema};
use crate::model::Severity;

pub use matching::{MatchCondition, PolicyMatch, WorkloadKind};

/// Which workloads are judged, by what, and what follows from it.
#[derive(CustomResource, JsonSchema, Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
#[kube(
    group = "plimsoll.dev",
    version = "v1alpha1",
    kind = "ReadinessPolicy",
    plural = "readinesspolicies",
    shortname = "rp",
    category = "readiness",
    status = "PolicyStatus",
    derive = "PartialEq",
    doc = "Which workloads are judged, by which checklists and checks, and what follows from it.",
    printcolumn(name = "Workloads", type_ = "integer", json_path = ".status.workloads"),
    printcolumn(name = "Ready", type_ = "integer", json_path = ".status.ready"),
    printcolumn(
        name = "Risks",
        type_ = "integer",
        json_path = ".status.readyWithRisks"
    ),
    printcolumn(name = "NotReady", type_ = "integer", json_path = ".status.notReady"),
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
pub struct ReadinessPolicySpec {
    /// Which workloads the policy covers; all of them where nothing is said. Namespaces of the control plane and
    /// Plimsoll's own are reported on like any other, but never subject to admission.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub matches: Option<PolicyMatch>,

    /// The checklists to judge workloads by, built in or ReadinessChecklists: `essentials` where neither checklists nor checks
    /// are listed. Of their items those count that checks decide; the others are asked of launches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 253)), extend("x-kubernetes-list-type" = "set"))]
    pub checklists: Option<Vec<String>>,

    /// Checks to judge by besides those of the checklists, and what is to be different for a check that a checklist has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 256),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["id"])
    )]
    pub checks: Option<Vec<CheckRule>>,

    /// What follows from a failure at admission, by its severity.
    #[serde(default)]
    pub actions: Actions,

    /// Parameters of checks, by the check's id.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schemars(schema_with = "schema::params")]
    pub params: Map<String, Value>,

    /// What an update of an object that fails already is judged by. `NewViolations`: it is denied only for what it makes
    /// worse. `All`: it is judged like a new object.
    #[serde(default)]
    pub on_update: OnUpdate,

    /// What follows where a check that denies cannot be decided. `Allow` admits with a warning.
    #[serde(default)]
    pub on_unknown: OnUnknown,

    /// The user names of controllers that make Pods, ReplicaSets or Jobs from objects of their own, such as
    /// `system:serviceaccount:argo:workflow-controller`. What they make is let pass where its controlling owner is known
    /// and judged. Kubernetes' own controllers need not be listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub controllers: Vec<String>,

    /// What launches in the policy's namespaces are asked at least, and whether pods may run without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub launch: Option<LaunchRule>,

    /// What an exception for this policy must keep to.
    #[serde(default)]
    pub exceptions: ExceptionRule,

    /// The servers that metric items of launches in the policy's namespaces are asked of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<MetricsRule>,
}

/// A check to judge by.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct CheckRule {
    /// The check's id; `plimsoll checks` lists them.
    #[schemars(schema_with = "schema::check_id")]
    pub id: String,
    /// How much it matters; the checklist's or the check's own severity where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::severity")]
    pub severity: Option<String>,
    /// What follows from a failure, whatever its severity. `Deny` holds here for a check that looks at other objects as
    /// well, which otherwise only warns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

impl CheckRule {
    /// The severity that it sets, if any.
    pub fn severity(&self) -> Option<Severity> {
        let name = self.severity.as_deref()?;
        Severity::ALL
            .into_iter()
            .find(|severity| severity.name() == name)
    }
}

/// What follows from a failure, by its severity.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default)]
pub struct Actions {
    /// From something that a service may not go live with.
    pub critical: Action,
    /// From something that is a risk.
    pub high: Action,
    /// From something that no checklist asks for.
    pub advice: Action,
}

impl Actions {
    /// The action for a severity.
    pub fn of(&self, severity: Severity) -> Action {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Advice => self.advice,
        }
    }
}

/// What follows from a failure at admission. Reports show it whatever the action.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord,
)]
pub enum Action {
    /// Nothing: it is only reported.
    #[default]
    Audit,
    /// The request is admitted with a warning.
    Warn,
    /// The request is rejected.
    Deny,
}

/// What an update of an object that fails already is judged by.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUpdate {
    /// Only what the update makes worse.
    #[default]
    NewViolations,
    /// All of it.
    All,
}

/// What follows where a check that denies cannot be decided.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnUnknown {
    /// The request is admitted with a warning.
    #[default]
    Allow,
    /// The request is rejected.
    Deny,
}

/// What launches are asked at least. A launch can add to it, and take nothing away.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct LaunchRule {
    /// The checklists that every launch is judged by, built in or ReadinessChecklists.
    #[schemars(length(max = 16), inner(length(min = 1, max = 253)), extend("x-kubernetes-list-type" = "set"))]
    pub checklists: Vec<String>,
    /// The roles that must sign every launch, besides the sign-offs of its checklists.
    #[schemars(length(max = 16), inner(length(min = 1, max = 63)), extend("x-kubernetes-list-type" = "set"))]
    pub sign_offs: Vec<String>,
    /// What follows when pods would first run without a launch that is ready.
    pub gate: Action,
    /// What follows for later rollouts of an application that is live, and for workloads that are older than the policy. A
    /// rollback to what was admitted before is always let through.
    pub later_rollouts: Action,
}

impl Default for LaunchRule {
    fn default() -> Self {
        Self {
            checklists: Vec::new(),
            sign_offs: Vec::new(),
            gate: Action::Audit,
            later_rollouts: Action::Warn,
        }
    }
}

/// What an exception must keep to.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct ExceptionRule {
    /// How long one may last from its creation.
    pub max_lifetime: Period,
    /// Who must agree to it besides the one who asks.
    pub approval: Approval,
}

impl Default for ExceptionRule {
    fn default() -> Self {
        Self {
            max_lifetime: Period::days(30),
            approval: Approval::None,
        }
    }
}

/// Who must agree to an exception.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Approval {
    /// Nobody besides the one whom RBAC lets grant it.
    #[default]
    None,
    /// Another person, by an attestation that approves it.
    SecondPerson,
}

/// The servers that metric items are asked of.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct MetricsRule {
    /// The servers. An item that names none is asked of the first.
    #[schemars(
        length(min = 1, max = 8),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"])
    )]
    pub servers: Vec<MetricsServer>,
    /// How old an answer may be before the question is asked again; the shortest of all policies holds.
    #[serde(default = "five_minutes")]
    pub refresh: Period,
    /// Samples older than this are no answer; the shortest of all policies holds.
    #[serde(default = "fifteen_minutes")]
    pub max_age: Period,
}

/// A Prometheus-compatible server.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct MetricsServer {
    /// What items name it by.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
    )]
    pub name: String,
    /// Where its API is: what `/api/v1/query_range` is appended to.
    #[schemars(length(min = 1, max = 1024), regex(pattern = "^https?://[^ ?#]+$"))]
    pub url: String,
    /// A Secret of Plimsoll's own namespace, labelled `plimsoll.dev/metrics-credentials: "true"`, with any of the keys `token`
    /// (a bearer token), `username` and `password`, `ca.crt` (who signs the server's certificate), and `tenant` (sent as
    /// `X-Scope-OrgID`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub secret: Option<String>,
    /// How long an answer is waited for.
    #[serde(default = "ten_seconds")]
    pub timeout: Period,
    /// How many questions are asked a second at most.
    #[serde(default = "ten")]
    #[schemars(with = "i32", range(min = 1, max = 1000))]
    pub queries_per_second: u32,
    /// How many questions may wait for their answers at once.
    #[serde(default = "four")]
    #[schemars(with = "i32", range(min = 1, max = 64))]
    pub concurrency: u32,
}

const fn ten_seconds() -> Period {
    Period::seconds(10)
}

const fn five_minutes() -> Period {
    Period::seconds(300)
}

const fn fifteen_minutes() -> Period {
    Period::seconds(900)
}

const fn ten() -> u32 {
    10
}

const fn four() -> u32 {
    4
}

/// What the controller observes.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct PolicyStatus {
    /// The generation of the policy that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// How many workloads it covers.
    #[schemars(with = "i32", range(min = 0))]
    pub workloads: u32,
    /// How many of them are Ready.
    #[schemars(with = "i32", range(min = 0))]
    pub ready: u32,
    /// How many of them are ReadyWithRisks.
    #[schemars(with = "i32", range(min = 0))]
    pub ready_with_risks: u32,
    /// How many of them are NotReady.
    #[schemars(with = "i32", range(min = 0))]
    pub not_ready: u32,
    /// `Accepted`: the policy is in force. `ParametersConflict`: another policy that covers some of the same workloads gives a
    /// check other parameters; both are judged. `Guarded`: the admission policies that check who attests are in place.
    /// `MatchInDoubt`, where the policy has match conditions: one of them cannot be evaluated for some workloads.
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,
}
