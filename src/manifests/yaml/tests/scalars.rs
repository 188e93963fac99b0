//! What scalars and keys are. Every expectation was seen in the output of
//! `kubectl label --local -f FILE --dry-run=client -o json a=b`, version 1.36.3.

use super::{check, shown};

/// Checks what `value: ...` comes to.
fn check_values(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(
            shown(&format!("value: {text}\n")),
            format!("{{\"value\":{expected}}}"),
            "for {text:?}"
        );
    }
}

#[test]
fn booleans_and_null_are_those_of_yaml_1_1() {
    check_values(&[
        ("yes", "true"),
        ("No", "false"),
        ("y", "true"),
        ("n", "false"),
        ("on", "true"),
        ("OFF", "false"),
        ("TRUE", "true"),
        ("tRue", r#""tRue""#),
        ("~", "null"),
        ("null", "null"),
        ("Null", "null"),
        ("NULL", "null"),
        ("", "null"),
        ("nUll", r#""nUll""#),
        (r#""true""#, r#""true""#),
        ("'null'", r#""null""#),
        ("=", r#""=""#),
        ("<<", r#""<<""#),
    ]);
}

#[test]
fn integers_have_bases_and_underscores() {
    check_values(&[
        ("0777", "511"),
        ("0o777", "511"),
        ("0O17", "15"),
        ("0x1F", "31"),
        ("-0x10", "-16"),
        ("0b101", "5"),
        ("-0b11", "-3"),
        ("1_000", "1000"),
        ("1__0_", "10"),
        ("0777_7", "4095"),
        ("0_7", "7"),
        ("+12", "12"),
        ("00", "0"),
        ("-0", "0"),
        ("08", "8"),
        ("0b", r#""0b""#),
        ("0x", r#""0x""#),
        ("190:20:30", r#""190:20:30""#),
        ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "1.8446744073709552e+19"),
        ("-9223372036854775809", "-9223372036854775808"),
    ]);
}

#[test]
fn a_float_without_a_fraction_is_an_integer() {
    check_values(&[
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("-.5", "-0.5"),
        ("+.5", "0.5"),
        (".5_0", "0.5"),
        ("1_0.5_0", "10.5"),
        ("1e-7", "1e-7"),
        ("1e21", "1e+21"),
        ("1.", "1"),
        ("3.0", "3"),
        ("1e3", "1000"),
        ("1E+2", "100"),
        ("0.1e1", "1"),
        ("-0.0", "0"),
        ("1e400", r#""1e400""#),
        ("0x1p-2", r#""0x1p-2""#),
        (".1e", r#"".1e""#),
        (".e1", r#"".e1""#),
        (".0x1", r#"".0x1""#),
        (".", r#"".""#),
        ("._5", r#""._5""#),
    ]);
}

#[test]
fn amounts_are_text() {
    check_values(&[
        ("500m", r#""500m""#),
        ("2Gi", r#""2Gi""#),
        ("-1k", r#""-1k""#),
        ("1g", r#""1g""#),
        ("0x1G", r#""0x1G""#),
        ("1_z", r#""1_z""#),
        ("1E", r#""1E""#),
        ("0xE", "14"),
    ]);
}

#[test]
fn times_stay_text() {
    check_values(&[
        ("2001-01-01", r#""2001-01-01""#),
        ("2001-01-01T00:00:00Z", r#""2001-01-01T00:00:00Z""#),
        ("2001-1-1 1:2:3", r#""2001-1-1 1:2:3""#),
        ("2001-13-01", r#""2001-13-01""#),
    ]);
}

#[test]
fn tags_decide() {
    check_values(&[
        ("!!str 12", r#""12""#),
        ("!!str", r#""""#),
        (r#"!!int "12""#, "12"),
        ("!!float 3", "3"),
        ("!!float 0777", "511"),
        (r#"!!bool "yes""#, "true"),
        (r#"!!null """#, "null"),
        ("!!timestamp 2001-01-01", r#""2001-01-01""#),
        ("!!binary aGVsbG8=", r#""hello""#),
        ("!!omap {a: 1}", r#"{"a":1}"#),
        ("!foo 12", r#""12""#),
        ("!foo", r#""""#),
        ("! 12", r#""12""#),
        ("!<tag:yaml.org,2002:str> 1", r#""1""#),
    ]);
    check(&[
        (
            "a: !!int foo",
            "line 1, column 10: a: `foo` is not what its tag `!!int` says",
        ),
        (
            "a: !!int 1.5",
            "line 1, column 10: a: `1.5` is not what its tag `!!int` says",
        ),
        (
            "a: !!bool 1",
            "line 1, column 11: a: `1` is not what its tag `!!bool` says",
        ),
        (
            "a: !!null foo",
            "line 1, column 11: a: `foo` is not what its tag `!!null` says",
        ),
        (
            "a: !!binary '@'",
            "line 1, column 13: a: `!!binary` must be followed by base64",
        ),
        (
            "a: !e!x foo",
            "line 1, column 4: a: the handle wasn't declared",
        ),
    ]);
}

#[test]
fn keys_become_text() {
    check(&[
        ("1: a", r#"{"1":"a"}"#),
        ("0x10: a", r#"{"16":"a"}"#),
        ("0777: a", r#"{"511":"a"}"#),
        ("true: a", r#"{"true":"a"}"#),
        ("no: a", r#"{"false":"a"}"#),
        ("y: a", r#"{"true":"a"}"#),
        ("1.5: a", r#"{"1.5":"a"}"#),
        ("3.0: a", r#"{"3":"a"}"#),
        ("1e3: a", r#"{"1000":"a"}"#),
        ("1e6: a", r#"{"1e+06":"a"}"#),
        ("123456789.0: a", r#"{"1.2345679e+08":"a"}"#),
        ("0.00001: a", r#"{"1e-05":"a"}"#),
        ("-0.0: a", r#"{"-0":"a"}"#),
        (".inf: a", r#"{".inf":"a"}"#),
        ("-.INF: a", r#"{"-.inf":"a"}"#),
        (".NaN: a", r#"{".nan":"a"}"#),
        ("2001-01-01: a", r#"{"2001-01-01":"a"}"#),
        ("'yes': a", r#"{"yes":"a"}"#),
    ]);
}

#[test]
fn what_kubectl_refuses_is_refused() {
    check(&[
        (
            "a: .inf",
            "line 1, column 4: a: JSON has no number `.inf`; quote it if text is meant",
        ),
        (
            "a: [-.INF]",
            "line 1, column 5: a[0]: JSON has no number `-.INF`; quote it if text is meant",
        ),
        ("~: a", "line 1, column 1: `~` cannot be a key; quote it"),
        (
            "{null: a}",
            "line 1, column 2: `null` cannot be a key; quote it",
        ),
        (
            "18446744073709551615: a",
            "line 1, column 1: `18446744073709551615` cannot be a key; quote it",
        ),
        (
            "a: {[b]: c}",
            "line 1, column 5: a: a mapping or a list cannot be a key",
        ),
        (
            "a: { {b: c}: d}",
            "line 1, column 6: a: a mapping or a list cannot be a key",
        ),
    ]);
}

#[test]
fn quotes_and_blocks_are_text() {
    check_values(&[
        (r#""\u00e9\x41\t\e""#, "\"éA\\t\\u001b\""),
        (r#""\ud83d\ude00 \/""#, "\"😀 /\""),
        ("'it''s'", r#""it's""#),
        ("\"a\n  b\"", r#""a b""#),
        ("a # b", r#""a""#),
        ("a#b", r#""a#b""#),
        ("a\n  b", r#""a b""#),
        ("|\n  a\n\n  b\n\n", r#""a\n\nb\n""#),
        ("|-\n\n  a\n \n", r#""\na""#),
        ("|+\n  a\n", r#""a\n\n""#),
        ("|2\n   a", r#"" a\n""#),
        (">\n  a\n  b\n\n  c", r#""a b\nc\n""#),
        ("http://a:80/b", r#""http://a:80/b""#),
        ("[a:b, {c:d}]", r#"["a:b",{"c:d":null}]"#),
    ]);
}
