//! Where in a text a change goes, and what is written there.

mod removal;

use std::ops::Range;

use granit_parser::ScalarStyle;
use serde_json::{Map, Value};

use super::layout::{Layout, Shape};
use super::meaning::parts;
use super::write::{self, Style};
use crate::remedy::Edit;

/// Bytes, and what takes their place.
pub(super) type Replacement = (Range<usize>, String);

/// Where a change goes; `None` where the document is not written in a way for which it is known.
pub(super) fn place(layout: &Layout<'_>, edit: &Edit) -> Option<Replacement> {
    let style = style(layout);
    match edit {
        Edit::Set { path, value } => Placer { layout, style }.set(path, value),
        Edit::Append { path, value } => Placer { layout, style }.append(path, value),
        Edit::Remove { path } => removal::remove(layout, path),
        Edit::Rename { path, to } => {
            let (mapping, last) = around(layout, path)?;
            let (key, _) = layout.entry(mapping, &last)?;
            let node = layout.node(key);
            let Shape::Scalar { style: written, .. } = node.shape else {
                return None;
            };
            let new = Value::String((*to).to_owned());
            Some((node.bytes.clone(), write::like(&new, written, style)))
        }
    }
}

/// The innermost collection around what a path leads to, and the last step.
fn around(layout: &Layout<'_>, path: &str) -> Option<(usize, String)> {
    let mut steps: Vec<String> = parts(path).collect();
    let last = steps.pop()?;
    let mut node = layout.followed(layout.root()?);
    for step in &steps {
        node = layout.followed(child(layout, node, step)?);
    }
    Some((node, last))
}

fn child(layout: &Layout<'_>, node: usize, step: &str) -> Option<usize> {
    match &layout.node(node).shape {
        Shape::List { items, .. } => items.get(step.parse::<usize>().ok()?).copied(),
        Shape::Mapping { .. } => layout.entry(node, step).map(|(_, value)| value),
        _ => None,
    }
}

/// A value inside mappings that are not there yet.
fn wrapped(steps: &[String], value: &Value) -> Value {
    let wrap = |inner: Value, step: &String| Value::Object(Map::from_iter([(step.clone(), inner)]));
    steps.iter().rev().fold(value.clone(), wrap)
}

struct Placer<'l, 't> {
    layout: &'l Layout<'t>,
    style: Style,
}

impl Placer<'_, '_> {
    fn set(&self, path: &str, value: &Value) -> Option<Replacement> {
        let steps: Vec<String> = parts(path).collect();
        let mut node = self.layout.root()?;
        for (at, step) in steps.iter().enumerate() {
            let target = self.layout.followed(node);
            if let Some(next) = child(self.layout, target, step) {
                node = next;
                continue;
            }
            let value = wrapped(&steps[at + 1..], value);
            return match &self.layout.node(target).shape {
                Shape::Mapping { .. } => self.insert(target, step, &value),
                Shape::Scalar { .. } if self.layout.is_null(target) => self.fill(
                    target,
                    at.checked_sub(1)?,
                    &steps,
                    &wrapped(&steps[at..=at], &value),
                ),
                _ => None,
            };
        }
        self.replace(node, &steps, value)
    }

    fn append(&self, path: &str, value: &Value) -> Option<Replacement> {
        let steps: Vec<String> = parts(path).collect();
        let mut node = self.layout.root()?;
        for step in &steps {
            match child(self.layout, self.layout.followed(node), step) {
                Some(next) => node = next,
                None => return self.set(path, &Value::Array(vec![value.clone()])),
            }
        }
        let list = self.layout.followed(node);
        if self.layout.is_null(list) {
            return self.set(path, &Value::Array(vec![value.clone()]));
        }
        let around = self.layout.node(list);
        let Shape::List { flow, items } = &around.shape else {
            return None;
        };
        let Some(last) = items.last().map(|item| self.layout.node(*item)) else {
            let inner = around.bytes.start + 1..around.bytes.end.checked_sub(1)?;
            return Some((inner, write::flow(value, self.style)));
        };
        let at = last.bytes.end;
        if !*flow {
            let lines = write::item(value, around.column, self.style);
            return Some(self.after_line(self.layout.end_of_lines(list), &lines));
        }
        let separator = match self.layout.begins_line(last.bytes.start) {
            true => format!(",{}{}", self.layout.line_break(), " ".repeat(last.column)),
            false => ", ".to_owned(),
        };
        let written = write::flow(value, self.style);
        Some((at..at, format!("{separator}{written}")))
    }

    /// Puts an entry at the end of a mapping.
    fn insert(&self, mapping: usize, key: &str, value: &Value) -> Option<Replacement> {
        let node = self.layout.node(mapping);
        let Shape::Mapping { flow, entries } = &node.shape else {
            return None;
        };
        let Some((first, (last_key, last))) = entries.first().zip(entries.last()) else {
            return Some(self.within_empty(node.bytes.clone(), key, value));
        };
        let at = self.layout.node(*last).bytes.end;
        if !*flow {
            let column = self.layout.node(first.0).column;
            let lines = write::entry(key, value, column, self.style);
            return Some(self.after_line(self.layout.end_of_lines(mapping), &lines));
        }
        let last_key = self.layout.node(*last_key);
        if !self.layout.begins_line(last_key.bytes.start) {
            return Some((at..at, format!(", {}", self.flow_entry(key, value))));
        }
        let written = self.pretty_entry(key, value, last_key.column, mapping);
        let new = format!(
            "{}{}{written}",
            self.layout.line_break(),
            " ".repeat(last_key.column)
        );
        let end = self.layout.line_end(at);
        let rest = &self.layout.text[at..end];
        // A comment, or a comma that YAML takes and JSON does not, stays on its line.
        Some(match rest.trim_start() {
            "" => (at..at, format!(",{new}")),
            comment if comment.starts_with('#') => (at..end, format!(",{rest}{new}")),
            comma if comma.starts_with(',') => (end..end, new),
            _ => (at..at, format!(", {}", self.flow_entry(key, value))),
        })
    }

