//! Which parts of an object are read.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value as Json;

use super::tree::{Fields, Tree};
use crate::model::Text;

/// The parts of an object that some expressions read. What is outside them can be dropped, and no result changes.
///
/// A part that is only passed through, or whose presence alone is asked, is kept as an empty one of its type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projection {
    /// Everything below.
    all: bool,
    /// If it is a map, everything below: its keys are iterated over or computed.
    any_field: bool,
    /// If it is a map, these fields.
    fields: BTreeMap<Text, Projection>,
    /// If it is a list, its elements.
    elements: Option<Box<Projection>>,
}

impl Projection {
    /// Every part.
    pub fn whole() -> Self {
        Self {
            all: true,
            ..Self::default()
        }
    }

    /// Nothing but whether it is there.
    pub fn presence() -> Self {
        Self::default()
    }

    /// What a path of fields leads to, and everything below. `*` stands for the elements of a list.
    pub fn path(path: &[&str]) -> Self {
        let mut projection = Self::presence();
        projection.reach(path).all = true;
        projection
    }

    /// The parts of either.
    #[must_use]
    pub fn union(mut self, other: &Projection) -> Self {
        self.add(other);
        self
    }

    /// Adds the parts of another.
    pub fn add(&mut self, other: &Projection) {
        self.all |= other.all;
        self.any_field |= other.any_field;
        for (name, projection) in &other.fields {
            match self.fields.get_mut(name) {
                Some(known) => known.add(projection),
                None => {
                    self.fields.insert(name.clone(), projection.clone());
                }
            }
        }
        if let Some(elements) = &other.elements {
            self.elements_mut().add(elements);
        }
    }

    /// Whether another asks for nothing that this does not keep.
    pub fn covers(&self, other: &Projection) -> bool {
        if self.all {
            return true;
        }
        let fields = other.fields.iter().all(|(name, theirs)| {
            self.any_field
                || self
                    .fields
                    .get(name)
                    .is_some_and(|ours| ours.covers(theirs))
        });
        let elements = match (&self.elements, &other.elements) {
            (Some(ours), Some(theirs)) => ours.covers(theirs),
            (None, Some(_)) => false,
            (_, None) => true,
        };
        !other.all && (self.any_field || !other.any_field) && fields && elements
    }

    /// What it keeps of a field, if anything.
    pub fn of_field(&self, name: &str) -> Option<&Projection> {
        static WHOLE: LazyLock<Projection> = LazyLock::new(Projection::whole);
        match self.all || self.any_field {
            true => Some(&WHOLE),
            false => self.fields.get(name),
        }
    }

    /// What it keeps of the elements, where they are a list.
    pub fn of_elements(&self) -> Projection {
        if self.all {
            return Self::whole();
        }
        self.elements.as_deref().cloned().unwrap_or_default()
    }

    /// The parts of an object.
    pub fn apply(&self, value: &Json) -> Tree {
        if self.all {
            return Tree::of(value);
        }
        match value {
            Json::Object(_) if self.any_field => Tree::of(value),
            Json::Object(map) => {
                let kept = self.fields.iter().filter_map(|(name, below)| {
                    Some((name.clone(), below.apply(map.get(&**name)?)))
                });
                Tree::Map(kept.collect())
            }
            Json::Array(list) => match &self.elements {
                Some(below) => Tree::List(list.iter().map(|value| below.apply(value)).collect()),
                None => Tree::List(Box::default()),
            },
            // What is read of text is read through `elements` at the least: its length.
            Json::String(_) if self.elements.is_none() => Tree::String("".into()),
            scalar => Tree::of(scalar),
        }
    }

    /// The same of an object that was reduced before, to no less.
    pub fn reduce(&self, tree: &Tree) -> Tree {
        if self.all {
            return tree.clone();
        }
        match tree {
            Tree::Map(_) if self.any_field => tree.clone(),
            Tree::Map(fields) => {
                let kept = self.fields.iter().filter_map(|(name, below)| {
                    Some((name.clone(), below.reduce(fields.get(name)?)))
                });
                Tree::Map(kept.collect::<Fields>())
            }
            Tree::List(list) => match &self.elements {
                Some(below) => Tree::List(list.iter().map(|tree| below.reduce(tree)).collect()),
                None => Tree::List(Box::default()),
            },
            Tree::String(_) if self.elements.is_none() => Tree::String("".into()),
            scalar => scalar.clone(),
        }
    }

    /// Reads all of it.
    pub(super) fn set_all(&mut self) {
        self.all = true;
    }

    /// Reads a field, if it is a map.
    pub(super) fn field_mut(&mut self, name: &str) -> &mut Projection {
        if !self.fields.contains_key(name) {
            self.fields.insert(name.into(), Self::presence());
        }
        self.fields.get_mut(name).expect("it was just inserted")
    }

    /// Reads the elements, if it is a list.
    pub(super) fn elements_mut(&mut self) -> &mut Projection {
        self.elements.get_or_insert_default()
    }

    /// Reads whatever key, if it is a map, or element, if it is a list.
    pub(super) fn any_mut(&mut self) -> &mut Projection {
        self.any_field = true;
        self.elements_mut()
    }

    /// What a path of fields leads to.
    pub(super) fn reach(&mut self, path: &[&str]) -> &mut Projection {
        path.iter().fold(self, |projection, step| match *step {
            "*" => projection.elements_mut(),
            name => projection.field_mut(name),
        })
    }
}
