//! Reading typed values out of a tree, with Kubernetes' idea of what fits.
//!
//! A number or boolean is no string, and null is the zero value of whatever is asked for: an absent field of a struct,
//! an empty string, list or map. Source: the API server's decoder (`sigs.k8s.io/json`).

mod collections;

use serde::de::value::{BorrowedStrDeserializer, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Expected, Visitor};

use self::collections::{Gathered, Items, Nulls, OneEntry, Written};
use super::entries;
use super::node::Node;
use super::problem::Problem;
use super::scalar::{self, Value};
use super::tree::Content;

impl<'d> Node<'d> {
    /// A scalar's value, and its text.
    pub(super) fn value(self) -> Option<(Value, &'d str)> {
        match &self.target().1.content {
            Content::Plain(text) => Some((scalar::resolve(text), text)),
            Content::Text(text) => Some((Value::Text, text)),
            _ => None,
        }
    }

    fn read_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.value() {
            None if matches!(self.target().1.content, Content::List(_)) => self.read_list(visitor),
            None => self.read_map(visitor, Nulls::Kept),
            Some((Value::Null, _)) => visitor.visit_unit(),
            Some((Value::Bool(value), _)) => visitor.visit_bool(value),
            Some((Value::Text | Value::NotFinite, text)) => visitor.visit_borrowed_str(text),
            Some((number, _)) => visit_number(number, visitor),
        }
    }

    fn read_bool<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.value() {
            Some((Value::Bool(value), _)) => visitor.visit_bool(value),
            Some((Value::Null, _)) => visitor.visit_bool(false),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn read_number<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.value() {
            Some((Value::Null, _)) => visitor.visit_i64(0),
            Some((number @ (Value::Int(_) | Value::Uint(_) | Value::Float(_)), _)) => {
                visit_number(number, visitor)
            }
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn read_text<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        match self.value() {
            Some((Value::Text, text)) => visitor.visit_borrowed_str(text),
            Some((Value::Null, _)) => visitor.visit_borrowed_str(""),
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn read_list<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        let (index, slot) = self.target();
        match slot.content {
            Content::List(count) => visitor.visit_seq(Items::new(self.tree(), index, count)),
            _ if self.is_null() => {
                visitor.visit_seq(SeqDeserializer::new(std::iter::empty::<&str>()))
            }
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn read_map<V: Visitor<'d>>(self, visitor: V, nulls: Nulls) -> Result<V::Value, Problem> {
        let (index, slot) = self.target();
        match slot.content {
            Content::Mapping(count) => {
                visitor.visit_map(Written::new(self.tree(), index, count, nulls))
            }
            Content::Gathered => visitor.visit_map(Gathered::new(
                self.tree(),
                entries::in_effect(self.tree(), index),
                nulls,
            )),
            _ if self.is_null() => {
                visitor.visit_map(MapDeserializer::new(std::iter::empty::<(&str, &str)>()))
            }
            _ => Err(self.mismatch(&visitor)),
        }
    }

    fn read_enum<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        let (index, slot) = self.target();
        match (&slot.content, self.value()) {
            (Content::Mapping(1), _) => visitor.visit_enum(OneEntry::new(self.tree(), index + 1)),
            (_, Some((Value::Text, text))) => {
                visitor.visit_enum(BorrowedStrDeserializer::new(text))
            }
            _ => Err(self.mismatch(&visitor)),
        }
    }

    /// What was asked for, and what is there instead.
    fn mismatch(self, expected: &dyn Expected) -> Problem {
        let (found, text) = match (self.value(), &self.target().1.content) {
            (Some((Value::Null, _)), _) => ("null", ""),
            (Some((Value::Bool(_), text)), _) => ("the boolean", text),
            (Some((Value::Text, text)), _) => ("the text", text),
            (Some((_, text)), _) => ("the number", text),
            (None, Content::List(_)) => ("a list", ""),
            (None, _) => ("a mapping", ""),
        };
        let mut message = format!("expected {expected}, found {found}");
        if !text.is_empty() {
            message.push_str(" `");
            message.extend(text.chars().take(40).flat_map(char::escape_debug));
            message.push_str(if text.chars().nth(40).is_some() {
                "...`"
            } else {
                "`"
            });
        }
        if matches!(found, "the boolean" | "the number") && expected.to_string().contains("string")
        {
            message.push_str("; quote it");
        }
        Problem::new(message)
    }

    /// Says where a problem is that the node itself has, not something inside it.
    fn here<T>(self, mut result: Result<T, Problem>) -> Result<T, Problem> {
        // What was read is large at times, and stays where it is.
        if let Err(problem) = &mut result {
            problem.add_place(self.slot().position());
        }
        result
    }
}

fn visit_number<'d, V: Visitor<'d>>(number: Value, visitor: V) -> Result<V::Value, Problem> {
    match number {
        Value::Int(number) => visitor.visit_i64(number),
        Value::Uint(number) => visitor.visit_u64(number),
        Value::Float(number) => match scalar::whole(number) {
            Some(number) => visitor.visit_i64(number),
            None => visitor.visit_f64(number),
        },
        Value::NotFinite | Value::Null | Value::Bool(_) | Value::Text => visitor.visit_unit(),
    }
}

/// Methods that differ only in their name.
macro_rules! read {
    ($($method:ident => $read:ident),* $(,)?) => {$(
        fn $method<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
            self.here(self.$read(visitor))
        }
    )*};
}

impl<'d> Deserializer<'d> for Node<'d> {
    type Error = Problem;

    read! {
        deserialize_any => read_any,
        deserialize_bool => read_bool,
        deserialize_i8 => read_number,
        deserialize_i16 => read_number,
        deserialize_i32 => read_number,
        deserialize_i64 => read_number,
        deserialize_u8 => read_number,
        deserialize_u16 => read_number,
        deserialize_u32 => read_number,
        deserialize_u64 => read_number,
        deserialize_f32 => read_number,
        deserialize_f64 => read_number,
        deserialize_str => read_text,
        deserialize_string => read_text,
        deserialize_char => read_text,
        deserialize_bytes => read_text,
        deserialize_byte_buf => read_text,
        deserialize_identifier => read_text,
        deserialize_unit => read_any,
        deserialize_seq => read_list,
    }

    fn deserialize_option<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        if self.is_null() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'d>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Problem> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'d>>(self, _: usize, visitor: V) -> Result<V::Value, Problem> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Problem>
    where
        V: Visitor<'d>,
    {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        self.here(self.read_map(visitor, Nulls::Kept))
    }

    fn deserialize_struct<V>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem>
    where
        V: Visitor<'d>,
    {
        self.here(self.read_map(visitor, Nulls::Skipped))
    }

    fn deserialize_enum<V>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Problem>
    where
        V: Visitor<'d>,
    {
        self.here(self.read_enum(visitor))
    }

    /// Costs nothing, however much there is inside.
    fn deserialize_ignored_any<V: Visitor<'d>>(self, visitor: V) -> Result<V::Value, Problem> {
        visitor.visit_unit()
    }
}
