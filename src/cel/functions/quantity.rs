//! Kubernetes quantities, as [`Quantity`] reads them, and comparisons whose names versions share.

use std::cmp::Ordering;

use super::texts;
use crate::cel::budget::Budget;
use crate::cel::foreign;
use crate::cel::value::{Fault, Result, Value};
use crate::model::Quantity;

pub(super) fn quantity<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let [text] = texts("quantity", arguments)?;
    Quantity::parse(text)
        .map(Value::Quantity)
        .ok_or_else(|| Fault::other(format!("{text:?} is no quantity")))
}

pub(super) fn is_quantity<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let [text] = texts("isQuantity", arguments)?;
    Ok(Value::Bool(Quantity::parse(text).is_some()))
}

pub(super) fn sign<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    match arguments {
        [Value::Quantity(amount)] if amount.is_zero() => Ok(Value::Int(0)),
        [Value::Quantity(amount)] => Ok(Value::Int(if amount.is_negative() { -1 } else { 1 })),
        [other, ..] => Err(Fault::not_for("sign", other)),
        [] => Err(Fault::other("sign has too few arguments")),
    }
}

pub(super) fn is_greater_than<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    compare("isGreaterThan", arguments, budget, |ordering| {
        Value::Bool(ordering == Ordering::Greater)
    })
}

pub(super) fn is_less_than<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    compare("isLessThan", arguments, budget, |ordering| {
        Value::Bool(ordering == Ordering::Less)
    })
}

pub(super) fn compare_to<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    compare("compareTo", arguments, budget, |ordering| {
        Value::Int(ordering as i64)
    })
}

fn compare<'a>(
    name: &'static str,
    arguments: &[Value<'a>],
    budget: &mut Budget,
    answer: impl Fn(Ordering) -> Value<'a>,
) -> Result<'a> {
    match arguments {
        [Value::Quantity(one), Value::Quantity(other)] => Ok(answer(one.cmp(other))),
        // Versions are the other thing that is compared so.
        [Value::Foreign(_), _] => {
            foreign::call(&foreign::prepare(name, true, 2), arguments, budget)
        }
        [other, ..] => Err(Fault::not_for(name, other)),
        [] => Err(Fault::other("too few arguments")),
    }
}
