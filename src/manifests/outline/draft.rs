//! How outlines are made: in one pass where all of an object is near, by way of all that aliases lead to where not.

use super::{MOST, MOST_OF_ALL, Near, Place, left_of};
use crate::manifests::yaml::{Name, Node};
use crate::model::hash;

/// The places of an object that begins there, where all are near to that, and nothing is written elsewhere: there are neither aliases nor
/// merges.
pub(super) fn near(object: Node<'_>, begins: (u32, u32)) -> Option<Box<[Near]>> {
    let mut places = Vec::with_capacity(usize::from(u8::MAX));
    places.push(Near {
        name: 0,
        below: 0,
        column: 0,
        size: 1,
    });
    // Those that what comes next is inside of, the innermost last.
    let mut around = Vec::with_capacity(16);
    let are_all = object.each_written(|written| {
        for _ in 0..written.ended {
            if let Some(at) = around.pop() {
                close(&mut places, at);
            }
        }
        let (line, column) = written.place;
        let column = u8::try_from(column.wrapping_sub(left_of(begins, line)));
        let below = u16::try_from(line.wrapping_sub(begins.0));
        // With one for a value below it, its size has to fit as well.
        let has_room = places.len() + 2 <= usize::from(u8::MAX);
        let (Ok(column), Ok(below), true) = (column, below, has_room) else {
            return false;
        };
        let name = match written.name {
            Name::Key(name) => name,
            Name::Item(item) => number(item),
        };
        let at = places.len();
        places.push(Near {
            name,
            below,
            column,
            size: 1,
        });
        if !written.is_empty {
            around.push(at);
        } else if written.value > line {
            let Ok(below) = u16::try_from(written.value - begins.0) else {
                return false;
            };
            places[at].size = 2;
            places.push(Near {
                name: 0,
                below,
                column: 0,
                size: 1,
            });
        }
        true
    });
    around.push(0);
    for at in around {
        close(&mut places, at);
    }
    are_all.then(|| places.as_slice().into())
}

/// Nothing more is inside a place.
fn close(places: &mut [Near], at: usize) {
    // There are no more than fit.
    places[at].size = u8::try_from(places.len() - at).unwrap_or(u8::MAX);
}

/// An outline that is being made.
pub(super) struct Draft {
    /// Where the object begins.
    begins: (u32, u32),
    pub(super) places: Vec<Place>,
}

impl Draft {
    pub(super) fn of(object: Node<'_>, begins: (u32, u32)) -> Self {
        let mut draft = Self {
            begins,
            places: Vec::with_capacity(object.count().min(MOST_OF_ALL)),
        };
        draft.add(0, begins, object, MOST_OF_ALL);
        draft
    }

    /// Adds a node and what is inside it. Documents are no deeper than the parser lets them be.
    fn add(&mut self, name: u32, place: (u32, u32), node: Node<'_>, most: usize) {
        let at = self.places.len();
        if !self.push(name, place) {
            return;
        }
        node.each_inner(|inner| {
            if self.places.len() >= most {
                return;
            }
            let name = match inner.key {
                Some(_) => inner.name,
                None => number(inner.name),
            };
            if inner.node.is_scalar() {
                return self.add_scalar(name, inner.place, inner.node);
            }
            // No field of an object takes the places of another one.
            let most = match at {
                0 => most.min(self.places.len() + MOST),
                _ => most,
            };
            self.add(name, inner.place, inner.node, most);
        });
        let begins = node.begins().0;
        let first = self.places.get(at + 1).map(|first| first.line);
        if begins > place.0 && first.is_none_or(|first| first < begins) {
            // A value or an alias below its key is a place inside that one, which nobody asks for.
            self.push_below(begins);
        }
        self.places[at].size = u16::try_from(self.places.len() - at).unwrap_or(u16::MAX);
    }

    /// The same for one that has nothing inside it, as most have.
    fn add_scalar(&mut self, name: u32, place: (u32, u32), node: Node<'_>) {
        let begins = node.begins().0;
        if self.push(name, place) && begins > place.0 {
            if let Some(last) = self.places.last_mut() {
                last.size = 2;
            }
            self.push_below(begins);
        }
    }

    /// Adds a place with nothing inside it, unless it is out of reach: that is said to be where the last place around it is.
    fn push(&mut self, name: u32, (line, column): (u32, u32)) -> bool {
        let column = column.checked_sub(left_of(self.begins, line));
        let column = column.and_then(|column| u16::try_from(column).ok());
        self.places.extend(column.map(|column| Place {
            name,
            line,
            column,
            size: 1,
        }));
        column.is_some()
    }

    fn push_below(&mut self, line: u32) {
        self.places.push(Place {
            name: 0,
            line,
            column: 0,
            size: 1,
        });
    }
}

/// The name of an item: its number as it is written.
fn number(index: u32) -> u32 {
    const DIGITS: &str = "0123456789";
    let at = index as usize;
    match DIGITS.get(at..=at) {
        Some(digit) => hash(digit),
        None => hash(&index.to_string()),
    }
}
