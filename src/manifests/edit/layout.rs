//! A document's nodes by the bytes they are written in, for a change to touch nothing else.

mod below;

use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span, StructureStyle};

/// How deep lists and mappings may be nested. What is judged was read with the same bound.
const DEPTH: usize = 250;

/// The nodes of a document.
pub(super) struct Layout<'t> {
    pub(super) text: &'t str,
    nodes: Vec<Node>,
    /// Whether anything is written once and meant in several places.
    pub(super) has_aliases: bool,
}

/// A node, and where it is written.
pub(super) struct Node {
    pub(super) shape: Shape,
    /// The bytes of what it is, without its anchor and tag. Of a block collection: from its first key or dash to the end of the
    /// last thing in it.
    pub(super) bytes: Range<usize>,
    /// The column that it begins in, from 0.
    pub(super) column: usize,
}

/// What a node is.
pub(super) enum Shape {
    Scalar {
        style: ScalarStyle,
        /// What it says; only kept of keys and of what may be null.
        text: String,
    },
    Alias(usize),
    List {
        flow: bool,
        items: Vec<usize>,
    },
    Mapping {
        flow: bool,
        entries: Vec<(usize, usize)>,
    },
}

/// The document is none that could be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// A collection that has begun.
struct Open {
    node: usize,
    key: Option<usize>,
}

impl<'t> Layout<'t> {
    /// Of the text of one document.
    pub(super) fn of(text: &'t str) -> Result<Self, Unreadable> {
        let mut layout = Self {
            text,
            nodes: Vec::new(),
            has_aliases: false,
        };
        let mut anchors: Vec<(usize, usize)> = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        for next in Parser::new_from_str_with_options(text, options()) {
            let (event, span) = next.map_err(|_| Unreadable)?;
            let (shape, anchor) = match event {
                Event::Scalar(text, style, anchor, _) => {
                    let text = text.into_owned();
                    (Shape::Scalar { style, text }, anchor)
                }
                Event::Alias(id) => {
                    let known = anchors.iter().rev().find(|(anchor, _)| *anchor == id);
                    layout.has_aliases = true;
                    (Shape::Alias(known.ok_or(Unreadable)?.1), 0)
                }
                Event::SequenceStart(style, anchor, _) => {
                    let flow = style == StructureStyle::Flow;
                    let items = Vec::new();
                    (Shape::List { flow, items }, anchor)
                }
                Event::MappingStart(style, anchor, _) => {
                    let flow = style == StructureStyle::Flow;
                    let entries = Vec::new();
                    (Shape::Mapping { flow, entries }, anchor)
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    let closed = open.pop().ok_or(Unreadable)?;
                    layout.close(closed.node, &span)?;
                    layout.place(&mut open, closed.node);
                    continue;
                }
                _ => continue,
            };
            let is_collection = matches!(shape, Shape::List { .. } | Shape::Mapping { .. });
            let node = layout.push(shape, &span)?;
            if anchor > 0 {
                anchors.push((anchor, node));
            }
            if is_collection {
                open.push(Open { node, key: None });
            } else {
                layout.place(&mut open, node);
            }
        }
        Ok(layout)
    }

    /// The outermost node.
    pub(super) fn root(&self) -> Option<usize> {
        (!self.nodes.is_empty()).then_some(0)
    }

    pub(super) fn node(&self, node: usize) -> &Node {
        &self.nodes[node]
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node that an alias stands for; any other itself.
    pub(super) fn followed(&self, node: usize) -> usize {
        match self.nodes[node].shape {
            Shape::Alias(target) => target,
            _ => node,
        }
    }

    /// The entry of a key, the last of several.
    pub(super) fn entry(&self, mapping: usize, key: &str) -> Option<(usize, usize)> {
        let Shape::Mapping { entries, .. } = &self.nodes[mapping].shape else {
            return None;
        };
        let is_it = |(written, _): &&(usize, usize)| {
            let written = self.followed(*written);
            matches!(&self.nodes[written].shape, Shape::Scalar { text, .. } if text == key)
        };
        entries.iter().rev().find(is_it).copied()
    }

    /// Whether it is nothing at all, or says null.
    pub(super) fn is_null(&self, node: usize) -> bool {
        match &self.nodes[node].shape {
            Shape::Scalar { style, text } => {
                *style == ScalarStyle::Plain
                    && matches!(&**text, "" | "~" | "null" | "Null" | "NULL")
            }
            _ => false,
        }
    }

    /// Whether nothing is written for it.
    pub(super) fn is_unwritten(&self, node: usize) -> bool {
        self.nodes[node].bytes.is_empty()
    }

    /// Where the line ends that a byte is on: before its line break.
    pub(super) fn line_end(&self, at: usize) -> usize {
        let rest = &self.text[at..];
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// Where the line begins that a byte is on.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |before| before + 1)
    }

    /// Whether nothing but white space is before a byte on its line.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let before = &self.text[self.line_start(at)..at];
        before.chars().all(|char| char == ' ')
    }

