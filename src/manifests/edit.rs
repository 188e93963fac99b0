//! Changes to a document as it is written: only the bytes that a change is about become others. Comments, the order of keys,
//! quotes, indentation and line breaks stay.
//!
//! What was written anew is read again and compared with what it is to mean. Where it means anything else, as where an anchor is
//! shared with another place, the change is refused.

mod layout;
mod meaning;
mod pieces;
mod placed;
#[cfg(test)]
mod tests;
mod write;

use serde_json::Value;

use self::layout::Layout;
use super::yaml::{self, Source};
use crate::remedy::Edit;

pub use meaning::{change, parts};
pub use pieces::{Piece, pieces};

/// Why a document cannot be changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("the document cannot be read")]
    Unreadable,
    /// The text at its end has no line break at the end, and would get one.
    #[error(
        "the text block at the end has no line break, and would get one: end the file with a line break, or write `|-`"
    )]
    OpenText,
    /// Some of its lines end with CR alone.
    #[error(
        "some of its lines end with CR alone, and others do not: save it with one kind of line breaks"
    )]
    LineBreaks,
    /// There is something else than what the change takes for granted.
    #[error("{path} is not written in a way that can be changed")]
    Shape {
        /// The JSON pointer of it.
        path: String,
    },
    /// Another place has the same anchor, and would change as well.
    #[error("{path} is written by an anchor that other places share; change it by hand")]
    Shared {
        /// The JSON pointer of it.
        path: String,
    },
    /// The document would mean something else besides.
    #[error("{path} cannot be changed without changing something else")]
    Otherwise {
        /// The JSON pointer of it.
        path: String,
    },
}

/// The text of one document after some changes, each by its JSON pointer in the document.
///
/// # Errors
/// Where it cannot be written without a change to something else.
pub fn edit(text: &str, edits: &[Edit]) -> Result<String, Refused> {
    let is_alone = |(at, _): (usize, &str)| !text[at + 1..].starts_with('\n');
    if text.match_indices('\r').any(is_alone) {
        if text.contains('\n') {
            return Err(Refused::LineBreaks);
        }
        // As they were written on old machines: YAML takes them for what they are.
        let written = edit(&text.replace('\r', "\n"), edits)?;
        return Ok(written.replace('\n', "\r"));
    }
    if ends_in_open_text(text) {
        return Err(Refused::OpenText);
    }
    let mut meant = meaning(text).ok_or(Refused::Unreadable)?;
    let mut written = text.to_owned();
    let mut last = "";
    let mut has_aliases = false;
    for edit in edits {
        last = edit.path();
        let shape = || Refused::Shape {
            path: edit.path().to_owned(),
        };
        if !change(&mut meant, edit) {
            return Err(shape());
        }
        // What an anchor says in several places may be as it is to be by now.
        let is = meaning(&written).ok_or(Refused::Unreadable)?;
        if is_done(&is, &meant, edit) {
            continue;
        }
        let layout = Layout::of(&written).map_err(|_| Refused::Unreadable)?;
        has_aliases |= layout.has_aliases;
        let (range, new) = placed::place(&layout, edit).ok_or_else(shape)?;
        written.replace_range(range, &new);
    }
    if meaning(&written).as_ref() != Some(&meant) {
        let path = last.to_owned();
        return Err(match has_aliases {
            true => Refused::Shared { path },
            false => Refused::Otherwise { path },
        });
    }
    Ok(written)
}

/// Whether it ends with a block of text that has no line break at its end: a line break after it becomes part of it.
pub fn ends_in_open_text(text: &str) -> bool {
    if text.ends_with(['\n', '\r']) {
        return false;
    }
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let mut least = usize::MAX;
    for line in text.lines().rev().filter(|line| !line.trim().is_empty()) {
        let begins = line.split(" #").next().unwrap_or_default().trim_end();
        let indicator = begins.rsplit([' ', ':']).next().unwrap_or_default();
        let is_kept = indicator.starts_with(['|', '>']) && !indicator.contains('-');
        if is_kept && indent(line) < least && least != usize::MAX {
            return true;
        }
        // A line that is not deeper than this one is around it: what it begins, it ends.
        if indent(line) < least {
            least = indent(line);
        }
        if least == 0 {
            return false;
        }
    }
    false
}

fn is_done(is: &Value, meant: &Value, edit: &Edit) -> bool {
    match edit {
        Edit::Set { path, .. } => is.pointer(path) == meant.pointer(path),
        Edit::Append { path, value } => {
            let items = is.pointer(path).and_then(Value::as_array);
            items.is_some_and(|items| items.contains(value))
        }
        Edit::Remove { path } | Edit::Rename { path, .. } => is.pointer(path).is_none(),
    }
}

/// A document of its own, in YAML.
pub fn block(document: &Value) -> String {
    let style = write::Style {
        step: 2,
        dashes: Some(0),
        json: false,
    };
    let entries = document.as_object().into_iter().flatten();
    let lines = entries.flat_map(|(key, value)| write::entry(key, value, 0, style));
    lines.map(|line| line + "\n").collect()
}

/// What a document means.
fn meaning(text: &str) -> Option<Value> {
    let source = Source { text, line: 1 };
    source.parse().ok()?.deserialize().ok()
}

/// The way to the object that begins at this place of a document, as a JSON pointer: it is the document, or an item of a List.
pub fn way_to(document: &yaml::Document<'_>, place: (u32, u32)) -> Option<String> {
    fn find(node: yaml::Node<'_>, place: (u32, u32), way: &str) -> Option<String> {
        if node.position("") == place {
            return Some(way.to_owned());
        }
        let items = node.get("items").into_iter().flat_map(yaml::Node::items);
        let mut items = items.enumerate();
        items.find_map(|(at, item)| find(item, place, &format!("{way}/items/{at}")))
    }
    find(document.root()?, place, "")
}
