//! A node of a document, to look at or to deserialize.

use serde::Deserialize;

use super::entries;
use super::problem::Problem;
use super::scalar::Value;
use super::tree::{Content, Entry, Slot, Tree};
use crate::model::{KeyOrder, hash};

/// Most objects are no deeper.
const DEEP: usize = 16;

/// A scalar, list or mapping inside a [`Document`](super::Document). An alias is the node that it refers to.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    tree: &'d Tree<'d>,
    /// Where it is written; perhaps as an alias.
    index: u32,
}

/// An entry of a mapping, or an item of a list.
#[derive(Clone, Copy)]
pub(in crate::manifests) struct Inner<'d> {
    /// The key of an entry.
    pub(in crate::manifests) key: Option<&'d str>,
    /// The [`hash`](crate::model::hash) of the key; the number of an item.
    pub(in crate::manifests) name: u32,
    /// The line and column of the key, or of the item.
    pub(in crate::manifests) place: (u32, u32),
    /// The value.
    pub(in crate::manifests) node: Node<'d>,
}

/// A key of a mapping or an item of a list, as it is written.
pub(in crate::manifests) struct Written {
    /// How many of those that are around others have ended since the last one.
    pub(in crate::manifests) ended: usize,
    pub(in crate::manifests) name: Name,
    /// The line and column that it begins with.
    pub(in crate::manifests) place: (u32, u32),
    /// The line that its value begins with.
    pub(in crate::manifests) value: u32,
    /// Whether there is anything inside it, which comes next then.
    pub(in crate::manifests) is_empty: bool,
}

/// What a step of a JSON pointer is called.
#[derive(Clone, Copy)]
pub(in crate::manifests) enum Name {
    /// The [`hash`](crate::model::hash) of a key.
    Key(u32),
    /// The number of an item.
    Item(u32),
}

impl<'d> Node<'d> {
    pub(super) fn new(tree: &'d Tree<'d>, index: u32) -> Self {
        Self { tree, index }
    }

