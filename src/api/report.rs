//! `ReadinessReport`.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema;

/// What became of the policies' checks on one workload. Written by the operator, read by people.
#[derive(CustomResource, Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[kube(
    group = "plimsoll.dev",
    version = "v1alpha1",
    kind = "ReadinessReport",
    plural = "readinessreports",
    shortname = "rr",
    category = "readiness",
    namespaced,
    no_spec,
    doc = "How ready one workload is for production, and what is missing. Written by Plimsoll.",
    printcolumn(name = "Kind", type_ = "string", json_path = ".report.subject.kind"),
    printcolumn(
        name = "Workload",
        type_ = "string",
        json_path = ".report.subject.name"
    ),
    printcolumn(name = "Status", type_ = "string", json_path = ".report.status"),
    printcolumn(name = "Score", type_ = "integer", json_path = ".report.score"),
    printcolumn(
        name = "Critical",
        type_ = "integer",
        json_path = ".report.critical.failed"
    ),
    printcolumn(name = "High", type_ = "integer", json_path = ".report.high.failed"),
    printcolumn(name = "Waived", type_ = "integer", json_path = ".report.waived"),
    printcolumn(
        name = "Age",
        type_ = "date",
        json_path = ".metadata.creationTimestamp"
    )
)]
pub struct ReportFields {
    /// The report, as one value.
    #[schemars(schema_with = "schema::report")]
    pub report: Report,
}

/// The content of a report.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What it is about.
    pub subject: ReportSubject,
    /// Which generation of the workload was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload_generation: Option<i64>,
    /// The policies that cover it.
    pub policies: Vec<String>,
    /// Which of the policies deny nothing here, since one of their match conditions cannot be evaluated, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// The worst that follows from the findings.
    pub status: Status,
    /// 100 × passed weight / applicable weight, where something applies: critical weighs 3, high 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i32>", range(min = 0))]
    pub score: Option<u32>,
    /// Of the critical checks.
    pub critical: ReportTally,
    /// Of the high ones.
    pub high: ReportTally,
    /// Of those that are advice.
    pub advice: ReportTally,
    /// How many an exception covers.
    #[schemars(with = "i32", range(min = 0))]
    pub waived: u32,
    /// What fails or is unknown, the gravest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ReportFinding>,
    /// How many findings are left out here, the least grave first, to keep the report small. The counts have them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i32>", range(min = 0))]
    pub truncated: Option<u32>,
}

/// What a report is about.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
pub struct ReportSubject {
    /// Its kind: that of a workload, or `Namespace` for objects that concern no workload.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// How ready a workload is.
#[derive(
    Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
)]
pub enum Status {
    /// Everything critical and high passes.
    Ready,
    /// Nothing critical fails; something high does, or is unknown, or something is waived.
    ReadyWithRisks,
    /// Something critical fails or is unknown.
    NotReady,
}

impl Status {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::ReadyWithRisks => "ReadyWithRisks",
            Self::NotReady => "NotReady",
        }
    }
}

/// How many checks of a severity came out how. Checks that do not apply are not counted.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportTally {
    /// Checks that hold.
    #[schemars(with = "i32", range(min = 0))]
    pub passed: u32,
    /// Checks that do not.
    #[schemars(with = "i32", range(min = 0))]
    pub failed: u32,
    /// Checks that could not be decided.
    #[schemars(with = "i32", range(min = 0))]
    pub unknown: u32,
}

/// One thing that fails or is unknown.
#[derive(Serialize, Deserialize, JsonSchema, Clone, Debug, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ReportFinding {
    /// The check's id; `plimsoll explain` tells what to do.
    pub check: String,
    /// `critical`, `high` or `advice`.
    pub severity: String,
    /// `Fail` or `Unknown`.
    pub verdict: String,
    /// The object it is about where that is not the workload itself: `PodDisruptionBudget/web`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// The container it is about, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The JSON pointer of the field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// What is wrong, and what would be right.
    pub message: String,
}
