//! Lists, mappings and enums, handed over piece by piece.

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer as _, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor,
};

use crate::manifests::yaml::node::Node;
use crate::manifests::yaml::problem::Problem;
use crate::manifests::yaml::tree::{Entry, Tree};

/// What becomes of the entries whose value is null.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Nulls {
    /// Part of a map.
    Kept,
    /// As good as absent in a struct.
    Skipped,
}

/// The items of a list.
pub(super) struct Items<'d> {
    tree: &'d Tree<'d>,
    next: u32,
    end: u32,
    count: usize,
    done: usize,
}

impl<'d> Items<'d> {
    pub(super) fn new(tree: &'d Tree<'d>, list: u32, count: u32) -> Self {
        Self {
            tree,
            next: list + 1,
            end: tree.slot(list).end,
            count: count as usize,
            done: 0,
        }
    }
}

impl<'d> SeqAccess<'d> for Items<'d> {
    type Error = Problem;

    fn next_element_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Problem> {
        if self.next >= self.end {
            return Ok(None);
        }
        let item = self.next;
        self.next = self.tree.slot(item).end;
        self.done += 1;
        let mut value = seed.deserialize(Node::new(self.tree, item));
        if let Err(problem) = &mut value {
            problem.add_item(self.done - 1);
        }
        value.map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.count - self.done)
    }
}

/// The entries of a mapping in the order they are written.
pub(super) struct Written<'d> {
    tree: &'d Tree<'d>,
    next: u32,
    end: u32,
    left: usize,
    entry: Entry,
    nulls: Nulls,
}

impl<'d> Written<'d> {
    pub(super) fn new(tree: &'d Tree<'d>, mapping: u32, count: u32, nulls: Nulls) -> Self {
        let next = mapping + 1;
        Self {
            tree,
            next,
            end: tree.slot(mapping).end,
            left: count as usize,
            entry: (next, next),
            nulls,
        }
    }
}

impl<'d> MapAccess<'d> for Written<'d> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Problem> {
        while self.next < self.end {
            self.entry = (self.next, self.next + 1);
            self.next = self.tree.slot(self.next + 1).end;
            self.left -= 1;
            if self.nulls == Nulls::Kept || !self.tree.is_null(self.entry.1) {
                return key(self.tree, self.entry, seed).map(Some);
            }
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'d>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        value(self.tree, self.entry, seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// The entries of a mapping that are in effect.
pub(super) struct Gathered<'d> {
    tree: &'d Tree<'d>,
    entries: std::vec::IntoIter<Entry>,
    entry: Entry,
}

impl<'d> Gathered<'d> {
    pub(super) fn new(tree: &'d Tree<'d>, mut entries: Vec<Entry>, nulls: Nulls) -> Self {
        entries.retain(|entry| nulls == Nulls::Kept || !tree.is_null(entry.1));
        Self {
            tree,
            entries: entries.into_iter(),
            entry: (0, 0),
        }
    }
}

impl<'d> MapAccess<'d> for Gathered<'d> {
    type Error = Problem;

    fn next_key_seed<S: DeserializeSeed<'d>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Problem> {
        let Some(entry) = self.entries.next() else {
            return Ok(None);
        };
        self.entry = entry;
        key(self.tree, entry, seed).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'d>>(&mut self, seed: S) -> Result<S::Value, Problem> {
        value(self.tree, self.entry, seed)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.entries.len())
    }
}

fn key<'d, S: DeserializeSeed<'d>>(
    tree: &'d Tree<'d>,
    entry: Entry,
    seed: S,
) -> Result<S::Value, Problem> {
    let key = BorrowedStrDeserializer::new(tree.key(entry.0));
    seed.deserialize(key)
        .map_err(|problem: Problem| problem.at(tree.slot(entry.0).position()))
}

fn value<'d, S: DeserializeSeed<'d>>(
    tree: &'d Tree<'d>,
    entry: Entry,
    seed: S,
) -> Result<S::Value, Problem> {
    // What was read is large at times, and stays where it is.
    let mut value = seed.deserialize(Node::new(tree, entry.1));
    if let Err(problem) = &mut value {
        problem.add_key(tree.key(entry.0));
    }
    value
}

/// A mapping with one entry as an enum: its key names the variant.
pub(super) struct OneEntry<'d> {
    tree: &'d Tree<'d>,
    key: u32,
}

impl<'d> OneEntry<'d> {
    pub(super) fn new(tree: &'d Tree<'d>, key: u32) -> Self {
        Self { tree, key }
    }

    fn within<T>(&self, result: Result<T, Problem>) -> Result<T, Problem> {
        result.map_err(|mut problem| {
            problem.add_key(self.tree.key(self.key));
            problem
        })
    }

    fn content(&self) -> Node<'d> {
        Node::new(self.tree, self.key + 1)
    }
}

impl<'d> EnumAccess<'d> for OneEntry<'d> {
    type Error = Problem;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'d>>(self, seed: S) -> Result<(S::Value, Self), Problem> {
        let variant = key(self.tree, (self.key, self.key + 1), seed)?;
        Ok((variant, self))
    }
}

impl<'d> VariantAccess<'d> for OneEntry<'d> {
    type Error = Problem;

    fn unit_variant(self) -> Result<(), Problem> {
        self.within(serde::Deserialize::deserialize(self.content()))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'d>>(self, seed: S) -> Result<S::Value, Problem> {
        self.within(seed.deserialize(self.content()))
    }

    fn tuple_variant<V: Visitor<'d>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.within(self.content().deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'d>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.within(self.content().deserialize_struct("", fields, visitor))
    }
}
