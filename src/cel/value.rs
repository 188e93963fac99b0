//! What expressions evaluate to.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use kube::core::cel::cel;

use super::budget::Exhausted;
use super::tree::{Fields, Tree};
use crate::model::{Quantity, Text};

/// A value. Cheap to clone: objects are borrowed, what was made is shared.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Str<'a>),
    Bytes(Arc<[u8]>),
    List(List<'a>),
    Map(Map<'a>),
    Timestamp(Timestamp),
    Duration(SignedDuration),
    Type(&'static str),
    Optional(Option<Rc<Value<'a>>>),
    Quantity(Quantity),
    /// A value that only Kubernetes' extension functions know: a URL, an IP address, a version.
    Foreign(Rc<cel::Value>),
}

#[derive(Clone, Debug)]
pub(super) enum Str<'a> {
    Lent(&'a str),
    Made(Rc<str>),
}

#[derive(Clone, Debug)]
pub(super) enum List<'a> {
    Lent(&'a [Tree]),
    Objects(&'a [Arc<Tree>]),
    Made(Rc<[Value<'a>]>),
}

#[derive(Clone, Debug)]
pub(super) enum Map<'a> {
    Lent(&'a Fields),
    /// In the order in which it was written.
    Made(Rc<[(Value<'a>, Value<'a>)]>),
}

/// Why there is no value.
#[derive(Clone, Debug)]
pub(super) enum Fault<'a> {
    NoSuchField(Str<'a>),
    NoOverload {
        what: &'static str,
        types: [&'static str; 2],
    },
    Other(Box<str>),
    Exhausted,
}

pub(super) type Result<'a> = std::result::Result<Value<'a>, Fault<'a>>;

impl From<Exhausted> for Fault<'_> {
    fn from(_: Exhausted) -> Self {
        Fault::Exhausted
    }
}

impl std::fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::NoSuchField(name) => write!(f, "no such field: {}", name.as_str()),
            Fault::NoOverload {
                what,
                types: [one, ""],
            } => write!(f, "{what} is not defined for {one}"),
            Fault::NoOverload {
                what,
                types: [one, two],
            } => write!(f, "{what} is not defined for {one} and {two}"),
            Fault::Other(message) => f.write_str(message),
            Fault::Exhausted => f.write_str("the budget is used up"),
        }
    }
}

impl<'a> Fault<'a> {
    pub(super) fn other(message: impl Into<Box<str>>) -> Self {
        Fault::Other(message.into())
    }

    pub(super) fn not_for(what: &'static str, value: &Value<'_>) -> Self {
        Fault::NoOverload {
            what,
            types: [value.type_name(), ""],
        }
    }

    pub(super) fn not_for_both(what: &'static str, one: &Value<'_>, two: &Value<'_>) -> Self {
        Fault::NoOverload {
            what,
            types: [one.type_name(), two.type_name()],
        }
    }
}

impl<'a> From<&'a Tree> for Value<'a> {
    fn from(tree: &'a Tree) -> Self {
        match tree {
            Tree::Null => Value::Null,
            Tree::Bool(value) => Value::Bool(*value),
            Tree::Int(value) => Value::Int(*value),
            Tree::Double(value) => Value::Double(*value),
            Tree::String(text) => Value::String(Str::Lent(text)),
            Tree::List(list) => Value::List(List::Lent(list)),
            Tree::Map(fields) => Value::Map(Map::Lent(fields)),
        }
    }
}

impl<'a> From<&'a Text> for Value<'a> {
    fn from(text: &'a Text) -> Self {
        Value::String(Str::Lent(text))
    }
}

impl Str<'_> {
    pub(super) fn as_str(&self) -> &str {
        match self {
            Str::Lent(text) => text,
            Str::Made(text) => text,
        }
    }
}

impl<'a> List<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            List::Lent(list) => list.len(),
            List::Objects(list) => list.len(),
            List::Made(list) => list.len(),
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<Value<'a>> {
        match self {
            List::Lent(list) => list.get(at).map(Value::from),
            List::Objects(list) => list.get(at).map(|tree| Value::from(&**tree)),
            List::Made(list) => list.get(at).cloned(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).map_while(|at| self.get(at))
    }
}

