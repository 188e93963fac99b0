//! Where something is taken away.

use super::Replacement;
use super::around;
use crate::manifests::edit::layout::{Layout, Node, Shape};

/// Takes away an entry of a mapping or an item of a list. A comment between it and the next one would be lost where both are on
/// one line: then it is not done.
pub(super) fn remove(layout: &Layout<'_>, path: &str) -> Option<Replacement> {
    let (around, last) = around(layout, path)?;
    let collection = layout.node(around);
    let (is_flow, parts): (bool, Vec<(usize, usize)>) = match &collection.shape {
        Shape::Mapping { flow, entries } => (*flow, entries.clone()),
        Shape::List { flow, items } => (*flow, items.iter().map(|item| (*item, *item)).collect()),
        _ => return None,
    };
    let at = match &collection.shape {
        Shape::Mapping { .. } => {
            let entry = layout.entry(around, &last)?;
            parts.iter().position(|part| *part == entry)?
        }
        _ => last.parse().ok().filter(|at| *at < parts.len())?,
    };
    let part = Part {
        dash: layout.dash(parts[at].0).filter(|_| !is_flow),
        before: at.checked_sub(1).map(|at| layout.node(parts[at].1)),
        first: layout.node(parts[at].0),
        last: layout.node(parts[at].1),
        next: parts.get(at + 1).map(|part| layout.node(part.0)),
    };
    match is_flow {
        true => part.of_flow(layout),
        false => part.of_block(layout, collection),
    }
}

/// What is taken away, and what is beside it.
struct Part<'l> {
    before: Option<&'l Node>,
    first: &'l Node,
    last: &'l Node,
    /// The dash before an item.
    dash: Option<usize>,
    next: Option<&'l Node>,
}

impl Part<'_> {
    fn of_flow(&self, layout: &Layout<'_>) -> Option<Replacement> {
        let range = match (self.before, self.next) {
            (Some(before), _) => before.bytes.end..self.last.bytes.end,
            (None, Some(next)) => self.first.bytes.start..next.bytes.start,
            (None, None) => self.first.bytes.start..self.last.bytes.end,
        };
        let has_comment = layout.text[range.clone()].contains('#');
        (!has_comment).then(|| (range, String::new()))
    }

    fn of_block(&self, layout: &Layout<'_>, collection: &Node) -> Option<Replacement> {
        let is_list = matches!(collection.shape, Shape::List { .. });
        if self.before.is_none() && self.next.is_none() {
            let empty = if is_list { "[]" } else { "{}" };
            return self.all(layout, collection, empty);
        }
        // Where its line begins with it; of an item, where the dash is.
        let start = match is_list {
            false => self.first.bytes.start,
            true => self.dash?,
        };
        if layout.begins_line(start) {
            let begin = layout.line_start(start);
            let end = layout.line_end(self.last.bytes.end);
            let rest = &layout.text[end..];
            let line_break = rest.len()
                - rest
                    .strip_prefix('\r')
                    .unwrap_or(rest)
                    .strip_prefix('\n')
                    .unwrap_or(rest)
                    .len();
            if line_break > 0 {
                return Some((begin..end + line_break, String::new()));
            }
            // The last line of a file that does not end with a line break.
            let before = layout.text[..begin].trim_end_matches(['\r', '\n']).len();
            return Some((before..end, String::new()));
        }
        // It is the first entry of an item, on the line of the dash.
        let range = start..self.next?.bytes.start;
        let has_comment = layout.text[range.clone()].contains('#');
        (!has_comment).then(|| (range, String::new()))
    }

    /// Takes away all that there is: what is left is said to be empty, on the line of the key.
    fn all(&self, layout: &Layout<'_>, collection: &Node, empty: &str) -> Option<Replacement> {
        let start = collection.bytes.start;
        let end = collection.bytes.end;
        if !layout.begins_line(start) {
            return Some((start..end, empty.to_owned()));
        }
        let above = layout.line_start(start).checked_sub(1)?;
        let above = layout.text[..above].trim_end_matches('\r').len();
        let line = &layout.text[layout.line_start(above)..above];
        // The key has to be right above it, and nothing behind it.
        let key = line.trim_end();
        if !key.ends_with(':') {
            return None;
        }
        let after_key = layout.line_start(above) + key.len();
        Some((after_key..end, format!(" {empty}")))
    }
}
