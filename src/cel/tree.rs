//! Objects in the form that expressions read.

use serde_json::Value as Json;

use crate::model::Text;

/// An object, or a part of one. It takes a third of the memory of [`serde_json::Value`] and is read without being copied.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Double(f64),
    /// Text.
    String(Box<str>),
    /// A list.
    List(Box<[Tree]>),
    /// A map.
    Map(Fields),
}

/// The fields of a map, sorted by name.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Fields(Box<[(Text, Tree)]>);

/// Further in, all is null. The API server's objects are far from it.
const DEEPEST: usize = 128;

impl Tree {
    /// All of a JSON value.
    pub fn of(value: &Json) -> Self {
        Self::within(value, DEEPEST)
    }

    fn within(value: &Json, deeper: usize) -> Self {
        match value {
            Json::Null => Tree::Null,
            Json::Bool(value) => Tree::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Tree::Int(whole),
                None => number.as_f64().map_or(Tree::Null, Tree::Double),
            },
            Json::String(text) => Tree::String(text.as_str().into()),
            _ if deeper == 0 => Tree::Null,
            Json::Array(list) => Tree::List(
                list.iter()
                    .map(|value| Self::within(value, deeper - 1))
                    .collect(),
            ),
            Json::Object(map) => Tree::Map(
                map.iter()
                    .map(|(name, value)| (name.as_str().into(), Self::within(value, deeper - 1)))
                    .collect(),
            ),
        }
    }

    /// A field, where this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Tree> {
        match self {
            Tree::Map(fields) => fields.get(name),
            _ => None,
        }
    }

    /// Sets a field, where this is a map.
    pub fn set(&mut self, name: &str, value: Tree) {
        if let Tree::Map(fields) = self {
            let others = std::mem::take(fields).0.into_iter();
            *fields = others.chain([(name.into(), value)]).collect();
        }
    }

    /// The same field, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Tree> {
        match self {
            Tree::Map(fields) => {
                let at = fields
                    .0
                    .binary_search_by(|(known, _)| known.as_ref().cmp(name))
                    .ok()?;
                fields.0.get_mut(at).map(|(_, value)| value)
            }
            _ => None,
        }
    }

    /// What is found along a path of fields.
    pub fn at(&self, path: &[&str]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, name| tree.get(name))
    }

    /// The text, where it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Tree::String(text) => Some(text),
            _ => None,
        }
    }

    /// The elements, where it is a list; otherwise none.
    pub fn elements(&self) -> &[Tree] {
        match self {
            Tree::List(elements) => elements,
            _ => &[],
        }
    }

    /// The fields, where it is a map; otherwise none.
    pub fn fields(&self) -> &[(Text, Tree)] {
        match self {
            Tree::Map(fields) => &fields.0,
            _ => &[],
        }
    }
}

impl Fields {
    /// A field by its name.
    pub fn get(&self, name: &str) -> Option<&Tree> {
        let found = self
            .0
            .binary_search_by(|(known, _)| known.as_ref().cmp(name))
            .ok()?;
        Some(&self.0[found].1)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every field, by name.
    pub fn iter(&self) -> std::slice::Iter<'_, (Text, Tree)> {
        self.0.iter()
    }
}

/// Of two fields of the same name the last counts.
impl FromIterator<(Text, Tree)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Text, Tree)>>(fields: I) -> Self {
        let mut fields: Vec<_> = fields.into_iter().collect();
        if !fields.is_sorted_by(|(one, _), (next, _)| one < next) {
            fields.reverse();
            fields.sort_by(|(one, _), (next, _)| one.cmp(next));
            fields.dedup_by(|(next, _), (one, _)| one == next);
        }
        Self(fields.into())
    }
}
