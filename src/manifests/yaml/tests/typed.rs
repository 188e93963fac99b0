//! Documents read into types.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::super::Node;
use super::{check as check_values, parse};

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    replicas: Option<i32>,
    name: String,
    paused: bool,
    weight: f64,
    args: Vec<String>,
    labels: BTreeMap<String, String>,
    policy: Policy,
    probe: Option<IgnoredAny>,
    inner: Option<Box<Spec>>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
enum Policy {
    #[default]
    Always,
    Never,
    After(u8),
    Between {
        from: u8,
        to: u8,
    },
}

fn check<T: DeserializeOwned + PartialEq + Debug>(text: &str, expected: T) {
    let found = parse(text).and_then(|document| document.deserialize::<T>());
    assert_eq!(found, Ok(expected), "for {text:?}");
}

fn check_problem<T: DeserializeOwned + Debug>(text: &str, expected: &str) {
    let found = parse(text).and_then(|document| document.deserialize::<T>());
    assert_eq!(
        found
            .map_err(|problem| problem.to_string())
            .expect_err(text),
        expected,
        "for {text:?}"
    );
}

#[test]
fn fields_take_what_kubernetes_takes() {
    check(
        "replicas: 0x10",
        Spec {
            replicas: Some(16),
            ..Spec::default()
        },
    );
    check(
        "replicas: 3.0",
        Spec {
            replicas: Some(3),
            ..Spec::default()
        },
    );
    check(
        "weight: 3",
        Spec {
            weight: 3.0,
            ..Spec::default()
        },
    );
    check(
        "weight: 1e-1",
        Spec {
            weight: 0.1,
            ..Spec::default()
        },
    );
    check(
        "paused: yes",
        Spec {
            paused: true,
            ..Spec::default()
        },
    );
    check(
        "name: a",
        Spec {
            name: "a".into(),
            ..Spec::default()
        },
    );
    check(
        "args: [a, 'true', \"1\"]",
        Spec {
            args: vec!["a".into(), "true".into(), "1".into()],
            ..Spec::default()
        },
    );
    check(
        "unknown: {a: [1, {b: c}]}\nprobe: {x: 1}",
        Spec {
            probe: Some(IgnoredAny),
            ..Spec::default()
        },
    );
    check(
        "inner: {inner: {replicas: 1}}",
        Spec {
            inner: Some(Box::new(Spec {
                inner: Some(Box::new(Spec {
                    replicas: Some(1),
                    ..Spec::default()
                })),
                ..Spec::default()
            })),
            ..Spec::default()
        },
    );
}

/// The API server decodes `null` as no value at all.
#[test]
fn null_is_the_zero_value() {
    check(
        "replicas:\nname: ~\npaused: null\nweight:\nargs:\nlabels:\npolicy:\nprobe:\ninner:\n",
        Spec::default(),
    );
    check("{}", Spec::default());
    check(
        "args: [~, a]\nlabels: {a: }",
        Spec {
            args: vec![String::new(), "a".into()],
            labels: [("a".into(), String::new())].into(),
            ..Spec::default()
        },
    );
    check(
        "{a: ~, b: 1}",
        BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some(1))]),
    );
    check("- 1\n-\n", vec![1, 0]);
}

#[test]
fn the_last_key_and_merged_keys_reach_fields() {
    check(
        "replicas: 1\nreplicas: 2",
        Spec {
            replicas: Some(2),
            ..Spec::default()
        },
    );
    check(
        "x: &x {replicas: 1, name: a}\n<<: *x\nname: b",
        Spec {
            replicas: Some(1),
            name: "b".into(),
            ..Spec::default()
        },
    );
    check("replicas: 1\nreplicas: ~", Spec::default());
}

#[test]
fn enums_are_names_or_mappings_with_one_key() {
    check("Never", Policy::Never);
    check("After: 3", Policy::After(3));
    check(
        "Between: {from: 1, to: 2}",
        Policy::Between { from: 1, to: 2 },
    );
    check_problem::<Policy>(
        "- Never",
        "line 1, column 1: expected enum Policy, found a list",
    );
    check_problem::<Spec>(
        "policy: Sometimes",
        "line 1, column 9: policy: unknown variant `Sometimes`, expected one of `Always`, `Never`, `After`, `Between`",
    );
}

#[test]
fn text_is_borrowed_from_the_file() {
    #[derive(Deserialize)]
    struct Names<'a> {
        plain: &'a str,
        quoted: &'a str,
        #[serde(borrow)]
        escaped: Cow<'a, str>,
    }
    let document = parse("plain: a b\nquoted: 'c'\nescaped: \"\\n\"\n").expect("YAML");
    let names: Names<'_> = document.deserialize().expect("names");
    assert_eq!(
        (names.plain, names.quoted, &*names.escaped),
        ("a b", "c", "\n")
    );
}

