//! Values as people write them, in the style of what is around them.

use granit_parser::ScalarStyle;
use serde_json::Value;

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// By how many columns a mapping is indented.
    pub(super) step: usize,
    /// By how many columns the dashes of a list are, where there are any lists with dashes.
    pub(super) dashes: Option<usize>,
    /// Whether it is JSON, whose keys are quoted.
    pub(super) json: bool,
}

/// A value on one line.
pub(super) fn flow(value: &Value, style: Style) -> String {
    if style.json {
        return spaced(value);
    }
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| flow(item, style)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", text(key), flow(value, style)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        scalar => self::scalar(scalar),
    }
}

/// JSON on one line, with a space after colons and commas.
fn spaced(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(spaced).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::String(key.clone()), spaced(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// JSON on several lines, whose first is indented by so many columns; the first line itself is not.
pub(super) fn pretty(value: &Value, indent: usize, step: usize) -> String {
    let inner = " ".repeat(indent + step);
    let (open, close, parts): (_, _, Vec<String>) = match value {
        Value::Array(items) if !items.is_empty() => {
            let items = items.iter().map(|item| pretty(item, indent + step, step));
            ('[', ']', items.collect())
        }
        Value::Object(entries) if !entries.is_empty() => {
            let entries = entries.iter().map(|(key, value)| {
                let value = pretty(value, indent + step, step);
                format!("{}: {value}", Value::String(key.clone()))
            });
            ('{', '}', entries.collect())
        }
        other => return spaced(other),
    };
    let parts = parts.join(&format!(",\n{inner}"));
    format!("{open}\n{inner}{parts}\n{}{close}", " ".repeat(indent))
}

/// The lines of an entry of a block mapping, each with its indentation.
pub(super) fn entry(key: &str, value: &Value, indent: usize, style: Style) -> Vec<String> {
    let (space, key) = (" ".repeat(indent), text(key));
    match (value, style.dashes) {
        (Value::Object(entries), _) if !entries.is_empty() => {
            let mut lines = vec![format!("{space}{key}:")];
            for (key, value) in entries {
                lines.extend(entry(key, value, indent + style.step, style));
            }
            lines
        }
        (Value::Array(items), Some(dashes)) if !items.is_empty() => {
            let mut lines = vec![format!("{space}{key}:")];
            for value in items {
                lines.extend(item(value, indent + dashes, style));
            }
            lines
        }
        (value, _) => vec![format!("{space}{key}: {}", flow(value, style))],
    }
}

/// The lines of an item of a block list.
pub(super) fn item(value: &Value, indent: usize, style: Style) -> Vec<String> {
    let space = " ".repeat(indent);
    let Value::Object(entries) = value else {
        return vec![format!("{space}- {}", flow(value, style))];
    };
    let lines = entries
        .iter()
        .flat_map(|(key, value)| entry(key, value, indent + 2, style));
    let mut lines: Vec<String> = lines.collect();
    match lines.first_mut() {
        Some(first) => *first = format!("{space}- {}", first.trim_start()),
        None => lines.push(format!("{space}- {{}}")),
    }
    lines
}

/// A scalar in place of one that was written in this way.
pub(super) fn like(value: &Value, written: ScalarStyle, style: Style) -> String {
    match (value, written) {
        (Value::String(text), ScalarStyle::SingleQuoted) if !text.contains(['\n', '\r']) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        (Value::String(_), ScalarStyle::DoubleQuoted) => value.to_string(),
        _ => flow(value, style),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(plain) => text(plain),
        other => other.to_string(),
    }
}

/// Text, in quotes where it would be something else without.
pub(super) fn text(text: &str) -> String {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_./@:-".contains(&byte))
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
        && !text.ends_with(':');
    let means_something = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ];
    if is_plain && !means_something.contains(&text.to_ascii_lowercase().as_str()) {
        text.to_owned()
    } else {
        Value::String(text.to_owned()).to_string()
    }
}
