//! Where the fields of an object are written, small enough to keep beside its record: findings come when the text is long gone.

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
#[derive(Clone, Debug, Default)]
pub struct Outline(Box<[Place]>);

/// Where a field or an item is written. Those inside it follow it.
#[derive(Clone, Debug)]
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

impl Outline {
    /// The outline of an object.
    pub(super) fn of(object: Node<'_>) -> Self {
        // Outlines are kept for long: they take no more room than they need.
        let begins = object.position("");
        let mut draft = Draft {
            begins,
            places: Vec::with_capacity(object.count().min(MOST_OF_ALL)),
        };
        draft.add(0, begins, object, MOST_OF_ALL);
        Self(draft.places.into())
    }

    /// Where the field is that a JSON pointer leads to: its key, or the innermost node around it that there is.
    pub fn region(&self, origin: &Origin, json_pointer: &str) -> Region {
        let mut at = 0;
        let mut rest = json_pointer;
        while let Some((inner, left)) =
            step(rest).and_then(|(name, left)| Some((self.inner(at, name)?, left)))
        {
            (at, rest) = (inner, left);
        }
        let is_there = rest.is_empty();
        match self.0.get(at) {
            // All of an object is too much to point at.
            Some(place) if at > 0 => Region {
                line: place.line,
                column: left_of((origin.line, origin.column), place.line) + u32::from(place.column),
                end_line: is_there.then(|| self.last_line(at)).flatten(),
            },
            _ => Region::of(origin),
        }
    }

    /// The last line of a place and what is inside it.
    fn last_line(&self, at: usize) -> Option<u32> {
        let end = at + usize::from(self.0.get(at)?.size);
        self.0.get(at..end)?.iter().map(|place| place.line).max()
    }

    /// The place of this name inside another one.
    fn inner(&self, around: usize, wanted: u32) -> Option<usize> {
        let end = around + usize::from(self.0.get(around)?.size);
        let places = self.0.get(..end)?;
        let mut next = around + 1;
        while let Some(place) = places.get(next) {
            if place.name == wanted {
                return Some(next);
            }
            next += usize::from(place.size).max(1);
        }
        None
    }
}

/// The name of the first step of a JSON pointer, and what is after it.
fn step(pointer: &str) -> Option<(u32, &str)> {
    let rest = pointer.strip_prefix('/')?;
    // Steps are short: nothing is gained by looking at many bytes at once.
    let mut is_escaped = false;
    let end = rest.bytes().position(|byte| {
        is_escaped |= byte == b'~';
        byte == b'/'
    });
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
    /// Adds a node and what is inside it. Documents are no deeper than the parser lets them be.
    fn add(&mut self, name: u32, (line, column): (u32, u32), node: Node<'_>, most: usize) {
        // What is out of reach is said to be where the last place around it is.
        let column = column.checked_sub(left_of(self.begins, line));
        let Some(column) = column.and_then(|column| u16::try_from(column).ok()) else {
            return;
        };
        let at = self.places.len();
        let place = |size: usize| Place {
            name,
            line,
            column,
            size: u16::try_from(size).unwrap_or(u16::MAX),
        };
        self.places.push(place(1));
        node.each_inner(|inner| {
            if self.places.len() >= most {
                return;
            }
            let name = match inner.key {
                Some(_) => inner.name,
                None => number(inner.name),
            };
            // No field of an object takes the places of another one.
            let most = match at {
                0 => most.min(self.places.len() + MOST),
                _ => most,
            };
            self.add(name, inner.place, inner.node, most);
        });
        let begins = node.begins().0;
        let first = self.places.get(at + 1).map(|first| first.line);
        if begins > line && first.is_none_or(|first| first < begins) {
            // A value or an alias below its key is a place inside that one, which nobody asks for.
            self.places.push(Place {
                name: 0,
                line: begins,
                ..place(1)
            });
        }
        self.places[at] = place(self.places.len() - at);
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
                let Outline(places) = Outline::of(item);
                assert!(places.len() <= 1 + 2 * MOST, "{}", places.len());
            }
        }
        let long = format!("items:\n- data: [{}]\n  last: 1\n", "1, ".repeat(2 * MOST));
        let (origin, outline) = &outlines(&long)[0];
        assert_eq!(outline.0.len(), 1 + MOST + 1);
        assert_eq!(outline.region(origin, "/data/5000").line, 2);
        assert_eq!(outline.region(origin, "/last").line, 3);
    }
}
