//! The schema as it is written in the table: a type on each line, referred to by its place.
//!
//! Between tabs, `name` is a field and what follows its `:` the field's type; `!` says that it is required. A type is one letter, `[` and
//! the type of a list's items, `{` and the type of a mapping's values, `(a,b)` one of these words, or the number of a type.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use crate::model::hash;

/// What a field may hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Whole32,
    Whole64,
    Number,
    Bool,
    Quantity,
    /// A whole number, or text: `intstr.IntOrString`.
    WholeOrText,
    Time,
    /// Bytes in base64.
    Bytes,
    /// A mapping of anything.
    Free,
    Any,
    /// One of these words.
    Word(Box<[&'static str]>),
    List(Box<Type>),
    Map(Box<Type>),
    /// Fields, of the type with this number.
    Fields(u16),
}

/// The fields of a type.
#[derive(Debug, Default)]
pub(super) struct Fields {
    all: Box<[Field]>,
    /// Where each is in `all`, with the hash of its name, at a place that this tells or after it; twice as many places as there are
    /// fields, at least.
    places: Box<[Option<(u32, u16)>]>,
    /// The names of those that must be there.
    pub(super) required: Box<[&'static str]>,
}

/// A field of a type.
#[derive(Debug)]
pub(super) struct Field {
    name: &'static str,
    pub(super) of: Type,
    /// Its place among those that must be there, where it must.
    pub(super) required: Option<u8>,
}

impl Fields {
    fn new(all: Vec<Field>) -> Self {
        let required = all.iter().filter(|field| field.required.is_some());
        let required = required.map(|field| field.name).collect();
        let mut places = vec![None; (2 * all.len()).next_power_of_two()];
        for (number, field) in (0..).zip(&all) {
            let name = hash(field.name);
            let free = (name as usize..)
                .map(|place| place & (places.len() - 1))
                .find(|place| places[*place].is_none());
            if let Some(free) = free {
                places[free] = Some((name, number));
            }
        }
        Self {
            all: all.into(),
            places: places.into(),
            required,
        }
    }

    /// A field, by its name and the [`hash`] of that.
    pub(super) fn get(&self, name: &str, hash: u32) -> Option<&Field> {
        let mut place = hash as usize;
        loop {
            // Where there are no fields, there are no places either.
            let (of, number) = (*self.places.get(place & self.places.len().wrapping_sub(1))?)?;
            let field = &self.all[usize::from(number)];
            if of == hash && field.name == name {
                return Some(field);
            }
            place += 1;
        }
    }

    /// Their names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.all.iter().map(|field| field.name)
    }
}

static TEXT: &str = include_str!("kubernetes.txt");

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(TEXT));

/// The type of an object's fields.
pub(super) fn of(api_version: &str, kind: &str) -> Option<u16> {
    TABLE.objects.get(&(api_version, kind)).copied()
}

/// A type by its number.
pub(super) fn fields(number: u16) -> &'static Fields {
    TABLE.fields(number)
}

struct Table {
    objects: BTreeMap<(&'static str, &'static str), u16>,
    types: Vec<(&'static str, OnceLock<Fields>)>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let object = |line: &'static str| {
            let mut parts = line.split(' ');
            let of = (parts.next()?, parts.next()?);
            Some((of, parts.next()?.parse().ok()?))
        };
        // An empty line is between the objects and the types.
        let objects = lines.by_ref().map_while(object).collect();
        Self {
            objects,
            types: lines.map(|line| (line, OnceLock::new())).collect(),
        }
    }

    fn fields(&self, number: u16) -> &Fields {
        static NONE: LazyLock<Fields> = LazyLock::new(Fields::default);
        match self.types.get(usize::from(number)) {
            Some((line, read)) => read.get_or_init(|| read_fields(line)),
            None => &NONE,
        }
    }
}

fn read_fields(line: &'static str) -> Fields {
    let mut required = 0..;
    let field = |text: &'static str| {
        let (name, of) = text.split_once(':')?;
        let plain = name.trim_end_matches('!');
        Some(Field {
            name: plain,
            of: read_type(of),
            required: (plain != name).then(|| required.next()).flatten(),
        })
    };
    Fields::new(line.split('\t').filter_map(field).collect())
}

fn read_type(text: &'static str) -> Type {
    let mut rest = text.chars();
    match rest.next() {
        Some('s') => Type::Text,
        Some('i') => Type::Whole32,
        Some('l') => Type::Whole64,
        Some('n') => Type::Number,
        Some('b') => Type::Bool,
        Some('q') => Type::Quantity,
        Some('x') => Type::WholeOrText,
        Some('t') => Type::Time,
        Some('y') => Type::Bytes,
        Some('o') => Type::Free,
        Some('[') => Type::List(Box::new(read_type(rest.as_str()))),
        Some('{') => Type::Map(Box::new(read_type(rest.as_str()))),
        Some('(') => Type::Word(rest.as_str().trim_end_matches(')').split(',').collect()),
        _ => text.parse().map_or(Type::Any, Type::Fields),
    }
}

/// Every type with the types of its fields, to look for what refers to nothing.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = (&'static str, u16, &'static Fields)> {
    let names: BTreeMap<u16, &str> = TABLE.objects.iter().map(|(of, at)| (*at, of.1)).collect();
    let count = u16::try_from(TABLE.types.len()).unwrap_or(u16::MAX);
    (0..count).map(move |number| {
        let name = names.get(&number).copied().unwrap_or_default();
        (name, number, fields(number))
    })
}

#[cfg(test)]
impl Fields {
    pub(super) fn types(&self) -> impl Iterator<Item = (&'static str, &Type)> {
        self.all.iter().map(|field| (field.name, &field.of))
    }
}
