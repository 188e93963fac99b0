//! `-o FORMAT=FILE`: several at once, whole or not at all.

use std::fs;

use crate::run::{command, plimsoll};
use crate::scratch::Scratch;

const CHECKED: [&str; 3] = ["--checks", "liveness-probe", "shop"];

fn check(outputs: &[&str]) -> crate::run::Run {
    let outputs = outputs.iter().flat_map(|output| ["-o", output]);
    let arguments: Vec<_> = ["check"]
        .into_iter()
        .chain(outputs)
        .chain(CHECKED)
        .collect();
    plimsoll(&arguments)
}

#[test]
fn each_output_is_what_it_is_alone() {
    let scratch = Scratch::new("outputs_together");
    let formats = [
        "table", "json", "sarif", "junit", "github", "gitlab", "markdown", "html", "reports", "csv",
    ];
    let outputs: Vec<_> = formats
        .iter()
        .map(|format| format!("{format}={}", scratch.argument(&format!("out.{format}"))))
        .collect();
    let mut outputs: Vec<_> = outputs.iter().map(String::as_str).collect();
    outputs.push("csv");
    let together = check(&outputs);
    assert_eq!((together.code, together.stderr.as_str()), (Some(1), ""));
    for format in formats {
        let alone = check(&[format]);
        let file = fs::read_to_string(scratch.path().join(format!("out.{format}")))
            .expect("it is written");
        assert_eq!(file, alone.stdout, "{format}");
        assert!(!file.is_empty() && alone.code == Some(1), "{format}");
        if format == "csv" {
            assert_eq!(together.stdout, alone.stdout);
        }
    }
    let names = fs::read_dir(scratch.path()).expect("a folder").count();
    assert_eq!(names, formats.len(), "nothing else is left");
}

#[test]
fn a_file_alone_leaves_standard_output_empty() {
    let scratch = Scratch::new("outputs_alone");
    scratch.write("out.json", "old");
    let run = check(&[&format!("json={}", scratch.argument("out.json"))]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (Some(1), "", "")
    );
    let written = fs::read_to_string(scratch.path().join("out.json")).expect("it is there");
    assert!(written.starts_with("{\"results\":["), "{written}");
    assert_eq!(check(&["json=-"]).stdout, written);
}

#[test]
fn one_that_cannot_be_written_is_named_and_costs_no_other() {
    let scratch = Scratch::new("outputs_unwritable");
    scratch.write("folder/in", "");
    for nowhere in ["none/out.sarif", "folder"] {
        let (bad, good) = (scratch.argument(nowhere), scratch.argument("good.csv"));
        let run = check(&[&format!("sarif={bad}"), &format!("csv={good}"), "json"]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(
            run.stderr
                .starts_with(&format!("error: cannot write {bad}: ")),
            "{}",
            run.stderr
        );
        assert_eq!(run.results().len(), 1);
        let csv = fs::read_to_string(&good).expect("it is written");
        assert_eq!(csv.lines().count(), 2, "{csv}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_no_other() {
    let scratch = Scratch::new("outputs_full");
    let good = scratch.argument("good.json");
    let run = check(&["sarif=/dev/full", &format!("json={good}")]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.starts_with("error: cannot write /dev/full: "),
        "{}",
        run.stderr
    );
    let json = fs::read_to_string(&good).expect("it is written");
    assert!(json.ends_with("}}\n"), "{json}");
}

#[test]
fn a_run_that_cannot_be_leaves_what_was_there() {
    let scratch = Scratch::new("outputs_old");
    scratch.write("out.json", "old");
    let output = format!("json={}", scratch.argument("out.json"));
    let run = plimsoll(&["check", "-o", &output, "none.yaml"]);
    assert_eq!(run.code, Some(2));
    let there = fs::read_to_string(scratch.path().join("out.json")).expect("it is there");
    assert_eq!(there, "old");
}

#[test]
fn what_does_not_go_together_is_refused() {
    for (outputs, message) in [
        (
            &["sarif="][..],
            "error: -o sarif= names no file; write -o sarif=FILE, or -o sarif for standard output\n",
        ),
        (
            &["table", "json"],
            "error: several outputs for standard output; give all but one a file, as in -o json=FILE\n",
        ),
        (
            &["json=a", "csv=./a"],
            "error: two outputs for the file ./a; give each its own\n",
        ),
        (
            &["json=a", "csv=a"],
            "error: two outputs for the file a; give each its own\n",
        ),
        (
            &["sarfi"],
            "error: invalid value 'sarfi' for '--output <FORMAT[=FILE]>'\n  [possible values: table, json, sarif, ",
        ),
        (
            &["=a"],
            "error: a value is required for '--output <FORMAT[=FILE]>' but none was supplied\n",
        ),
    ] {
        let run = check(outputs);
        assert!(run.stderr.starts_with(message), "{}", run.stderr);
        assert_eq!(
            (run.code, run.stdout.as_str()),
            (Some(2), ""),
            "{outputs:?}"
        );
    }
    assert!(
        check(&["sarfi"])
            .stderr
            .contains("a similar value exists: 'sarif'")
    );
}

#[cfg(unix)]
#[test]
fn paths_need_not_be_text() {
    use std::ffi::{OsStr, OsString};
    use std::os::unix::ffi::OsStrExt;
    use std::process::Stdio;

    let scratch = Scratch::new("outputs_no_text");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - {name: c, image: i}\n";
    for name in [&b"in-\xfe.yaml"[..], b"in-\xff.yaml"] {
        fs::write(scratch.path().join(OsStr::from_bytes(name)), pod).expect("it can be written");
    }
    let out = scratch.path().join(OsStr::from_bytes(b"out-\xff.csv"));
    let mut output = OsString::from("csv=");
    output.push(&out);
    let run = command(&["check", "--checks", "liveness-probe"])
        .arg(scratch.path())
        .arg("-o")
        .arg(output)
        .stdin(Stdio::null())
        .output()
        .expect("the command runs");
    assert_eq!(
        run.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let csv = fs::read_to_string(&out).expect("it is written");
    let lines: Vec<_> = csv.lines().skip(1).collect();
    assert_eq!(lines.len(), 2, "both files are judged: {csv}");
    for (line, name) in lines
        .iter()
        .zip(["in-\\xFE.yaml,6,5,", "in-\\xFF.yaml,6,5,"])
    {
        assert!(line.contains(name), "{line}");
    }
}

#[test]
fn shells_and_the_manual_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = plimsoll(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for word in ["check", "checklists", "fail-on"] {
            assert!(run.stdout.contains(word), "{word} in {shell}");
        }
        // The others complete no values.
        let values = ["bash", "zsh", "fish"].contains(&shell);
        assert_eq!(run.stdout.contains("sarif"), values, "{shell}");
    }
    let page = plimsoll(&["man"]);
    assert!(
        page.stdout.contains(".TH plimsoll 1") && page.stdout.contains("plimsoll\\-check(1)"),
        "{}",
        page.stdout
    );
    let scratch = Scratch::new("manual");
    let folder = scratch.argument("man1");
    assert_eq!(plimsoll(&["man", "--to", &folder]).code, Some(0));
    for name in ["plimsoll.1", "plimsoll-check.1", "plimsoll-generate-crds.1"] {
        let page = fs::read_to_string(format!("{folder}/{name}")).expect(name);
        assert!(page.contains(".SH SYNOPSIS"), "{page}");
    }
}
