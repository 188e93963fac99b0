//! What is different in a text: for people and for programs.

mod place;

use similar::{Algorithm, ChangeTag, DiffOp, DiffTag, TextDiff, capture_diff_slices};

use super::draft::Written;
use crate::render::Replacement;

pub(super) use self::place::Base;

/// How many lines are shown around a change.
const AROUND: usize = 3;

/// A unified diff of a file, as `git apply` and `patch -p1` take it.
pub(super) fn unified(written: &Written<'_>, base: &Base) -> String {
    let lines = Lines::of(&written.parts);
    let hunks = similar::group_diff_ops(lines.operations, AROUND);
    if hunks.is_empty() {
        return String::new();
    }
    let old = match written.is_new {
        true => "/dev/null".to_owned(),
        false => base.name("a", &written.path),
    };
    let mut text = format!("--- {old}\n+++ {}\n", base.name("b", &written.path));
    for hunk in hunks {
        let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else {
            continue;
        };
        let range = |start: usize, end: usize| match end - start {
            // Of nothing, the line before it is named.
            0 => format!("{start},0"),
            1 => format!("{}", start + 1),
            length => format!("{},{length}", start + 1),
        };
        text.push_str(&format!(
            "@@ -{} +{} @@\n",
            range(first.old_range().start, last.old_range().end),
            range(first.new_range().start, last.new_range().end)
        ));
        for operation in &hunk {
            let mut put = |sign: char, line: &str| {
                text.push(sign);
                text.push_str(line);
                if !line.ends_with('\n') {
                    text.push_str("\n\\ No newline at end of file\n");
                }
            };
            if operation.tag() == DiffTag::Equal {
                lines.old[operation.old_range()]
                    .iter()
                    .for_each(|line| put(' ', line));
                continue;
            }
            let (old, new) = (operation.old_range(), operation.new_range());
            lines.old[old].iter().for_each(|line| put('-', line));
            lines.new[new].iter().for_each(|line| put('+', line));
        }
    }
    text
}

/// The lines of a file before and after, and what became of them: found part by part, for files that have many.
struct Lines<'t> {
    old: Vec<&'t str>,
    new: Vec<&'t str>,
    operations: Vec<DiffOp>,
}

impl<'t> Lines<'t> {
    fn of(parts: &'t [(&'t str, String)]) -> Self {
        let mut lines = Self {
            old: Vec::new(),
            new: Vec::new(),
            operations: Vec::new(),
        };
        for (before, after) in parts {
            let old: Vec<&str> = before.split_inclusive('\n').collect();
            let new: Vec<&str> = after.split_inclusive('\n').collect();
            for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
                lines.push(moved(operation, lines.old.len(), lines.new.len()));
            }
            lines.old.extend(old);
            lines.new.extend(new);
        }
        lines
    }

    /// Equal lines at the end of a part and at the begin of the next one are one run.
    fn push(&mut self, operation: DiffOp) {
        if let (
            Some(DiffOp::Equal { len, .. }),
            DiffOp::Equal {
                len: more_lines, ..
            },
        ) = (self.operations.last_mut(), &operation)
        {
            *len += more_lines;
        } else {
            self.operations.push(operation);
        }
    }
}

fn moved(mut operation: DiffOp, by_old: usize, by_new: usize) -> DiffOp {
    match &mut operation {
        DiffOp::Equal {
            old_index,
            new_index,
            ..
        }
        | DiffOp::Delete {
            old_index,
            new_index,
            ..
        }
        | DiffOp::Insert {
            old_index,
            new_index,
            ..
        }
        | DiffOp::Replace {
            old_index,
            new_index,
            ..
        } => {
            *old_index += by_old;
            *new_index += by_new;
        }
    }
    operation
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
