//! Anchors, merges and keys given twice. Expectations as in `scalars`.

use super::check;

#[test]
fn the_last_of_two_equal_keys_holds() {
    check(&[
        ("{a: 1, a: 2}", r#"{"a":2}"#),
        ("{1: a, '1': b}", r#"{"1":"b"}"#),
        ("{yes: a, 'true': b, on: c}", r#"{"true":"c"}"#),
        ("a: {x: 1}\nb: 2\na: {y_: 1}\n", r#"{"a":{"y_":1},"b":2}"#),
        (
            "a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\nh: 1\ni: 1\nj: 1\nk: 1\nl: 1\nm: 1\no: 1\np: 1\nq: 1\nr: 1\na: 2\n",
            r#"{"a":2,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"o":1,"p":1,"q":1,"r":1}"#,
        ),
    ]);
}

#[test]
fn a_merge_counts_as_written_where_it_stands() {
    let both = "b: &b {a: 1, z: 1}\no: &o {a: 9, q: 9}\nm: ";
    for (merge, expected) in [
        ("{<<: *b, a: 2}", r#"{"a":2,"z":1}"#),
        ("{a: 2, <<: *b}", r#"{"a":1,"z":1}"#),
        ("{<<: [*b, *o]}", r#"{"a":1,"q":9,"z":1}"#),
        ("{<<: *b, <<: *o}", r#"{"a":9,"q":9,"z":1}"#),
        ("{<<: {a: 5}}", r#"{"a":5}"#),
        ("{!!merge '<<': *b}", r#"{"a":1,"z":1}"#),
        ("{'<<': 1}", r#"{"<<":1}"#),
        ("[<<]", r#"["<<"]"#),
    ] {
        let text = format!("{both}{merge}\n");
        let expected = format!(r#"{{"b":{{"a":1,"z":1}},"m":{expected},"o":{{"a":9,"q":9}}}}"#);
        assert_eq!(super::shown(&text), expected, "for {merge}");
    }
    check(&[
        (
            "{<<: 1}",
            "line 1, column 6: `<<` takes a mapping or a list of mappings",
        ),
        (
            "x: {<<: [1]}",
            "line 1, column 9: x: `<<` takes a mapping or a list of mappings",
        ),
        (
            "x: &x [{a: 1}]\nz: {<<: *x}",
            "line 2, column 9: z: `<<` takes a mapping or a list of mappings",
        ),
    ]);
}

#[test]
fn an_alias_is_the_latest_anchor_of_its_name() {
    check(&[
        (
            "a: &x 1\nb: *x\nc: &x 2\nd: *x\n",
            r#"{"a":1,"b":1,"c":2,"d":2}"#,
        ),
        (
            "a: &x [1, {b: 2}]\nc: *x\n",
            r#"{"a":[1,{"b":2}],"c":[1,{"b":2}]}"#,
        ),
        (
            "a: &k key\n*k : 1\nc: {*k : 2}\n",
            r#"{"a":"key","c":{"key":2},"key":1}"#,
        ),
        (
            "a: *nope\n",
            "line 1, column 4: a: this alias has no anchor above it",
        ),
        (
            "a: &x [*x]\n",
            "line 1, column 8: a[0]: an anchor's value must not contain itself",
        ),
        (
            "a: &x {<<: *x}\n",
            "line 1, column 12: a[\"<<\"]: an anchor's value must not contain itself",
        ),
        (
            "a: &x [1]\n*x : 1\n",
            "line 2, column 1: a mapping or a list cannot be a key",
        ),
    ]);
}

#[test]
fn aliases_that_multiply_are_refused() {
    for (open, close) in [("[", "]"), ("{<<: [", "]}")] {
        let ten = |level: usize| vec![format!("*a{level}"); 10].join(", ");
        let laughs: String = (0..9)
            .map(|level| format!("- &a{} {open}{}{close}\n", level + 1, ten(level)))
            .collect();
        let shown = super::shown(&format!("- &a0 {{x: 1}}\n{laughs}"));
        assert!(
            shown.ends_with("the document's aliases stand for more than 400000 values"),
            "{shown}"
        );
    }
    let chain: String = (0..500)
        .map(|level| format!("- &a{} [*a{level}]\n", level + 1))
        .collect();
    let shown = super::shown(&format!("- &a0 []\n{chain}"));
    assert!(
        shown.ends_with("lists and mappings are nested more than 250 deep"),
        "{shown}"
    );
}
