//! A file while it is being changed: what is not touched stays as it is, to the byte.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::pieces::Pieces;
use crate::manifests::{Origin, edit};
use crate::model::Text;

/// A file and what becomes of it.
pub(super) struct Draft {
    label: Text,
    before: String,
    pieces: Pieces,
    /// The pieces that are others by now, as they stand alone.
    changed: BTreeMap<usize, String>,
    /// Objects that are added.
    added: Vec<Value>,
    /// Whether they get files of their own.
    beside: bool,
}

/// A piece that is another by now.
pub(super) struct Changed<'d> {
    /// The line that it begins with, from 1.
    pub(super) line: u32,
    /// What it was.
    pub(super) before: String,
    /// What it is.
    pub(super) after: &'d str,
}

impl Draft {
    pub(super) fn new(label: Text, before: String, pieces: Pieces, beside: bool) -> Self {
        // Only YAML takes further objects in the same file.
        let text = before.trim_start_matches('\u{feff}').trim_start();
        let inside = text.strip_prefix('{').map(str::trim_start);
        let is_json = inside.is_some_and(|inside| inside.starts_with('"'));
        Self {
            label,
            pieces,
            changed: BTreeMap::new(),
            added: Vec::new(),
            // What follows the last line would become part of its text.
            beside: beside || is_json || edit::ends_in_open_text(&before),
            before,
        }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// The piece that an object is in, what it is by now, and the how manyth the object is there.
    pub(super) fn find(&self, origin: &Origin, nth: usize) -> Option<(usize, String, usize)> {
        let (at, nth) = self.pieces.find(origin, nth)?;
        let text = match self.changed.get(&at) {
            Some(text) => text.clone(),
            None => self.pieces.all()[at].alone(&self.before),
        };
        Some((at, text, nth))
    }

    pub(super) fn set(&mut self, piece: usize, text: String) {
        if text == self.pieces.all()[piece].alone(&self.before) {
            self.changed.remove(&piece);
        } else {
            self.changed.insert(piece, text);
        }
    }

    pub(super) fn add(&mut self, documents: Vec<Value>) {
        self.added.extend(documents);
    }

    /// Leaves the file as it was.
    pub(super) fn give_up(&mut self) {
        self.changed.clear();
        self.added.clear();
    }

    pub(super) fn is_changed(&self) -> bool {
        !self.added.is_empty() || !self.changed.is_empty()
    }

    /// Whether the pieces put together mean what they mean alone.
    pub(super) fn is_sound(&self) -> bool {
        self.pieces.is_sound(&self.before, &self.changed)
    }

    /// The pieces that are others by now.
    pub(super) fn changed(&self) -> impl Iterator<Item = Changed<'_>> {
        self.changed.iter().map(|(at, after)| {
            let piece = &self.pieces.all()[*at];
            Changed {
                line: piece.line,
                before: piece.alone(&self.before),
                after,
            }
        })
    }

    pub(super) fn added(&self) -> &[Value] {
        &self.added
    }

    /// The file in parts of whole lines: as they were, and as they are by now, with what is added at the end.
    fn parts(&self) -> Vec<(&str, String)> {
        let mut parts = Vec::new();
        let (mut start, mut at) = (0, 0);
        let mut after = String::new();
        for (piece, text) in &self.changed {
            let piece = &self.pieces.all()[*piece];
            let line = self.before[..piece.bytes.start].rfind('\n');
            let line = line.map_or(0, |before| before + 1);
            if line >= at {
                after.push_str(&self.before[at..line]);
                at = line;
                if after.ends_with('\n') {
                    parts.push((&self.before[start..at], std::mem::take(&mut after)));
                    start = at;
                }
            }
            after.push_str(&self.before[at..piece.bytes.start]);
            after.push_str(piece.placed(text));
            at = piece.bytes.end;
        }
        after.push_str(&self.before[at..]);
        if !self.beside {
            let addition = addition(&self.before, &after, &self.added);
            after.push_str(&addition);
        }
        parts.push((&self.before[start..], after));
        parts
    }

    /// The file as it is by now, with what is added to it.
    pub(super) fn after(&self) -> String {
        self.parts().into_iter().map(|(_, after)| after).collect()
    }

    /// The files that are written: each path, and what it holds then, in parts of whole lines with what they were. A new file
    /// was nothing.
    pub(super) fn files(&self) -> Vec<Written<'_>> {
        let mut files = Vec::new();
        if !self.changed.is_empty() || !self.beside && !self.added.is_empty() {
            files.push(Written {
                path: PathBuf::from(&*self.label),
                is_new: false,
                parts: self.parts(),
            });
        }
        if self.beside {
            // Two of one name, in two namespaces, are in one file.
            let mut beside: BTreeMap<PathBuf, String> = BTreeMap::new();
            for object in &self.added {
                let text = beside.entry(self.path_beside(object)).or_default();
                if !text.is_empty() {
                    text.push_str("---\n");
                }
                text.push_str(&edit::block(object));
            }
            files.extend(beside.into_iter().map(|(path, text)| Written {
                path,
                is_new: true,
                parts: vec![("", text)],
            }));
        }
        files
    }

    /// Where an object is written that gets a file of its own: `web.yaml` gets `web-web-poddisruptionbudget.yaml` beside it.
    pub(super) fn path_beside(&self, object: &Value) -> PathBuf {
        let file = Path::new(&*self.label);
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str);
        let name = text("/metadata/name").unwrap_or_default();
        let kind = text("/kind").unwrap_or_default().to_ascii_lowercase();
        let name = match *stem == *name {
            true => format!("{stem}-{kind}.yaml"),
            false => format!("{stem}-{name}-{kind}.yaml"),
        };
        file.with_file_name(name)
    }

    /// Whether objects that are added get files of their own.
    pub(super) fn is_beside(&self) -> bool {
        self.beside
    }
}

/// A file that is written.
pub(super) struct Written<'d> {
    pub(super) path: PathBuf,
    pub(super) is_new: bool,
    /// As they were and as they are.
    pub(super) parts: Vec<(&'d str, String)>,
}

impl Written<'_> {
    /// All that it holds then.
    pub(super) fn text(&self) -> String {
        self.parts.iter().map(|(_, after)| &**after).collect()
    }
}

/// What adds documents to the end of a file, with line breaks as it has them.
pub(in crate::cli) fn addition(file: &str, end: &str, documents: &[Value]) -> String {
    let line_break = line_break(file);
    let mut text = String::new();
    for document in documents {
        let so_far = if text.is_empty() { end } else { &text };
        let ends = so_far.ends_with(['\n', '\r']) || so_far.is_empty();
        let is_begun = ends && {
            let last = so_far.trim_end().rsplit(['\n', '\r']).next();
            last == Some("---")
        };
        if !ends {
            text.push_str(line_break);
        }
        if !is_begun {
            text.push_str("---");
            text.push_str(line_break);
        }
        text.push_str(&edit::block(document).replace('\n', line_break));
    }
    text
}

fn line_break(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}
