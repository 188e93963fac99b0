mod random;

use serde_json::{Value, json};

use super::{Refused, edit, pieces};
use crate::manifests::yaml::Source;
use crate::remedy::Edit;

fn set(path: &str, value: impl Into<Value>) -> Edit {
    Edit::set(path, value)
}

fn append(path: &str, value: &str) -> Edit {
    Edit::Append {
        path: path.to_owned(),
        value: value.into(),
    }
}

/// Each row: a document, changes, and the document after them, which are not made twice.
fn assert_edits(rows: &[(&str, &[Edit], &str)]) {
    for (before, edits, after) in rows {
        let written = edit(before, edits).unwrap_or_else(|error| panic!("{error}\n{before}"));
        assert_eq!(written, *after, "{before}");
        let is_adding = |edit: &Edit| matches!(edit, Edit::Set { .. } | Edit::Append { .. });
        if edits.iter().all(is_adding) {
            assert_eq!(edit(&written, edits).as_deref(), Ok(*after), "again");
        }
    }
}

#[test]
fn a_field_is_put_at_the_end_of_its_mapping() {
    assert_edits(&[
        ("a: 1\n", &[set("/b", true)], "a: 1\nb: true\n"),
        ("a: 1", &[set("/b", true)], "a: 1\nb: true"),
        (
            "a: 1\r\nc: 2\r\n",
            &[set("/b", true)],
            "a: 1\r\nc: 2\r\nb: true\r\n",
        ),
        (
            "a: 1 # one\n\n# end\n",
            &[set("/b", true)],
            "a: 1 # one\nb: true\n\n# end\n",
        ),
        (
            "a:\n    x: 1\nb: 2\n",
            &[set("/a/w/z", "t")],
            "a:\n    x: 1\n    w:\n        z: t\nb: 2\n",
        ),
        (
            "l:\n- n: 1 # first\n  # of it\n- n: 2\n",
            &[set("/l/0/s/t", "x")],
            "l:\n- n: 1 # first\n  # of it\n  s:\n    t: x\n- n: 2\n",
        ),
        (
            "l:\n  -   n: 1\n      m: |\n        text\n\n  - n: 2\n",
            &[set("/l/0/s", 3)],
            "l:\n  -   n: 1\n      m: |\n        text\n      s: 3\n\n  - n: 2\n",
        ),
        (
            "---\n# c\na: 1\n",
            &[set("/b", 2)],
            "---\n# c\na: 1\nb: 2\n",
        ),
    ]);
}

#[test]
fn nothing_and_null_become_something() {
    assert_edits(&[
        ("a:\nb: 2\n", &[set("/a/x", true)], "a:\n  x: true\nb: 2\n"),
        (
            "a: # why\nb: 2\n",
            &[set("/a/x", true)],
            "a: # why\n  x: true\nb: 2\n",
        ),
        (
            "a: # why\nb: 2\n",
            &[set("/a", true)],
            "a: true # why\nb: 2\n",
        ),
        ("a: null\n", &[set("/a/x", true)], "a: {x: true}\n"),
        (
            "a: ~ # none\n",
            &[set("/a/x/y", true)],
            "a: {x: {\"y\": true}} # none\n",
        ),
        ("a: {}\n", &[set("/a/x", true)], "a: {x: true}\n"),
        ("a: []\n", &[append("/a", "x")], "a: [x]\n"),
        ("{a: , b: 2}\n", &[set("/a/x", 1)], "{a: {x: 1} , b: 2}\n"),
    ]);
}

