//! Manifests in whatever style, fixed: nothing is lost, nothing else changes, and what is changed is said.

use proptest::prelude::*;
use serde_json::Value;

use super::{How, check, values};

/// Containers as people write them, of which none is what it is to be.
const CONTAINERS: [&str; 12] = [
    "- name: NAME\n  image: r.example/i:1",
    "- {name: NAME, image: 'r.example/i:1'} # flow",
    "- name: NAME # first\n  # between\n  image: \"r.example/i:1\"\n  # below NAME",
    "- image: r.example/i:1\n  name: NAME\n  terminationMessagePath: |+\n    /dev/x\n\n",
    "- name: NAME\n  image: r.example/i:1\n  args:\n  - |\n    # no comment\n    text: {a: [\n\n  - >-\n    folded\n    text",
    "-   name: NAME\n    image: r.example/i:1\n    args: [\"a\",\n      'b', # of b\n    ]",
    "-\n  name: NAME\n  image: r.example/i:1\n\n  # apart from NAME\n",
    "- name: NAME\n  image: r.example/i:1\n  securityContext: {}\n  # capabilities: none",
    "- name: NAME\n  image: r.example/i:1\n  securityContext:\n  # nothing yet\n  env:\n  - {name: A, value: 'x: y # z'}",
    "- name: NAME\n  image: r.example/i:1\n  securityContext: # some\n    runAsUser: 1000\n    # of it\n  ports:\n    - containerPort: 8080\n      # of the port",
    "- \"name\": NAME\n  image: r.example/i:1\n  env: &env-NAME\n  - name: A\n    value: é\n  args: [*arg-NAME]",
    "- name: NAME\n  image: r.example/i:1\n  securityContext:\n    capabilities:\n      drop:\n      - NET_RAW\n      # - CHOWN",
];

/// What stands around the containers.
const TEMPLATES: [&str; 4] = [
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: OBJECT\nspec:\n  containers:\n  INNER\n# below OBJECT",
    "# above\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: OBJECT} # it\nspec:\n  selector: &same\n    matchLabels: {app: OBJECT}\n  template:\n    metadata:\n      labels:\n        app: OBJECT\n        # of the labels\n    spec:\n      containers:\n        INNER\n      # of the pod\n  # of the spec",
    "kind: CronJob\napiVersion: batch/v1\nmetadata:\n    name: OBJECT\n    annotations:\n        note: |+\n            kept\n\nspec:\n    schedule: '* * * * *'\n    jobTemplate:\n        spec:\n            template:\n                spec:\n                    restartPolicy: Never\n                    containers:\n                    INNER\n",
    "spec:\n  nodeSelector: {a: b}\n  containers:\n    INNER\n  restartPolicy: Never\nmetadata:\n\n  name: OBJECT\n  # of the metadata\nkind: Pod\napiVersion: v1",
];

fn indented(text: &str, by: usize) -> String {
    let indent = format!("\n{}", " ".repeat(by));
    let text = text.replace('\n', &indent);
    // Blank lines have no spaces.
    text.replace(&format!("{indent}\n"), "\n\n")
}

fn object() -> impl Strategy<Value = String> {
    let containers = prop::collection::vec(0..CONTAINERS.len(), 1..4);
    (0..TEMPLATES.len(), containers).prop_map(|(template, containers)| {
        let template = TEMPLATES[template];
        let containers: Vec<String> = containers
            .into_iter()
            .enumerate()
            .map(|(at, which)| {
                let text = CONTAINERS[which].replace("NAME", &format!("c{at}"));
                // An anchor of its own, for what the alias is about.
                text.replacen("value: é", &format!("value: &arg-c{at} é"), 1)
            })
            .collect();
        let line = template.lines().find(|line| line.trim() == "INNER");
        let indent = line.map_or(0, |line| line.len() - line.trim_start().len());
        let inner = indented(&containers.join("\n"), indent);
        template.replace("INNER", &inner)
    })
}

/// How objects are put into one file.
#[derive(Clone, Copy, Debug)]
enum Manner {
    Documents,
    List { indent: usize, keys_below: bool },
}

