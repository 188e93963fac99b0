//! The entries of a mapping that has merges or keys given twice.

use std::collections::HashMap;

use super::tree::{Content, Entry, Tree};

/// The entries in effect, each key once, in the order the keys first come up.
///
/// What is written last holds. A merge counts as written where its `<<` stands, so it also overrides what is above it;
/// of several mappings in one merge the first holds. Source: kubectl 1.36.3, whose go-yaml v2 differs here from the
/// YAML merge proposal, in which a mapping's own keys hold wherever they stand.
pub(super) fn in_effect(tree: &Tree<'_>, mapping: u32) -> Vec<Entry> {
    let mut gathered = Gathered {
        tree,
        entries: Vec::new(),
        places: HashMap::new(),
    };
    gathered.add(mapping);
    gathered.entries
}

struct Gathered<'t, 'a> {
    tree: &'t Tree<'a>,
    entries: Vec<Entry>,
    places: HashMap<&'t str, usize>,
}

impl Gathered<'_, '_> {
    fn add(&mut self, mapping: u32) {
        let tree = self.tree;
        for (key, value) in tree.written(mapping) {
            if !matches!(tree.slot(key).content, Content::Merge) {
                self.set(key, value);
                continue;
            }
            let (merged, slot) = tree.target(value);
            if let Content::List(_) = slot.content {
                let items: Vec<u32> = tree.items(merged).collect();
                for item in items.into_iter().rev() {
                    self.add(tree.target(item).0);
                }
            } else {
                self.add(merged);
            }
        }
    }

    fn set(&mut self, key: u32, value: u32) {
        match self.places.entry(self.tree.key(key)) {
            std::collections::hash_map::Entry::Occupied(place) => {
                self.entries[*place.get()] = (key, value)
            }
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push((key, value));
            }
        }
    }
}