#[test]
fn braces_stay_braces() {
    assert_edits(&[
        ("{a: 1}\n", &[set("/b", true)], "{a: 1, b: true}\n"),
        (
            "a: {b: {c: 1}} # x\n",
            &[set("/a/b/d", "e")],
            "a: {b: {c: 1, d: e}} # x\n",
        ),
        ("a: {b: 1,}\n", &[set("/a/c", 2)], "a: {b: 1, c: 2,}\n"),
        (
            "a: {\n  b: 1, # one\n  c: 2 # two\n}\n",
            &[set("/a/d", 3)],
            "a: {\n  b: 1, # one\n  c: 2, # two\n  d: 3\n}\n",
        ),
        ("a: [x, 'y']\n", &[append("/a", "z")], "a: [x, 'y', z]\n"),
    ]);
}

#[test]
fn json_stays_json() {
    let pretty = "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"e\": {}\n}\n";
    assert_edits(&[
        (
            "{\"a\": 1}",
            &[set("/b", json!({"c": [true]}))],
            "{\"a\": 1, \"b\": {\"c\": [true]}}",
        ),
        (
            pretty,
            &[set("/a/c/d", "x")],
            "{\n  \"a\": {\n    \"b\": 1,\n    \"c\": {\n      \"d\": \"x\"\n    }\n  },\n  \"e\": {}\n}\n",
        ),
        (
            pretty,
            &[set("/e/f", "x")],
            "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"e\": {\n    \"f\": \"x\"\n  }\n}\n",
        ),
        (
            "{\n  \"l\": [\n    \"a\"\n  ]\n}\n",
            &[append("/l", "b")],
            "{\n  \"l\": [\n    \"a\",\n    \"b\"\n  ]\n}\n",
        ),
    ]);
}

#[test]
fn values_are_replaced_where_they_stand() {
    assert_edits(&[
        ("a: true # so\n", &[set("/a", false)], "a: false # so\n"),
        (
            "a: 'x:1'\n",
            &[set("/a", "x:1@sha256:0")],
            "a: 'x:1@sha256:0'\n",
        ),
        ("a: \"x\"\n", &[set("/a", "y\"")], "a: \"y\\\"\"\n"),
        ("a:   x   # c\n", &[set("/a", "no")], "a:   \"no\"   # c\n"),
        (
            "a: x\nb: y\na: z\n",
            &[set("/a", "w")],
            "a: x\nb: y\na: w\n",
        ),
    ]);
}

#[test]
fn lists_keep_their_dashes() {
    assert_edits(&[
        (
            "l:\n- a\n- b # b\n",
            &[append("/l", "c")],
            "l:\n- a\n- b # b\n- c\n",
        ),
        (
            "l:\n    - a\nm: 1\n",
            &[append("/l", "c")],
            "l:\n    - a\n    - c\nm: 1\n",
        ),
        (
            "c:\n  - n: x\n    v: 1\n",
            &[set("/c/0/s/drop", json!(["ALL"]))],
            "c:\n  - n: x\n    v: 1\n    s:\n      drop:\n        - ALL\n",
        ),
        (
            "c:\n- n: x\n",
            &[append("/c/0/s/drop", "ALL")],
            "c:\n- n: x\n  s:\n    drop:\n    - ALL\n",
        ),
    ]);
}

#[test]
fn what_is_removed_leaves_the_rest() {
    let gone = |path: &str| [Edit::remove(path)];
    assert_edits(&[
        ("a: 1\nb: 2 # two\nc: 3\n", &gone("/b"), "a: 1\nc: 3\n"),
        ("a: 1\nb:\n  x: 2", &gone("/b"), "a: 1"),
        (
            "l:\n- a: 1\n  b: 2\n- c: 3\n",
            &gone("/l/0/a"),
            "l:\n- b: 2\n- c: 3\n",
        ),
        (
            "l:\n- a\n- b\n# c\n- c\n",
            &gone("/l/1"),
            "l:\n- a\n# c\n- c\n",
        ),
        ("s:\n  a: 1\nb: 2\n", &gone("/s/a"), "s: {}\nb: 2\n"),
        ("s:\r\n- a\r\nb: 2\r\n", &gone("/s/0"), "s: []\r\nb: 2\r\n"),
        ("{a: 1, b: 2, c: 3}\n", &gone("/b"), "{a: 1, c: 3}\n"),
        ("{a: 1, b: 2}\n", &gone("/a"), "{b: 2}\n"),
        ("s: [a]\n", &gone("/s/0"), "s: []\n"),
    ]);
    let rename = [Edit::Rename {
        path: "/s/serviceAccount".to_owned(),
        to: "serviceAccountName",
    }];
    assert_edits(&[
        (
            "s:\n  serviceAccount: web # it\n",
            &rename,
            "s:\n  serviceAccountName: web # it\n",
        ),
        (
            "{\"s\": {\"serviceAccount\": \"web\"}}",
            &rename,
            "{\"s\": {\"serviceAccountName\": \"web\"}}",
        ),
    ]);
}

