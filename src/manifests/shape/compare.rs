//! An object beside the type that it should be of.

use super::scalars;
use super::table::{self, Fields, Type};
use crate::manifests::nearest;
use crate::manifests::yaml::{Look, Node};
use crate::model::{Misfit, Shape};

/// So many misfits of one object are told.
const MOST: usize = 50;

/// A comparison on its way through an object. It comes to an end: of documents whose aliases stand for too much, there is no node.
pub(super) struct Comparison<'d> {
    way: Vec<Step<'d>>,
    misfits: Vec<Misfit>,
    /// Whether it is in the status, which nobody has to fill in.
    in_status: bool,
    /// Whether it is no object but a patch of one, which says so.
    is_patch: bool,
}

#[derive(Clone, Copy)]
enum Step<'d> {
    Key(&'d str),
    Item(usize),
}

impl<'d> Comparison<'d> {
    /// What the comparison of an object with a type comes to.
    pub(super) fn of(object: Node<'d>, wanted: u16) -> Shape {
        let mut comparison = Self {
            way: Vec::new(),
            misfits: Vec::new(),
            in_status: false,
            is_patch: false,
        };
        comparison.fields(object, table::fields(wanted));
        match comparison {
            Self { is_patch: true, .. } => Shape::Unsaid,
            Self { misfits, .. } if misfits.is_empty() => Shape::Fits,
            Self { misfits, .. } => Shape::Misfits(misfits.into()),
        }
    }

    fn value(&mut self, node: Node<'d>, wanted: &'static Type) {
        if self.misfits.len() >= MOST {
            return;
        }
        let problem = match (wanted, node.look()) {
            (_, Look::Null) => None,
            (Type::Fields(number), Look::Mapping) => {
                self.fields(node, table::fields(*number));
                None
            }
            (Type::List(of), Look::List) => {
                for (at, item) in node.items().enumerate() {
                    self.within(Step::Item(at), |walk| walk.item(item, of));
                }
                None
            }
            (Type::Map(of), Look::Mapping) => {
                self.unique(node);
                for (key, value) in node.entries() {
                    self.within(Step::Key(key), |walk| walk.value(value, of));
                }
                None
            }
            (Type::Fields(_) | Type::Map(_), look) => scalars::mismatch("a mapping", look),
            (Type::List(_), look) => scalars::mismatch("a list", look),
            (wanted, look) => scalars::problem(wanted, look),
        };
        if let Some(problem) = problem {
            self.misfit(|field| format!("{field} {problem}"));
        }
    }

    /// An item of a list. A null among fields is one with none of them.
    fn item(&mut self, node: Node<'d>, wanted: &'static Type) {
        match wanted {
            Type::Fields(number) if node.is_null() => {
                for name in &table::fields(*number).required {
                    self.lacks(name);
                }
            }
            wanted => self.value(node, wanted),
        }
    }

    fn fields(&mut self, node: Node<'d>, fields: &'static Fields) {
        self.unique(node);
        // Which of the required ones are there: none has more than a few.
        let mut there = 0_u64;
        node.each_inner(|inner| {
            let Some(name) = inner.key else { return };
            let Some(wanted) = fields.get(name, inner.name) else {
                return self.within(Step::Key(name), |walk| walk.unknown(name, fields));
            };
            if let Some(place) = wanted.required.filter(|place| *place < 64)
                && !inner.node.is_null()
            {
                there |= 1 << place;
            }
            let is_status = self.way.is_empty() && name == "status";
            self.in_status |= is_status;
            self.within(Step::Key(name), |walk| walk.value(inner.node, &wanted.of));
            self.in_status &= !is_status;
        });
        for (place, name) in fields.required.iter().enumerate() {
            if there & (1 << place) == 0 {
                self.lacks(name);
            }
        }
    }

    fn unknown(&mut self, name: &str, fields: &Fields) {
        // A directive of a strategic merge patch, of which kustomize makes an object.
        self.is_patch |= matches!(name, "$patch" | "$retainKeys")
            || name.starts_with("$setElementOrder/")
            || name.starts_with("$deleteFromPrimitiveList/");
        let meant = nearest(name, fields.names());
        self.misfit(|field| match meant {
            Some(meant) => format!("unknown field {field}, did you mean {meant}?"),
            None => format!("unknown field {field}: Kubernetes drops it, or refuses the object"),
        });
    }

    fn lacks(&mut self, name: &'static str) {
        if !self.in_status {
            self.within(Step::Key(name), |walk| {
                walk.misfit(|field| format!("{field} is required"));
            });
        }
    }

    fn unique(&mut self, node: Node<'d>) {
        if let Some(key) = node.repeated_key() {
            self.within(Step::Key(key), |walk| {
                walk.misfit(|field| {
                    format!("{field} is written twice: what the first one says is lost")
                });
            });
        }
    }

    fn within(&mut self, step: Step<'d>, then: impl FnOnce(&mut Self)) {
        self.way.push(step);
        then(self);
        self.way.pop();
    }

    fn misfit(&mut self, message: impl FnOnce(&str) -> String) {
        if self.misfits.len() >= MOST {
            return;
        }
        let (mut path, mut field) = (String::new(), String::new());
        for step in &self.way {
            match step {
                Step::Key(key) => {
                    path.push('/');
                    path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    let is_name = |byte: u8| {
                        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'$')
                    };
                    if key.bytes().all(is_name) {
                        let dot = if field.is_empty() { "" } else { "." };
                        field.push_str(dot);
                        field.push_str(key);
                    } else {
                        let shown: String =
                            key.chars().take(80).flat_map(char::escape_debug).collect();
                        field.push_str(&format!("[\"{shown}\"]"));
                    }
                }
                Step::Item(at) => {
                    path.push_str(&format!("/{at}"));
                    field.push_str(&format!("[{at}]"));
                }
            }
        }
        self.misfits.push(Misfit {
            message: message(&field).into(),
            path: path.into(),
        });
    }
}
