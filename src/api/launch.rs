//! `ReadinessLaunch`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, LabelSelector, Time};
use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, Status, schema};

/// An application on its way to production: which workloads it is made of, and what is known of it that no cluster knows.
#[derive(CustomResource, JsonSchema, Serialize, Deserialize, Clone, Debug, PartialEq)]
#[kube(
    group = "plimsoll.dev",
    version = "v1alpha1",
    kind = "ReadinessLaunch",
    plural = "readinesslaunches",
    shortname = "rl",
    category = "readiness",
    namespaced,
    status = "LaunchStatus",
    derive = "PartialEq",
    doc = "An application on its way to production, and whether it may go live.",
    printcolumn(name = "Release", type_ = "string", json_path = ".spec.release"),
    printcolumn(name = "Status", type_ = "string", json_path = ".status.status"),
    printcolumn(name = "Score", type_ = "integer", json_path = ".status.score"),
    printcolumn(name = "Open", type_ = "integer", json_path = ".status.open"),
    printcolumn(name = "Waived", type_ = "integer", json_path = ".status.waived"),
    printcolumn(name = "Target", type_ = "string", json_path = ".spec.targetDate"),
    printcolumn(name = "Launched", type_ = "date", json_path = ".status.actualDate"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
#[serde(rename_all = "camelCase")]
pub struct ReadinessLaunchSpec {
    /// The workloads of the application, by their own labels (not those of their pods), in the launch's namespace.
    #[schemars(schema_with = "schema::label_selector")]
    pub selector: LabelSelector,

    /// The release that is meant to run.
    #[schemars(length(min = 1, max = 128))]
    pub release: String,

    /// What the release is to the one before: a major one re-opens the items that say so.
    #[serde(default)]
    pub release_type: ReleaseType,

    /// The containers whose image digests are recorded with each release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 63)), extend("x-kubernetes-list-type" = "set"))]
    pub containers: Vec<String>,

    /// Checklists besides those that policies require.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 253)), extend("x-kubernetes-list-type" = "set"))]
    pub checklists: Vec<String>,

    /// Roles that must sign besides those that policies and checklists require.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16), inner(length(min = 1, max = 63)), extend("x-kubernetes-list-type" = "set"))]
    pub sign_offs: Vec<String>,

    /// The risk register.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(
        length(max = 200),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["id"])
    )]
    pub risks: Vec<Risk>,

    /// Whom to call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub contacts: Vec<Contact>,

    /// Notes, as they are to stand in the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 16384))]
    pub notes: Option<String>,

    /// When it is meant to go live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_date: Option<Time>,

    /// How often the checklist of the live application is to be gone through again. A review is attested as `launch:review`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_every: Option<Period>,
}

/// What a release is to the one before.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseType {
    /// Attestations carry over.
    #[default]
    Minor,
    /// What is attested for each release is attested again.
    Major,
}

/// One row of the risk register.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    /// What it is named by: its acceptance is attested as `launch:risk/<id>`.
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")
    )]
    pub id: String,
    /// What may happen.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    pub risk: String,
    /// How bad that would be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<RiskSeverity>,
    /// What is done about it.
    #[serde(default)]
    #[schemars(length(max = 2000))]
    pub mitigation: String,
    /// Who sees to it.
    #[serde(default)]
    #[schemars(length(max = 253))]
    pub owner: String,
    /// Who has done it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mitigated: Option<Mitigated>,
    /// Who lives with it, and until when. It counts with an attestation of `launch:risk/<id>` in that role: as a risk, not as a
    /// pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
}

/// How bad a risk is.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord,
)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "they are their own description")]
pub enum RiskSeverity {
    Low,
    Medium,
    High,
}

impl RiskSeverity {
    /// Its name in launches.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A mitigation that was carried out.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Mitigated {
    /// By whom.
    #[schemars(length(min = 1, max = 253))]
    pub by: String,
    /// When.
    pub at: Time,
}

/// A risk that somebody lives with.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// The role that accepts it.
    #[schemars(length(min = 1, max = 63))]
    pub role: String,
    /// Until when.
    pub until: Time,
}

/// Somebody to call.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Contact {
    /// What for: `Primary On-call`.
    #[schemars(length(min = 1, max = 100))]
    pub role: String,
    /// Who.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// How.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 500))]
    pub reach: Option<String>,
}

