//! Optional values.

use std::rc::Rc;

use crate::cel::budget::Budget;
use crate::cel::value::{Fault, Result, Value};

pub(super) fn none<'a>(_: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    Ok(Value::Optional(None))
}

pub(super) fn of<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    Ok(Value::Optional(arguments.first().cloned().map(Rc::new)))
}

pub(super) fn of_non_zero_value<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let zero = match arguments.first() {
        None | Some(Value::Null | Value::Bool(false) | Value::Int(0) | Value::Uint(0)) => true,
        Some(Value::Double(value)) => *value == 0.0,
        Some(Value::String(text)) => text.as_str().is_empty(),
        Some(Value::Bytes(bytes)) => bytes.is_empty(),
        Some(Value::List(list)) => list.len() == 0,
        Some(Value::Map(map)) => map.len() == 0,
        Some(Value::Duration(span)) => span.is_zero(),
        Some(_) => false,
    };
    let value = arguments.first().filter(|_| !zero);
    Ok(Value::Optional(value.cloned().map(Rc::new)))
}

pub(super) fn has_value<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    Ok(Value::Bool(held("hasValue", arguments)?.is_some()))
}

pub(super) fn value<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    held("value", arguments)?.ok_or_else(|| Fault::other("the optional has no value"))
}

pub(super) fn or<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let first = held("or", arguments)?;
    let second = held("or", arguments.get(1..).unwrap_or_default())?;
    Ok(Value::Optional(first.or(second).map(Rc::new)))
}

pub(super) fn or_value<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    held("orValue", arguments)?
        .or_else(|| arguments.get(1).cloned())
        .ok_or_else(|| Fault::other("orValue has too few arguments"))
}

/// What an optional holds.
fn held<'a>(
    name: &'static str,
    arguments: &[Value<'a>],
) -> std::result::Result<Option<Value<'a>>, Fault<'a>> {
    match arguments.first() {
        Some(Value::Optional(held)) => Ok(held.as_deref().cloned()),
        Some(other) => Err(Fault::not_for(name, other)),
        None => Err(Fault::other(format!("{name} has too few arguments"))),
    }
}
