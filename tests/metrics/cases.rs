//! What each item is tried with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use plimsoll::model::{Kind, Verdict};
use plimsoll::promql::{Query, Question, Target, pods_pattern};
use serde::Deserialize;

/// The checklists with metric items.
pub(crate) const CHECKLISTS: [&str; 2] = ["ai-agent", "production-deployment"];

/// What an item is tried with.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Cases {
    pub(crate) pass: Vec<Case>,
    #[serde(default)]
    pub(crate) fail: Vec<Case>,
    #[serde(default)]
    pub(crate) unknown: Vec<Case>,
    /// Why it never fails, where it does not.
    pub(crate) never_fails: Option<String>,
    /// Whose series count.
    #[serde(default)]
    pub(crate) seen: Seen,
    /// The value where there are no series, if that passes.
    pub(crate) nothing: Option<f64>,
}

/// Whose series count for a workload.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Seen {
    /// Its own.
    #[default]
    Workload,
    /// Those of its namespace.
    Namespace,
}

/// Series, and what comes of them.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) value: Option<f64>,
    pub(crate) cause: Option<String>,
    pub(crate) series: Vec<String>,
}

/// The cases of a checklist's items, by their ids.
pub(crate) fn cases(checklist: &str) -> BTreeMap<String, Cases> {
    let path = root()
        .join("tests/metrics/items")
        .join(format!("{checklist}.yaml"));
    read(&path)
}

#[derive(Deserialize)]
struct Document {
    spec: Spec,
}

#[derive(Deserialize)]
struct Spec {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    id: String,
    metrics: Option<Metrics>,
}

#[derive(Deserialize)]
struct Metrics {
    query: String,
    pass: String,
    r#for: String,
}

/// The metric items of a built-in checklist.
pub(crate) fn queries(checklist: &str) -> BTreeMap<String, Query> {
    let path = root()
        .join("src/checklist")
        .join(format!("{checklist}.yaml"));
    let document: Document = read(&path);
    let items = document.spec.items.into_iter();
    items
        .filter_map(|item| {
            let Metrics { query, pass, r#for } = item.metrics?;
            let query = Query::parse(&query, &pass, &r#for)
                .unwrap_or_else(|error| panic!("{checklist}:{}: {error}", item.id));
            Some((item.id, query))
        })
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A Deployment.
#[derive(Clone)]
pub(crate) struct App {
    namespace: String,
    workload: String,
}

/// The hashes of its ReplicaSets.
const OLD: &str = "4c4c4c4c4c";
const NEW: &str = "5f6d7c8b9d";

impl App {
    pub(crate) fn new(namespace: impl Into<String>, workload: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            workload: workload.into(),
        }
    }

    /// One whose name begins with this one's.
    pub(crate) fn sibling(&self) -> Self {
        Self::new(&self.namespace, format!("{}-api", self.workload))
    }

    /// One of the same name in another namespace.
    pub(crate) fn elsewhere(&self) -> Self {
        Self::new(format!("{}-elsewhere", self.namespace), &self.workload)
    }

    /// Its series, as a case writes them.
    pub(crate) fn series(&self, case: &Case) -> Vec<String> {
        let Self {
            namespace,
            workload,
        } = self;
        let lines = case.series.iter().flat_map(|line| {
            let count = if line.contains("$each") { 40 } else { 1 };
            (0..count).map(|each| line.replace("$each", &format!("{workload}-{each}")))
        });
        lines
            .map(|line| {
                line.replace("$ns,", &format!("namespace=\"{namespace}\","))
                    .replace("$namespace", namespace)
                    .replace("$workload", workload)
                    .replace("$pod2", &format!("{workload}-{NEW}-hjklm"))
                    .replace("$pod", &format!("{workload}-{NEW}-bcdfg"))
                    .replace("$old", &format!("{workload}-{OLD}-xk2v9"))
            })
            .collect()
    }

    /// What an item asks of it.
    pub(crate) fn question(&self, query: &Query) -> Question {
        let pods = pods_pattern(Kind::Deployment, &self.workload, &[OLD, NEW])
            .expect("it has ReplicaSets");
        let target = Target {
            namespace: &self.namespace,
            workload: &self.workload,
            pods: Ok(&pods),
        };
        query.ask(None, &target).expect("it has pods")
    }
}

/// What must come of a question.
pub(crate) struct Expected {
    pub(crate) what: String,
    pub(crate) question: Question,
    pub(crate) verdict: Verdict,
    pub(crate) value: Option<f64>,
    pub(crate) cause: String,
}