/// What became of a launch. Written by the operator.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct LaunchStatus {
    /// The generation of the launch that this is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The verdict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The share of what applies that passes, by weight.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i32>", range(min = 0, max = 100))]
    pub score: Option<u32>,
    /// How many items that are asked for now neither pass nor are waived.
    #[schemars(with = "i32", range(min = 0))]
    pub open: u32,
    /// How many items are waived.
    #[schemars(with = "i32", range(min = 0))]
    pub waived: u32,
    /// How many workloads the launch selects.
    #[schemars(with = "i32", range(min = 0))]
    pub workloads: u32,
    /// The checklists that it is judged by: those that policies require, and its own.
    pub checklists: Vec<String>,
    /// Counts, by checklist and section.
    #[schemars(length(max = 256))]
    pub sections: Vec<SectionCount>,
    /// What is missing, from whom: the gravest first.
    #[schemars(length(max = 100))]
    pub missing: Vec<Missing>,
    /// How many more are missing than are listed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i32>", range(min = 0))]
    pub truncated: Option<u32>,
    /// Ids of the risks of severity high that are neither mitigated nor accepted, and, as `exception/<name>`, the exceptions that
    /// override the gate for workloads of the application.
    #[schemars(length(max = 200))]
    pub open_risks: Vec<String>,
    /// What lapses next of that which passes or is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_next: Option<Expiry>,
    /// What lapses within seven days, the first ones first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub lapsing: Vec<Expiry>,
    /// When the next review is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review_due: Option<Time>,
    /// When pods of the application were first let run. For an application that ran before anybody looked at its launch: the
    /// later of the creation of the launch and that of the oldest workload that runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual_date: Option<Time>,
    /// What the verdict was before, the latest first.
    #[schemars(length(max = 10))]
    pub history: Vec<Transition>,
    /// What the next judgement must remember of those before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// `LaunchReady`: the verdict. `Ready`: the status is up to date. `Overlapping`: a workload is in two launches.
    #[schemars(schema_with = "schema::conditions")]
    pub conditions: Vec<Condition>,
}

/// What became of the items of a section.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct SectionCount {
    /// The checklist.
    pub checklist: String,
    /// The section.
    pub section: String,
    /// How many items pass; none where nothing is said, here and below.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(with = "i32", range(min = 0))]
    pub passed: u32,
    /// How many fail.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(with = "i32", range(min = 0))]
    pub failed: u32,
    /// How many could not be decided.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(with = "i32", range(min = 0))]
    pub unknown: u32,
    /// How many are waived.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(with = "i32", range(min = 0))]
    pub waived: u32,
    /// How many do not apply, or not yet.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(with = "i32", range(min = 0))]
    pub not_applicable: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// An item that does not pass.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
pub struct Missing {
    /// The item, as `<checklist>:<id>`.
    pub item: String,
    /// Its severity.
    pub severity: String,
    /// What became of it: Fail or Unknown.
    pub verdict: String,
    /// The roles that could close it by attesting it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// What is wrong, and what would close it.
    pub message: String,
}

/// Something that lapses.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Expiry {
    /// What: an item, an exception or an accepted risk.
    pub what: String,
    /// When.
    pub at: Time,
}

/// A change of the verdict.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Transition {
    /// When.
    pub at: Time,
    /// To what.
    pub to: Status,
    /// What changed: the items that passed, failed or lapsed.
    pub because: String,
}

/// What the next judgement must remember. It is kept short: there may be a thousand launches, and all of them are in memory.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, Default, PartialEq)]
#[serde(default, rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-map-type" = "atomic"))]
pub struct Memory {
    /// Since when a release of these is meant to run: when the latest major one began, or the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The names of the releases since then that are listed no more, the latest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub earlier: Vec<String>,
    /// The latest releases since then, the latest last.
    #[schemars(length(max = 8))]
    pub releases: Vec<Release>,
    /// The items that evidence has closed, by the object that did.
    #[schemars(length(max = 1000))]
    pub seen: Vec<Seen>,
    /// The pod templates that were let run.
    #[schemars(length(max = 256))]
    pub admitted: Vec<Admitted>,
}

/// A release of the application.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Whether it re-opened items.
    #[serde(rename = "type")]
    pub kind: ReleaseType,
    /// Since when it is the one that is meant to run.
    pub since: Time,
    /// The images of the containers that the launch names, as `<container>=<image>`, with the digest that pods run where that is known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub images: Vec<String>,
}

/// Items that an object has closed.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// The object, as `<kind>.<group> <namespace>/<name>`; without the namespace where that is the launch's own.
    pub object: String,
    /// The workload that it was seen for, as `<kind>/<name>`, where the items are judged for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// The items: digests of their keys, with spaces between. The keys themselves would be most of the status.
    #[schemars(length(max = 16384))]
    pub items: String,
}

/// A pod template that was let run.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "camelCase")]
pub struct Admitted {
    /// The workload, as `<kind>/<name>`.
    pub workload: String,
    /// Digests of its templates, the latest last.
    #[schemars(length(max = 16))]
    pub templates: Vec<String>,
}
