//! Where each node of a document is in the file, to the byte: for edits, which must leave everything else as it is.
//!
//! It comes from the whole parser, which is slower than the usual way to a [`Document`]: ask for it where something is to be
//! edited, not for every file.

use std::ops::Range;

use granit_parser::{ScalarStyle, Span};

use super::documents::Source;
use super::node::Node;
use super::problem::Problem;
use super::read;
use super::tree::{Content, Tree};
use super::{Document, hint};

/// A document, and where every node of it is.
pub struct Layout<'a> {
    document: Document<'a>,
    /// What is known of each slot of the document's tree.
    laid: Vec<Laid>,
    /// The slots that aliases lead to.
    anchored: Vec<u32>,
}

#[derive(Clone)]
struct Laid {
    bytes: Range<usize>,
    style: Style,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Nothing: the value of `key:` and no more.
    Nothing,
    /// Text without quotes.
    Plain,
    /// Text in single quotes.
    Single,
    /// Text in double quotes.
    Double,
    /// A block of lines after `|` or `>`.
    BlockText,
    /// Entries on lines of their own.
    BlockMapping,
    /// Items on lines of their own.
    BlockList,
    /// `{...}`
    FlowMapping,
    /// `[...]`
    FlowList,
    /// `*name`
    Alias,
}

/// Where a node is. Ranges are in bytes of the file's text, a byte-order mark counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Its key, quotes included; `None` for items of a list and for the object itself.
    pub key: Option<Range<usize>>,
    /// Its value, from its first character to behind its last one, without the comment or line break after it. Of a block of text it
    /// begins with the first line of text. Where there is no value, it is empty and behind the colon
    /// or dash.
    pub value: Range<usize>,
    /// How the value is written.
    pub style: Style,
    /// The line (from 1) of the key, or where there is none, of the value.
    pub line: u32,
    /// The column of it, in characters from 1.
    pub column: u32,
    /// The column of the value.
    pub value_column: u32,
    /// Whether it is also written elsewhere: it lies in what an alias or a merge takes over, or was reached through one. An edit
    /// would change more than this field.
    pub is_shared: bool,
}

impl<'a> Source<'a> {
    /// Reads the document with the place of everything in it, in `file`, the text that the document was cut from.
    ///
    /// # Errors
    /// As [`parse`](Source::parse).
    pub fn layout(&self, file: &str) -> Result<Layout<'a>, Problem> {
        let start = self
            .text
            .as_ptr()
            .addr()
            .saturating_sub(file.as_ptr().addr());
        let mut laid = Vec::new();
        let mut open = Vec::new();
        let tree = read::parse_with(self, |seen, span| {
            let bytes = span.byte_range().unwrap_or_default();
            let bytes = start + bytes.start..start + bytes.end;
            match seen {
                Seen::End => {
                    let Some(begun) = open.pop() else { return };
                    close(&mut laid, begun, bytes.end);
                }
                Seen::Scalar(style) => {
                    let mut laid_scalar = scalar(bytes, style);
                    if laid_scalar.style == Style::BlockText {
                        let Range { start: from, end } = &mut laid_scalar.bytes;
                        let text = &self.text[*from - start..*end - start];
                        *end = *from + text.trim_end().len();
                    }
                    laid.push(laid_scalar);
                }
                Seen::Alias => laid.push(Laid {
                    bytes,
                    style: Style::Alias,
                }),
                Seen::Collection(style) => {
                    open.push(laid.len());
                    let mut bytes = bytes;
                    if style == Style::BlockList {
                        bytes.start = start + dash(self.text, bytes.start - start);
                    }
                    laid.push(Laid { bytes, style });
                }
            }
        });
        let tree = tree.map_err(|problem| hint::explain(problem, self))?;
        let anchored = tree.slots.iter().filter_map(|slot| match slot.content {
            Content::Alias(target) => Some(target),
            _ => None,
        });
        let anchored = anchored.collect();
        Ok(Layout {
            document: Document { tree },
            laid,
            anchored,
        })
    }
}

/// A node, as the parser comes across it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Seen {
    Scalar(ScalarStyle),
    Alias,
    Collection(Style),
    End,
}

fn scalar(bytes: Range<usize>, style: ScalarStyle) -> Laid {
    let style = match style {
        ScalarStyle::Plain if bytes.is_empty() => Style::Nothing,
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::BlockText,
    };
    Laid { bytes, style }
}

