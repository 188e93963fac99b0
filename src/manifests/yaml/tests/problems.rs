//! What people read when a document is broken.

use super::{Source, check, parse};

#[test]
fn a_template_is_called_one() {
    check(&[
        (
            "metadata:\n  name: {{ include \"app.fullname\" . }}\n",
            "line 2, column 10: metadata.name: looks like an unrendered Helm template: \
             `name: {{ include \"app.fullname\" . }}`; use the output of `helm template`",
        ),
        (
            "{{- if .Values.create }}\nkind: Pod\n",
            "line 1, column 3: looks like an unrendered Helm template: `{{- if .Values.create }}`; \
             use the output of `helm template`",
        ),
        (
            "name: {{name}}\nspec:\n  replicas: {{replicas}}\n",
            "line 1, column 8: name: looks like an unrendered template: `name: {{name}}`",
        ),
        (
            "a: \"{{ .Values.a }}\"\nb: [\n",
            "line 2, column 4: b[0]: this `[` is never closed; \
             line 1 looks like an unrendered Helm template: `a: \"{{ .Values.a }}\"`; use the output of `helm template`",
        ),
        (
            "# {{ }}\nb: c: d\n",
            "line 2, column 5: a `: ` cannot stand here; quote the text, or check the indentation",
        ),
        ("a: \"{{ quoted }}\"\n", "{\"a\":\"{{ quoted }}\"}"),
    ]);
}

#[test]
fn a_tab_is_shown_where_it_is() {
    check(&[
        (
            "a:\n\tb: 1\n",
            "line 2, column 1: a: a tab indents this line; YAML takes only spaces",
        ),
        (
            "a: 1\n\tb: 2\n",
            "line 2, column 1: a: a tab indents this line; YAML takes only spaces",
        ),
        (
            "a:\n  - b\n  \t- c\n",
            "line 3, column 3: a[0]: a tab indents this line; YAML takes only spaces",
        ),
    ]);
}

#[test]
fn common_slips_are_explained() {
    check(&[
        (
            "a: 1\n b: 2\n",
            "line 2, column 3: a `: ` cannot stand here; quote the text, or check the indentation",
        ),
        (
            "a:\n  b: 1\n c: 2\n",
            "line 3, column 2: the indentation of this line fits nothing above it",
        ),
        (
            "a:\n- b: 1\n   c: 2\n",
            "line 3, column 5: a[0]: a `: ` cannot stand here; quote the text, or check the indentation",
        ),
        (
            "cidr: {ip}/128\n",
            "line 1, column 11: unexpected text after a value; quote the whole value",
        ),
        (
            "a: \"b\nc: d\n",
            "line 1, column 4: a: this quote is never closed",
        ),
        (
            "a: @b\n",
            "line 1, column 4: a: text cannot begin with `@`; quote it",
        ),
        (
            "a: %b\n",
            "line 1, column 4: a: text cannot begin with `%`; quote it",
        ),
        (
            "a: - b\n",
            "line 1, column 4: a: a list item cannot begin here; put it on a line of its own",
        ),
        (
            "a: 1\nword\nb: 2\n",
            "line 2, column 1: expected `key: value`, found text without a `:`; check the indentation",
        ),
        (
            "a: 1\n-----\nb: 2\n",
            "line 2, column 1: `-----` separates no documents; write `---`",
        ),
        (
            "a: b\0c\n",
            "line 1, column 5: a: a NUL character; this is no YAML text",
        ),
        (
            "a: {b: 1\n",
            "line 1, column 4: a: this `{` is never closed",
        ),
        (
            "a: {b: c d: e}\n",
            "line 1, column 11: a: expected `,` or `}`",
        ),
    ]);
}

#[test]
fn lines_are_those_of_the_file() {
    let problem = Source {
        text: "---\na:\n  b: @c\n",
        line: 101,
    }
    .parse()
    .err();
    let problem = problem.map(|problem| (problem.line, problem.column, problem.path.clone()));
    assert_eq!(problem, Some((103, 6, "a.b".to_owned())));
}

#[test]
fn paths_quote_what_they_must() {
    check(&[(
        "metadata:\n  annotations:\n    example.com/x:\n    - z: @\n",
        "line 4, column 10: metadata.annotations[\"example.com/x\"][0].z: text cannot begin with `@`; quote it",
    )]);
    assert_eq!(
        parse("a: {b: [1, .inf]}")
            .err()
            .map(|problem| problem.path.clone())
            .as_deref(),
        Some("a.b[1]")
    );
}
