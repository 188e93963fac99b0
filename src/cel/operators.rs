//! Arithmetic and comparisons.

use std::cmp::Ordering;
use std::rc::Rc;

use super::budget::Budget;
use super::expr::Operator;
use super::value::{Fault, List, Result, Value};

pub(super) fn binary<'a>(
    operator: Operator,
    one: &Value<'a>,
    two: &Value<'a>,
    budget: &mut Budget,
) -> Result<'a> {
    match operator {
        Operator::Equal | Operator::NotEqual => {
            if matches!(one, Value::List(_) | Value::Map(_)) {
                budget.spend(one.weight() as u64)?;
            }
            Ok(Value::Bool(
                one.equals(two) == (operator == Operator::Equal),
            ))
        }
        Operator::Less => compare(one, two, "<", |ordering| ordering == Ordering::Less),
        Operator::LessOrEqual => compare(one, two, "<=", |ordering| ordering != Ordering::Greater),
        Operator::Greater => compare(one, two, ">", |ordering| ordering == Ordering::Greater),
        Operator::GreaterOrEqual => compare(one, two, ">=", |ordering| ordering != Ordering::Less),
        Operator::Add => add(one, two, budget),
        Operator::Subtract => subtract(one, two),
        Operator::Multiply => whole(
            one,
            two,
            "*",
            i64::checked_mul,
            u64::checked_mul,
            |one, two| one * two,
        ),
        Operator::Divide => whole(
            one,
            two,
            "/",
            i64::checked_div,
            u64::checked_div,
            |one, two| one / two,
        ),
        Operator::Modulo => match (one, two) {
            (Value::Double(_), _) => Err(Fault::not_for_both("%", one, two)),
            _ => whole(one, two, "%", i64::checked_rem, u64::checked_rem, |_, _| {
                f64::NAN
            }),
        },
        Operator::In => contains(one, two, budget),
    }
}

pub(super) fn negate<'a>(value: &Value<'a>) -> Result<'a> {
    match value {
        Value::Int(value) => value.checked_neg().map(Value::Int).ok_or_else(overflow),
        Value::Double(value) => Ok(Value::Double(-value)),
        other => Err(Fault::not_for("-", other)),
    }
}

fn overflow<'a>() -> Fault<'a> {
    Fault::other("overflow, or division by zero")
}

fn compare<'a>(
    one: &Value<'a>,
    two: &Value<'a>,
    what: &'static str,
    is: impl Fn(Ordering) -> bool,
) -> Result<'a> {
    let ordering = match (one, two) {
        (Value::String(one), Value::String(two)) => Some(one.as_str().cmp(two.as_str())),
        (Value::Timestamp(one), Value::Timestamp(two)) => Some(one.cmp(two)),
        (Value::Duration(one), Value::Duration(two)) => Some(one.cmp(two)),
        (Value::Bool(one), Value::Bool(two)) => Some(one.cmp(two)),
        (Value::Bytes(one), Value::Bytes(two)) => Some(one.cmp(two)),
        // With not-a-number every comparison is false.
        _ => one
            .compare_numbers(two)
            .ok_or_else(|| Fault::not_for_both(what, one, two))?,
    };
    Ok(Value::Bool(ordering.is_some_and(is)))
}

fn add<'a>(one: &Value<'a>, two: &Value<'a>, budget: &mut Budget) -> Result<'a> {
    match (one, two) {
        (Value::String(one), Value::String(two)) => {
            let (one, two) = (one.as_str(), two.as_str());
            budget.spend_on_text(one.len() + two.len())?;
            let mut text = String::with_capacity(one.len() + two.len());
            text.push_str(one);
            text.push_str(two);
            Ok(Value::made(text))
        }
        (Value::List(one), Value::List(two)) => {
            budget.spend((one.len() + two.len()) as u64)?;
            let both: Rc<[Value<'a>]> = one.iter().chain(two.iter()).collect();
            Ok(Value::List(List::Made(both)))
        }
        (Value::Bytes(one), Value::Bytes(two)) => {
            budget.spend_on_text(one.len() + two.len())?;
            Ok(Value::Bytes([&one[..], &two[..]].concat().into()))
        }
        (Value::Timestamp(time), Value::Duration(span))
        | (Value::Duration(span), Value::Timestamp(time)) => time
            .checked_add(*span)
            .map(Value::Timestamp)
            .map_err(|_| overflow()),
        (Value::Duration(one), Value::Duration(two)) => one
            .checked_add(*two)
            .map(Value::Duration)
            .ok_or_else(overflow),
        _ => whole(
            one,
            two,
            "+",
            i64::checked_add,
            u64::checked_add,
            |one, two| one + two,
        ),
    }
}

fn subtract<'a>(one: &Value<'a>, two: &Value<'a>) -> Result<'a> {
    match (one, two) {
        (Value::Timestamp(time), Value::Duration(span)) => time
            .checked_sub(*span)
            .map(Value::Timestamp)
            .map_err(|_| overflow()),
        (Value::Timestamp(one), Value::Timestamp(two)) => {
            Ok(Value::Duration(one.duration_since(*two)))
        }
        (Value::Duration(one), Value::Duration(two)) => one
            .checked_sub(*two)
            .map(Value::Duration)
            .ok_or_else(overflow),
        _ => whole(
            one,
            two,
            "-",
            i64::checked_sub,
            u64::checked_sub,
            |one, two| one - two,
        ),
    }
}

/// Numbers are calculated with only where they are of one type, as in the API server.
fn whole<'a>(
    one: &Value<'a>,
    two: &Value<'a>,
    what: &'static str,
    of_ints: fn(i64, i64) -> Option<i64>,
    of_uints: fn(u64, u64) -> Option<u64>,
    of_doubles: fn(f64, f64) -> f64,
) -> Result<'a> {
    match (one, two) {
        (Value::Int(one), Value::Int(two)) => {
            of_ints(*one, *two).map(Value::Int).ok_or_else(overflow)
        }
        (Value::Uint(one), Value::Uint(two)) => {
            of_uints(*one, *two).map(Value::Uint).ok_or_else(overflow)
        }
        (Value::Double(one), Value::Double(two)) => Ok(Value::Double(of_doubles(*one, *two))),
        _ => Err(Fault::not_for_both(what, one, two)),
    }
}

fn contains<'a>(one: &Value<'a>, two: &Value<'a>, budget: &mut Budget) -> Result<'a> {
    match two {
        Value::List(list) => {
            budget.spend((list.len() * one.weight()) as u64)?;
            Ok(Value::Bool(list.iter().any(|element| element.equals(one))))
        }
        Value::Map(map) => Ok(Value::Bool(map.get(one).is_some())),
        _ => Err(Fault::not_for_both("in", one, two)),
    }
}
