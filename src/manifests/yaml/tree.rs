//! The nodes of a document in one flat list, in the order they are written.
//!
//! A list is followed by its items, a mapping by its keys and values in turn, each with all that is inside it. `end`
//! says where a node's own content ends, so anything can be passed over in one step.

use std::borrow::Cow;

/// A node and where it is written.
pub(super) struct Slot<'a> {
    pub(super) content: Content<'a>,
    /// The hash of a key's text.
    pub(super) name: u32,
    /// The slot after the last one inside this node.
    pub(super) end: u32,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// What a node is.
pub(super) enum Content<'a> {
    /// A scalar whose look says what it is: `true`, `12`, `name`.
    Plain(Cow<'a, str>),
    /// Text, whatever it looks like: quoted, tagged, a key, or plain and nothing else by its look.
    Text(Cow<'a, str>),
    /// The key `<<`, whose value's entries are taken over.
    Merge,
    /// A list with so many items.
    List(u32),
    /// A mapping with so many entries.
    Mapping(u32),
    /// A mapping with a merge or a key given twice: the last one holds, so its entries must be gathered first.
    Gathered,
    /// The same as an earlier node.
    Alias(u32),
}

impl Slot<'_> {
    pub(super) fn position(&self) -> (u32, u32) {
        (self.line, self.column)
    }
}

/// A node's entry in its mapping: the slots of its key and its value.
pub(super) type Entry = (u32, u32);

/// The nodes of a document.
pub(super) struct Tree<'a> {
    pub(super) slots: Vec<Slot<'a>>,
}

impl<'a> Tree<'a> {
    /// The slot, past an alias, and which one it is.
    pub(super) fn target(&self, index: u32) -> (u32, &Slot<'a>) {
        let slot = self.slot(index);
        match slot.content {
            Content::Alias(target) => (target, self.slot(target)), // an alias is never an anchor
            _ => (index, slot),
        }
    }

    pub(super) fn slot(&self, index: u32) -> &Slot<'a> {
        &self.slots[index as usize]
    }

    pub(super) fn is_null(&self, index: u32) -> bool {
        match &self.target(index).1.content {
            // Few begin like it.
            Content::Plain(text) => match text.as_bytes() {
                [] | b"~" => true,
                [b'n' | b'N', ..] => matches!(&**text, "null" | "Null" | "NULL"),
                _ => false,
            },
            _ => false,
        }
    }

    /// The entries of a mapping as they are written.
    pub(super) fn written(&self, mapping: u32) -> impl Iterator<Item = Entry> {
        let end = self.slot(mapping).end;
        let mut key = mapping + 1;
        std::iter::from_fn(move || {
            let value = (key < end).then_some(key + 1)?; // a key holds nothing: it is one slot
            let entry = (key, value);
            key = self.slot(value).end;
            Some(entry)
        })
    }

    /// The first key of a mapping that comes before the one above it in the alphabet.
    pub(super) fn first_unsorted(&self, mapping: u32) -> Option<u32> {
        let mut last: Option<&str> = None;
        for (key, _) in self.written(mapping) {
            let Content::Text(text) = &self.slot(key).content else {
                continue;
            };
            if last.is_some_and(|last| last > &**text) {
                return Some(key);
            }
            last = Some(text);
        }
        None
    }

    /// The items of a list.
    pub(super) fn items(&self, list: u32) -> impl Iterator<Item = u32> {
        let end = self.slot(list).end;
        let mut next = list + 1;
        std::iter::from_fn(move || {
            let item = (next < end).then_some(next)?;
            next = self.slot(item).end;
            Some(item)
        })
    }

    /// The text of a key.
    pub(super) fn key(&self, key: u32) -> &str {
        match &self.slot(key).content {
            Content::Text(text) => text,
            _ => "<<",
        }
    }
}
