//! Text as people, tools and accidents write it: each comes to verdicts, or to a place and a reason; never to a crash.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use crate::run::{plimsoll, with_bytes};
use crate::scratch::Scratch;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - name: c\n    image: i\n";

/// Checks what is said of a text: results with their place, what was skipped, and the exit code.
fn check(name: &str, text: impl AsRef<[u8]>, expected: &Expect) {
    let arguments = ["check", "-o", "json", "--checks", "liveness-probe,host-namespaces", "-"];
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
                row["line"], row["column"], text("kind"), text("name"), text("check"), text("container")
            );
        }
        for row in json["skipped"].as_array().into_iter().flatten() {
            let _ = writeln!(said, "#{} {}", row["document"], row["reason"].as_str().unwrap_or("-"));
        }
    }
    assert!(matches!(run.code, Some(0..=2)), "{name}: {:?} {}", run.code, run.stderr);
    assert!(!run.stderr.contains("panicked"), "{name}: {}", run.stderr);
    expected.assert_eq(&said);
}

#[test]
fn what_is_allowed_is_understood() {
    check("plain", POD, &expect![[""]]);
    check("windows", POD.replace('\n', "\r\n"), &expect![[""]]);
    check("byte-order mark", format!("\u{feff}{POD}"), &expect![[""]]);
    check("byte-order mark later", format!("{POD}---\n\u{feff}{POD}"), &expect![[""]]);
    check("comments", format!("# a\n\n{}# z\n", POD.replace("spec:", "spec: # s\n  # in between")), &expect![[""]]);
    check("separators", format!("---\n---\n# only\n--- # c\n{POD}...\n---\t\n{POD}--- \n"), &expect![[""]]);
    check("on the line", "--- {apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: c}]}}\n", &expect![[""]]);
    check(
        "anchors and merges",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n  - &c\n    name: a\n    image: i\n  - <<: *c\n    name: b\n  initContainers:\n  - *c\n",
        &expect![[""]],
    );
    check("twice", POD.replace("    image: i\n", "    image: i\n    livenessProbe: {}\n    livenessProbe: {exec: {command: [a]}}\n"), &expect![[""]]);
    check("old booleans", format!("{POD}  hostNetwork: yes\n  hostPID: On\n  hostIPC: \"no\"\n"), &expect![[""]]);
    check("old booleans that hold", format!("{POD}  hostNetwork: yes\n  hostPID: off\n"), &expect![[""]]);
    check("a name that is none", POD.replace("name: c", "name: no"), &expect![[""]]);
    check("a block of text is text", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata:\n  pod.yaml: |\n    apiVersion: v1\n    kind: Pod\n    ---\n    kind: Pod\n", &expect![[""]]);
    check("json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\",\n\t\"metadata\": {\"name\": \"p\"}, \"spec\": {\"containers\": [{\"name\": \"c\"}]}}", &expect![[""]]);
    check("json, several", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\"}]}}\n{\"a\":1}", &expect![[""]]);
    check("lists in lists", format!("kind: List\napiVersion: v1\nitems:\n- kind: List\n  apiVersion: v1\n  items:\n  - kind: PodList\n    apiVersion: v1\n    items:\n    - {}\n", "{metadata: {name: p}, spec: {containers: [{name: c}]}}"), &expect![[""]]);
}

#[test]
fn what_is_wrong_has_a_place_and_a_reason() {
    check("nothing", "", &expect![[""]]);
    check("comments only", "# a\n---\n# b\n", &expect![[""]]);
    check("a tab", POD.replace("  containers", "\tcontainers"), &expect![[""]]);
    check("a wrong separator", format!("{POD}----\n{POD}"), &expect![[""]]);
    check("a template", POD.replace("name: p", "name: {{ .Values.name }}"), &expect![[""]]);
    check("a template of another kind", POD.replace("image: i", "image: {% image %}"), &expect![[""]]);
    check("an unclosed quote", POD.replace("image: i", "image: \"i"), &expect![[""]]);
    check("an unknown alias", POD.replace("image: i", "image: *i"), &expect![[""]]);
    check("an alias of itself", "apiVersion: v1\nkind: Pod\nmetadata: &m {name: p, labels: *m}\n", &expect![[""]]);
    check("a list of lists", "- a\n- b\n", &expect![[""]]);
    check("a list of objects", format!("[{}]", "{apiVersion: v1, kind: Pod}"), &expect![[""]]);
    check("a number for text", POD.replace("image: i", "image: 1.0"), &expect![[""]]);
    check("not a number", format!("{POD}  terminationGracePeriodSeconds: .nan\n"), &expect![[""]]);
    check("a large number", format!("{POD}  terminationGracePeriodSeconds: 99999999999999999999\n"), &expect![[""]]);
    check("text for a list", POD.replace("\n  - name: c\n    image: i", " none"), &expect![[""]]);
    check("a NUL", POD.replace("image: i", "image: \0"), &expect![[""]]);
    check("no UTF-8", [POD.as_bytes(), b"# \xff\n"].concat(), &expect![[""]]);
    let utf16: Vec<u8> = format!("\u{feff}{POD}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    check("UTF-16", utf16, &expect![[""]]);
    check("a broken one hides no other", format!("a: [\n---\n{POD}---\n\"\n"), &expect![[""]]);
}

#[test]
fn bombs_do_not_go_off() {
    let laughs: String = (0..12)
        .map(|level| match level {
            0 => "a0: &a0 [x]\n".to_owned(),
            _ => format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")),
        })
        .collect();
    check("laughs", format!("{POD}{laughs}"), &expect![[""]]);
    check("laughs in what is read", POD.replace("metadata: {name: p}", &format!("x:\n{}metadata: {{name: p, labels: *a9}}", laughs.replace("a0:", " a0:").replace("\na", "\n a"))), &expect![[""]]);
    check("deep", format!("{POD}x: {}{}\n", "[".repeat(100_000), "]".repeat(100_000)), &expect![[""]]);
    check("deep lists", format!("kind: List\napiVersion: v1\nitems:\n{}", (0..200).map(|level| format!("{}- kind: List\n{0}  apiVersion: v1\n{0}  items:\n", " ".repeat(level * 2))).collect::<String>()), &expect![[""]]);
    let wide: String = (0..50_000).map(|number| format!("    l{number}: v\n")).collect();
    check("wide", POD.replace("metadata: {name: p}", &format!("metadata:\n  name: p\n  labels:\n{}", wide.trim_end())), &expect![[""]]);
}

#[cfg(unix)]
#[test]
fn odd_files_hurt_no_others() {
    use std::os::unix::fs::symlink;

    let scratch = Scratch::new("odd-files");
    scratch.write("a/good.yaml", POD).write("a/dir.yaml/inner.yml", POD).write("a/empty.yaml", "");
    let link = |to: &str, name: &str| symlink(to, scratch.path().join(name)).expect("it can be linked");
    link("..", "a/loop");
    link("gone.yaml", "a/dangling.yaml");
    link("self.yaml", "a/self.yaml");
    let large = std::fs::File::create(scratch.path().join("a/large.yaml")).expect("it can be made");
    large.set_len(300 << 20).expect("it can be long");
    let run = plimsoll(&["check", "-o", "json", "--checks", "liveness-probe", &scratch.argument("a")]);
    assert_eq!(run.results().len(), 2, "{} {}", run.stdout, run.stderr);
    let json = run.json();
    let skipped = json["skipped"].as_array().expect("a list").iter();
    let line = |row: &serde_json::Value| {
        let file = row["file"].as_str().unwrap_or("-");
        let name = file.rsplit('/').next().unwrap_or(file).to_owned();
        format!("{name}: {}\n", row["reason"].as_str().unwrap_or("-"))
    };
    let said: String = skipped.map(line).collect();
    expect![[""]].assert_eq(&said);
}
