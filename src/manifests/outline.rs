//! Where the fields of an object are written, small enough to keep beside its record: findings come when the text is long gone.

use super::Origin;
use super::yaml::{Name, Node};
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

/// The places of an object that begins there, where all are near to that, and nothing is written elsewhere: there are neither aliases nor
/// merges.
fn near(object: Node<'_>, begins: (u32, u32)) -> Option<Box<[Near]>> {
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

/// An outline that is being made.
struct Draft {
    /// Where the object begins.
    begins: (u32, u32),
    places: Vec<Place>,
}

impl Draft {
    fn of(object: Node<'_>, begins: (u32, u32)) -> Self {
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

/// How far to the right an object begins, if it begins on this line: columns are counted from there.
fn left_of((begins, column): (u32, u32), line: u32) -> u32 {
    if line == begins { column } else { 0 }
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

#[cfg(test)]
mod tests {
    use super::super::yaml::documents;
    use super::*;

    const LIST: &str = "kind: List\nitems:\n- metadata: {name: a}\n  spec:\n    replicas: 1\n    ports:\n    - 80\n    - 443\n- {metadata: {name: b}, spec: {}}\n";

    fn origin(line: u32, column: u32) -> Origin {
        Origin {
            file: "a.yaml".into(),
            document: 1,
            line,
            column,
            api_version: "v1".into(),
            kind: "List",
            names_namespace: false,
        }
    }

    fn outlines(text: &str) -> Vec<(Origin, Outline)> {
        let (_, source) = documents(text).next().expect("a document");
        let document = source.parse().expect("it is YAML");
        let items = document.root().and_then(|root| root.get("items"));
        let items: Vec<_> = items.expect("a list").items().collect();
        let outline = |item: Node<'_>| {
            let (line, column) = item.position("");
            (origin(line, column), Outline::of(item))
        };
        items.into_iter().map(outline).collect()
    }

    fn count(outline: &Outline) -> usize {
        match &outline.places {
            Places::Near(places) => places.len(),
            Places::All(places) => places.len(),
        }
    }

    #[test]
    fn fields_of_long_and_wide_objects_are_found_as_well() {
        let entries = |count: usize, between: &str| -> String {
            (0..count)
                .map(|at| format!("  k{at}: {at}{between}"))
                .collect()
        };
        let wide = entries(40, ", ");
        for (spec, is_near) in [
            (entries(250, "\n"), true),
            (entries(300, "\n"), false),
            (entries(30, &"\n".repeat(2000)), true),
            (entries(40, &"\n".repeat(2000)), false),
            (format!("  k: {{{}}}\n", &wide[..200]), true),
            (format!("  k: {{{wide}}}\n"), false),
        ] {
            let text = format!("items:\n- spec:\n{spec}").replace("\n  ", "\n    ");
            let (origin, outline) = &outlines(&text)[0];
            assert_eq!(
                matches!(outline.places, Places::Near(_)),
                is_near,
                "{text:.200}"
            );
            let (_, source) = documents(&text).next().expect("a document");
            let document = source.parse().expect("it is YAML");
            for at in 0..300 {
                for path in [format!("/spec/k{at}"), format!("/spec/k/k{at}")] {
                    let region = outline.region(origin, &path);
                    let expected = document.position(&format!("/items/0{path}"));
                    assert_eq!(Some((region.line, region.column)), expected, "{path}");
                }
            }
        }
    }

    #[test]
    fn fields_are_found_where_they_are_written() {
        let all = outlines(LIST);
        for (object, path, expected) in [
            (0, "", (3, 3, None)),
            (0, "/spec/replicas", (5, 5, Some(5))),
            (0, "/spec/ports", (6, 5, Some(8))),
            (0, "/spec/ports/1", (8, 7, Some(8))),
            (0, "/spec/none/at/all", (4, 3, None)),
            (0, "/none", (3, 3, None)),
            (1, "/spec/x", (9, 25, None)),
        ] {
            let (origin, outline) = &all[object];
            let Region {
                line,
                column,
                end_line,
            } = outline.region(origin, path);
            assert_eq!((line, column, end_line), expected, "{path} of {object}");
        }
    }

    #[test]
    fn both_ways_to_make_an_outline_agree() {
        let text = "items:\n- {}\n- a: 1\n  b:\n    2\n  c:\n    {d: {}, e: [], f: [[1], {g: 2}]}\n  h:\n  - - 3\n    -\n      4\n  -\n    {}\n  i:\n\n    []\n  j:\n  k: {l:\n    m, n: {o: p}}\n- q: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, {r: 12}]\n  s:\n    t: |\n      u\n";
        let (_, source) = documents(text).next().expect("a document");
        let document = source.parse().expect("it is YAML");
        let items = document.root().and_then(|root| root.get("items"));
        for item in items.expect("a list").items() {
            let begins = item.position("");
            let near = near(item, begins).expect("it is near");
            let all = Draft::of(item, begins).places;
            let places = near.iter().map(|near| Place {
                name: near.name,
                line: begins.0 + u32::from(near.below),
                column: near.column.into(),
                size: near.size.into(),
            });
            assert_eq!(places.collect::<Vec<_>>(), all, "{begins:?}");
        }
    }

    #[test]
    fn what_is_looked_for_after_something_else_is_found_as_well() {
        let all = outlines(
            "items:\n- a:\n    b: [{c: 1, d: {e: 2}}, 3]\n    x/y~z: 1\n    bc: {d: 4}\n  é: {b: 5}\n",
        );
        let (origin, outline) = &all[0];
        let paths = [
            "",
            "/",
            "/a",
            "/a/",
            "/a/b",
            "/a/b/0",
            "/a/b/0/c",
            "/a/b/0/d/e",
            "/a/b/0/d/e/f",
            "/a/b/0/x/y",
            "/a/b/1",
            "/a/b/10",
            "/a/bc",
            "/a/bc/d",
            "/a/x~1y~0z",
            "/a/x~1y",
            "/é",
            "/é/b",
            "/ê/b",
            "/x/b/0",
            "a/b",
        ];
        for before in paths {
            for between in paths {
                let mut trail = Trail::default();
                outline.region_after(origin, before, ("", &mut trail));
                outline.region_after(origin, between, (before, &mut trail));
                for path in paths {
                    let mut trail = trail;
                    let found = outline.region_after(origin, path, (between, &mut trail));
                    assert_eq!(
                        found,
                        outline.region(origin, path),
                        "{path} after {between} and {before}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_is_below_its_key_ends_there() {
        let all = outlines(
            "items:\n- a:\n    text\n  b:\n\n    {}\n  c: &c\n    d: 1\n  e:\n    <<: *c\n  f:\n    *c\n",
        );
        let (origin, outline) = &all[0];
        for (path, expected) in [
            ("/a", (2, 3)),
            ("/b", (4, 6)),
            ("/c", (7, 8)),
            ("/e", (9, 10)),
            ("/f", (11, 12)),
        ] {
            let region = outline.region(origin, path);
            assert_eq!(
                (region.line, region.end_line),
                (expected.0, Some(expected.1)),
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_far_to_the_right_is_where_the_last_place_around_it_is() {
        let far = " ".repeat(70_000);
        let all = outlines(&format!(
            "items: [{{a: {{b: 1, {far}c: 2}}, d: 3}}, &e {{e: 4}}, {{f: *e}}]\n"
        ));
        for (object, path, column) in [
            (0, "/a", 10),
            (0, "/a/b", 14),
            (0, "/a/c", 10),
            (0, "/d", 9),
            // Each is counted from where its object begins.
            (1, "/e", 70_038),
            // What an alias leads to may be to the left of that.
            (2, "/f", 70_046),
            (2, "/f/e", 70_046),
        ] {
            let (origin, outline) = &all[object];
            let region = outline.region(origin, path);
            assert_eq!((region.line, region.column), (1, column), "{path}");
        }
    }

    #[test]
    fn what_is_taken_over_is_where_it_is_written() {
        let all = outlines(
            "items:\n- x: &x\n    a: 1\n    b: 2\n  w: *x\n  z:\n    <<: *x\n    b: 3\n    c/d: 4\n",
        );
        let (origin, outline) = &all[0];
        for (path, expected) in [
            ("/w", 5),
            ("/w/a", 3),
            ("/z/a", 3),
            ("/z/b", 8),
            ("/z/c~1d", 9),
        ] {
            assert_eq!(outline.region(origin, path).line, expected, "{path}");
        }
    }

    #[test]
    fn an_outline_is_bounded() {
        let bomb: String = (0..9)
            .map(|level| {
                let items = vec![
                    if level == 0 {
                        "x".to_owned()
                    } else {
                        format!("*a{}", level - 1)
                    };
                    9
                ];
                format!("    a{level}: &a{level} [{}]\n", items.join(", "))
            })
            .collect();
        let text = format!("items:\n- spec:\n{bomb}  last: 1\n");
        let (_, source) = documents(&text).next().expect("a document");
        // Whether such a document is read at all is another matter.
        if let Ok(document) = source.parse() {
            let items = document.root().and_then(|root| root.get("items"));
            for item in items.expect("a list").items() {
                let count = count(&Outline::of(item));
                assert!(count <= 1 + 2 * MOST, "{count}");
            }
        }
        let long = format!("items:\n- data: [{}]\n  last: 1\n", "1, ".repeat(2 * MOST));
        let (origin, outline) = &outlines(&long)[0];
        assert_eq!(count(outline), 1 + MOST + 1);
        assert_eq!(outline.region(origin, "/data/5000").line, 2);
        assert_eq!(outline.region(origin, "/last").line, 3);
    }
}