#[test]
fn an_anchor_is_changed_where_all_places_want_it() {
    let shared = "a: &x\n  p: 1\nb: *x\n";
    for path in ["/a/q", "/b/q"] {
        let refused = Refused::Shared {
            path: path.to_owned(),
        };
        assert_eq!(edit(shared, &[set(path, 2)]), Err(refused));
    }
    assert_edits(&[
        (
            shared,
            &[set("/a/q", 2), set("/b/q", 2)],
            "a: &x\n  p: 1\n  q: 2\nb: *x\n",
        ),
        // What is merged can be said anew beside the merge.
        (
            "a: &x {p: 1}\nb:\n  <<: *x\n  r: 1\n",
            &[set("/b/q", 2)],
            "a: &x {p: 1}\nb:\n  <<: *x\n  r: 1\n  q: 2\n",
        ),
        ("a: &x 1\nb: *x\n", &[set("/b", 2)], "a: &x 1\nb: 2\n"),
    ]);
}

#[test]
fn what_cannot_be_written_is_refused() {
    for (text, change) in [
        ("a: text\n", set("/a/b", 1)),
        ("a: [1]\n", set("/a/3", 1)),
        ("a: |\n  text\n", set("/a", "b")),
        ("a: 1\n", Edit::remove("/b")),
        ("a: !!str 5\n", set("/a", 6)),
        ("- a\n", set("/a", 6)),
        ("a: [\n", set("/a", 6)),
        ("a: {b: 1, # c\n  d: 2}\n", Edit::remove("/a/b")),
    ] {
        assert!(edit(text, &[change]).is_err(), "{text}");
    }
}

/// A line break after it would become part of its value.
#[test]
fn a_block_of_text_without_a_line_break_at_its_end_is_left() {
    for (text, is_open) in [
        ("a: |\n  x", true),
        ("a: |+\n  x\n\n  y", true),
        ("a:\n- >2 # text\n   x", true),
        ("a: |-\n  x", false),
        ("a: |\n  x\n", false),
        ("a: |\n  x\nb: 1", false),
        ("a: 'x|'", false),
        ("a: |\n  x: 1\nb:\n  c: 2", false),
        ("", false),
    ] {
        assert_eq!(super::ends_in_open_text(text), is_open, "{text:?}");
    }
    let open = "b: 1\na: |\n  x";
    assert_eq!(edit(open, &[set("/c", 1)]), Err(Refused::OpenText));
}

#[test]
fn comments_stay_with_what_they_are_below() {
    assert_edits(&[
        (
            "a:\n  x: 1\n  # of a\n# of b\nb: 2\n",
            &[set("/a/w", 2)],
            "a:\n  x: 1\n  # of a\n  w: 2\n# of b\nb: 2\n",
        ),
        // What was nested stays nested, below a gap as well.
        (
            "a:\n  r:\n    x: 1\n\n    # z: 3\n  # of a\n\n  # apart\nb: 2\n",
            &[set("/a/w", 2)],
            "a:\n  r:\n    x: 1\n\n    # z: 3\n  # of a\n  w: 2\n\n  # apart\nb: 2\n",
        ),
        ("a: 1\n# last", &[set("/w", 2)], "a: 1\n# last\nw: 2"),
        // Above the next key, and as far out as the dashes, it is about that key.
        (
            "l:\n- a\n# of m\nm: 1\n",
            &[append("/l", "b")],
            "l:\n- a\n- b\n# of m\nm: 1\n",
        ),
        (
            "l:\n  - a\n  # - c\nm: 1\n",
            &[append("/l", "b")],
            "l:\n  - a\n  # - c\n  - b\nm: 1\n",
        ),
    ]);
}

