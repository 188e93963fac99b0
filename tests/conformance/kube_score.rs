//! Rows of kube-score: titles of its checks, and settings as its tests write them in Go.

use serde_json::{Value, json};

use crate::question::Asks;
use crate::row::Row;

/// The release that kube-score judges API versions for where it is not told.
const RELEASE: &str = "1.18";

pub(crate) fn asks(row: &Row) -> Asks {
    if row.note.is_some() {
        return Asks::LeftOut("the peer was told to skip the check");
    }
    let config = row.config.as_deref().unwrap_or_default();
    if config.contains("UseIgnoreChecksAnnotation: true") {
        return Asks::LeftOut("an annotation of the peer's waives it");
    }
    let alias = format!("kube-score/{}", id(&row.check));
    let given = |_: &str, check: &str| parameters(config, check);
    Asks::of(&[&alias], given).without(&ignored(config))
}

/// The id of the check of a title.
fn id(title: &str) -> String {
    match title {
        "Stable version" => "stable-version".to_owned(),
        "Container Security Context User Group ID" => {
            "container-security-context-user-group-id".to_owned()
        }
        title => title.to_lowercase().replace(' ', "-"),
    }
}

/// The checks of ours that the settings turn off.
fn ignored(config: &str) -> Vec<&'static str> {
    let mut ignored = Vec::new();
    if config.contains("IgnoreContainerCpuLimitRequirement: true") {
        ignored.push("cpu-limits");
    }
    if config.contains("IgnoreContainerMemoryLimitRequirement: true") {
        ignored.push("memory-limits");
    }
    ignored
}

fn parameters(config: &str, check: &str) -> Option<Value> {
    match check {
        "api-version-deprecated" | "deprecated-api" => {
            let release = number_after(config, "Minor: ").map(|minor| format!("1.{minor}"));
            Some(json!({"kubernetesVersion": release.unwrap_or_else(|| RELEASE.to_owned())}))
        }
        "min-replicas" => {
            number_after(config, "MinReplicasDeployment: ").map(|least| json!({"min": least}))
        }
        "hpa-min-replicas" => {
            number_after(config, "MinReplicasHPA: ").map(|least| json!({"min": least}))
        }
        _ => None,
    }
}

fn number_after(config: &str, name: &str) -> Option<u32> {
    let (_, rest) = config.split_once(name)?;
    let digits = rest
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