impl<'a> Map<'a> {
    pub(super) fn len(&self) -> usize {
        match self {
            Map::Lent(fields) => fields.len(),
            Map::Made(entries) => entries.len(),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<Value<'a>> {
        match self {
            Map::Lent(fields) => fields.get(name).map(Value::from),
            Map::Made(entries) => entries.iter().find_map(|(key, value)| match key {
                Value::String(key) if key.as_str() == name => Some(value.clone()),
                _ => None,
            }),
        }
    }

    pub(super) fn get(&self, key: &Value<'a>) -> Option<Value<'a>> {
        match (self, key) {
            (_, Value::String(name)) => self.field(name.as_str()),
            (Map::Lent(_), _) => None,
            (Map::Made(entries), _) => entries
                .iter()
                .find_map(|(known, value)| known.equals(key).then(|| value.clone())),
        }
    }

    pub(super) fn entry(&self, at: usize) -> Option<(Value<'a>, Value<'a>)> {
        match self {
            Map::Lent(fields) => fields
                .iter()
                .nth(at)
                .map(|(key, value)| (Value::from(key), Value::from(value))),
            Map::Made(entries) => entries.get(at).cloned(),
        }
    }
}

impl<'a> Value<'a> {
    pub(super) fn made(text: impl Into<Rc<str>>) -> Self {
        Value::String(Str::Made(text.into()))
    }

    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null_type",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Uint(_) => "uint",
            Value::Double(_) => "double",
            Value::String(_) => "string",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "map",
            Value::Timestamp(_) => "google.protobuf.Timestamp",
            Value::Duration(_) => "google.protobuf.Duration",
            Value::Type(_) => "type",
            Value::Optional(_) => "optional_type",
            Value::Quantity(_) => "kubernetes.Quantity",
            Value::Foreign(_) => "opaque",
        }
    }

    /// Whether two values are equal. Numbers are compared as numbers whatever their types; otherwise values of different
    /// types are different.
    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::String(one), Value::String(other)) => one.as_str() == other.as_str(),
            (Value::Bytes(one), Value::Bytes(other)) => one == other,
            (Value::Timestamp(one), Value::Timestamp(other)) => one == other,
            (Value::Duration(one), Value::Duration(other)) => one == other,
            (Value::Type(one), Value::Type(other)) => one == other,
            (Value::Quantity(one), Value::Quantity(other)) => one == other,
            (Value::Foreign(one), Value::Foreign(other)) => one == other,
            (Value::List(one), Value::List(other)) => {
                one.len() == other.len()
                    && one
                        .iter()
                        .zip(other.iter())
                        .all(|(one, other)| one.equals(&other))
            }
            (Value::Map(one), Value::Map(other)) => {
                one.len() == other.len()
                    && (0..one.len()).all(|at| {
                        one.entry(at).is_some_and(|(key, value)| {
                            other.get(&key).is_some_and(|other| value.equals(&other))
                        })
                    })
            }
            (Value::Optional(one), Value::Optional(other)) => match (one, other) {
                (None, None) => true,
                (Some(one), Some(other)) => one.equals(other),
                _ => false,
            },
            _ => self.compare_numbers(other) == Some(Some(Ordering::Equal)),
        }
    }

    /// How two numbers compare; `Some(None)` with not-a-number, `None` where one is no number.
    pub(super) fn compare_numbers(&self, other: &Self) -> Option<Option<Ordering>> {
        let exact = |value: &Self| match value {
            Value::Int(value) => Some(i128::from(*value)),
            Value::Uint(value) => Some(i128::from(*value)),
            _ => None,
        };
        Some(match (self, other) {
            (Value::Double(one), Value::Double(other)) => one.partial_cmp(other),
            (Value::Double(one), _) => compare_to_whole(*one, exact(other)?),
            (_, Value::Double(other)) => {
                compare_to_whole(*other, exact(self)?).map(Ordering::reverse)
            }
            _ => Some(exact(self)?.cmp(&exact(other)?)),
        })
    }

    /// How much there is of it, for the budget: its nodes, and the length of its text.
    pub(super) fn weight(&self) -> usize {
        match self {
            Value::String(text) => 1 + text.as_str().len() / 16,
            Value::Bytes(bytes) => 1 + bytes.len() / 16,
            Value::List(list) => 1 + list.iter().map(|value| value.weight()).sum::<usize>(),
            Value::Map(map) => {
                let entries = (0..map.len()).filter_map(|at| map.entry(at));
                1 + entries
                    .map(|(key, value)| key.weight() + value.weight())
                    .sum::<usize>()
            }
            Value::Optional(Some(inner)) => 1 + inner.weight(),
            _ => 1,
        }
    }
}

/// Beyond what a double holds exactly, the whole number decides.
fn compare_to_whole(double: f64, whole: i128) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    let floor = double.floor();
    if floor >= 1e30 {
        return Some(Ordering::Greater);
    }
    if floor <= -1e30 {
        return Some(Ordering::Less);
    }
    let below = floor as i128;
    Some(below.cmp(&whole).then(if double > floor {
        Ordering::Greater
    } else {
        Ordering::Equal
    }))
}