#[test]
fn a_wrong_type_is_named_with_its_place() {
    check_problem::<Spec>(
        "inner:\n  args:\n  - a\n  - true\n",
        "line 4, column 5: inner.args[1]: expected a string, found the boolean `true`; quote it",
    );
    check_problem::<Spec>(
        "labels:\n  example.com/version: 1.20\n",
        "line 2, column 24: labels[\"example.com/version\"]: expected a string, found the number `1.20`; quote it",
    );
    check_problem::<Spec>(
        "replicas: '3'",
        "line 1, column 11: replicas: expected i32, found the text `3`",
    );
    check_problem::<Spec>(
        "replicas: 1.5",
        "line 1, column 11: replicas: expected i32, found floating point `1.5`",
    );
    check_problem::<Spec>(
        "replicas: 3000000000",
        "line 1, column 11: replicas: expected i32, found integer `3000000000`",
    );
    check_problem::<Spec>(
        "paused: 1",
        "line 1, column 9: paused: expected a boolean, found the number `1`",
    );
    check_problem::<Spec>(
        "args: {a: 1}",
        "line 1, column 7: args: expected a sequence, found a mapping",
    );
    check_problem::<Spec>(
        "- a",
        "line 1, column 1: expected struct Spec, found a list",
    );
    check_problem::<Vec<Policy>>("# only\n", "the document is empty");
    check_problem::<Spec>(
        "x: &x yes\nargs: [*x]\n",
        "line 2, column 8: args[0]: expected a string, found the boolean `yes`; quote it",
    );
}

#[test]
fn a_missing_field_has_the_place_of_its_mapping() {
    #[derive(Debug, Deserialize)]
    struct Strict {
        #[expect(dead_code, reason = "only its absence counts")]
        name: String,
    }
    check_problem::<Vec<Strict>>(
        "- name: a\n- other: b\n",
        "line 2, column 3: [1]: missing field `name`",
    );
    check_problem::<Vec<Strict>>("- name: ~\n", "line 1, column 3: [0]: missing field `name`");
}

#[test]
fn nodes_can_be_read_one_by_one() {
    let document =
        parse("kind: List\nitems:\n- &a {kind: A, m: 1}\n- *a\n- kind: 3\n").expect("YAML");
    let root = document.root().expect("a document");
    assert_eq!(root.get("kind").and_then(Node::as_str), Some("List"));
    assert!(root.get("none").is_none());
    let items = root.get("items").expect("items");
    let kinds: Vec<_> = items
        .items()
        .map(|item| item.get("kind").and_then(Node::as_str))
        .collect();
    assert_eq!(kinds, [Some("A"), Some("A"), None]);
    assert_eq!(
        items.items().nth(1).expect("an alias").deserialize(),
        Ok(BTreeMap::from([
            ("m".to_owned(), IgnoredAny),
            ("kind".to_owned(), IgnoredAny)
        ]))
    );
    assert_eq!(root.items().count(), 0);
}

#[test]
fn positions_are_those_of_keys_and_items() {
    let text = "kind: Pod\nspec:\n  containers:\n  - name: a\n    image: b\n  - {name: ü, image: d}\n  a/b~c: 1\n";
    let document = super::Source { text, line: 11 }.parse().expect("YAML");
    for (pointer, expected) in [
        ("", (11, 1)),
        ("/kind", (11, 1)),
        ("/spec/containers", (13, 3)),
        ("/spec/containers/0", (14, 5)),
        ("/spec/containers/0/image", (15, 5)),
        ("/spec/containers/1/image", (16, 15)),
        ("/spec/a~1b~0c", (17, 3)),
        ("/spec/containers/1/none/more", (16, 5)),
        ("/spec/containers/7", (13, 3)),
        ("/spec/containers/x", (13, 3)),
        ("/none", (11, 1)),
        ("/kind/deeper", (11, 1)),
    ] {
        assert_eq!(document.position(pointer), Some(expected), "for {pointer}");
    }
    assert_eq!(parse("# only\n").expect("YAML").position("/a"), None);
    let merged = parse("x: &x\n  a: 1\nb:\n  <<: *x\n").expect("YAML");
    assert_eq!(merged.position("/b/a"), Some((2, 3)));
}

#[test]
fn numbers_fit_the_type_that_is_asked_for() {
    check("255", 255_u8);
    check("18446744073709551615", u64::MAX);
    check("-9223372036854775808", i64::MIN);
    check("1e3", 1000_u16);
    check("[1, 2.5]", (1_u8, 2.5_f32));
    check_problem::<u8>("256", "line 1, column 1: expected u8, found integer `256`");
    check_values(&[("[1, -1, 1.5, true, ~, x]", r#"[1,-1,1.5,true,null,"x"]"#)]);
}
