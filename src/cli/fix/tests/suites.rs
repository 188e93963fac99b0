//! What peers' own cases fail of, fixed: how many, whether they pass then, and whether nothing else was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::{How, values};
use crate::check::Check;
use crate::checks;
use crate::remedy;

const SUITES: [&str; 4] = ["polaris", "kube-linter", "kube-score", "psa-latest"];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/suites");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("peers' own cases are not here: ../shared/suites is missing");
    None
}

/// Our checks for a peer's.
fn ours(suite: &str, row: &Value) -> Vec<&'static Check> {
    if suite == "psa-latest" {
        let id = format!("pod-security-{}", row["level"].as_str().unwrap_or_default());
        return checks::find(&id).into_iter().collect();
    }
    let name = row["check"].as_str().unwrap_or_default();
    let name = match suite {
        "kube-score" => name.to_lowercase().replace(' ', "-"),
        _ => name.to_owned(),
    };
    let alias = format!("{suite}/{name}");
    let all = checks::ALL.iter().copied();
    all.filter(|check| check.aliases.contains(&&*alias))
        .collect()
}

/// A row that its suite's README does not say to leave out.
fn counts(row: &Value) -> bool {
    let is_set = |key: &str| !row[key].is_null() && row[key] != json!([]) && row[key] != false;
    !["ambiguous_messages", "needs_context", "config", "note"]
        .iter()
        .any(|key| is_set(key))
}

/// The paths at which two values differ.
fn different(at: &str, before: &Value, after: &Value, paths: &mut Vec<String>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let of = |entries: &serde_json::Map<String, Value>| {
                    entries.get(key).cloned().unwrap_or_default()
                };
                different(&format!("{at}/{key}"), &of(old), &of(new), paths);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                different(&format!("{at}/{index}"), old, new, paths);
            }
        }
        _ if before == after => {}
        _ => paths.push(at.to_owned()),
    }
}

/// What the fix of a check may touch.
fn is_about(check: &str, path: &str) -> bool {
    let fields: &[&str] = match check {
        "api-version-deprecated" | "deprecated-api" => &["/apiVersion", "/spec/selector"],
        "automount-service-account-token" => &["/automountServiceAccountToken"],
        "deprecated-service-account" => &["/serviceAccount"],
        "duplicate-env" => &["/env"],
        "image-digest" | "image-tag" => &["/image"],
        "image-pull-policy" => &["/imagePullPolicy"],
        "host-port" => &["/hostPort", "/ports"],
        "host-ipc" => &["/hostIPC"],
        "host-pid" => &["/hostPID"],
        "host-network" => &["/hostNetwork"],
        "hpa-replicas-conflict" => &["/replicas"],
        "owner-label" => &["/metadata/labels"],
        "pdb-unhealthy-eviction" => &["/unhealthyPodEvictionPolicy"],
        "restart-policy-allowed" => &["/restartPolicy"],
        "pod-security-baseline" | "pod-security-restricted" => &[
            "/securityContext",
            "/hostPort",
            "/hostPID",
            "/hostIPC",
            "/hostNetwork",
        ],
        _ => &["/securityContext"],
    };
    fields.iter().any(|field| path.contains(field))
}

/// What else has changed, in what the documents mean and in the lines. What is only added is in no line that was there.
fn unrelated(check: &str, takes_away: bool, before: &str, after: &str) -> Vec<String> {
    let (old, new) = (values(before), values(after));
    let mut problems = Vec::new();
    if new.len() < old.len() {
        problems.push("a document is gone".to_owned());
    }
    for (old, new) in old.iter().zip(&new) {
        let mut paths = Vec::new();
        different("", old, new, &mut paths);
        paths.retain(|path| !is_about(check, path));
        problems.extend(paths.into_iter().map(|path| format!("{path} has changed")));
    }
    let diff = TextDiff::from_lines(before, after);
    let mut gone = Vec::new();
    let mut put = String::new();
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Delete => gone.push(change.value()),
            ChangeTag::Insert => put.push_str(change.value()),
            ChangeTag::Equal => {}
        }
    }
    let takes_away = takes_away || check == "duplicate-env";
    for line in gone {
        // It is there with another value, unless it was to be taken away.
        let key = line.trim().trim_start_matches("- ").split(':').next();
        let key = key.unwrap_or_default().trim_matches(['"', '\'', '{', '[']);
        if !takes_away && !put.contains(key) {
            problems.push(format!("{line:?} is gone"));
        }
        let comment = line.find(" #").map(|at| line[at..].trim_end());
        if !takes_away && comment.is_some_and(|comment| !put.contains(comment)) {
            problems.push(format!("{line:?} has lost its comment"));
        }
    }
    let comments = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        let comments = lines.filter(|line| line.starts_with('#'));
        comments.map(str::to_owned).collect()
    };
    if comments(before) != comments(after) {
        problems.push("comments have changed".to_owned());
    }
    problems
}

