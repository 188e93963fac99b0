//! Whatever comes in, there is an answer.

use proptest::prelude::*;
use serde_json::{Number, Value, json};

use super::super::builder::DEPTH;
use super::{documents, shown, value};

#[test]
fn depth_is_limited() {
    let lists = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let blocks = |depth: usize| {
        (0..depth)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect::<String>()
    };
    let problem = "lists and mappings are nested more than 250 deep";
    for text in [lists(DEPTH), blocks(DEPTH), "- ".repeat(DEPTH)] {
        assert!(value(&text).is_ok(), "{}", shown(&text));
    }
    for text in [
        lists(DEPTH + 1),
        lists(100_000),
        blocks(DEPTH + 1),
        "- ".repeat(10_000),
        "{a: ".repeat(10_000),
    ] {
        assert!(shown(&text).ends_with(problem), "{}", shown(&text));
    }
}

#[test]
fn size_is_not() {
    let mega = 1 << 20;
    let word = "word ".repeat(mega / 5);
    let word = word.trim_end();
    assert_eq!(value(&format!("a: {word}\n")), Ok(json!({ "a": word })));
    assert_eq!(value(&format!("a: \"{word}\"\n")), Ok(json!({ "a": word })));
    assert_eq!(
        value(&format!("a: |-\n{}", "  line\n".repeat(mega / 7))),
        Ok(json!({ "a": "line\n".repeat(mega / 7).trim_end() }))
    );
    let keys: String = (0..20_000)
        .map(|number| format!("k{number}: {number}\n"))
        .collect();
    assert_eq!(
        value(&keys).map(|value| value.as_object().map(serde_json::Map::len)),
        Ok(Some(20_000))
    );
    let anchors: String = (0..20_000)
        .map(|number| format!("- &a{number} v\n- *a{number}\n"))
        .collect();
    assert_eq!(
        value(&anchors).map(|value| value.as_array().map(Vec::len)),
        Ok(Some(40_000))
    );
}

/// Text made of what YAML gives a meaning to.
pub(super) fn yaml_like() -> impl Strategy<Value = String> {
    let fragment = prop::sample::select(vec![
        "a: ", "b:", "name", "- ", "-", "  ", "    ", " ", "\n", "\n", "\n  ", "\n- ", "\n  - ",
        "\n---\n", "\n...\n", "#", " # c", ":", ": ", "\"", "'", "\\", "\\n", "\"x\"", "'y'", "|",
        "|-\n", "|\n  ", ">\n  ", "[", "]", "{", "}", ",", ", ", "&a ", "*a", "!", "!!str ", "? ",
        "<<: ", "%", "@", "`", "\t", "\r\n", "0x1F", "1.5", "yes", "~", "null", ".inf", "é", "日",
        "\u{feff}", "\u{85}", "\u{2028}", "\0", "{{ x }}",
    ]);
    prop::collection::vec(fragment, 0..40).prop_map(|fragments| fragments.concat())
}

/// JSON as Kubernetes has it: no number with a fraction of nothing.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("a fraction", |number| {
            Number::from_f64(number)
                .filter(|_| number.fract() != 0.0)
                .map(Value::Number)
        }),
        any::<String>().prop_map(Value::from),
        "[a-z.:# {}\\[\\],'\"&*!|>%@-]{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[ -~]{0,6}|\\PC{0,3}", inner, 0..6)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in prop_oneof![any::<String>(), yaml_like()]) {
        let mut length = 0;
        for (_, source) in documents(&text) {
            length += source.text.len();
            if let Ok(document) = source.parse() {
                document.position("/a/0/b");
                let _ = document.deserialize::<Value>();
            }
        }
        prop_assert!(length <= text.len());
    }

    #[test]
    fn json_is_read_as_it_was_written(json in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) }
            .expect("JSON can be written");
        prop_assert_eq!(value(&text), Ok(json), "{}", text);
    }
}
