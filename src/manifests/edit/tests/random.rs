//! Documents in any style: a change changes what it says, and nothing else.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::manifests::edit::{change, edit};
use crate::manifests::yaml::Source;
use crate::remedy::Edit;

/// How a document is written.
#[derive(Clone, Debug)]
struct Taste {
    step: usize,
    dash: usize,
    crlf: bool,
    comments: bool,
    /// From which depth on it is in braces.
    flow_from: usize,
    blank_lines: bool,
    last_line_break: bool,
    marker: bool,
}

prop_compose! {
    fn taste()(
        step in 1_usize..6, dash in 0_usize..4, crlf: bool, comments: bool, flow_from in 0_usize..8,
        blank_lines: bool, last_line_break: bool, marker: bool,
    ) -> Taste {
        Taste { step, dash, crlf, comments, flow_from, blank_lines, last_line_break, marker }
    }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::from),
        (0_i32..1000).prop_map(Value::from),
        "[a-z]{1,8}".prop_map(Value::from),
        "[ a-z:#'\"\\\\-]{0,8}".prop_map(Value::from),
        Just(json!({})),
        Just(json!([])),
        Just(Value::Null),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::btree_map("[a-e]", inner.clone(), 1..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            prop::collection::vec(inner, 1..4).prop_map(Value::Array),
        ]
    })
}

fn mapping() -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-e]", value(), 1..4)
        .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>()))
}

impl Taste {
    /// Writes a value, with the end of its last line.
    fn write(&self, value: &Value, depth: usize, indent: usize, out: &mut String) {
        let space = " ".repeat(indent);
        match value {
            Value::Object(entries) if self.is_block(value, depth) => {
                for (key, value) in entries {
                    if self.comments {
                        out.push_str(&format!("{space}# COMMENT {key}\n"));
                    }
                    out.push_str(&format!("{space}{key}:"));
                    self.below(value, depth, indent, false, out);
                    if self.blank_lines {
                        out.push('\n');
                    }
                }
            }
            Value::Array(items) if self.is_block(value, depth) => {
                for item in items {
                    out.push_str(&format!("{space}-"));
                    self.below(item, depth, indent, true, out);
                }
            }
            Value::String(text)
                if text.len() > 5 && text.bytes().all(|byte| byte.is_ascii_lowercase()) =>
            {
                self.line(text, out);
            }
            other => self.line(&other.to_string(), out),
        }
    }

    fn line(&self, text: &str, out: &mut String) {
        out.push_str(text);
        out.push_str(if self.comments { " # COMMENT\n" } else { "\n" });
    }

    fn is_block(&self, value: &Value, depth: usize) -> bool {
        let is_empty = match value {
            Value::Object(entries) => entries.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => true,
        };
        depth < self.flow_from && !is_empty
    }

    /// Writes what is below a key or a dash.
    fn below(&self, value: &Value, depth: usize, indent: usize, dash: bool, out: &mut String) {
        if self.is_block(value, depth + 1) {
            let by = match value {
                Value::Array(_) if !dash => self.dash,
                _ => self.step,
            };
            out.push('\n');
            self.write(value, depth + 1, indent + by, out);
        } else if value.is_null() && self.comments {
            out.push_str(" # COMMENT\n");
        } else {
            out.push(' ');
            self.write(value, usize::MAX, 0, out);
        }
    }

    fn document(&self, value: &Value) -> String {
        let mut text = String::new();
        if self.marker {
            text.push_str("--- # COMMENT\n");
        }
        self.write(value, 0, 0, &mut text);
        if !self.last_line_break {
            text.truncate(text.trim_end().len());
        }
        if self.crlf {
            text = text.replace('\n', "\r\n");
        }
        text
    }
}

fn meaning(text: &str) -> Option<Value> {
    Source { text, line: 1 }.parse().ok()?.deserialize().ok()
}

/// Every JSON pointer in a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    let steps: Vec<(String, &Value)> = match value {
        Value::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, value)| (at.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (step, value) in steps {
        let path = format!("{at}/{step}");
        all.push(path.clone());
        pointers(value, &path, all);
    }
}

/// How many lines of a text are in another one as well, at its beginning or its end.
fn kept(one: &str, other: &str) -> usize {
    let (one, other): (Vec<_>, Vec<_>) = (one.split('\n').collect(), other.split('\n').collect());
    let head = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let tail = one[head..].iter().rev().zip(other[head..].iter().rev());
    head + tail.take_while(|(a, b)| a == b).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_changes_what_it_says_and_nothing_else(value in mapping(), taste in taste(), at: prop::sample::Index, which in 0..4) {
        let text = taste.document(&value);
        prop_assert_eq!(meaning(&text), Some(value.clone()), "{}", text);
        let mut paths = Vec::new();
        pointers(&value, "", &mut paths);
        let path = at.get(&paths).clone();
        let asked = match which {
            0 => Edit::set(format!("{path}/new/deep"), true),
            1 => Edit::set(path, "other"),
            2 => Edit::Append { path, value: "more".into() },
            _ => Edit::remove(path),
        };
        let mut meant = value.clone();
        let is_possible = change(&mut meant, &asked);
        match edit(&text, std::slice::from_ref(&asked)) {
            Ok(written) => {
                prop_assert!(is_possible, "{:?}\n{}", asked, text);
                prop_assert_eq!(meaning(&written), Some(meant));
                if !matches!(asked, Edit::Remove { .. }) {
                    let touched = text.split('\n').count() - kept(&text, &written);
                    prop_assert!(touched <= 1, "{} lines\n{}\n{}", touched, text, written);
                    prop_assert_eq!(text.matches("COMMENT").count(), written.matches("COMMENT").count());
                }
                let bare = |text: &str| text.matches('\n').count() - text.matches("\r\n").count();
                prop_assert!(!text.contains('\r') || bare(&written) == 0, "{:?}", written);
            }
            // A collection on several lines is not replaced as a whole, and a comment in the way is not removed.
            Err(error) => prop_assert!(!is_possible || which == 1 || which == 3, "{}: {:?}\n{}", error, asked, text),
        }
    }
}
