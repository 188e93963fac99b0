//! JUnit XML, by what Jenkins' and Ant's schemas ask of it.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};

use super::{HOSTILE, hostile, results, run};
use crate::run::plimsoll;

/// The attributes that Jenkins' schema (junit-10.xsd) allows, by element.
const ALLOWED: [(&str, &[&str]); 6] = [
    (
        "testsuites",
        &["name", "time", "tests", "failures", "disabled", "errors"],
    ),
    (
        "testsuite",
        &[
            "name",
            "tests",
            "failures",
            "errors",
            "group",
            "time",
            "skipped",
            "timestamp",
            "hostname",
            "id",
            "package",
            "file",
        ],
    ),
    ("testcase", &["name", "classname", "time", "group"]),
    ("failure", &["type", "message"]),
    ("error", &["type", "message"]),
    ("skipped", &["type", "message"]),
];

fn elements<'a>(node: Node<'a, 'a>, name: &'static str) -> Vec<Node<'a, 'a>> {
    node.descendants()
        .filter(|node| node.has_tag_name(name))
        .collect()
}

/// Holds a report to the schema and its counts to what is in it. How many cases came out how.
fn counts(xml: &str) -> BTreeMap<&'static str, usize> {
    let document = Document::parse(xml).unwrap_or_else(|error| panic!("{error}: {xml}"));
    let root = document.root_element();
    assert!(root.has_tag_name("testsuites"));
    for element in root.descendants().filter(Node::is_element) {
        let name = element.tag_name().name();
        let allowed = ALLOWED.iter().find(|(known, _)| *known == name);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("{name} is no element of JUnit"));
        for attribute in element.attributes() {
            assert!(
                allowed.contains(&attribute.name()),
                "{name}/@{}",
                attribute.name()
            );
        }
    }
    let mut total = BTreeMap::new();
    for suite in elements(root, "testsuite") {
        let cases = elements(suite, "testcase");
        assert!(!cases.is_empty(), "a suite has cases");
        let number = |name| {
            suite
                .attribute(name)
                .and_then(|count| count.parse::<usize>().ok())
        };
        assert_eq!(number("tests"), Some(cases.len()));
        for (attribute, element) in [
            ("failures", "failure"),
            ("errors", "error"),
            ("skipped", "skipped"),
        ] {
            let count = elements(suite, element).len();
            assert_eq!(number(attribute), Some(count), "{attribute}");
            *total.entry(attribute).or_default() += count;
        }
        *total.entry("tests").or_default() += cases.len();
        for case in cases {
            let children = case.children().filter(Node::is_element).count();
            assert!(children <= 1, "a case has one outcome");
            assert!(case.attribute("name").is_some() && case.attribute("classname").is_some());
        }
    }
    total
}

#[test]
fn counts_are_those_of_the_run() {
    let checks = ["--checks", "liveness-probe,cpu-limits", "shop"];
    let run = plimsoll(&[&["check", "-o", "junit"][..], &checks].concat());
    let json = plimsoll(&[&["check", "-o", "json", "--all"][..], &checks].concat()).json();
    let results = json["results"].as_array().expect("a list");
    let count = |verdict: &str| {
        results
            .iter()
            .filter(|row| row["verdict"] == verdict)
            .count()
    };
    assert_eq!(
        counts(&run.stdout),
        BTreeMap::from([
            ("tests", results.len()),
            ("failures", count("Fail")),
            ("errors", count("Unknown")),
            ("skipped", count("NotApplicable")),
        ])
    );
    assert_eq!((count("Fail"), count("Unknown"), run.code), (4, 1, Some(1)));
}

#[test]
fn what_does_not_fail_the_run_fails_no_case() {
    for (fail_on, code) in [("critical", 0), ("high", 1), ("none", 0)] {
        let run = plimsoll(&[
            "check",
            "-o",
            "junit",
            "--checks",
            "startup-probe",
            "--fail-on",
            fail_on,
            "shop/web.yaml",
        ]);
        let counts = counts(&run.stdout);
        assert_eq!(
            (run.code, counts["failures"] > 0),
            (Some(code), code == 1),
            "{fail_on}"
        );
        assert!(counts["skipped"] > 0 || code == 1, "it is no pass");
    }
}

#[test]
fn names_are_text() {
    let scratch = hostile("junit_hostile");
    let run = run(&scratch, "junit");
    let counts = counts(&run.stdout);
    assert_eq!(counts["failures"], results(&scratch).len());
    assert_eq!(counts["errors"], 1, "the broken document");
    let document = Document::parse(&run.stdout).expect("it is XML");
    let shown = HOSTILE.replace('\u{1b}', "\\u{1b}");
    let classes = elements(document.root_element(), "testcase");
    let classes: Vec<_> = classes
        .iter()
        .filter_map(|case| case.attribute("classname"))
        .collect();
    assert!(
        classes.contains(&format!("Pod {shown}").as_str()),
        "{classes:?}"
    );
}
