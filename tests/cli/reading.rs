//! What is read, and what is skipped.

use expect_test::expect;

use crate::run::{Run, liveness, plimsoll, with_stdin};
use crate::scratch::Scratch;

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";

fn check(path: &str) -> Run {
    plimsoll(&["check", "-o", "json", "--checks", "liveness-probe", path])
}

#[test]
fn everything_that_is_not_judged_is_listed() {
    let run = check("mixed");
    let lines = run
        .skipped()
        .into_iter()
        .map(|(document, reason)| match document {
            Some(document) => format!("{document}: {reason}\n"),
            None => format!("-: {reason}\n"),
        });
    expect![[r#"
        3: line 12, column 5: metadata: expected `,` or `}`
        4: line 17, column 10: metadata.name: looks like an unrendered Helm template: `name: {{ .Values.name }}`; use the output of `helm template`
        5: example.com/v1/Widget is not judged
        8: no apiVersion and kind: not a Kubernetes object
        9: no apiVersion and kind: not a Kubernetes object
        10: line 39, column 18: spec.replicas: expected i32, found the text `many`
        11: plimsoll.dev/v1alpha1/ReadinessPolicy is not judged; to judge by it, give it as --policy
    "#]].assert_eq(&lines.collect::<String>());
    assert_eq!(
        run.results(),
        [
            "Pod -/first liveness-probe Fail",
            "Pod -/last liveness-probe Fail"
        ]
    );
    let summary = &run.json()["summary"];
    assert_eq!(summary["documents"], 11, "the empty one does not count");
    assert_eq!(summary["objects"], 4);
    // What they say is in `refused.rs`.
    assert_eq!(summary["refused"], 3);
    let warnings: Vec<_> = run.stderr.lines().collect();
    assert_eq!(
        warnings,
        [
            "warning: the API server would refuse objects for 3 reasons; they were judged all the same",
            "warning: 3 of 11 documents cannot be read; the rest was judged",
        ]
    );
}

#[test]
fn lists_are_taken_apart() {
    let run = liveness(
        "apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Pod, metadata: {name: one}, spec: {containers: [{name: c}]}}
- {apiVersion: v1, kind: PodTemplate, metadata: {name: two}}
-
- {apiVersion: v1, kind: Pod, metadata: {name: 3}}
- apiVersion: v1
  kind: List
  items:
  - {apiVersion: v1, kind: Pod, metadata: {name: four}, spec: {containers: [{name: c}]}}
---
apiVersion: apps/v1
kind: DeploymentList
items:
- metadata: {name: five}
  spec: {template: {spec: {containers: [{name: c}]}}}
---
apiVersion: v1
kind: List
items: []
---
apiVersion: example.com/v1
kind: AllowList
metadata: {name: no-list}
",
    );
    assert_eq!(
        run.results(),
        [
            "Pod -/one liveness-probe Fail",
            "Pod -/four liveness-probe Fail",
            "Deployment -/five liveness-probe Fail"
        ]
    );
    let reasons: Vec<_> = run
        .skipped()
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    assert_eq!(
        reasons,
        [
            "items[1]: v1/PodTemplate is not judged",
            "items[2]: no apiVersion and kind: not a Kubernetes object",
            "line 7, column 48: items[3].metadata.name: expected a string, found the number `3`; quote it",
            "the List has no items",
            "example.com/v1/AllowList is not judged",
        ]
    );
}

#[test]
fn text_comes_in_many_forms() {
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"generateName": "p-"},
                   "spec": {"containers": [{"name": "c", "image": "i"}]}}"#;
    for (input, name) in [
        (POD.to_owned(), "p"),
        (POD.replace('\n', "\r\n"), "p"),
        (format!("\u{feff}{POD}"), "p"),
        (format!("--- # one\n{POD}...\n"), "p"),
        (json.to_owned(), "p-"),
        (POD.replace("name: p", "generateName: p-"), "p-"),
    ] {
        let run = liveness(&input);
        let expected = format!("Pod -/{name} liveness-probe Fail");
        assert_eq!(run.results(), [expected], "{input:?} {}", run.stderr);
        assert_eq!(run.json()["results"][0]["file"], "<stdin>");
    }
}