#[test]
fn the_blank_lines_that_a_text_keeps_stay_in_it() {
    assert_edits(&[
        (
            "l:\n- n: 1\n  m: |+\n    x\n\n\n- n: 2\n",
            &[set("/l/0/s", 3)],
            "l:\n- n: 1\n  m: |+\n    x\n\n\n  s: 3\n- n: 2\n",
        ),
        (
            "a:\n  m: >2+ # kept\n    x\n\n",
            &[set("/a/s", 3)],
            "a:\n  m: >2+ # kept\n    x\n\n  s: 3\n",
        ),
        (
            "a:\n  b:\n  - |+\n    x\n\n",
            &[set("/a/s", 3), set("/c", 4)],
            "a:\n  b:\n  - |+\n    x\n\n  s: 3\nc: 4\n",
        ),
    ]);
}

#[test]
fn old_line_breaks_stay_and_mixed_ones_are_refused() {
    assert_edits(&[(
        "a:\r  x: 1\rb: 2\r",
        &[set("/a/w", 2)],
        "a:\r  x: 1\r  w: 2\rb: 2\r",
    )]);
    let mixed = edit("a: 1\rb: 2\n", &[set("/w", 2)]);
    assert_eq!(mixed, Err(Refused::LineBreaks));
}

/// What each object of a List is when it stands alone; nothing where it cannot.
fn alone(text: &str) -> Option<Vec<String>> {
    let pieces = pieces(Source { text, line: 1 })?.into_iter();
    let texts = pieces.map(|piece| format!("{}{}", " ".repeat(piece.column), &text[piece.bytes]));
    Some(texts.collect())
}

#[test]
fn the_objects_of_a_list_stand_alone_where_they_share_nothing() {
    let list = |items: &str| format!("kind: List\nitems:\n{items}metadata: {{}}\n");
    let texts = |texts: &[&str]| Some(texts.iter().map(ToString::to_string).collect());
    assert_eq!(
        alone(&list(
            "- apiVersion: v1\n  kind: A # a\n  # of a\n# of b\n- kind: B\n  apiVersion: &v v1\n  x: *v\n"
        )),
        texts(&[
            "  apiVersion: v1\n  kind: A # a\n  # of a\n",
            "  kind: B\n  apiVersion: &v v1\n  x: *v\n",
        ])
    );
    assert_eq!(
        alone(
            "{\"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"A\"}, {\"apiVersion\": \"v1\", \"kind\": \"B\"}]}"
        ),
        texts(&[
            &format!(
                "{}{{\"apiVersion\": \"v1\", \"kind\": \"A\"}}",
                " ".repeat(27)
            ),
            &format!(
                "{}{{\"apiVersion\": \"v1\", \"kind\": \"B\"}}",
                " ".repeat(62)
            ),
        ])
    );
    for shared in [
        "- {apiVersion: v1, kind: A, x: &x 1}\n- {apiVersion: v1, kind: B, x: *x}\n",
        "- &a {apiVersion: v1, kind: A}\n- *a\n",
        "- {apiVersion: v1}\n",
        "- \n",
    ] {
        assert_eq!(alone(&list(shared)), None, "{shared}");
    }
    assert_eq!(
        alone("apiVersion: v1\nkind: Pod\nitems: [{apiVersion: v1, kind: A}]\n"),
        None
    );
}