#[derive(Default)]
struct Figures {
    failing: usize,
    fixable: usize,
    fixed: usize,
    rechecked: usize,
    by_check: BTreeMap<&'static str, (usize, usize)>,
    problems: Vec<String>,
}

impl Figures {
    fn json(&self) -> Value {
        let by_check = self.by_check.iter();
        let by_check =
            by_check.map(|(id, (failing, fixed))| ((*id).to_owned(), json!([failing, fixed])));
        json!({
            "failing": self.failing,
            "fixable": self.fixable,
            "fixed": self.fixed,
            "rechecked": self.rechecked,
            "by_check": by_check.collect::<serde_json::Map<_, _>>(),
        })
    }

    fn count(&mut self, case: &str, text: &str, check: &'static Check, takes_away: bool) {
        let checks = [check];
        let how = How {
            takes_away,
            ..How::by(&checks)
        };
        let failing = how.failing(text);
        if failing.is_empty() {
            return;
        }
        self.failing += 1;
        self.fixable += usize::from(remedy::of(check).is_some());
        let fixed = how.fix(text);
        let left = how.failing(&fixed.after);
        let is_fixed = left.is_empty();
        let again = how.fix(&fixed.after);
        let mut problems = unrelated(check.id, takes_away, text, &fixed.after);
        if !left.is_subset(&failing) {
            problems.push("others fail now".to_owned());
        }
        // What is unknown is left as well, and said.
        if !is_fixed && !fixed.ledger.has_left() {
            problems.push("it says that it is fixed".to_owned());
        }
        if again.after != fixed.after {
            problems.push("a second run changes it again".to_owned());
        }
        let problems = problems.into_iter();
        self.problems
            .extend(problems.map(|problem| format!("{case}: {}: {problem}", check.id)));
        self.fixed += usize::from(is_fixed);
        self.rechecked += usize::from(is_fixed && again.after == fixed.after);
        let count = self.by_check.entry(check.id).or_default();
        count.0 += 1;
        count.1 += usize::from(is_fixed);
    }
}

#[test]
fn what_peers_cases_fail_of_is_fixed_or_said() {
    let Some(folder) = folder() else { return };
    let (mut safe, mut all) = (Figures::default(), Figures::default());
    for suite in SUITES {
        let rows = std::fs::read_to_string(folder.join(suite).join("expected.json"));
        let rows: Vec<Value> =
            serde_json::from_str(&rows.expect("it is there")).expect("it is JSON");
        let mut seen: BTreeSet<(String, &str)> = BTreeSet::new();
        for row in rows
            .iter()
            .filter(|row| row["expect"] == "fail" && counts(row))
        {
            let file = row["file"].as_str().unwrap_or_default();
            let path = folder.join(suite).join(file);
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            for check in ours(suite, row) {
                if seen.insert((file.to_owned(), check.id)) {
                    let case = format!("{suite}/{file}");
                    safe.count(&case, &text, check, false);
                    all.count(&case, &text, check, true);
                }
            }
        }
    }
    let mut figures = safe.json();
    figures["unsafe"] = all.json();
    figures["polaris"] = mutated(&folder);
    println!("{figures:#}");
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    std::fs::create_dir_all(&target).expect("it can be made");
    std::fs::write(target.join("fix.json"), format!("{figures:#}\n")).expect("it can be written");
    assert_eq!([safe.problems, all.problems].concat(), Vec::<String>::new());
    assert_eq!(safe.fixed, safe.rechecked);
    assert!(safe.fixed >= 55, "{}", safe.fixed);
    assert!(all.fixed >= 126, "{}", all.fixed);
}

/// How far what Polaris makes of its own cases is what is made of them here.
fn mutated(folder: &Path) -> Value {
    let folder = folder.join("polaris");
    let rows = std::fs::read_to_string(folder.join("expected.json")).expect("it is there");
    let rows: Vec<Value> = serde_json::from_str(&rows).expect("it is JSON");
    let (mut cases, mut fixed, mut same) = (0, 0, 0);
    let mut left = Vec::new();
    for row in rows.iter().filter(|row| row["fix_of"].is_string()) {
        let read = |key: &str| {
            let path = folder.join(row[key].as_str().unwrap_or_default());
            std::fs::read_to_string(path).expect("it is there")
        };
        let (before, wanted) = (read("fix_of"), read("file"));
        let checks = ours("polaris", row);
        let how = How {
            takes_away: true,
            ..How::by(&checks)
        };
        cases += 1;
        let after = how.fix(&before).after;
        let is_fixed = !checks.is_empty() && how.failing(&after).is_empty();
        fixed += usize::from(is_fixed);
        same += usize::from(is_fixed && values(&after) == values(&wanted));
        if !is_fixed {
            left.push(row["check"].clone());
        }
    }
    json!({ "cases": cases, "fixed": fixed, "same": same, "left": left })
}
