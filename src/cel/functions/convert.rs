//! Conversions between types, and sums.

use std::rc::Rc;

use super::texts;
use crate::cel::budget::Budget;
use crate::cel::expr::Operator;
use crate::cel::foreign;
use crate::cel::operators;
use crate::cel::value::{Fault, Result, Str, Value};

pub(super) fn same<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    arguments
        .first()
        .cloned()
        .ok_or_else(|| Fault::other("dyn has too few arguments"))
}

pub(super) fn type_of<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    Ok(Value::Type(same(arguments, budget)?.type_name()))
}

pub(super) fn bool<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    match arguments {
        [Value::Bool(value)] => Ok(Value::Bool(*value)),
        [Value::String(text)] => match text.as_str() {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            other => Err(Fault::other(format!("{other:?} is no bool"))),
        },
        other => Err(not_convertible("bool", other)),
    }
}

pub(super) fn bytes<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    match arguments {
        [Value::Bytes(bytes)] => Ok(Value::Bytes(bytes.clone())),
        _ => {
            let [text] = texts("bytes", arguments)?;
            budget.spend_on_text(text.len())?;
            Ok(Value::Bytes(text.as_bytes().into()))
        }
    }
}

pub(super) fn int<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let range = || Fault::other("out of the range of int");
    match arguments {
        [Value::Int(value)] => Ok(Value::Int(*value)),
        [Value::Uint(value)] => i64::try_from(*value).map(Value::Int).map_err(|_| range()),
        // The bounds are the doubles next to those of int; between them the cast is exact.
        [Value::Double(value)] if *value > -9.3e18 && *value < 9.2e18 => {
            Ok(Value::Int(*value as i64))
        }
        [Value::Double(_)] => Err(range()),
        [Value::Timestamp(time)] => Ok(Value::Int(time.as_second())),
        [Value::String(text)] => {
            let text = text.as_str();
            text.parse()
                .map(Value::Int)
                .map_err(|_| Fault::other(format!("{text:?} is no int")))
        }
        other => Err(not_convertible("int", other)),
    }
}

pub(super) fn uint<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let range = || Fault::other("out of the range of uint");
    match arguments {
        [Value::Uint(value)] => Ok(Value::Uint(*value)),
        [Value::Int(value)] => u64::try_from(*value).map(Value::Uint).map_err(|_| range()),
        [Value::Double(value)] if *value > -1.0 && *value < 1.8e19 => {
            Ok(Value::Uint(*value as u64))
        }
        [Value::Double(_)] => Err(range()),
        [Value::String(text)] => {
            let text = text.as_str();
            text.parse()
                .map(Value::Uint)
                .map_err(|_| Fault::other(format!("{text:?} is no uint")))
        }
        other => Err(not_convertible("uint", other)),
    }
}

pub(super) fn double<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    match arguments {
        [Value::Double(value)] => Ok(Value::Double(*value)),
        [Value::Int(value)] => Ok(Value::Double(*value as f64)),
        [Value::Uint(value)] => Ok(Value::Double(*value as f64)),
        [Value::String(text)] => {
            let text = text.as_str();
            text.parse()
                .map(Value::Double)
                .map_err(|_| Fault::other(format!("{text:?} is no double")))
        }
        other => Err(not_convertible("double", other)),
    }
}

pub(super) fn string<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let text = match arguments {
        [Value::String(text)] => return Ok(Value::String(text.clone())),
        [Value::Bool(value)] => value.to_string(),
        [Value::Int(value)] => value.to_string(),
        [Value::Uint(value)] => value.to_string(),
        [Value::Double(value)] => of_double(*value),
        [Value::Timestamp(time)] => time.to_string(),
        [Value::Duration(span)] => format!("{}s", of_double(span.as_secs_f64())),
        [Value::Bytes(bytes)] => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => return Err(Fault::other("the bytes are no UTF-8")),
        },
        // Addresses are text as the extension that made them writes them.
        [Value::Foreign(_)] => {
            return foreign::call(&foreign::prepare("string", true, 1), arguments, budget);
        }
        other => return Err(not_convertible("string", other)),
    };
    Ok(Value::String(Str::Made(Rc::from(text))))
}

/// As Go writes it: the shortest that reads back the same, with an exponent from 10²¹ and below 10⁻⁴.
fn of_double(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || !value.is_finite() || (1e-4..1e21).contains(&size) {
        return match value {
            value if value.is_nan() => "NaN".to_owned(),
            f64::INFINITY => "+Inf".to_owned(),
            f64::NEG_INFINITY => "-Inf".to_owned(),
            value => value.to_string(),
        };
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent
                .strip_prefix('-')
                .map_or(('+', exponent), |rest| ('-', rest));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

/// The sum of a list; of none 0.
pub(super) fn sum<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [Value::List(list)] = arguments else {
        return Err(not_convertible("sum", arguments));
    };
    budget.spend(list.len() as u64)?;
    let mut items = list.iter();
    let first = items.next().unwrap_or(Value::Int(0));
    items.try_fold(first, |sum, item| {
        operators::binary(Operator::Add, &sum, &item, budget)
    })
}

fn not_convertible<'a>(what: &'static str, arguments: &[Value<'a>]) -> Fault<'a> {
    match arguments.first() {
        Some(value) => Fault::not_for(what, value),
        None => Fault::other(format!("{what} has too few arguments")),
    }
}
