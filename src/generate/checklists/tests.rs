//! Every line of the built-in checklists has something that shows it pass, and something that shows it fail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::checks;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// The files of fixtures, each read once.
#[derive(Default)]
struct Fixtures(BTreeMap<String, Value>);

impl Fixtures {
    fn file(&mut self, path: &str) -> &Value {
        self.0.entry(path.to_owned()).or_insert_with(|| {
            let text = read(path).unwrap_or_default();
            // The fixtures' authors repeat themselves by aliases, more than is taken from strangers.
            let options = serde_saphyr::options! { budget: None };
            serde_saphyr::from_str_with_options(&text, options).unwrap_or_default()
        })
    }
}

fn has_some(value: &Value, fields: &[&str]) -> bool {
    fields.iter().any(|field| {
        value[*field]
            .as_array()
            .is_some_and(|list| !list.is_empty())
    })
}

/// Why a test does not show both a pass and a failure, if it does not.
fn lacks(fixtures: &mut Fixtures, test: &str, item: &Item) -> Option<String> {
    let (path, anchor) = test.split_once('#').unwrap_or((test, ""));
    if !root().join(path).is_file() {
        return Some(format!("{path} is not there"));
    }
    if path.starts_with("tests/evidence/") {
        let all = fixtures.file(path).as_array().cloned().unwrap_or_default();
        let Some(own) = all.iter().find(|fixture| fixture["evidence"] == anchor) else {
            return Some(format!("{path} does not try {anchor}"));
        };
        let together = own["together"]["expect"].as_str();
        let holds = has_some(own, &["holds"]) || together == Some("holds");
        let lacks = has_some(own, &["lacks", "contradicts"])
            || matches!(together, Some("lacks" | "contradicts"));
        return (!holds || !lacks).then(|| format!("{path}: {anchor} is not tried both ways"));
    }
    if path.starts_with("tests/metrics/") {
        let own = &fixtures.file(path)[anchor];
        let fails = has_some(own, &["fail"]) || own["never-fails"].is_string();
        return (!has_some(own, &["pass"]) || !fails)
            .then(|| format!("{path}: {anchor} is not tried both ways"));
    }
    if let Some(name) = path
        .strip_prefix("src/checks/")
        .and_then(|name| name.strip_suffix(".rs"))
    {
        let check = checks::find(&name.replace('_', "-"))?;
        let is_both = !check.bad.trim().is_empty() && !check.good.trim().is_empty();
        return (!is_both).then(|| format!("{path} has not both a bad and a good manifest"));
    }
    let text = read(path).unwrap_or_default();
    if path == "src/launch/tests/lines.rs" {
        // It goes through all of them.
        let is_run = text.contains("#[test]") && text.contains("fn by_people");
        return (!is_run).then(|| format!("{path} does not go through the lines"));
    }
    let Way::Checks(named) = &item.way else {
        return Some(format!("{path} shows nothing of {}", item.key));
    };
    let missing = named
        .iter()
        .filter(|check| check.judges_launches() && !text.contains(check.id));
    let missing: Vec<_> = missing.map(|check| check.id).collect();
    let is_both = text.contains("Pass") && text.contains("Fail");
    (!missing.is_empty() || !is_both).then(|| format!("{path} does not try {}", missing.join(", ")))
}

#[test]
fn every_line_has_a_test_that_shows_it_pass_and_fail() {
    let mut fixtures = Fixtures::default();
    let mut wrong = Vec::new();
    for checklist in Checklists::built_in().iter() {
        for item in &checklist.items {
            let tests = tests(checklist, item);
            if tests.is_empty() {
                wrong.push(format!("{}: no test", item.key));
            }
            let lacking = tests
                .iter()
                .filter_map(|test| lacks(&mut fixtures, test, item));
            wrong.extend(lacking.map(|lacking| format!("{}: {lacking}", item.key)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} lines without:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn a_line_without_a_test_is_noticed() {
    let (checklist, item) = {
        let checklist = Checklists::built_in()
            .find("ai-agent")
            .expect("it is built in");
        (checklist, checklist.items.first().expect("it has lines"))
    };
    let mut fixtures = Fixtures::default();
    for (test, expected) in [
        ("src/checks/no_such_check.rs", "is not there"),
        (
            "tests/evidence/core.yaml#no-such-piece",
            "does not try no-such-piece",
        ),
        (
            "tests/metrics/items/ai-agent.yaml#no/such",
            "is not tried both ways",
        ),
        (
            "src/launch/tests/risks.rs",
            "does not try checklist-critical-complete",
        ),
    ] {
        let lacking = lacks(&mut fixtures, test, item).unwrap_or_default();
        assert!(lacking.contains(expected), "{test}: {lacking:?}");
    }
    assert_eq!(tests(checklist, item), ["src/launch/tests/derived.rs"]);
}

#[test]
fn every_line_of_the_sources_is_there() {
    let text = checklists();
    for (checklist, lines) in [("ai-agent", 281), ("production-deployment", 95)] {
        let known = Checklists::built_in()
            .find(checklist)
            .expect("it is built in");
        assert_eq!(known.items.len(), lines);
        for item in &known.items {
            assert!(
                text.contains(&format!("<br>`{}` |", item.spec.id)),
                "{}",
                item.key
            );
        }
    }
}
