//! `plimsoll migrate --write`: what is written, what is not, and that it is done once.

use std::fs;

use crate::run::{Run, within};
use crate::scratch::Scratch;

fn migrate(scratch: &Scratch, arguments: &[&str]) -> Run {
    within(scratch.path(), &[&["migrate"], arguments].concat())
}

#[test]
fn what_an_anchor_shares_is_written_once() {
    let scratch = Scratch::new("migrate_anchored");
    let pod = |name: &str, annotations: &str| {
        format!(
            "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: {name}\n    annotations: {annotations}\n  spec: {{containers: [{{name: a}}]}}\n"
        )
    };
    let note = "      ignore-check.kube-linter.io/host-pid: needs it\n";
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n{}{}{}",
        pod("a", &format!("&same\n{}", note.trim_end())),
        pod("b", "*same"),
        pod("c", "\n      <<: *same\n      x: y")
    );
    scratch.write("list.yaml", &list);
    let run = migrate(&scratch, &["--write", "list.yaml"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let written = fs::read_to_string(scratch.path().join("list.yaml")).expect("it is there");
    let added = "      plimsoll.dev/ignore: |\n        host-pid: needs it\n";
    assert_eq!(written, list.replace(note, &format!("{added}{note}")));
    let again = migrate(&scratch, &["--write", "list.yaml"]);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""));
    assert!(
        again
            .stdout
            .starts_with("# Annotations are there already:\n"),
        "{}",
        again.stdout
    );
    assert_eq!(
        fs::read_to_string(scratch.path().join("list.yaml")).expect("it is there"),
        written
    );
    // One of them is to ignore something else besides.
    let more = list.replace("x: y", "ignore-check.kube-linter.io/host-ipc: this one too");
    scratch.write("list.yaml", &more);
    let run = migrate(&scratch, &["--write", "list.yaml"]);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(
        run.stderr.contains("shared, by an anchor"),
        "{}",
        run.stderr
    );
    assert!(!run.stdout.contains("were written"), "{}", run.stdout);
    assert_eq!(
        fs::read_to_string(scratch.path().join("list.yaml")).expect("it is there"),
        more
    );
}

#[test]
fn what_cannot_be_written_is_not_said_to_be_written() {
    let scratch = Scratch::new("migrate_by_hand");
    for text in [
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p, annotations: {kube-linter.io/ignore-all: \"a test\"}}\nspec: {containers: [{name: c}]}\n",
        "{\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\",\n  \"metadata\": {\"name\": \"p\", \"annotations\": {\n    \"kube-linter.io/ignore-all\": \"a test\"\n  }}\n}\n",
    ] {
        scratch.write("p.yaml", text);
        let run = migrate(&scratch, &["--write", "p.yaml"]);
        assert_eq!(run.code, Some(1), "{}", run.stderr);
        assert!(
            run.stdout
                .starts_with("# Annotations are to be written by hand:\n"),
            "{}",
            run.stdout
        );
        assert_eq!(
            fs::read_to_string(scratch.path().join("p.yaml")).expect("it is there"),
            text
        );
    }
}