    /// Reads it as a `T`.
    ///
    /// # Errors
    /// Where something in it is not what `T` takes. The problem's path begins at this node.
    pub fn deserialize<T: Deserialize<'d>>(self) -> Result<T, Problem> {
        T::deserialize(self).map_err(|problem| problem.at(self.slot().position()))
    }

    /// Whether it is null, which is also what nothing at all is.
    pub fn is_null(self) -> bool {
        self.tree.is_null(self.index)
    }

    /// Whether it has nothing inside it.
    pub(in crate::manifests) fn is_scalar(self) -> bool {
        matches!(
            self.target().1.content,
            Content::Plain(_) | Content::Text(_)
        )
    }

    /// Whether it is text whatever it looks like: quoted, or nothing else by its look.
    pub(in crate::manifests) fn is_text(self) -> bool {
        matches!(self.target().1.content, Content::Text(_))
    }

    /// Its text, where it is text: not for `true` or `12`.
    pub fn as_str(self) -> Option<&'d str> {
        match self.value()? {
            (Value::Text, text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, where it is a mapping that has it.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        self.entry(key)
            .map(|(_, value)| Node::new(self.tree, value))
    }

    /// Whether its keys, and those of all that is inside it, are written in alphabetical order. Merges have no place in it, and
    /// what an alias refers to is looked at where it is written.
    pub fn key_order(self) -> KeyOrder {
        let (first, slot) = self.target();
        let (mut index, mut end) = (first, slot.end);
        let mut broken = None;
        while index < end {
            let content = &self.tree.slot(index).content;
            if matches!(content, Content::Mapping(_) | Content::Gathered)
                && let Some(key) = self.tree.first_unsorted(index)
            {
                // What begins below it comes later, whatever is wrong there.
                (broken, end) = (Some(key), key);
            }
            index += 1;
        }
        let line = |key| self.tree.slot(key).line;
        broken.map_or(KeyOrder::Sorted, |key| KeyOrder::Broken {
            line: 1 + line(key).saturating_sub(line(first)),
        })
    }

    /// The items of a list; none of anything else.
    pub fn items(self) -> impl Iterator<Item = Node<'d>> {
        let (list, slot) = self.target();
        let items = matches!(slot.content, Content::List(_)).then(|| self.tree.items(list));
        items
            .into_iter()
            .flatten()
            .map(move |item| Node::new(self.tree, item))
    }

    /// As [`Document::position`](super::Document::position), from this node.
    pub fn position(self, json_pointer: &str) -> (u32, u32) {
        let mut position = self.slot().position();
        let mut node = self;
        for step in json_pointer.split('/').skip(1) {
            let Some((written, value)) = node.step(step) else {
                break;
            };
            position = self.tree.slot(written).position();
            node = Node::new(self.tree, value);
        }
        position
    }

    /// The line and column that its value begins with, an alias where it is one.
    pub(in crate::manifests) fn begins(self) -> (u32, u32) {
        self.slot().position()
    }

    /// Calls this for each entry in effect of a mapping, and for each item of a list.
    pub(in crate::manifests) fn each_inner(self, mut of: impl FnMut(Inner<'d>)) {
        let (index, slot) = self.target();
        let mut entry = |(key, value): Entry| {
            let slot = self.tree.slot(key);
            of(Inner {
                key: Some(self.tree.key(key)),
                name: slot.name,
                place: slot.position(),
                node: Node::new(self.tree, value),
            });
        };
        match slot.content {
            Content::Mapping(_) => self.tree.written(index).for_each(entry),
            Content::Gathered => {
                let entries = entries::in_effect(self.tree, index);
                entries.into_iter().for_each(&mut entry);
            }
            Content::List(_) => {
                for (number, item) in (0..).zip(self.tree.items(index)) {
                    of(Inner {
                        key: None,
                        name: number,
                        place: self.tree.slot(item).position(),
                        node: Node::new(self.tree, item),
                    });
                }
            }
            _ => {}
        }
    }

    /// Calls this for each key and each item inside it in the order they are written, until that says `false` or there is an alias or a
    /// merge. Whether all were told.
    pub(in crate::manifests) fn each_written(self, mut tell: impl FnMut(Written) -> bool) -> bool {
        let slots = &self.tree.slots;
        let Some(mut list) = List::of(self.slot()) else {
            return matches!(self.slot().content, Content::Plain(_) | Content::Text(_));
        };
        // Those that the innermost one is inside of, and how many of all have ended.
        let mut around = Vec::with_capacity(DEEP);
        let mut ended = 0;
        let mut next = self.index + 1;
        loop {
            while next == list.end {
                let Some(outer) = around.pop() else {
                    return true;
                };
                list = outer;
                ended += 1;
            }
            let key = &slots[next as usize];
            let (name, value) = match &mut list.number {
                Some(number) => {
                    let name = Name::Item(*number);
                    *number += 1;
                    (name, next)
                }
                None => (Name::Key(key.name), next + 1),
            };
            let slot = &slots[value as usize];
            next = value + 1;
            let is_empty = slot.end == next;
            if matches!(slot.content, Content::Alias(_) | Content::Gathered)
                || !tell(Written {
                    ended: std::mem::take(&mut ended),
                    name,
                    place: key.position(),
                    value: slot.line,
                    is_empty,
                })
            {
                return false;
            }
            if !is_empty && let Some(inner) = List::of(slot) {
                around.push(std::mem::replace(&mut list, inner));
            }
        }
    }

    /// How many values there are, with it and those inside it, as long as there are no aliases and no merges.
    pub(in crate::manifests) fn count(self) -> usize {
        let (index, slot) = self.target();
        let slots = &self.tree.slots[index as usize..slot.end as usize];
        let keys = slots.iter().map(|slot| match slot.content {
            Content::Mapping(entries) => entries as usize,
            _ => 0,
        });
        slots.len() - keys.sum::<usize>()
    }

    /// What a step of a JSON pointer leads to: where it is written, and its value.
    fn step(self, step: &str) -> Option<Entry> {
        let (index, slot) = self.target();
        if let Content::List(_) = slot.content {
            let item = self.tree.items(index).nth(step.parse().ok()?)?;
            return Some((item, item));
        }
        if !step.contains('~') {
            return self.entry(step);
        }
        self.entry(&step.replace("~1", "/").replace("~0", "~"))
    }

    fn entry(self, key: &str) -> Option<Entry> {
        let (index, slot) = self.target();
        let name = hash(key);
        let is_it =
            |entry: &Entry| self.tree.slot(entry.0).name == name && self.tree.key(entry.0) == key;
        match slot.content {
            Content::Mapping(_) => self.tree.written(index).find(is_it),
            Content::Gathered => entries::in_effect(self.tree, index).into_iter().find(is_it),
            _ => None,
        }
    }

    pub(super) fn tree(self) -> &'d Tree<'d> {
        self.tree
    }

    /// Where it is written, which is perhaps an alias.
    pub(super) fn slot(self) -> &'d Slot<'d> {
        self.tree.slot(self.index)
    }

    /// What it is, and which slot that is.
    pub(super) fn target(self) -> (u32, &'d Slot<'d>) {
        self.tree.target(self.index)
    }
}

/// A list or a mapping, what is inside which is gone through.
struct List {
    /// The slot after the last one inside it.
    end: u32,
    /// The number of the next item; none of a mapping.
    number: Option<u32>,
}

impl List {
    fn of(slot: &Slot<'_>) -> Option<Self> {
        let number = match slot.content {
            Content::List(_) => Some(0),
            Content::Mapping(_) => None,
            _ => return None,
        };
        let end = slot.end;
        Some(Self { end, number })
    }
}
