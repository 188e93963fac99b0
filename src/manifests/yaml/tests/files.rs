//! How a file is taken apart.

use super::documents;

/// Line and content of each document, or what is wrong with it.
fn check(text: &str, expected: &[(u32, &str)]) {
    let found: Vec<(u32, String)> = documents(text)
        .map(|(_, source)| (source.line, content(source.parse(), source.text)))
        .collect();
    let expected: Vec<(u32, String)> = expected
        .iter()
        .map(|(line, text)| (*line, (*text).to_owned()))
        .collect();
    assert_eq!(found, expected, "for {text:?}");
    assert!(
        documents(text)
            .map(|(number, _)| number)
            .eq(1..=expected.len())
    );
}

fn content(document: Result<super::Document<'_>, super::Problem>, text: &str) -> String {
    match document {
        Ok(document) if document.is_empty() => String::new(),
        Ok(document) => document
            .deserialize::<serde_json::Value>()
            .map_or_else(|p| p.to_string(), |v| v.to_string()),
        Err(problem) => format!("{problem} in {text:?}"),
    }
}

#[test]
fn markers_cut() {
    check("", &[]);
    check("a: 1", &[(1, r#"{"a":1}"#)]);
    check(
        "---\na: 1\n---\nb: 2\n",
        &[(1, r#"{"a":1}"#), (3, r#"{"b":2}"#)],
    );
    check("# c\n\n---\na: 1\n", &[(1, r#"{"a":1}"#)]);
    check(
        "a: 1\n---\n---\n# only\n--- ~\n---\nb: 2",
        &[
            (1, r#"{"a":1}"#),
            (2, ""),
            (3, ""),
            (5, ""),
            (6, r#"{"b":2}"#),
        ],
    );
    check(
        "a: 1\n...\nb: 2\n...\n",
        &[(1, r#"{"a":1}"#), (3, r#"{"b":2}"#)],
    );
    check("...\n---\na: 1\n", &[(1, ""), (2, r#"{"a":1}"#)]);
    check("a: 1\n---", &[(1, r#"{"a":1}"#), (2, "")]);
}

#[test]
fn markers_may_carry_more() {
    check(
        "--- # c\na: 1\n---\t\nb: 2\n",
        &[(1, r#"{"a":1}"#), (3, r#"{"b":2}"#)],
    );
    check(
        "--- {a: 1}\n--- !!map\nb: 2\n--- |\n c\n",
        &[(1, r#"{"a":1}"#), (2, r#"{"b":2}"#), (4, r#""c\n""#)],
    );
    check(
        "a: |\n  ---\n  ...\n---\nb: 2\n",
        &[(1, r#"{"a":"---\n...\n"}"#), (4, r#"{"b":2}"#)],
    );
}

#[test]
fn byte_order_marks_are_passed_over() {
    check("\u{feff}---\na: 1\n", &[(1, r#"{"a":1}"#)]);
    check("\u{feff}{\"a\": 1}", &[(1, r#"{"a":1}"#)]);
}

#[test]
fn windows_lines_are_lines() {
    check(
        "---\r\na: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n...\r\nc: 3",
        &[
            (1, r#"{"a":1}"#),
            (3, r#"{"b":"x\ny\n"}"#),
            (8, r#"{"c":3}"#),
        ],
    );
}

#[test]
fn json_objects_may_follow_one_another() {
    check(
        "{\"a\":1}{\"b\":2}\n{\n\t\"c\":\n\t3}\n---\n{\"d\":4}\n---\ne: 5\n",
        &[
            (1, r#"{"a":1}"#),
            (1, r#"{"b":2}"#),
            (2, r#"{"c":3}"#),
            (5, r#"{"d":4}"#),
            (7, r#"{"e":5}"#),
        ],
    );
    check(
        "{a: 1}\n---\n{\"b\": 2,}\n",
        &[(1, r#"{"a":1}"#), (2, r#"{"b":2}"#)],
    );
}

#[test]
fn a_broken_document_hides_no_other() {
    check(
        "a: 1\n---\nb: [\n---\nc: 3\n",
        &[
            (1, r#"{"a":1}"#),
            (
                2,
                "line 3, column 4: b[0]: this `[` is never closed in \"---\\nb: [\\n\"",
            ),
            (4, r#"{"c":3}"#),
        ],
    );
}
