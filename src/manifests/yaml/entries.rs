//! Mappings with merges or with keys given twice.

use std::collections::HashMap;
use std::collections::hash_map;

use super::tree::{Content, Entry, Tree};

/// Whether a mapping without merges has a key twice. `keys` is room to look for it in.
pub(super) fn has_key_twice(tree: &Tree<'_>, mapping: u32, keys: &mut Vec<u32>) -> bool {
    const FEW: usize = 16;
    keys.clear();
    keys.extend(tree.written(mapping).map(|(key, _)| key));
    let name = |key: u32| (tree.slot(key).name, tree.key(key));
    if keys.len() <= FEW {
        let earlier = |place: usize| keys[..place].iter().map(|key| name(*key));
        return (1..keys.len()).any(|place| earlier(place).any(|key| key == name(keys[place])));
    }
    keys.sort_unstable_by_key(|key| name(*key));
    keys.windows(2).any(|pair| name(pair[0]) == name(pair[1]))
}

/// The value of a merge that cannot be merged.
pub(super) fn misplaced_merge(tree: &Tree<'_>, mapping: u32) -> Option<u32> {
    let is_mapping = |index| {
        matches!(
            tree.target(index).1.content,
            Content::Mapping(_) | Content::Gathered
        )
    };
    let fits = |value| match tree.slot(value).content {
        Content::List(_) => tree.items(value).all(is_mapping),
        _ => is_mapping(value),
    };
    let mut merges = tree
        .written(mapping)
        .filter(|(key, _)| matches!(tree.slot(*key).content, Content::Merge));
    merges
        .find(|(_, value)| !fits(*value))
        .map(|(_, value)| value)
}

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
            hash_map::Entry::Occupied(place) => {
                self.entries[*place.get()] = (key, value);
            }
            hash_map::Entry::Vacant(place) => {
                place.insert(self.entries.len());
                self.entries.push((key, value));
            }
        }
    }
}
