//! GitHub's annotations, as a runner reads them, and GitLab's code quality report.

use std::collections::{BTreeMap, BTreeSet};

use super::{FORMULA, HOSTILE, hostile, results, run, text};
use crate::run::plimsoll;

/// A workflow command, as a runner takes it apart (`ActionCommand.TryParseV2`): up to the first `::` after the properties.
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    message: String,
}

fn commands(output: &str) -> Vec<Command> {
    let command = |line: &str| {
        let (head, message) = line.strip_prefix("::")?.split_once("::")?;
        let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
        let property = |part: &str| {
            let (key, value) = part.split_once('=').unwrap_or_else(|| panic!("{part}"));
            (key.to_owned(), unescaped(value))
        };
        Some(Command {
            name: name.to_owned(),
            properties: properties.split(',').map(property).collect(),
            message: unescaped(message),
        })
    };
    // A carriage return would end a line of the log as well.
    output.split(['\n', '\r']).filter_map(command).collect()
}

fn unescaped(text: &str) -> String {
    let text = text.replace("%3A", ":").replace("%2C", ",");
    text.replace("%0A", "\n")
        .replace("%0D", "\r")
        .replace("%25", "%")
}

#[test]
fn a_runner_reads_what_was_meant() {
    let scratch = hostile("github_hostile");
    let run = run(&scratch, "github");
    let (commands, results) = (commands(&run.stdout), results(&scratch));
    assert_eq!(commands.len(), results.len() + 1, "{}", run.stdout);
    let shown = HOSTILE
        .replace('\u{1b}', "\\u{1b}")
        .replace('\u{202e}', "\\u{202e}");
    for (command, result) in commands.iter().zip(&results) {
        assert_eq!(command.name, "error");
        assert_eq!(command.properties["file"], text(result, "file"));
        let title = &command.properties["title"];
        let (name, container) = if title.contains(FORMULA) {
            (FORMULA, &*shown)
        } else {
            (&*shown, FORMULA)
        };
        assert_eq!(*title, format!("Pod {name}: {}", text(result, "check")));
        assert_eq!(
            command.message,
            format!("container {container}: {}", text(result, "message"))
        );
    }
    let last = commands.last().expect("the broken document");
    assert_eq!(
        (last.name.as_str(), last.properties["title"].as_str()),
        ("warning", "Cannot be read")
    );
    assert!(
        run.stdout.ends_with(" 1 document skipped.\n"),
        "{}",
        run.stdout
    );
}

#[test]
fn annotations_are_where_the_field_is() {
    let run = plimsoll(&[
        "check",
        "-o",
        "github",
        "--checks",
        "liveness-probe,startup-probe",
        "shop/web.yaml",
    ]);
    expect_test::expect![[r#"
        ::error file=shop/web.yaml,line=15,col=9,title=Deployment shop/web%3A liveness-probe::container web: has no livenessProbe: when it hangs, it is never restarted; add one
    "#]]
    .assert_eq(&run.stdout.lines().take(1).map(|line| format!("{line}\n")).collect::<String>());
    assert!(
        run.stdout.contains("\n::warning file=shop/web.yaml,line="),
        "{}",
        run.stdout
    );
    assert_eq!(run.code, Some(1));
}

/// The fields that GitLab documents: all of them are there, and there are no others.
#[test]
fn code_quality_has_the_documented_fields() {
    let scratch = hostile("gitlab_hostile");
    let report = run(&scratch, "gitlab").json();
    let issues = report.as_array().expect("a list");
    assert_eq!(issues.len(), results(&scratch).len() + 1);
    let keys = |value: &serde_json::Value| -> Vec<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    for issue in issues {
        assert_eq!(
            keys(issue),
            [
                "check_name",
                "description",
                "fingerprint",
                "location",
                "severity"
            ]
        );
        assert_eq!(keys(&issue["location"]), ["lines", "path"]);
        assert!(issue["location"]["lines"]["begin"].as_u64() > Some(0));
        assert!(!text(&issue["location"], "path").starts_with("./"));
        let severity = text(issue, "severity");
        assert!(
            ["info", "minor", "major", "critical", "blocker"].contains(&severity),
            "{severity}"
        );
        assert!(!text(issue, "description").is_empty() && !text(issue, "check_name").is_empty());
    }
    let fingerprints: BTreeSet<_> = issues
        .iter()
        .map(|issue| text(issue, "fingerprint"))
        .collect();
    assert_eq!(fingerprints.len(), issues.len(), "no two have the same");
}

#[test]
fn nothing_found_is_an_empty_report() {
    for (output, expected) in [
        ("gitlab", "[\n]\n"),
        (
            "csv",
            "file,line,column,apiVersion,kind,namespace,name,check,verdict,severity,container,path,message,exception,ignored\r\n",
        ),
    ] {
        let run = plimsoll(&[
            "check",
            "-o",
            output,
            "--checks",
            "liveness-probe",
            "shop/batch.yaml",
        ]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(0), expected));
    }
}
