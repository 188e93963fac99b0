//! A file while it is being changed: what is not touched stays as it is, to the byte.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::manifests::{edit, yaml};
use crate::model::Text;

/// A file and what becomes of it.
pub(super) struct Draft {
    label: Text,
    before: String,
    /// The documents that were looked at, by number: where they are, and what they are by now.
    documents: BTreeMap<u32, (Range<usize>, String)>,
    /// Objects that are added.
    added: Vec<Value>,
    /// Whether they get files of their own.
    beside: bool,
}

/// Where a document of a file is, by its number from 1.
pub(in crate::cli) fn document(text: &str, number: u32) -> Option<Range<usize>> {
    let is_it = |(other, _): &(usize, yaml::Source<'_>)| u32::try_from(*other) == Ok(number);
    let (_, source) = yaml::documents(text).find(is_it)?;
    let start = source.text.as_ptr().addr() - text.as_ptr().addr();
    Some(start..start + source.text.len())
}

impl Draft {
    pub(super) fn new(label: Text, before: String, beside: bool) -> Self {
        // Only YAML takes further objects in the same file.
        let text = before.trim_start_matches('\u{feff}').trim_start();
        let inside = text.strip_prefix('{').map(str::trim_start);
        let is_json = inside.is_some_and(|inside| inside.starts_with('"'));
        Self {
            label,
            documents: BTreeMap::new(),
            added: Vec::new(),
            // What follows the last line would become part of its text.
            beside: beside || is_json || edit::ends_in_open_text(&before),
            before,
        }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    /// A document as it is by now.
    pub(super) fn document(&mut self, number: u32) -> Option<String> {
        if let Some((_, text)) = self.documents.get(&number) {
            return Some(text.clone());
        }
        let range = document(&self.before, number)?;
        let text = self.before[range.clone()].to_owned();
        self.documents.insert(number, (range, text.clone()));
        Some(text)
    }

    pub(super) fn set(&mut self, number: u32, text: String) {
        if let Some((_, known)) = self.documents.get_mut(&number) {
            *known = text;
        }
    }

    pub(super) fn add(&mut self, documents: Vec<Value>) {
        self.added.extend(documents);
    }

    /// Leaves the file as it was.
    pub(super) fn give_up(&mut self) {
        self.documents.clear();
        self.added.clear();
    }

    pub(super) fn is_changed(&self) -> bool {
        !self.added.is_empty() || self.text() != self.before
    }

    /// The documents that are others by now, as they were and as they are.
    pub(super) fn changed(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.documents.values();
        let both = all.map(|(range, text)| (&self.before[range.clone()], &**text));
        both.filter(|(before, after)| before != after)
    }

    pub(super) fn added(&self) -> &[Value] {
        &self.added
    }

    /// The file with its documents as they are by now.
    fn text(&self) -> String {
        let mut text = String::with_capacity(self.before.len() + 256);
        let mut at = 0;
        for (range, document) in self.documents.values() {
            text.push_str(&self.before[at..range.start]);
            text.push_str(document);
            at = range.end;
        }
        text.push_str(&self.before[at..]);
        text
    }

    /// The file as it is by now, with what is added to it.
    pub(super) fn after(&self) -> String {
        let mut text = self.text();
        if !self.beside {
            append(&mut text, &self.added);
        }
        text
    }

    /// The files that are written: each path, what it held, and what it holds then.
    pub(super) fn files(&self) -> Vec<(PathBuf, Option<&str>, String)> {
        let mut files = Vec::new();
        let after = self.after();
        if after != self.before {
            files.push((PathBuf::from(&*self.label), Some(&*self.before), after));
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
            files.extend(beside.into_iter().map(|(path, text)| (path, None, text)));
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

/// Adds documents to a file, with line breaks as it has them.
pub(in crate::cli) fn append(text: &mut String, documents: &[Value]) {
    let line_break = match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    };
    for document in documents {
        let ends = text.ends_with('\n') || text.is_empty();
        if !ends {
            text.push_str(line_break);
        }
        let is_begun = text.trim_end().ends_with("\n---") && ends;
        if !is_begun {
            text.push_str("---");
            text.push_str(line_break);
        }
        text.push_str(&edit::block(document).replace('\n', line_break));
    }
}