/// Where a list's first dash is: of one that is not indented the parser tells the place behind it.
fn dash(text: &str, begins: usize) -> usize {
    match text[begins..].starts_with('-') {
        true => begins,
        false => text[..begins].rfind('-').unwrap_or(begins),
    }
}

/// Ends a list or mapping: with its bracket, or with the last thing inside it, since the parser ends a block only where the next
/// thing begins.
fn close(laid: &mut [Laid], begun: usize, bracket: usize) {
    let is_flow = matches!(laid[begun].style, Style::FlowList | Style::FlowMapping);
    let last = laid[begun + 1..].iter().map(|inner| inner.bytes.end).max();
    let end = match is_flow {
        true => bracket,
        false => last.unwrap_or(laid[begun].bytes.end),
    };
    laid[begun].bytes.end = end;
}

impl<'a> Layout<'a> {
    /// The document.
    pub fn document(&self) -> &Document<'a> {
        &self.document
    }

    /// The object that begins at this line and column: the document, or an item of a List in it.
    pub fn object(&self, (line, column): (u32, u32)) -> Option<Node<'_>> {
        fn find<'d>(node: Node<'d>, at: (u32, u32)) -> Option<Node<'d>> {
            if node.position("") == at {
                return Some(node);
            }
            let mut items = node.get("items").into_iter().flat_map(Node::items);
            items.find_map(|item| find(item, at))
        }
        find(self.document.root()?, (line, column))
    }

    /// Where the field is that a JSON pointer leads to from one of the nodes; `None` where there is none.
    pub fn find(&self, from: Node<'_>, json_pointer: &str) -> Option<Spot> {
        let (spot, found) = self.nearest(from, json_pointer);
        (found == json_pointer.len()).then_some(spot)
    }

    /// The same, or the innermost node around it that there is; and how many bytes of the pointer lead there.
    pub fn nearest(&self, from: Node<'_>, json_pointer: &str) -> (Spot, usize) {
        let mut found = 0;
        let mut key = None;
        let mut index = from.index();
        let mut shared = self.is_shared(index);
        for step in json_pointer.split('/').skip(1) {
            let node = Node::new(self.tree(), index);
            let Some((written, value)) = node.step(step) else {
                break;
            };
            let (target, slot) = node.target();
            shared |= target != index
                || !(target..slot.end).contains(&value)
                || self.anchored.contains(&value);
            key = (written != value).then_some(written);
            index = value;
            found += 1 + step.len();
        }
        (self.spot(key, index, shared), found)
    }

    /// The entries of a mapping that are written in it, by key, or the items of a list, in the order they are written.
    pub fn children(&self, of: Node<'_>) -> Vec<(Option<&str>, Spot)> {
        let (index, slot) = of.target();
        let shared = self.is_shared(of.index()) || index != of.index();
        let child = |key: Option<u32>, value| {
            let shared = shared || self.anchored.contains(&value);
            let name = key.map(|key| self.tree().key(key));
            (name, self.spot(key, value, shared))
        };
        match slot.content {
            Content::List(_) => self
                .tree()
                .items(index)
                .map(|item| child(None, item))
                .collect(),
            Content::Mapping(_) | Content::Gathered => {
                let entries = self.tree().written(index);
                entries
                    .map(|(key, value)| child(Some(key), value))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn spot(&self, key: Option<u32>, value: u32, is_shared: bool) -> Spot {
        let (line, column) = self.tree().slot(key.unwrap_or(value)).position();
        Spot {
            key: key.map(|key| self.laid[key as usize].bytes.clone()),
            value: self.laid[value as usize].bytes.clone(),
            style: self.laid[value as usize].style,
            line,
            column,
            value_column: self.tree().slot(value).column,
            is_shared,
        }
    }

    /// Whether it lies in what an alias leads to.
    fn is_shared(&self, index: u32) -> bool {
        let holds = |anchor: &u32| (*anchor..self.tree().slot(*anchor).end).contains(&index);
        self.anchored.iter().any(holds)
    }

    fn tree(&self) -> &Tree<'a> {
        &self.document.tree
    }
}

/// Nobody looks.
pub(super) fn unseen(_: Seen, _: &Span) {}

#[cfg(test)]
mod tests {
    use super::super::documents;
    use super::*;

    /// Key, value, style and whether it is shared, of each pointer.
    fn check(file: &str, table: &[(&str, Option<&str>, &str, Style, bool)]) {
        let (_, source) = documents(file).last().expect("a document");
        let layout = source.layout(file).expect("it is YAML");
        let root = layout.document().root().expect("something");
        for (pointer, key, value, style, is_shared) in table {
            let spot = layout
                .find(root, pointer)
                .unwrap_or_else(|| panic!("no {pointer} in {file:?}"));
            let key_found = spot.key.clone().map(|key| &file[key]);
            assert_eq!(
                (
                    key_found,
                    &file[spot.value.clone()],
                    spot.style,
                    spot.is_shared
                ),
                (*key, *value, *style, *is_shared),
                "{pointer} in {file:?}"
            );
            let place = spot.key.as_ref().map_or(spot.value.start, |key| key.start);
            let above = &file[..place];
            let line = 1 + above.matches('\n').count();
            assert_eq!(spot.line as usize, line, "{pointer}");
            let column = 1 + above
                .rsplit('\n')
                .next()
                .unwrap_or_default()
                .trim_start_matches('\u{feff}')
                .chars()
                .count();
            assert_eq!(spot.column as usize, column, "{pointer}");
        }
    }

    #[test]
    fn every_node_is_where_it_is_written() {
        let file = "\u{feff}# é\na: 1\n---\n'é b': \"x\\ny\" # c\nlist:\n- one  # d\n- k: v\n  \n  \n# e\nempty:\nflow: {x: [1, 2], 'w': }\ntext: |\n  a\n  b\n\nlast: end\n";
        check(
            file,
            &[
                ("/é b", Some("'é b'"), "\"x\\ny\"", Style::Double, false),
                (
                    "/list",
                    Some("list"),
                    "- one  # d\n- k: v",
                    Style::BlockList,
                    false,
                ),
                ("/list/0", None, "one", Style::Plain, false),
                ("/list/1", None, "k: v", Style::BlockMapping, false),
                ("/list/1/k", Some("k"), "v", Style::Plain, false),
                ("/empty", Some("empty"), "", Style::Nothing, false),
                (
                    "/flow",
                    Some("flow"),
                    "{x: [1, 2], 'w': }",
                    Style::FlowMapping,
                    false,
                ),
                ("/flow/x", Some("x"), "[1, 2]", Style::FlowList, false),
                ("/flow/w", Some("'w'"), "", Style::Nothing, false),
                ("/text", Some("text"), "a\n  b", Style::BlockText, false),
                ("/last", Some("last"), "end", Style::Plain, false),
            ],
        );
        check(
            "{\"a\": {\"b\": [1]}}",
            &[("/a/b/0", None, "1", Style::Plain, false)],
        );
    }

    #[test]
    fn what_is_written_elsewhere_too_says_so() {
        let file =
            "base: &b {x: 1, w: {z: 2}}\nalias: *b\nmerged:\n  <<: *b\n  own: 3\nsafe: &unused 4\n";
        check(
            file,
            &[
                ("/base/x", Some("x"), "1", Style::Plain, true),
                ("/base/w/z", Some("z"), "2", Style::Plain, true),
                ("/alias/w/z", Some("z"), "2", Style::Plain, true),
                ("/merged/x", Some("x"), "1", Style::Plain, true),
                ("/merged/own", Some("own"), "3", Style::Plain, false),
                ("/safe", Some("safe"), "4", Style::Plain, false),
            ],
        );
        let (_, source) = documents(file).next().expect("a document");
        let layout = source.layout(file).expect("it is YAML");
        let alias = layout.find(layout.document().root().expect("a root"), "/alias");
        assert_eq!(alias.map(|spot| spot.style), Some(Style::Alias));
    }

    #[test]
    fn objects_in_lists_and_what_is_around_a_missing_field_are_found() {
        let file = "kind: List\nitems:\n- kind: A\n- kind: B\n  spec:\n    x: 1\n";
        let (_, source) = documents(file).next().expect("a document");
        let layout = source.layout(file).expect("it is YAML");
        let object = layout.object((4, 3)).expect("an object begins there");
        let (spot, found) = layout.nearest(object, "/spec/none/at");
        assert_eq!((&file[spot.value], found), ("x: 1", "/spec".len()));
        assert_eq!(layout.find(object, "/spec/none"), None);
        let keys: Vec<_> = layout
            .children(object)
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        assert_eq!(keys, [Some("kind"), Some("spec")]);
        assert!(layout.object((4, 1)).is_none());
    }
}
