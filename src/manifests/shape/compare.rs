//! An object beside the type that it should be of.

use super::scalars;
use super::table::{self, Fields, Type};
use crate::manifests::nearest;
use crate::manifests::way::Way;
use crate::manifests::yaml::{Look, Node};
use crate::model::{Misfit, Shape};

/// So many misfits of one object are told.
const MOST: usize = 50;

/// A comparison on its way through an object. It comes to an end: of documents whose aliases stand for too much, there is no node.
#[derive(Default)]
pub(super) struct Comparison {
    misfits: Vec<Misfit>,
    /// Whether it is in the status, which nobody has to fill in.
    in_status: bool,
    /// Whether it is no object but a patch of one, which says so.
    is_patch: bool,
}

impl Comparison {
    /// What the comparison of an object with a type comes to.
    pub(super) fn of(object: Node<'_>, wanted: u16) -> Shape {
        let mut comparison = Self::default();
        comparison.fields(object, table::fields(wanted), &Way::top());
        match comparison {
            Self { is_patch: true, .. } => Shape::Unsaid,
            Self { misfits, .. } if misfits.is_empty() => Shape::Fits,
            Self { misfits, .. } => Shape::Misfits(misfits.into()),
        }
    }

    fn value(&mut self, node: Node<'_>, wanted: &'static Type, way: &Way<'_>) {
        // Most of what is asked for is text, and is.
        if matches!(wanted, Type::Text) && node.is_text() || self.misfits.len() >= MOST {
            return;
        }
        let problem = match (wanted, node.look()) {
            (_, Look::Null) => None,
            (Type::Fields(number), Look::Mapping) => {
                return self.fields(node, table::fields(*number), way);
            }
            (Type::List(of), Look::List) => {
                for (at, item) in node.items().enumerate() {
                    self.item(item, of, &way.item(at));
                }
                None
            }
            (Type::Map(of), Look::Mapping) => {
                self.unique(node, way);
                for (key, value) in node.entries() {
                    self.value(value, of, &way.key(key));
                }
                None
            }
            (Type::Fields(_) | Type::Map(_), look) => scalars::mismatch("a mapping", look),
            (Type::List(_), look) => scalars::mismatch("a list", look),
            (wanted, look) => scalars::problem(wanted, look),
        };
        if let Some(problem) = problem {
            self.misfit(way, |field| format!("{field} {problem}"));
        }
    }

    /// An item of a list. A null among fields is one with none of them.
    fn item(&mut self, node: Node<'_>, wanted: &'static Type, way: &Way<'_>) {
        match wanted {
            Type::Fields(number) if node.is_null() => {
                for name in &table::fields(*number).required {
                    self.lacks(way, name);
                }
            }
            wanted => self.value(node, wanted, way),
        }
    }

    fn fields(&mut self, node: Node<'_>, fields: &'static Fields, way: &Way<'_>) {
        self.unique(node, way);
        // Which of the required ones are there: none has more than a few.
        let mut there = 0_u64;
        node.each_inner(|inner| {
            let Some(name) = inner.key else { return };
            let Some(wanted) = fields.get(name, inner.name) else {
                return self.unknown(&way.key(name), name, fields);
            };
            if let Some(place) = wanted.required.filter(|place| *place < 64)
                && !inner.node.is_null()
            {
                there |= 1 << place;
            }
            let is_status = way.is_top() && name == "status";
            self.in_status |= is_status;
            self.value(inner.node, &wanted.of, &way.key(name));
            self.in_status &= !is_status;
        });
        for (place, name) in fields.required.iter().enumerate() {
            if there & (1 << place) == 0 {
                self.lacks(way, name);
            }
        }
    }

    fn unknown(&mut self, way: &Way<'_>, name: &str, fields: &Fields) {
        // A directive of a strategic merge patch, of which kustomize makes an object.
        self.is_patch |= matches!(name, "$patch" | "$retainKeys")
            || name.starts_with("$setElementOrder/")
            || name.starts_with("$deleteFromPrimitiveList/");
        let meant = nearest(name, fields.names());
        self.misfit(way, |field| match meant {
            Some(meant) => format!("unknown field {field}, did you mean {meant}?"),
            None => format!("unknown field {field}: Kubernetes drops it, or refuses the object"),
        });
    }

    fn lacks(&mut self, around: &Way<'_>, name: &'static str) {
        if !self.in_status {
            self.misfit(&around.key(name), |field| format!("{field} is required"));
        }
    }

    fn unique(&mut self, node: Node<'_>, way: &Way<'_>) {
        if let Some(key) = node.repeated_key() {
            self.misfit(&way.key(key), |field| {
                format!("{field} is written twice: what the first one says is lost")
            });
        }
    }

    fn misfit(&mut self, way: &Way<'_>, message: impl FnOnce(&str) -> String) {
        if self.misfits.len() < MOST {
            self.misfits.push(way.misfit(message));
        }
    }
}
