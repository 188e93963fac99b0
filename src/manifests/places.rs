//! Where in the files things are written. Records do not keep it: a text is looked at again for what is said of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::Origin;
use super::find::{File, STDIN_LABEL};
use super::yaml::{self, Node};
use crate::model::Text;

/// Where something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// The line on which the last part of it begins, where that is known.
    pub end_line: Option<u32>,
}

impl Region {
    /// Where an object begins.
    pub fn of(origin: &Origin) -> Self {
        Self {
            line: origin.line,
            column: origin.column,
            end_line: None,
        }
    }

    /// The key of a field, or the innermost node around it that there is.
    fn of_field(object: Node<'_>, path: &str) -> Self {
        let (line, column) = object.position(path);
        let last = object.last_line(path).filter(|last| *last >= line);
        Self {
            line,
            column,
            // All of an object is too much to point at.
            end_line: last.filter(|_| !path.is_empty()),
        }
    }
}

/// The texts that were read, for a second look.
#[derive(Debug, Default)]
pub struct Sources {
    /// The paths of those whose label is no path.
    paths: BTreeMap<Text, PathBuf>,
    stdin: Option<Vec<u8>>,
}

impl Sources {
    pub(super) fn of(files: &[File]) -> Self {
        let odd = files.iter().filter(|file| file.path.to_str().is_none());
        Self {
            paths: odd
                .map(|file| (file.label.clone(), file.path.clone()))
                .collect(),
            stdin: None,
        }
    }

    pub(super) fn keep(&mut self, stdin: Option<Vec<u8>>) {
        self.stdin = stdin.or(self.stdin.take());
    }

    /// Where fields of objects of one file are written, each by its JSON pointer. Where the text cannot be read any more, or is
    /// another by now, it is where the object began.
    pub fn regions(&self, file: &Text, objects: &[(&Origin, Vec<&str>)]) -> Vec<Vec<Region>> {
        let mut regions: Vec<Vec<Region>> = objects
            .iter()
            .map(|(origin, paths)| vec![Region::of(origin); paths.len()])
            .collect();
        let Some(text) = self.text(file) else {
            return regions;
        };
        let of_document = |number| {
            let all = objects.iter().enumerate();
            all.filter(move |(_, (origin, _))| origin.document == number)
        };
        let wanted: BTreeSet<u32> = objects.iter().map(|(origin, _)| origin.document).collect();
        for (number, source) in yaml::documents(&text) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            if !wanted.contains(&number) {
                continue;
            }
            let Ok(document) = source.parse() else {
                continue;
            };
            for (at, (origin, paths)) in of_document(number) {
                let object = document.root().and_then(|root| find(root, origin));
                let Some(object) = object else { continue };
                regions[at] = paths
                    .iter()
                    .map(|path| Region::of_field(object, path))
                    .collect();
            }
        }
        regions
    }

    fn text(&self, file: &Text) -> Option<String> {
        let bytes = match &self.stdin {
            Some(bytes) if **file == *STDIN_LABEL => bytes.clone(),
            _ => {
                let path = self
                    .paths
                    .get(file)
                    .map_or(Path::new(&**file), PathBuf::as_path);
                std::fs::read(path).ok()?
            }
        };
        String::from_utf8(bytes).ok()
    }
}

/// The object that begins there: the node, or one of its items.
fn find<'d>(node: Node<'d>, origin: &Origin) -> Option<Node<'d>> {
    if node.position("") == (origin.line, origin.column) {
        return Some(node);
    }
    let mut items = node.get("items").into_iter().flat_map(Node::items);
    items.find_map(|item| find(item, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "kind: List\nitems:\n- metadata: {name: a}\n  spec:\n    replicas: 1\n    ports:\n    - 80\n    - 443\n- {metadata: {name: b}, spec: {}}\n";

    fn origin(document: u32, line: u32, column: u32) -> Origin {
        Origin {
            file: STDIN_LABEL.into(),
            document,
            line,
            column,
            api_version: "v1".into(),
            kind: "List",
            names_namespace: false,
        }
    }

    #[test]
    fn fields_are_found_where_they_are_written() {
        let sources = Sources {
            stdin: Some(format!("# nothing\n---\n{LIST}").into_bytes()),
            ..Sources::default()
        };
        let (a, b) = (origin(1, 5, 3), origin(1, 11, 3));
        let paths = vec![
            "",
            "/spec/replicas",
            "/spec/ports",
            "/spec/ports/1",
            "/spec/none/at/all",
        ];
        let found = sources.regions(&a.file, &[(&a, paths), (&b, vec!["/spec/x"])]);
        let triple = |region: &Region| (region.line, region.column, region.end_line);
        let found: Vec<Vec<_>> = found
            .iter()
            .map(|all| all.iter().map(triple).collect())
            .collect();
        assert_eq!(
            found,
            [
                vec![
                    (5, 3, None),
                    (7, 5, Some(7)),
                    (8, 5, Some(10)),
                    (10, 7, Some(10)),
                    (6, 3, None)
                ],
                vec![(11, 25, None)],
            ]
        );
    }

    #[test]
    fn another_text_is_no_reason_to_fail() {
        for text in [&b""[..], b"\xff", b"a: [", b"kind: List\nitems: 3\n"] {
            let sources = Sources {
                stdin: Some(text.to_vec()),
                ..Sources::default()
            };
            let gone = origin(7, 3, 1);
            let found = sources.regions(&gone.file, &[(&gone, vec!["/spec"])]);
            assert_eq!(found, [vec![Region::of(&gone)]], "{text:?}");
        }
    }
}
