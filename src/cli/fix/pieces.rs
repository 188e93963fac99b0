//! A file in pieces, each of which is read and changed by itself: its documents, and the objects of its Lists.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use super::diff::replacements;
use crate::manifests::{Origin, edit, yaml};
use crate::render::Replacement;

/// The pieces of a file, in the order that they are written in.
pub(in crate::cli) struct Pieces {
    all: Vec<Piece>,
    /// Which of them is a document, by its number from 1.
    documents: BTreeMap<u32, usize>,
    /// Which of them is an object of a List: by the document, and the line and the column that it begins in.
    objects: BTreeMap<(u32, (u32, u32)), usize>,
    lists: Vec<List>,
}

/// A document or an object of a List.
pub(in crate::cli) struct Piece {
    /// Where it is in the file.
    pub(in crate::cli) bytes: Range<usize>,
    /// By how many columns its first line is indented where it stands alone.
    indent: usize,
    /// The line that it begins with, from 1.
    pub(in crate::cli) line: u32,
}

/// A document that is taken apart.
struct List {
    bytes: Range<usize>,
    /// Its pieces, and the way to each.
    objects: Vec<(usize, String)>,
}

impl Pieces {
    /// Takes a file apart; its Lists as well, unless they are to stay whole.
    pub(in crate::cli) fn of(file: &str, takes_lists_apart: bool) -> Self {
        let mut pieces = Self {
            all: Vec::new(),
            documents: BTreeMap::new(),
            objects: BTreeMap::new(),
            lists: Vec::new(),
        };
        for (number, source) in yaml::documents(file) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let start = source.text.as_ptr().addr() - file.as_ptr().addr();
            let may_be_list = takes_lists_apart && source.text.contains("items");
            let objects = may_be_list.then(|| edit::pieces(source)).flatten();
            let Some(objects) = objects else {
                pieces.documents.insert(number, pieces.all.len());
                pieces.all.push(Piece {
                    bytes: start..start + source.text.len(),
                    indent: 0,
                    line: source.line,
                });
                continue;
            };
            let mut list = List {
                bytes: start..start + source.text.len(),
                objects: Vec::with_capacity(objects.len()),
            };
            let (mut line, mut counted) = (source.line, 0);
            for object in objects {
                let above = &source.text[counted..object.bytes.start];
                let above = above.bytes().filter(|byte| *byte == b'\n').count();
                line = line.saturating_add(u32::try_from(above).unwrap_or(u32::MAX));
                counted = object.bytes.start;
                let at = pieces.all.len();
                pieces.objects.insert((number, object.position), at);
                list.objects.push((at, object.way));
                pieces.all.push(Piece {
                    bytes: start + object.bytes.start..start + object.bytes.end,
                    indent: object.column,
                    line,
                });
            }
            pieces.lists.push(list);
        }
        pieces
    }

    pub(in crate::cli) fn all(&self) -> &[Piece] {
        &self.all
    }

    /// The piece that an object is in, and the how manyth it is there of those that there are records of.
    pub(in crate::cli) fn find(&self, origin: &Origin, nth: usize) -> Option<(usize, usize)> {
        if let Some(at) = self.documents.get(&origin.document) {
            return Some((*at, nth));
        }
        let position = (origin.line, origin.column);
        let at = self.objects.get(&(origin.document, position))?;
        Some((*at, 0))
    }

    /// Whether the Lists of a file come to what their objects come to, and to nothing else, where these are changed.
    pub(super) fn is_sound(&self, before: &str, after: &BTreeMap<usize, String>) -> bool {
        self.lists.iter().all(|list| {
            let changed = list
                .objects
                .iter()
                .filter_map(|(at, way)| Some((*at, way, after.get(at)?)));
            let changed: Vec<_> = changed.collect();
            if changed.is_empty() {
                return true;
            }
            let mut text = String::new();
            let mut end = list.bytes.start;
            for (at, _, piece) in &changed {
                let Piece { bytes, indent, .. } = &self.all[*at];
                let Some(new) = piece.get(*indent..) else {
                    return false;
                };
                text.push_str(&before[end..bytes.start]);
                text.push_str(new);
                end = bytes.end;
            }
            text.push_str(&before[end..list.bytes.end]);
            let Some(mut meant) = meaning(&before[list.bytes.clone()]) else {
                return false;
            };
            for (_, way, piece) in &changed {
                match (meant.pointer_mut(way), meaning(piece)) {
                    (Some(place), Some(new)) => *place = new,
                    _ => return false,
                }
            }
            meaning(&text) == Some(meant)
        })
    }
}

impl Piece {
    /// What is written there, to be read by itself.
    pub(in crate::cli) fn alone(&self, file: &str) -> String {
        let indent = " ".repeat(self.indent);
        format!("{indent}{}", &file[self.bytes.clone()])
    }

    /// What to put in the place of what in the file, for the piece to become another one.
    pub(in crate::cli) fn replacements(&self, file: &str, alone: &str) -> Vec<Replacement> {
        let mut found = replacements(&file[self.bytes.clone()], self.placed(alone));
        let line = file[..self.bytes.start].rsplit('\n').next();
        let line = line.unwrap_or_default().trim_start_matches('\u{feff}');
        let before = u32::try_from(line.chars().count()).unwrap_or(u32::MAX);
        for Replacement { start, end, .. } in &mut found {
            for place in [start, end] {
                if place.0 == 1 {
                    place.1 = place.1.saturating_add(before);
                }
                place.0 = place.0.saturating_add(self.line.saturating_sub(1));
            }
        }
        found
    }

    /// What takes its place in the file, of what stands by itself.
    pub(in crate::cli) fn placed<'t>(&self, alone: &'t str) -> &'t str {
        alone.get(self.indent..).unwrap_or_default()
    }
}

fn meaning(text: &str) -> Option<Value> {
    let source = yaml::Source { text, line: 1 };
    source.parse().ok()?.deserialize().ok()
}
