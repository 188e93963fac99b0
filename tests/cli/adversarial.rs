//! Text as people, tools and accidents write it: each comes to verdicts, or to a place and a reason; never to a crash.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::run::{plimsoll, with_bytes};
use crate::scratch::Scratch;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: i\n";

/// Checks what is said of a text: results with their place, what was skipped, and the exit code.
fn check(name: &str, text: impl AsRef<[u8]>, expected: &Expect) {
    let arguments = [
        "check",
        "-o",
        "json",
        "--checks",
        "liveness-probe,host-network,host-pid,host-ipc",
        "-",
    ];
    let run = with_bytes(&arguments, text.as_ref());
    let mut said = String::new();
    if run.code == Some(2) {
        let _ = write!(said, "{}", run.stderr);
    }
    if !run.stdout.is_empty() {
        let json = run.json();
        for row in json["results"].as_array().into_iter().flatten() {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            let _ = writeln!(
                said,
                "{}:{} {} {} {} {}",
                row["line"],
                row["column"],
                text("kind"),
                text("name"),
                text("check"),
                text("container")
            );
        }
        for row in json["skipped"].as_array().into_iter().flatten() {
            let _ = writeln!(
                said,
                "#{} {}",
                row["document"],
                row["reason"].as_str().unwrap_or("-")
            );
        }
    }
    assert!(
        matches!(run.code, Some(0..=2)),
        "{name}: {:?} {}",
        run.code,
        run.stderr
    );
    assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
    expected.assert_eq(&said);
}

