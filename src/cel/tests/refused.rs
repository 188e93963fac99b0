//! What does not compile, and what is said.

use super::*;

fn error(source: &str) -> String {
    match Program::compile(source, &["object", "now"]) {
        Ok(_) => "it compiles".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_wrong_is_said_with_the_place() {
    for (source, expected) in [
        (
            "object.x ==\n  wrokload.y",
            "line 2, column 3: no variable wrokload; there are object, now",
        ),
        (
            "'subject' == subject.x",
            "line 1, column 14: no variable subject; there are object, now",
        ),
        (
            "object.exists(x, x.frob(1, 2))",
            "line 1, column 20: no function frob with 2 arguments on a value",
        ),
        (
            "lists.range(3) == []",
            "line 1, column 1: no variable lists; there are object, now",
        ),
        (
            "math.frob(1)",
            "line 1, column 6: no function math.frob with 1 argument",
        ),
        (
            "object.x.matches('a(b')",
            "line 1, column 19: regular expression \"a(b\": unclosed group",
        ),
        (
            "object.x > duration('1 week')",
            "line 1, column 12: \"1 week\" is no duration such as 1h30m",
        ),
        (
            "now > timestamp('2026')",
            "line 1, column 7: \"2026\" is no RFC 3339 time",
        ),
        (
            "object.x.startsWith('a', 'b')",
            "line 1, column 10: no function startsWith with 2 arguments on a value",
        ),
        ("Pod{kind: 'x'}.kind == 'x'", "messages are not supported"),
        ("[?object.?x] == []", "optional elements are not supported"),
        (
            "!!object.x",
            "line 1, column 2: two negations in a row; leave both out",
        ),
        (
            "1 - -1 == 2",
            "line 1, column 5: two negations in a row; leave both out",
        ),
    ] {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn what_is_no_cel_is_refused() {
    for source in [
        "",
        " ",
        "object.",
        "object.x =",
        "object.x = 1",
        "(object.x",
        "'a",
        "object x",
        "has(object)",
        "1 +",
        "a b c",
        "object.exists(1, true)",
        "object.map(x)",
        "@",
        "object.x &&& true",
        "\u{0}",
        "//",
        "if",
        "object.in",
    ] {
        let error = error(source);
        assert_ne!(error, "it compiles", "{source:?}");
        assert!(
            !error.contains('\n') && !error.is_empty(),
            "{source:?}: {error}"
        );
    }
}