    /// What lines end with here.
    pub(super) fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    fn push(&mut self, shape: Shape, span: &Span) -> Result<usize, Unreadable> {
        let bytes = span.byte_range().ok_or(Unreadable)?;
        self.nodes.push(Node {
            shape,
            bytes,
            column: span.start.col(),
        });
        let node = self.nodes.len() - 1;
        self.trim(node);
        Ok(node)
    }

    /// Scalars end with what they say: not with the space or the line breaks after it.
    fn trim(&mut self, node: usize) {
        let text = self.text;
        let node = &mut self.nodes[node];
        if let Shape::Scalar { .. } = node.shape {
            let written = &text[node.bytes.clone()];
            node.bytes.end = node.bytes.start + written.trim_end().len();
        }
    }

    fn close(&mut self, node: usize, span: &Span) -> Result<(), Unreadable> {
        let (is_flow, first, last) = match &self.nodes[node].shape {
            Shape::List { flow, items } => (*flow, items.first(), items.last()),
            Shape::Mapping { flow, entries } => (
                *flow,
                entries.first().map(|(key, _)| key),
                entries.last().map(|(_, value)| value),
            ),
            _ => return Err(Unreadable),
        };
        if is_flow {
            self.nodes[node].bytes.end = span.byte_range().ok_or(Unreadable)?.end;
            return Ok(());
        }
        let (Some(first), Some(last)) = (first.copied(), last.copied()) else {
            return Err(Unreadable);
        };
        let end = self.nodes[last].bytes.end;
        // Its own place may be that of an anchor before it.
        let start = match self.nodes[node].shape {
            Shape::Mapping { .. } => self.nodes[first].bytes.start,
            _ => self.dash(first).ok_or(Unreadable)?,
        };
        let line = &self.text[self.line_start(start)..start];
        let column = line.chars().count();
        let at = &mut self.nodes[node];
        (at.bytes.start, at.column) = (start, column);
        let node = &mut self.nodes[node];
        node.bytes.end = end.max(node.bytes.start);
        Ok(())
    }

    /// Where the dash of an item of a block list is: the last one before it that stands alone.
    pub(super) fn dash(&self, item: usize) -> Option<usize> {
        let before = &self.text[..self.nodes[item].bytes.start];
        let is_dash = |at: usize| {
            let is_space = |char: Option<char>| char.is_none_or(char::is_whitespace);
            is_space(before[..at].chars().next_back())
                && is_space(self.text[at + 1..].chars().next())
        };
        let dashes = before.rmatch_indices('-');
        dashes.map(|(at, _)| at).find(|at| is_dash(*at))
    }

    /// Puts a complete node into the collection around it.
    fn place(&mut self, open: &mut [Open], node: usize) {
        let Some(around) = open.last_mut() else {
            return;
        };
        match (&mut self.nodes[around.node].shape, around.key) {
            (Shape::List { flow, items }, _) => {
                items.push(node);
                if !*flow {
                    self.settle_item(node);
                }
            }
            (Shape::Mapping { .. }, None) => around.key = Some(node),
            (Shape::Mapping { entries, .. }, Some(key)) => {
                entries.push((key, node));
                around.key = None;
                self.settle(key, node);
            }
            _ => {}
        }
    }

    /// An item that is not written is where it would be: after its dash.
    fn settle_item(&mut self, item: usize) {
        if let (true, Some(dash)) = (self.is_nothing(item), self.dash(item)) {
            self.nodes[item].bytes = dash + 1..dash + 1;
        }
    }

    fn is_nothing(&self, node: usize) -> bool {
        let node = &self.nodes[node];
        let is_plain = matches!(
            node.shape,
            Shape::Scalar {
                style: ScalarStyle::Plain,
                ..
            }
        );
        is_plain && node.bytes.is_empty()
    }

    /// What is not written is where it would be: after the colon of its key.
    fn settle(&mut self, key: usize, value: usize) {
        if !self.is_nothing(value) {
            return;
        }
        let end = self.nodes[key].bytes.end;
        let rest = &self.text[end..];
        let space = rest.len() - rest.trim_start().len();
        let colon = usize::from(rest[space..].starts_with(':'));
        let after = if colon == 0 { end } else { end + space + colon };
        self.nodes[value].bytes = after..after;
    }
}

fn options() -> Options {
    granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    }
}