#[test]
fn what_is_allowed_is_understood() {
    check(
        "plain",
        POD,
        &expect![[r#"
        6:5 Pod p liveness-probe c
    "#]],
    );
    check(
        "windows",
        POD.replace('\n', "\r\n"),
        &expect![[r#"
        6:5 Pod p liveness-probe c
    "#]],
    );
    check(
        "byte-order mark",
        format!("\u{feff}{POD}"),
        &expect![[r#"
        6:5 Pod p liveness-probe c
    "#]],
    );
    check(
        "byte-order mark later",
        format!("{POD}---\n\u{feff}{POD}"),
        &expect![[r#"
            6:5 Pod p liveness-probe c
            #2 line 9, column 1: a BOM must not appear inside a document
        "#]],
    );
    check(
        "comments",
        format!(
            "# a\n\n{}# z\n",
            POD.replace("spec:", "spec: # s\n  # in between")
        ),
        &expect![[r#"
            9:5 Pod p liveness-probe c
        "#]],
    );
    check(
        "separators",
        format!("---\n---\n# only\n--- # c\n{POD}...\n---\t\n{POD}--- \n"),
        &expect![[r#"
            10:5 Pod p liveness-probe c
            19:5 Pod p liveness-probe c
        "#]],
    );
    check(
        "on the line",
        "--- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c}]}}\n",
        &expect![[r#"
            1:74 Pod p liveness-probe c
        "#]],
    );
    check(
        "anchors and merges",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - &c\n    name: a\n    image: i\n  - <<: *c\n    name: b\n  initContainers:\n  - *c\n",
        &expect![[r#"
            7:5 Pod p liveness-probe a
            9:5 Pod p liveness-probe b
        "#]],
    );
    check(
        "twice",
        POD.replace(
            "    image: i\n",
            "    image: i\n    livenessProbe: {}\n    livenessProbe: {exec: {command: [a]}}\n",
        ),
        &expect![[""]],
    );
    check(
        "old booleans",
        format!("{POD}  hostNetwork: yes\n  hostPID: On\n  hostIPC: \"no\"\n"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 10, column 12: spec.hostIPC: expected a boolean, found the text `no`
            #1 line 10, column 12: spec.hostIPC: expected a boolean, found the text `no`
        "#]],
    );
    check(
        "old booleans that hold",
        format!("{POD}  hostNetwork: yes\n  hostPID: off\n"),
        &expect![[r#"
            6:5 Pod p liveness-probe c
            8:3 Pod p host-network -
        "#]],
    );
    check(
        "a name that is none",
        POD.replace("name: c", "name: no"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 6, column 11: spec.containers[0].name: expected a string, found the boolean `no`; quote it
            #1 line 6, column 11: spec.containers[0].name: expected a string, found the boolean `no`; quote it
        "#]],
    );
    check(
        "a block of text is text",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  pod.yaml: |\n    apiVersion: v1\n    kind: Pod\n    ---\n    kind: Pod\n",
        &expect![[""]],
    );
    check(
        "json",
        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n\t\"metadata\": {\"name\": \"p\"}, \"spec\": {\"containers\": [{\"name\": \"c\"}]}}",
        &expect![[r#"
            2:53 Pod p liveness-probe c
        "#]],
    );
    check(
        "json, several",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\"}]}}\n{\"a\":1}",
        &expect![[r#"
            1:79 Pod p liveness-probe c
            #2 no apiVersion and kind: not a Kubernetes object
        "#]],
    );
    check(
        "lists in lists",
        format!(
            "kind: List\napiVersion: v1\nitems:\n- kind: List\n  apiVersion: v1\n  items:\n  - kind: PodList\n    apiVersion: v1\n    items:\n    - {}\n",
            "{metadata: {name: p}, spec: {containers: [{name: c}]}}"
        ),
        &expect![[r#"
            10:49 Pod p liveness-probe c
        "#]],
    );
}

#[test]
fn what_is_wrong_has_a_place_and_a_reason() {
    check(
        "nothing",
        "",
        &expect![[r#"
        error: nothing to judge: no document in -
    "#]],
    );
    check(
        "comments only",
        "# a\n---\n# b\n",
        &expect![[r#"
        error: nothing to judge: no document in -
    "#]],
    );
    check(
        "a tab",
        POD.replace("  containers", "\tcontainers"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 5, column 1: spec: a tab indents this line; YAML takes only spaces
            #1 line 5, column 1: spec: a tab indents this line; YAML takes only spaces
        "#]],
    );
    check(
        "a wrong separator",
        format!("{POD}----\n{POD}"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 8, column 1: spec.containers[0]: `----` separates no documents; write `---`
            #1 line 8, column 1: spec.containers[0]: `----` separates no documents; write `---`
        "#]],
    );
    check(
        "a template",
        POD.replace("name: p", "name: {{ .Values.name }}"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 3, column 19: metadata.name: looks like an unrendered Helm template: `metadata: {name: {{ .Values.name }}}`; use the output of `helm template`
            #1 line 3, column 19: metadata.name: looks like an unrendered Helm template: `metadata: {name: {{ .Values.name }}}`; use the output of `helm template`
        "#]],
    );
    check(
        "a template of another kind",
        POD.replace("image: i", "image: {% image %}"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 7, column 13: spec.containers[0].image: looks like an unrendered template: `image: {% image %}`
            #1 line 7, column 13: spec.containers[0].image: looks like an unrendered template: `image: {% image %}`
        "#]],
    );
    check(
        "an unclosed quote",
        POD.replace("image: i", "image: \"i"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 7, column 12: spec.containers[0].image: this quote is never closed
            #1 line 7, column 12: spec.containers[0].image: this quote is never closed
        "#]],
    );
    check(
        "an unknown alias",
        POD.replace("image: i", "image: *i"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 7, column 12: spec.containers[0].image: this alias has no anchor above it
            #1 line 7, column 12: spec.containers[0].image: this alias has no anchor above it
        "#]],
    );
    check(
        "an alias of itself",
        "apiVersion: v1\nkind: Pod\nmetadata: &m {name: p, labels: *m}\n",
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 3, column 32: metadata.labels: an anchor's value must not contain itself
            #1 line 3, column 32: metadata.labels: an anchor's value must not contain itself
        "#]],
    );
    check(
        "a list of lists",
        "- a\n- b\n",
        &expect![[r#"
        #1 no apiVersion and kind: not a Kubernetes object
    "#]],
    );
    check(
        "a list of objects",
        format!("[{}]", "{apiVersion: v1, kind: Pod}"),
        &expect![[r#"
            #1 no apiVersion and kind: not a Kubernetes object
        "#]],
    );
    check(
        "a number for text",
        POD.replace("image: i", "image: 1.0"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 7, column 12: spec.containers[0].image: expected a string, found the number `1.0`; quote it
            #1 line 7, column 12: spec.containers[0].image: expected a string, found the number `1.0`; quote it
        "#]],
    );
    check(
        "not a number",
        format!("{POD}  terminationGracePeriodSeconds: .nan\n"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 8, column 34: spec.terminationGracePeriodSeconds: JSON has no number `.nan`; quote it if text is meant
            #1 line 8, column 34: spec.terminationGracePeriodSeconds: JSON has no number `.nan`; quote it if text is meant
        "#]],
    );
    check(
        "a large number",
        format!("{POD}  terminationGracePeriodSeconds: 99999999999999999999\n"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 8, column 34: spec.terminationGracePeriodSeconds: expected i64, found floating point `100000000000000000000.0`
            #1 line 8, column 34: spec.terminationGracePeriodSeconds: expected i64, found floating point `100000000000000000000.0`
        "#]],
    );
    check(
        "text for a list",
        POD.replace("\n  - name: c\n    image: i", " none"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 5, column 15: spec.containers: expected a sequence, found the text `none`
            #1 line 5, column 15: spec.containers: expected a sequence, found the text `none`
        "#]],
    );
    check(
        "a NUL",
        POD.replace("image: i", "image: \0"),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 7, column 12: spec.containers[0].image: a NUL character; this is no YAML text
            #1 line 7, column 12: spec.containers[0].image: a NUL character; this is no YAML text
        "#]],
    );
    check(
        "no UTF-8",
        [POD.as_bytes(), b"# \xff\n"].concat(),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 8: not UTF-8 text
            #null line 8: not UTF-8 text
        "#]],
    );
    let utf16: Vec<u8> = format!("\u{feff}{POD}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    check(
        "UTF-16",
        utf16,
        &expect![[r#"
        error: nothing could be judged; <stdin>: line 1: UTF-16 text; save it as UTF-8
        #null line 1: UTF-16 text; save it as UTF-8
    "#]],
    );
    check(
        "a broken one hides no other",
        format!("a: [\n---\n{POD}---\n\"\n"),
        &expect![[r#"
            8:5 Pod p liveness-probe c
            #1 line 1, column 4: a[0]: this `[` is never closed
            #3 line 11, column 1: this quote is never closed
        "#]],
    );
}

#[test]
fn bombs_do_not_go_off() {
    let laughs: String = (0..12)
        .map(|level| match level {
            0 => "a0: &a0 [x]\n".to_owned(),
            _ => format!(
                "a{level}: &a{level} [{}]\n",
                vec![format!("*a{}", level - 1); 10].join(", ")
            ),
        })
        .collect();
    check(
        "laughs",
        format!("{POD}{laughs}"),
        &expect![[r#"
        error: nothing could be judged; <stdin>: line 14, column 10: a6[0]: the document's aliases stand for more than 400000 values
        #1 line 14, column 10: a6[0]: the document's aliases stand for more than 400000 values
    "#]],
    );
    check(
        "laughs in what is read",
        POD.replace(
            "metadata: {name: p}",
            &format!(
                "x:\n{}metadata: {{name: p, labels: *a9}}",
                laughs.replace("a0:", " a0:").replace("\na", "\n a")
            ),
        ),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 10, column 11: x.a6[0]: the document's aliases stand for more than 400000 values
            #1 line 10, column 11: x.a6[0]: the document's aliases stand for more than 400000 values
        "#]],
    );
    check(
        "deep",
        format!("{POD}x: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 8, column 254: x[0]: lists and mappings are nested more than 250 deep
            #1 line 8, column 254: x[0]: lists and mappings are nested more than 250 deep
        "#]],
    );
    check(
        "deep lists",
        format!(
            "kind: List\napiVersion: v1\nitems:\n{}",
            (0..200)
                .map(|level| format!(
                    "{}- kind: List\n{0}  apiVersion: v1\n{0}  items:\n",
                    " ".repeat(level * 2)
                ))
                .collect::<String>()
        ),
        &expect![[r#"
            error: nothing could be judged; <stdin>: line 376, column 251: items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0]: lists and mappings are nested more than 250 deep
            #1 line 376, column 251: items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0].items[0]: lists and mappings are nested more than 250 deep
        "#]],
    );
    let wide: String = (0..50_000)
        .map(|number| format!("    l{number}: v\n"))
        .collect();
    check(
        "wide",
        POD.replace(
            "metadata: {name: p}",
            &format!("metadata:\n  name: p\n  labels:\n{}", wide.trim_end()),
        ),
        &expect![[r#"
            50008:5 Pod p liveness-probe c
        "#]],
    );
}

#[cfg(unix)]
#[test]
fn odd_files_hurt_no_others() {
    use std::os::unix::fs::symlink;

    let scratch = Scratch::new("odd-files");
    scratch
        .write("a/good.yaml", POD)
        .write("a/dir.yaml/inner.yml", POD)
        .write("a/empty.yaml", "");
    let link =
        |to: &str, name: &str| symlink(to, scratch.path().join(name)).expect("it can be linked");
    link("..", "a/loop");
    link("gone.yaml", "a/dangling.yaml");
    link("self.yaml", "a/self.yaml");
    let large = std::fs::File::create(scratch.path().join("a/large.yaml")).expect("it can be made");
    large.set_len(300 << 20).expect("it can be long");
    let run = plimsoll(&[
        "check",
        "-o",
        "json",
        "--checks",
        "liveness-probe",
        &scratch.argument("a"),
    ]);
    assert_eq!(run.results().len(), 2, "{} {}", run.stdout, run.stderr);
    let json = run.json();
    let skipped = json["skipped"].as_array().expect("a list").iter();
    let line = |row: &serde_json::Value| {
        let file = row["file"].as_str().unwrap_or("-");
        let name = file.rsplit('/').next().unwrap_or(file).to_owned();
        format!("{name}: {}\n", row["reason"].as_str().unwrap_or("-"))
    };
    let said: String = skipped.map(line).collect();
    expect![[r#"
        dangling.yaml: cannot be read: no such file or directory
        large.yaml: larger than 256 MiB, which is more than is read of one file; split it
        self.yaml: cannot be read: too many levels of symbolic links
    "#]]
    .assert_eq(&said);
}
