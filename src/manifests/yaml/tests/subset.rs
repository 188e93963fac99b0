//! The quick reader and the whole parser agree, or the quick reader stands aside.

use proptest::prelude::*;

use super::super::{agrees, documents, subset};
use super::Source;
use super::robustness::yaml_like;

#[test]
fn usual_manifests_are_read_quickly() {
    let text = "# comment\n---\napiVersion: v1\nkind: Pod # comment\nmetadata:\n  name: \"a\"\n  labels: {app: a, 'b': \"c\"}\n  \
                annotations:\n    note: it is: # not\nspec:\n  containers:\n  - name: a\n    args: [\"--a=b\", -c]\n    env:\n      - \
                name: é\n        value: \"x\\ny\"\n      -\n        name: B\n    command:\n    - sh\n    - |\n      echo\n\n        a # b\n  \
                volumes:\n  - emptyDir: {}\n    x: so\n      long\n\n      text\n  -   - y\n      - \"q\": 'z'\n";
    let text = text.replace("it is: # not", "it-is:#not");
    assert_eq!(
        agrees(&Source {
            text: &text,
            line: 7
        }),
        Some(true)
    );
    assert_eq!(
        agrees(&Source {
            text: "{\n\t\"a\": [1, -2.5e3, \"\\u00e9\", null],\n\t\"b\":{}\n}\n",
            line: 1
        }),
        Some(true)
    );
}

#[test]
fn all_else_is_left_to_the_parser() {
    for text in [
        "a: &x 1",
        "a: *x",
        "a: !t 1",
        "a: >\n  b",
        "a: b # c\n  d",
        "a: b\n  c: d",
        "a: \"b\n  c\"",
        "a: [b,\n  c]",
        "? a",
        "a : b",
        "a:\n  b",
        "a: 'it''s'",
        "a: \"\\x41\"",
        "a\t: b",
        "a: b\r",
        "%YAML 1.2\n---\na: b",
        "--- {a: b}",
        "a",
        "- a\nb: c",
        "a: b: c",
        " a: b\nc: d",
        "a: {b, c: d}",
        "a: [b: c]",
        "a: [b,]",
        "a: |2\n  b",
        "a: |\n",
        "",
        "a: @b",
        "a: - b",
        "a: b\n- c",
        "a:\n - b\n  - c",
        "\u{feff}a: b",
        "{\"a\": 1} b",
    ] {
        let taken = subset::read(&Source { text, line: 1 }).is_some();
        assert!(!taken || text.is_empty(), "{text:?}");
    }
}

/// A block of lists and mappings, indented in any way that YAML allows.
fn block() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "a",
        "b c",
        "1.5",
        "\"q\"",
        "'s'",
        "\"e\\n\\\"\"",
        "x # c",
        "x\n          # d",
        "[]",
        "{}",
        "[a, \"b\"]",
        "{a: 1, \"b\":2}",
        "a:b",
        "-1",
        "--x",
        "~",
        "",
        "a#b",
        "é",
        "|\n          l\n\n            m",
        "|-\n\n          l\n",
        "x\n          y\n\n\n          z",
        "&a b",
        "  spaced  ",
        "a,b",
        "\"a\": b",
        "http://a/[b]?c={d}",
    ]);
    let leaf = scalar.prop_map(|scalar| vec![scalar.to_owned()]);
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop::sample::select(vec![
            "a", "b", "\"c\"", "d.e/f", "on", "1", "<<", "g h", "'i'",
        ]);
        prop_oneof![
            (
                prop::collection::vec((key, inner.clone()), 1..4),
                0..4_usize
            )
                .prop_map(|(entries, indent)| entries
                    .into_iter()
                    .flat_map(|(key, value)| nested(&format!("{key}:"), value, indent))
                    .collect()),
            (
                prop::collection::vec(inner, 1..4),
                1..4_usize,
                any::<bool>()
            )
                .prop_map(|(items, gap, inline)| items
                    .into_iter()
                    .flat_map(|item| item_lines(item, gap, inline))
                    .collect()),
        ]
    });
    tree.prop_map(|lines: Vec<String>| lines.iter().map(|line| format!("{line}\n")).collect())
}

/// A key and its value: beside it if it is one scalar, else below it.
fn nested(key: &str, value: Vec<String>, indent: usize) -> Vec<String> {
    match &value[..] {
        [only] if !only.ends_with(':') && !only.contains(": ") && !only.starts_with("- ") => {
            vec![format!("{key} {only}")]
        }
        _ => std::iter::once(key.to_owned())
            .chain(
                value
                    .iter()
                    .map(|line| format!("{}{line}", " ".repeat(indent))),
            )
            .collect(),
    }
}

/// An item: on the line of its dash, or below it.
fn item_lines(item: Vec<String>, gap: usize, inline: bool) -> Vec<String> {
    let space = " ".repeat(gap);
    let rest = |lines: &[String]| {
        lines
            .iter()
            .map(|line| format!(" {space}{line}"))
            .collect::<Vec<_>>()
    };
    if inline || item.len() == 1 {
        let mut lines = vec![format!("-{space}{}", item[0])];
        lines.extend(rest(&item[1..]));
        return lines;
    }
    std::iter::once("-".to_owned()).chain(rest(&item)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn both_read_blocks_alike(text in block(), line_end in prop::sample::select(vec!["\n", "\r\n"])) {
        let text = text.replace('\n', line_end);
        prop_assert_ne!(agrees(&Source { text: &text, line: 1 }), Some(false));
    }

    #[test]
    fn both_read_anything_alike(text in yaml_like()) {
        for (_, source) in documents(&text) {
            prop_assert_ne!(agrees(&source), Some(false));
        }
    }

    #[test]
    fn both_read_a_changed_manifest_alike(at in 0..MANIFEST.len(), length in 0..12_usize, with in yaml_like()) {
        let end = (at + length).min(MANIFEST.len());
        let text = format!("{}{with}{}", &MANIFEST[..at], &MANIFEST[end..]);
        for (_, source) in documents(&text) {
            prop_assert_ne!(agrees(&source), Some(false));
        }
    }
}

/// ASCII, so that it can be cut anywhere.
const MANIFEST: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # the shop
  labels: {app: web, \"tier\": 'front'}
spec:
  template:
    spec:
      containers:
      - name: web
        args: [\"--port=80\", -v]
        command:
        - sh
        - -c
        - |
          set -e

          exec web
        env:
          -   name: A
              value: \"1\\n\"
          -
            name: B
      volumes:
      - emptyDir: {}
        name:
";
