//! The file of a baseline: JSON, a line for each finding, sorted, so that a change of it is a small difference.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::api::API_VERSION;

/// What the file says it is.
const KIND: &str = "Baseline";

/// A finding, by what outlives moved lines and other words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) namespace: Option<String>,
    pub(super) name: String,
    pub(super) check: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) container: Option<String>,
    /// Which of several things at the same place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) detail: String,
}

/// The file.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Contents {
    api_version: String,
    kind: String,
    findings: Vec<Line>,
}

/// A line of it.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(flatten)]
    finding: Finding,
    /// How many there are of it, where it is not one.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    count: usize,
}

const fn one() -> usize {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_one(count: &usize) -> bool {
    *count == 1
}

impl Contents {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let contents: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if (contents.api_version.as_str(), contents.kind.as_str()) != (API_VERSION, KIND) {
            return Err(format!(
                "it is a {}/{}, and no {API_VERSION}/{KIND}",
                contents.api_version, contents.kind
            ));
        }
        Ok(contents)
    }

    /// What is in it, and how often.
    pub(super) fn findings(self) -> impl Iterator<Item = (Finding, usize)> {
        let lines = self.findings.into_iter();
        lines.map(|line| (line.finding, line.count))
    }
}

/// The file's text.
pub(super) fn text(findings: &BTreeMap<Finding, usize>) -> String {
    let line = |(finding, count): (&Finding, &usize)| {
        let line = Line {
            finding: finding.clone(),
            count: *count,
        };
        // Text and numbers always have a JSON form.
        serde_json::to_string(&line).unwrap_or_default()
    };
    let lines: Vec<_> = findings.iter().map(line).collect();
    let lines = lines.join(",\n");
    let gap = if lines.is_empty() { "" } else { "\n" };
    format!(
        "{{\"apiVersion\":\"{API_VERSION}\",\"kind\":\"{KIND}\",\"findings\":[{gap}{lines}\n]}}\n"
    )
}
