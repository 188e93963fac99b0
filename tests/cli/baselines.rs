//! `--baseline` and `--write-baseline`.

use std::fs;

use expect_test::expect;

use crate::run::{Run, within};
use crate::scratch::Scratch;

fn pod(name: &str, container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec:\n  containers:\n  - {{name: {container}, image: i}}\n---\n"
    )
}

fn check(scratch: &Scratch, more: &[&str]) -> Run {
    let arguments = ["check", "app", "--checks", "liveness-probe,cpu-limits"];
    within(scratch.path(), &[&arguments, more].concat())
}

fn written(test: &str) -> Scratch {
    let scratch = Scratch::new(test);
    scratch
        .write("app/a.yaml", pod("a", "web"))
        .write("app/b.yaml", pod("b", "web") + &pod("b", "web"));
    let run = check(&scratch, &["--write-baseline", "baseline.json"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (Some(0), ""),
        "what is written is not new"
    );
    assert!(run.stdout.contains("has no livenessProbe"), "it is listed");
    scratch
}

#[test]
fn a_baseline_is_sorted_and_has_no_lines() {
    let scratch = written("a_baseline");
    let text = fs::read_to_string(scratch.path().join("baseline.json")).expect("it is written");
    expect![[r#"
        {"apiVersion":"plimsoll.dev/v1alpha1","kind":"Baseline","findings":[
        {"file":"app/a.yaml","kind":"Pod","name":"a","check":"cpu-limits","container":"web"},
        {"file":"app/a.yaml","kind":"Pod","name":"a","check":"liveness-probe","container":"web"},
        {"file":"app/b.yaml","kind":"Pod","name":"b","check":"cpu-limits","container":"web","count":2},
        {"file":"app/b.yaml","kind":"Pod","name":"b","check":"liveness-probe","container":"web","count":2}
        ]}
    "#]]
    .assert_eq(&text);
    check(&scratch, &["--write-baseline", "baseline.json"]);
    let again = fs::read_to_string(scratch.path().join("baseline.json")).expect("it is written");
    assert_eq!(text, again);
}

#[test]
fn only_what_is_new_is_reported() {
    let scratch = written("only_what_is_new");
    let run = check(&scratch, &["--baseline", "baseline.json"]);
    assert_eq!(
        run.stdout,
        "Nothing new failed (0 passed). Known: 6 findings. Read 3 objects (3 workloads) in 2 files.\n"
    );
    assert_eq!(run.code, Some(0));
    // Lines move, a container is added, one finding is mended.
    let moved = format!(
        "# a comment\n\n{}",
        pod("a", "web").replace("image: i}", "image: i}\n  - {name: new, image: i}")
    );
    let mended = pod("b", "web")
        + &pod("b", "web").replace("image: i", "image: i, resources: {limits: {cpu: 1}}");
    scratch
        .write("app/a.yaml", moved)
        .write("app/b.yaml", mended);
    let run = check(&scratch, &["--baseline", "baseline.json", "-o", "json"]);
    let containers: Vec<_> = run.json()["results"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| (row["check"].clone(), row["container"].clone()))
        .collect();
    assert_eq!(
        containers,
        [
            ("cpu-limits".into(), "new".into()),
            ("liveness-probe".into(), "new".into())
        ]
    );
    let summary = run.json()["summary"].clone();
    assert_eq!(
        summary["baseline"],
        serde_json::json!({"known": 5, "fixed": 1, "unseen": 0})
    );
    assert_eq!(
        (&summary["fail"], &summary["critical"]),
        (&2.into(), &2.into())
    );
    assert_eq!(run.code, Some(1), "by what is new");
    let table = check(&scratch, &["--baseline", "baseline.json"]).stdout;
    assert!(
        table.contains("Known: 5 findings; 1 of the baseline is fixed."),
        "{table}"
    );
}

#[test]
fn a_file_may_move() {
    let scratch = written("a_file_may_move");
    fs::create_dir_all(scratch.path().join("app/deep")).expect("a folder can be made");
    fs::rename(
        scratch.path().join("app/a.yaml"),
        scratch.path().join("app/deep/z.yaml"),
    )
    .expect("it moves");
    let run = check(&scratch, &["--baseline", "baseline.json", "-o", "json"]);
    assert_eq!(run.results(), [""; 0], "{}", run.stdout);
    // A copy is no move: what it has is new.
    fs::copy(
        scratch.path().join("app/deep/z.yaml"),
        scratch.path().join("app/a.yaml"),
    )
    .expect("it is copied");
    let run = check(&scratch, &["--baseline", "baseline.json", "-o", "json"]);
    assert_eq!(run.results().len(), 2, "{}", run.stdout);
}

#[test]
fn what_is_not_asked_for_is_not_fixed() {
    let scratch = written("not_asked_for");
    let arguments = [
        "check",
        "app/a.yaml",
        "--checks",
        "liveness-probe",
        "--baseline",
        "baseline.json",
        "-o",
        "json",
    ];
    let run = within(scratch.path(), &arguments);
    assert_eq!(
        run.json()["summary"]["baseline"],
        serde_json::json!({"known": 1, "fixed": 0, "unseen": 5})
    );
    // An object that is taken out of its file is.
    scratch.write("app/b.yaml", pod("b", "web"));
    let run = check(&scratch, &["--baseline", "baseline.json"]);
    assert!(
        run.stdout.contains("2 of the baseline are fixed"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_baseline_is_renewed() {
    let scratch = written("a_baseline_is_renewed");
    scratch.write("app/c.yaml", pod("c", "web"));
    let both = [
        "--baseline",
        "baseline.json",
        "--write-baseline",
        "baseline.json",
    ];
    let run = check(&scratch, &both);
    assert_eq!(run.code, Some(1), "by what is new to the old one");
    let run = check(&scratch, &["--baseline", "baseline.json"]);
    assert_eq!(run.code, Some(0), "{}", run.stdout);
}

#[test]
fn a_broken_baseline_says_what_to_do() {
    let scratch = Scratch::new("a_broken_baseline");
    scratch.write("app/a.yaml", pod("a", "web"));
    let error = |text: Option<&str>| {
        match text {
            Some(text) => _ = scratch.write("b.json", text),
            None => _ = fs::remove_file(scratch.path().join("b.json")),
        }
        let run = check(&scratch, &["--baseline", "b.json"]);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
        run.stderr
    };
    let missing = error(None);
    assert!(
        missing.starts_with("error: cannot read the baseline b.json: ")
            && missing.ends_with("; --write-baseline b.json makes one\n"),
        "{missing}"
    );
    for text in [
        "",
        "{\"apiVersion\":",
        "[]",
        "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"findings\":[]}",
        "{\"apiVersion\":\"plimsoll.dev/v1alpha1\",\"kind\":\"Baseline\",\"findings\":[{\"file\":3}]}",
    ] {
        let broken = error(Some(text));
        assert!(
            broken.starts_with("error: the baseline b.json is broken: ")
                && broken.ends_with("; mend it, or make it anew with --write-baseline b.json\n"),
            "{broken}"
        );
    }
}

#[test]
fn what_is_waived_is_no_new_finding() {
    let scratch = written("waived_in_a_baseline");
    let ignoring = pod("a", "web").replace(
        "{name: a}",
        "{name: a, annotations: {plimsoll.dev/ignore: 'cpu-limits: bursts'}}",
    );
    scratch.write("app/a.yaml", ignoring);
    let run = check(&scratch, &["--baseline", "baseline.json", "-o", "json"]);
    assert_eq!(run.results(), ["Pod -/a cpu-limits Waived"]);
    assert_eq!(
        run.json()["summary"]["baseline"],
        serde_json::json!({"known": 5, "fixed": 0, "unseen": 0})
    );
}

#[test]
fn what_was_not_judged_this_time_is_not_fixed() {
    let scratch = written("not_judged");
    // Another one of its name, in a file that is not read.
    scratch.write("other/a.yaml", pod("a", "web"));
    let arguments = ["--checks", "liveness-probe,cpu-limits", "-o", "json"];
    let check = |path: &str, more: &[&str]| {
        within(
            scratch.path(),
            &[&["check", path][..], &arguments, more].concat(),
        )
    };
    let compared = |run: &Run| run.json()["summary"]["baseline"].clone();
    check(".", &["--write-baseline", "all.json"]);
    let run = check("app/b.yaml", &["--baseline", "all.json"]);
    assert_eq!(
        compared(&run),
        serde_json::json!({"known": 4, "fixed": 0, "unseen": 4})
    );
    scratch.write("app/a.yaml", pod("a", "other"));
    let run = check("app/a.yaml", &["--baseline", "all.json"]);
    assert_eq!(
        run.results().len(),
        2,
        "what is known of the other file hides nothing here"
    );
    assert_eq!(
        compared(&run),
        serde_json::json!({"known": 0, "fixed": 2, "unseen": 6})
    );
    // What cannot be read may have it still.
    scratch.write("app/b.yaml", pod("c", "web") + "a: [\n");
    let run = check("app/b.yaml", &["--baseline", "all.json"]);
    assert_eq!(compared(&run)["fixed"], 0, "{}", run.stdout);
}