fn manner() -> impl Strategy<Value = Manner> {
    prop_oneof![
        Just(Manner::Documents),
        (0..3_usize, any::<bool>())
            .prop_map(|(indent, keys_below)| Manner::List { indent, keys_below }),
    ]
}

fn file(objects: &[String], manner: Manner) -> String {
    let named = objects
        .iter()
        .enumerate()
        .map(|(at, object)| object.replace("OBJECT", &format!("o{at}")));
    match manner {
        Manner::Documents => {
            let documents: Vec<String> = named.collect();
            documents.join("\n---\n") + "\n"
        }
        Manner::List { indent, keys_below } => {
            let space = " ".repeat(indent);
            let items = named.map(|object| format!("{space}- {}\n", indented(&object, indent + 2)));
            let items: String = items.collect();
            match keys_below {
                true => format!("apiVersion: v1\nitems:\n{items}kind: List\nmetadata: {{}}\n"),
                false => format!("apiVersion: v1\nkind: List\nitems:\n{items}"),
            }
        }
    }
}

/// A value without what is fixed.
fn rest(value: &Value) -> Value {
    match value {
        Value::Object(entries) => entries
            .iter()
            .filter(|(key, _)| {
                !matches!(&***key, "securityContext" | "automountServiceAccountToken")
            })
            .map(|(key, value)| (key.clone(), rest(value)))
            .collect(),
        Value::Array(items) => items.iter().map(rest).collect(),
        other => other.clone(),
    }
}

fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| Some(line[line.find('#')?..].trim_end()))
        .collect()
}

/// Whether all lines of one text are in the other one, in order, but for those in braces and brackets.
fn keeps_lines(before: &str, after: &str) -> Result<(), String> {
    let mut lines = after.lines();
    for line in before
        .lines()
        .filter(|line| !line.contains(['{', '[', '}', ']']))
    {
        if !lines.any(|other| other == line) {
            return Err(line.to_owned());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_and_nothing_else_changes(
        objects in prop::collection::vec(object(), 1..4),
        manner in manner(),
        crlf: bool,
        last_line_break: bool,
    ) {
        let mut before = file(&objects, manner);
        if !last_line_break {
            before.truncate(before.trim_end().len());
        }
        if crlf {
            before = before.replace('\n', "\r\n");
        }
        let meant = values(&before);
        let count = match manner {
            Manner::Documents => objects.len(),
            Manner::List { .. } => 1,
        };
        prop_assert_eq!(meant.len(), count, "{}", before);
        let checks = [
            "automount-service-account-token",
            "drop-all-capabilities",
            "privilege-escalation",
            "read-only-root-filesystem",
            "run-as-non-root",
            "seccomp-profile",
        ]
        .map(check);
        let how = How::by(&checks);
        let failing = how.failing(&before);
        let fixed = how.fix(&before);
        let after = &fixed.after;
        let rests = |values: &[Value]| values.iter().map(rest).collect::<Vec<_>>();
        prop_assert_eq!(rests(&values(after)), rests(&meant), "{}\n=>\n{}", before, after);
        prop_assert_eq!(comments(&before), comments(after), "{}\n=>\n{}", before, after);
        prop_assert_eq!(keeps_lines(&before, after), Ok(()), "{}\n=>\n{}", before, after);
        let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
        prop_assert!(!crlf || bare(after) == 0, "{:?}", after);
        let left = how.failing(after);
        prop_assert!(left.is_subset(&failing), "{:?}\n{}", left, after);
        prop_assert_eq!(left.is_empty(), !fixed.ledger.has_left(), "{:?}\n{}", left, after);
        prop_assert_eq!(*after != before, fixed.ledger.has_done(), "{}", after);
        // All of it can be fixed, but for what would become part of a text at the end of the file.
        let is_open = crate::manifests::edit::ends_in_open_text(&before);
        prop_assert!(is_open || left.is_empty(), "{:?}\n{}\n=>\n{}", fixed.ledger.reasons(), before, after);
        prop_assert_eq!(&how.fix(after).after, after);
    }
}
