//! What is refused of a metric item, and where.

use std::time::Duration;

use proptest::prelude::*;

use crate::promql::{Field, Query};

/// The field, the character and the problem.
fn refused(promql: &str, pass: &str, window: &str) -> (Field, Option<usize>, String) {
    let error = Query::parse(promql, pass, window).expect_err(promql);
    (error.field, error.at, error.problem)
}

#[test]
fn a_wrong_expression_says_at_which_character() {
    for (promql, at, problem) in [
        ("rate(x[5m]", Some(11), "it ends too early"),
        ("rate(x[5m]))", Some(12), "`)` is unexpected"),
        ("sum by (a (x)", Some(11), "`(` is unexpected"),
        ("x{a=~\"b\"", Some(9), "it ends too early"),
        ("x{a~\"b\"}", Some(4), "`~` is unexpected"),
        ("sum(x) + + * y", Some(12), "`*` is unexpected"),
        // A metric may be called like an operator.
        ("x or or y", Some(9), "`y` is unexpected"),
        ("sum(rate(x[$range]))", Some(12), "`$` is unexpected"),
        // Names are ASCII; strings are not, and characters are counted.
        ("größe", Some(1), "`größe` is unexpected"),
        ("x{a=\"ä\"} ]", Some(10), "`]` is unexpected"),
        ("count(x) >> 0", Some(11), "`>` is unexpected"),
        ("x{a=\"b\" c=\"d\"}", Some(9), "`c` is unexpected"),
        (
            "sum(x) by (a) / on (a group_left y",
            Some(23),
            "`group_left` is unexpected",
        ),
        ("", None, "it is empty"),
        (" # nothing", None, "it is empty"),
    ] {
        let (field, found, message) = refused(promql, "> 0", "1h");
        assert_eq!(field, Field::Query, "{promql}");
        assert_eq!((found, message.as_str()), (at, problem), "{promql}");
    }
}

#[test]
fn what_parses_but_means_nothing_is_refused_with_the_reason() {
    for (promql, problem) in [
        ("rate(x)", "expected type matrix"),
        ("sum(x[5m])", "expected type vector"),
        ("no_such(x)", "unknown function"),
        ("x and 1", "set operator"),
        ("{}", "at least one non-empty matcher"),
        ("x[5m]", "it yields a range of samples"),
        ("x[1h:5m]", "it yields a range of samples"),
        ("\"x\"", "it yields a string"),
        ("x{a=~\"(\"}", "regex"),
        ("x[1e999]", ""),
    ] {
        let (field, _, message) = refused(promql, "> 0", "1h");
        assert_eq!(field, Field::Query, "{promql}");
        assert!(message.contains(problem), "{promql}: {message}");
    }
}

#[test]
fn conditions_are_a_comparison_and_a_number() {
    for (text, written) in [
        ("> 0", "> 0"),
        ("== 1", "== 1"),
        ("<= 28", "<= 28"),
        ("< 0.9", "< 0.9"),
        (">=288", ">= 288"),
        (" != -1.5e3 ", "!= -1500"),
        ("> -0", "> 0"),
    ] {
        let query = Query::parse("x", text, "1h").unwrap();
        assert_eq!(query.pass().to_string(), written);
    }
    for (text, at) in [
        ("", Some(1)),
        ("0", Some(1)),
        ("= 1", Some(1)),
        ("=> 1", Some(1)),
        ("> ", Some(3)),
        ("> zero", Some(3)),
        ("> NaN", Some(3)),
        ("< inf", Some(3)),
        ("< 1e999", Some(3)),
        ("> 0 and more", Some(3)),
        ("< 0x10", Some(3)),
    ] {
        let (field, found, _) = refused("x", text, "1h");
        assert_eq!((field, found), (Field::Pass, at), "{text}");
    }
}

#[test]
fn comparisons_are_prometheus_ones() {
    let bounds = [
        ("<", 1),
        ("<=", 3),
        (">", 4),
        (">=", 6),
        ("==", 2),
        ("!=", 5),
    ];
    for (sign, expected) in bounds {
        let pass = super::pass(&format!("{sign} 1"));
        let held = [0.0, 1.0, 2.0].map(|value| pass.holds(value));
        let bits = held
            .iter()
            .rev()
            .fold(0, |bits, held| bits << 1 | u8::from(*held));
        assert_eq!(bits, expected, "{sign}");
        assert!(!pass.holds(f64::NAN), "{sign}");
    }
}

#[test]
fn durations_are_prometheus_ones() {
    for (text, seconds) in [
        ("5m", 300),
        ("1h30m", 5400),
        ("30d", 2_592_000),
        ("1w", 604_800),
        ("90s", 90),
    ] {
        let query = Query::parse("x", "> 0", text).unwrap();
        assert_eq!(query.window(), Duration::from_secs(seconds), "{text}");
    }
    for (text, at) in [
        ("", None),
        ("0", Some(1)),
        ("0s", None),
        ("5", Some(1)),
        ("h", Some(1)),
        ("1h 5m", Some(3)),
        ("5m1h", Some(3)),
        ("1h1h", Some(3)),
        ("-5m", Some(1)),
        ("1.5h", Some(1)),
        ("1H", Some(1)),
        ("99999999999999999999s", Some(1)),
        ("18446744073709551615y", Some(1)),
        ("2y", None),
        ("5ms", None),
    ] {
        let (field, found, message) = refused("x", "> 0", text);
        assert_eq!((field, found), (Field::For, at), "{text}: {message}");
    }
}

#[test]
fn an_expression_has_a_bounded_size_and_depth() {
    let deep = |levels: usize| format!("{}x{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Query::parse(&deep(50), "> 0", "1h").is_ok());
    assert_eq!(refused(&deep(51), "> 0", "1h").1, Some(51));
    // Runs of signs make a tree as deep as they are long. A thread of the operator has 2 MiB.
    let small = std::thread::Builder::new().stack_size(1 << 20);
    let thread = small.spawn(|| {
        for chain in [
            format!("{}x", "-".repeat(999)),
            format!("x{}", "+x".repeat(499)),
        ] {
            assert!(Query::parse(&chain, "> 0", "1h").is_ok());
            assert!(
                refused(&format!("{chain}+x+x"), "> 0", "1h")
                    .2
                    .contains("more than 1000 words")
            );
        }
    });
    thread.unwrap().join().unwrap();
    let long = format!("x{{a=\"{}\"}}", "a".repeat(8192));
    assert!(
        refused(&long, "> 0", "1h")
            .2
            .contains("longer than 8192 bytes")
    );
}

#[test]
fn an_error_names_the_field() {
    let error = Query::parse("x", "> zero", "1h").unwrap_err();
    assert_eq!(
        error.to_string(),
        "pass (character 3): `zero` is not a number: write a comparison (==, !=, <, <=, >, >=) and a number, such as `> 0`"
    );
}

proptest! {
    #[test]
    fn nothing_written_into_a_field_panics(
        promql in "[a-z0-9(){}\\[\\]\"'`$=~!<>+*/^,:@# .\\\\-]{0,40}",
        pass in "[<>=! 0-9.eE+-]{0,8}",
        window in "[0-9smhdwy .-]{0,8}",
    ) {
        let outcome = Query::parse(&promql, &pass, &window);
        if let Err(error) = outcome {
            let text = match error.field {
                Field::Query => &promql,
                Field::Pass => &pass,
                Field::For => &window,
            };
            prop_assert!(error.at.is_none_or(|at| (1..=text.chars().count() + 1).contains(&at)), "{error}");
        }
    }
}