    fn flow_entry(&self, key: &str, value: &Value) -> String {
        format!("{}: {}", self.key(key), write::flow(value, self.style))
    }

    fn key(&self, key: &str) -> String {
        match self.style.json {
            true => Value::String(key.to_owned()).to_string(),
            false => write::text(key),
        }
    }

    /// An entry that begins a line of a mapping in braces.
    fn pretty_entry(&self, key: &str, value: &Value, column: usize, mapping: usize) -> String {
        if !self.style.json {
            return self.flow_entry(key, value);
        }
        let open = self.layout.node(mapping).bytes.start;
        let around = self.indent_of_line(open);
        let step = column.saturating_sub(around).max(1);
        let value = write::pretty(value, column, step);
        let value = value.replace('\n', self.layout.line_break());
        format!("{}: {value}", self.key(key))
    }

    fn within_empty(&self, braces: Range<usize>, key: &str, value: &Value) -> Replacement {
        let indent = self.indent_of_line(braces.start);
        let is_pretty = self.style.json && self.layout.text.trim_end().contains('\n');
        if !is_pretty {
            return (braces, format!("{{{}}}", self.flow_entry(key, value)));
        }
        let value = wrapped(&[key.to_owned()], value);
        let written = write::pretty(&value, indent, self.style.step);
        (braces, written.replace('\n', self.layout.line_break()))
    }

    fn indent_of_line(&self, at: usize) -> usize {
        let line = &self.layout.text[self.layout.line_start(at)..at];
        line.len() - line.trim_start_matches(' ').len()
    }

    /// Puts a value where nothing is written, or null; the key is the step at `last`.
    fn fill(
        &self,
        null: usize,
        last: usize,
        steps: &[String],
        value: &Value,
    ) -> Option<Replacement> {
        let node = self.layout.node(null);
        if !self.layout.is_unwritten(null) {
            return Some((node.bytes.clone(), write::flow(value, self.style)));
        }
        let at = node.bytes.start;
        let path: String = steps[..=last]
            .iter()
            .map(|step| format!("/{step}"))
            .collect();
        let (mapping, key) = around(self.layout, &path)?;
        let in_block = matches!(
            self.layout.node(mapping).shape,
            Shape::Mapping { flow: false, .. }
        );
        if !in_block || !(value.is_object() || value.is_array()) {
            return Some((at..at, format!(" {}", write::flow(value, self.style))));
        }
        let (written, _) = self.layout.entry(mapping, &key)?;
        let column = self.layout.node(written).column;
        let lines = write::entry(&key, value, column, self.style);
        match lines.as_slice() {
            [_] => Some((at..at, format!(" {}", write::flow(value, self.style)))),
            lines => Some(self.after_line(at, &lines[1..])),
        }
    }

    fn replace(&self, node: usize, steps: &[String], value: &Value) -> Option<Replacement> {
        if self.layout.is_null(node) {
            return self.fill(node, steps.len().checked_sub(1)?, steps, value);
        }
        let written = self.layout.node(node);
        let new = match &written.shape {
            Shape::Scalar { style, .. } => match style {
                ScalarStyle::Literal | ScalarStyle::Folded => return None,
                style => write::like(value, *style, self.style),
            },
            Shape::Alias(_)
            | Shape::List { flow: true, .. }
            | Shape::Mapping { flow: true, .. } => write::flow(value, self.style),
            Shape::List { .. } | Shape::Mapping { .. } => return None,
        };
        Some((written.bytes.clone(), new))
    }

    /// Puts lines below the one that a byte is on.
    fn after_line(&self, at: usize, lines: &[String]) -> Replacement {
        let end = self.layout.line_end(at);
        let line_break = self.layout.line_break();
        let new: String = lines
            .iter()
            .map(|line| format!("{line_break}{line}"))
            .collect();
        (end..end, new)
    }
}

/// How the document is written, by what most of it does.
fn style(layout: &Layout<'_>) -> Style {
    let mut steps: Vec<usize> = Vec::new();
    let mut dashes: Vec<usize> = Vec::new();
    for node in layout.nodes() {
        let Shape::Mapping {
            flow: false,
            entries,
        } = &node.shape
        else {
            continue;
        };
        for (_, value) in entries {
            let value = layout.node(*value);
            match &value.shape {
                Shape::Mapping { flow: false, .. } if value.column > node.column => {
                    steps.push(value.column - node.column);
                }
                Shape::List { flow: false, .. } if value.column >= node.column => {
                    dashes.push(value.column - node.column);
                }
                _ => {}
            }
        }
    }
    let root = layout.root().map(|root| layout.node(root));
    let json = root.is_some_and(|root| match &root.shape {
        Shape::Mapping {
            flow: true,
            entries,
        } => entries.first().is_some_and(|(key, _)| {
            let key = &layout.node(*key).shape;
            matches!(
                key,
                Shape::Scalar {
                    style: ScalarStyle::DoubleQuoted,
                    ..
                }
            )
        }),
        _ => false,
    });
    Style {
        step: most(&steps).unwrap_or(2),
        dashes: most(&dashes),
        json,
    }
}

/// The number that is there most often, the least of several.
fn most(numbers: &[usize]) -> Option<usize> {
    let count = |number: &usize| numbers.iter().filter(|other| *other == number).count();
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted.into_iter().rev().max_by_key(|number| count(number))
}