#[test]
fn the_namespace_is_what_the_manifest_says() {
    let run = liveness(&format!(
        "{POD}---\n{}",
        POD.replace("name: p", "name: p, namespace: default")
    ));
    // They are one and the same to a cluster; the second is judged as well.
    assert_eq!(
        run.results(),
        [
            "Pod -/p liveness-probe Fail",
            "Pod default/p liveness-probe Fail"
        ]
    );
}

#[test]
fn directories_are_searched() {
    let scratch = Scratch::new("directories_are_searched");
    scratch
        .write("b.yaml", POD)
        .write("a/c.yml", POD)
        .write("a/d.JSON", "{}")
        .write("a/notes.txt", "no manifest")
        .write(".git/e.yaml", POD)
        .write("latin.yaml", b"apiVersion: v1\n# caf\xe9\n");
    #[cfg(unix)]
    {
        let link = |to: &str, name: &str| {
            std::os::unix::fs::symlink(to, scratch.path().join(name)).expect("links can be made");
        };
        link("..", "a/loop");
        link("nowhere.yaml", "dangling.yaml");
    }
    let run = check(&scratch.argument("."));
    let results = run.json()["results"].clone();
    let files = results.as_array().into_iter().flatten();
    let files = files.map(|row| row["file"].as_str().unwrap_or_default());
    let names: Vec<_> = files
        .map(|file| file.rsplit('/').next().unwrap_or_default())
        .collect();
    assert_eq!(names, ["c.yml", "b.yaml"]);
    let reasons: Vec<_> = run
        .skipped()
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    let mut expected = vec!["no apiVersion and kind: not a Kubernetes object"];
    if cfg!(unix) {
        expected.push("cannot be read: no such file or directory");
    }
    expected.push("line 2: not UTF-8 text");
    assert_eq!(reasons, expected);
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_name() {
    let scratch = Scratch::new("a_file_that_is_named");
    scratch.write(".hidden/pod.txt", POD);
    let path = scratch.argument(".hidden/pod.txt");
    let run = plimsoll(&[
        "check",
        "-o",
        "json",
        "--checks",
        "liveness-probe",
        &path,
        &path,
    ]);
    assert_eq!(run.results().len(), 1, "once, though named twice");
}

#[test]
fn a_path_that_is_not_there_is_an_error() {
    let run = plimsoll(&["check", "shop", "nowhere.yaml"]);
    assert_eq!(
        run.stderr,
        "error: nowhere.yaml: no such file or directory\n"
    );
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
}

#[test]
fn nothing_to_judge_is_never_a_pass_by_mistake() {
    let scratch = Scratch::new("nothing_to_judge");
    scratch.write("empty/readme.md", "");
    let directory = scratch.argument("empty");
    for (run, code, message) in [
        (
            check(&directory),
            2,
            "nothing to judge: no .yaml, .yml or .json file in ",
        ),
        (liveness(""), 2, "nothing to judge: no document in -"),
        (
            liveness("---\n# nothing\n"),
            2,
            "nothing to judge: no document in -",
        ),
        (
            liveness("kind: ["),
            2,
            "error: nothing could be judged; <stdin>: line 1, ",
        ),
        (
            liveness("apiVersion: v1\nkind: PodTemplate\n"),
            0,
            "warning: nothing was judged: all documents were skipped",
        ),
    ] {
        assert_eq!(run.code, Some(code), "{}", run.stderr);
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
}

#[test]
fn what_was_skipped_is_put_short() {
    let config = "apiVersion: v1\nkind: PodTemplate\n---\n".repeat(11);
    let input = format!("{POD}---\n{config}kind: [\n");
    let arguments = ["check", "--checks", "liveness-probe", "-"];
    let run = with_stdin(&arguments, &input);
    let skipped = run.stdout.split("Skipped ").nth(1).unwrap_or_default();
    expect![[r#"
        12 documents:
          <stdin>: line 39, column 7: kind[0]: this `[` is never closed
             11  v1/PodTemplate is not judged

        Failed checks: 1 critical. Read 1 object (1 workload) in 1 file; 12 documents skipped.
    "#]]
    .assert_eq(skipped);
    let run = with_stdin(
        &["check", "--checks", "liveness-probe", "--all", "-"],
        &input,
    );
    let lines = run.stdout.matches("v1/PodTemplate is not judged").count();
    assert_eq!(lines, 11, "{}", run.stdout);
}
