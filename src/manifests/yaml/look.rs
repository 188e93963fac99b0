//! What a node is, for whoever walks through a document without a type in mind.

use super::entries;
use super::node::Node;
use super::scalar::{self, Value};
use super::tree::{Content, Tree};

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look<'d> {
    /// Null, or nothing at all.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number; one above those of an `i64` is the largest of them.
    Whole(i64),
    /// A number with a fraction, or too large to be whole.
    Fraction(f64),
    /// Text.
    Text(&'d str),
    /// A list.
    List,
    /// A mapping.
    Mapping,
}

impl<'d> Node<'d> {
    /// What it is.
    pub fn look(self) -> Look<'d> {
        let text = match &self.target().1.content {
            Content::Text(text) => return Look::Text(text),
            Content::Plain(text) => text,
            Content::List(_) => return Look::List,
            _ => return Look::Mapping,
        };
        match scalar::resolve(text) {
            Value::Null => Look::Null,
            Value::Bool(value) => Look::Bool(value),
            Value::Int(number) => Look::Whole(number),
            Value::Uint(_) => Look::Whole(i64::MAX),
            Value::Float(number) => {
                scalar::whole(number).map_or(Look::Fraction(number), Look::Whole)
            }
            Value::Text | Value::NotFinite => Look::Text(text),
        }
    }

    /// The entries of a mapping, each key once: those in effect. None of anything else.
    pub fn entries(self) -> impl Iterator<Item = (&'d str, Node<'d>)> {
        let tree = self.tree();
        let (index, slot) = self.target();
        let written = matches!(slot.content, Content::Mapping(_)).then(|| tree.written(index));
        let gathered = match slot.content {
            Content::Gathered => entries::in_effect(tree, index),
            _ => Vec::new(),
        };
        let entries = written.into_iter().flatten().chain(gathered);
        entries.map(move |(key, value)| (tree.key(key), Node::new(tree, value)))
    }

    /// A key that a mapping itself has twice, of which the last one holds. What a merge brings along is no second time.
    pub fn repeated_key(self) -> Option<&'d str> {
        let (index, slot) = self.target();
        match slot.content {
            Content::Gathered => repeated_key(self.tree(), index),
            _ => None,
        }
    }
}

fn repeated_key<'d>(tree: &'d Tree<'d>, mapping: u32) -> Option<&'d str> {
    let own = tree
        .written(mapping)
        .filter(|(key, _)| matches!(tree.slot(*key).content, Content::Text(_)));
    let mut keys: Vec<&str> = own.map(|(key, _)| tree.key(key)).collect();
    keys.sort_unstable();
    let twice = keys.windows(2).find(|pair| pair[0] == pair[1]);
    twice.map(|pair| pair[0])
}
