//! Where the fields of an object are written, small enough to keep beside its record: findings come when the text is long gone.

mod draft;
#[cfg(test)]
mod tests;

use self::draft::{Draft, near};
use super::Origin;
use super::yaml::Node;
use crate::model::hash;

/// More places than this are not kept of one field of an object (`metadata`, `spec`); what lies beyond is said to be where the last one
/// kept around it is. Workloads have some hundred. It also bounds what aliases of aliases come to.
const MOST: usize = 4096;

/// Nor more than this of an object.
const MOST_OF_ALL: usize = u16::MAX as usize;

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
}

/// The places of an object's fields.
#[derive(Clone, Debug)]
pub struct Outline {
    /// The line that the object begins with.
    line: u32,
    places: Places,
}

/// How far a JSON pointer led, to go on from there with the next one: most fields that are looked for one after another are near to
/// one another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trail {
    /// So many bytes of the pointer led to a place around what was looked for; to the innermost one, where that is not there.
    bytes: usize,
    /// That place.
    at: usize,
}

/// They are kept for long, of many objects, and take no more room than they need.
#[derive(Clone, Debug)]
enum Places {
    /// Of an object that is neither long nor wide and has neither aliases nor merges, as most are.
    Near(Box<[Near]>),
    /// Of any other.
    All(Box<[Place]>),
}

/// A [`Place`] that is near to where the object begins.
#[derive(Clone, Debug)]
struct Near {
    name: u32,
    /// How many lines below.
    below: u16,
    column: u8,
    size: u8,
}

/// Where a field or an item is written. Those inside it follow it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    /// The hash of the key, or of the number in a list: which names there are is known by who asks. Of the few keys beside one
    /// another no two have the same.
    name: u32,
    line: u32,
    /// On the line that the object begins with, counted from there: all may be on that one line.
    column: u16,
    /// How many places there are with it and those inside it.
    size: u16,
}

impl Default for Outline {
    fn default() -> Self {
        Self {
            line: 1,
            places: Places::Near(Box::default()),
        }
    }
}

impl Outline {
    /// The outline of an object.
    pub(super) fn of(object: Node<'_>) -> Self {
        let begins = object.position("");
        let places = match near(object, begins) {
            Some(places) => Places::Near(places),
            None => Places::All(Draft::of(object, begins).places.into()),
        };
        Self {
            line: begins.0,
            places,
        }
    }

    /// Where the field is that a JSON pointer leads to: its key, or the innermost node around it that there is.
    pub fn region(&self, origin: &Origin, json_pointer: &str) -> Region {
        self.region_after(origin, json_pointer, ("", &mut Trail::default()))
    }

    /// The same, beginning with what it has in common with the pointer that was followed before, whose trail this is.
    pub fn region_after(
        &self,
        origin: &Origin,
        json_pointer: &str,
        (last, trail): (&str, &mut Trail),
    ) -> Region {
        let known = json_pointer.get(..trail.bytes);
        let is_known = known.is_some() && known == last.get(..trail.bytes);
        let ends = json_pointer.as_bytes().get(trail.bytes);
        if !is_known || ends.is_some_and(|byte| *byte != b'/') {
            *trail = Trail::default();
        }
        let is_escaped = memchr::memchr(b'~', json_pointer.as_bytes()).is_some();
        let Trail { bytes, mut at } = *trail;
        let mut rest = &json_pointer[bytes..];
        while let Some((inner, left)) =
            step(rest, is_escaped).and_then(|(name, left)| Some((self.inner(at, name)?, left)))
        {
            let bytes = json_pointer.len() - rest.len();
            *trail = Trail { bytes, at };
            (at, rest) = (inner, left);
        }
        let is_there = rest.is_empty();
        if !is_there {
            let bytes = json_pointer.len() - rest.len();
            *trail = Trail { bytes, at };
        }
        match self.place(at) {
            // All of an object is too much to point at.
            Some(place) if at > 0 => Region {
                line: place.line,
                column: left_of((origin.line, origin.column), place.line) + u32::from(place.column),
                end_line: is_there.then(|| self.last_line(at, place)),
            },
            _ => Region::of(origin),
        }
    }

    /// The last line of a place and what is inside it.
    fn last_line(&self, at: usize, place: Place) -> u32 {
        let inner = at + 1..at + usize::from(place.size);
        let last = match &self.places {
            Places::Near(places) => {
                let below = places.get(inner).into_iter().flatten();
                let last = below.map(|place| place.below).max();
                last.map(|below| self.line + u32::from(below))
            }
            Places::All(places) => {
                let inner = places.get(inner).into_iter().flatten();
                inner.map(|place| place.line).max()
            }
        };
        last.map_or(place.line, |last| last.max(place.line))
    }

    /// The place of this name inside another one.
    fn inner(&self, around: usize, wanted: u32) -> Option<usize> {
        let end = around + usize::from(self.place(around)?.size);
        let mut next = around + 1;
        while next < end {
            let place = self.place(next)?;
            if place.name == wanted {
                return Some(next);
            }
            next += usize::from(place.size).max(1);
        }
        None
    }

    fn place(&self, at: usize) -> Option<Place> {
        match &self.places {
            Places::Near(places) => places.get(at).map(|near| Place {
                name: near.name,
                line: self.line + u32::from(near.below),
                column: u16::from(near.column),
                size: u16::from(near.size),
            }),
            Places::All(places) => places.get(at).copied(),
        }
    }
}

/// The name of the first step of a JSON pointer, and what is after it.
fn step(pointer: &str, is_escaped: bool) -> Option<(u32, &str)> {
    let rest = pointer.strip_prefix('/')?;
    let end = memchr::memchr(b'/', rest.as_bytes());
    let (step, rest) = rest.split_at(end.unwrap_or(rest.len()));
    let name = match is_escaped {
        true => hash(&step.replace("~1", "/").replace("~0", "~")),
        false => hash(step),
    };
    Some((name, rest))
}

/// How far to the right an object begins, if it begins on this line: columns are counted from there.
fn left_of((begins, column): (u32, u32), line: u32) -> u32 {
    if line == begins { column } else { 0 }
}
