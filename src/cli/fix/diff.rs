//! What is different in a text: for people and for programs.

use similar::{ChangeTag, TextDiff};

use super::draft::Draft;
use crate::render::Replacement;

/// A unified diff of a file, as `git apply` and `patch -p1` take it.
pub(super) fn unified(draft: &Draft) -> String {
    let files = draft.files().into_iter();
    let each = files.map(|(path, before, after)| {
        let name = path.display().to_string();
        let name = name.trim_start_matches('/');
        let old = match before {
            Some(_) => format!("a/{name}"),
            None => "/dev/null".to_owned(),
        };
        let diff = TextDiff::from_lines(before.unwrap_or_default(), &after);
        let mut diff = diff.unified_diff();
        diff.context_radius(3)
            .header(&old, &format!("b/{name}"))
            .to_string()
    });
    each.collect()
}

/// What to put in the place of what, for one text to become the other: each as small as can be.
pub(in crate::cli) fn replacements(before: &str, after: &str) -> Vec<Replacement> {
    let bom = before.starts_with('\u{feff}');
    let diff = TextDiff::from_lines(before, after);
    let mut found = Vec::new();
    let mut cursor = Cursor { line: 1, column: 1 };
    let mut open: Option<(Cursor, String, String)> = None;
    for change in diff.iter_all_changes() {
        let text = change.value();
        match change.tag() {
            ChangeTag::Equal => {
                found.extend(open.take().map(|(at, old, new)| trimmed(at, &old, &new)));
                cursor.pass(text);
            }
            ChangeTag::Delete => {
                let (_, old, _) = open.get_or_insert((cursor, String::new(), String::new()));
                old.push_str(text);
                cursor.pass(text);
            }
            ChangeTag::Insert => {
                let (_, _, new) = open.get_or_insert((cursor, String::new(), String::new()));
                new.push_str(text);
            }
        }
    }
    found.extend(open.map(|(at, old, new)| trimmed(at, &old, &new)));
    // A byte order mark is no part of the text.
    for replacement in found.iter_mut().filter(|_| bom) {
        let Replacement { start, end, .. } = replacement;
        for place in [start, end] {
            place.1 -= u32::from(place.0 == 1 && place.1 > 1);
        }
    }
    found
}

/// A place in a text: its line, and its column in characters, from 1.
#[derive(Clone, Copy)]
struct Cursor {
    line: u32,
    column: u32,
}

impl Cursor {
    fn pass(&mut self, text: &str) {
        for char in text.chars() {
            if char == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
    }
}

/// Leaves out what both texts begin and end with.
fn trimmed(mut at: Cursor, old: &str, new: &str) -> Replacement {
    let pairs = old.char_indices().zip(new.chars());
    let head = pairs.take_while(|((_, a), b)| a == b).last();
    let head = head.map_or(0, |((at, char), _)| at + char.len_utf8());
    at.pass(&old[..head]);
    let (old, new) = (&old[head..], &new[head..]);
    let pairs = old.chars().rev().zip(new.chars().rev());
    let tail = pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
    let tail: usize = tail.sum();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let start = (at.line, at.column);
    at.pass(old);
    Replacement {
        start,
        end: (at.line, at.column),
        text: new.to_owned(),
    }
}
