//! What kubectl refuses, though YAML allows it.

use super::check;

const TAB: &str = "a tab begins this line, at which kubectl stops even where nothing but a comment follows; remove it";

/// Each of these was given to `kubectl annotate --local`, which decodes as `kubectl create` does.
#[test]
fn tabs_are_refused_where_kubectl_stops_at_them() {
    let refused = |line: u32, column: u32| format!("line {line}, column {column}: {TAB}");
    for (text, at) in [
        ("a: 1\n\t# c\nb: 2\n", (2, 1)),
        ("a: 1\n\t\nb: 2\n", (2, 1)),
        ("a:\n\t# c\n  b: 2\n", (2, 1)),
        ("a:\n  b: 2\n \t# c\nc: 3\n", (3, 2)),
        ("a:\n  b: 2\n  \t# c\n  c: 3\n", (3, 3)),
        ("a:\n  b: \"2\"\n  \t# c\n  c: 3\n", (3, 3)),
        ("\t# c\na: 1\n", (1, 1)),
        ("a: {b: 1}\n\t", (2, 1)),
    ] {
        check(&[(text, &refused(at.0, at.1))]);
    }
    check(&[
        ("a: 1\t# c\n", r#"{"a":1}"#),
        ("a:\n  b: 2\n   \t# c\n  c: 3\n", r#"{"a":{"b":2,"c":3}}"#),
        ("a: {b: \"1\"\n\t\n,c: 2}\n", r#"{"a":{"b":"1","c":2}}"#),
        (
            "a: {b: \"1\"\n,\n\t# c\nc: 2}\n",
            r#"{"a":{"b":"1","c":2}}"#,
        ),
        ("a:\n  b: \"1\n\t\n  2\"\n", r#"{"a":{"b":"1\n2"}}"#),
        ("a: |\n  x\n  \t\n  y\n", r#"{"a":"x\n\t\ny\n"}"#),
        ("{\n\t\"a\": 1\n\t\n}\n", r#"{"a":1}"#),
    ]);
}

#[test]
fn directives_are_refused_as_kubectl_refuses_them() {
    let why = "kubectl takes no directives (`%YAML`, `%TAG`); remove this line";
    for (text, line) in [
        ("%YAML 1.1\n---\na: 1\n", 1),
        ("%YAML 1.2\n---\na: 1\n", 1),
        ("%TAG ! tag:x\n---\na: 1\n", 1),
        ("# c\n\n%YAML 1.1\n---\na: 1\n", 3),
    ] {
        check(&[(text, &format!("line {line}, column 1: {why}"))]);
    }
}

#[test]
fn in_brackets_a_colon_belongs_to_the_key_it_ends() {
    check(&[
        ("{a:}", r#"{"a:":null}"#),
        ("{a:, b: 1}", r#"{"a:":null,"b":1}"#),
        ("{a: , b: 1}", r#"{"a":null,"b":1}"#),
        ("{\"a\":, b: 1}", r#"{"a":null,"b":1}"#),
        ("{a: }", r#"{"a":null}"#),
    ]);
}
