//! Text and sizes.

use std::rc::Rc;

use regex::Regex;

use super::texts;
use crate::cel::budget::Budget;
use crate::cel::regexes;
use crate::cel::value::{Fault, List, Result, Str, Value};

pub(super) fn size<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let size = match arguments {
        [Value::String(text)] => {
            budget.spend_on_text(text.as_str().len())?;
            text.as_str().chars().count()
        }
        [Value::Bytes(bytes)] => bytes.len(),
        [Value::List(list)] => list.len(),
        [Value::Map(map)] => map.len(),
        [other, ..] => return Err(Fault::not_for("size", other)),
        [] => 0,
    };
    Ok(Value::Int(size as i64))
}

pub(super) fn contains<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text, part] = texts("contains", arguments)?;
    budget.spend_on_text(text.len())?;
    Ok(Value::Bool(text.contains(part)))
}

pub(super) fn starts_with<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let [text, part] = texts("startsWith", arguments)?;
    Ok(Value::Bool(text.starts_with(part)))
}

pub(super) fn ends_with<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let [text, part] = texts("endsWith", arguments)?;
    Ok(Value::Bool(text.ends_with(part)))
}

pub(super) fn matches<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text, pattern] = texts("matches", arguments)?;
    let regex = regex(pattern, budget)?;
    budget.spend_on_text(text.len())?;
    Ok(Value::Bool(regex.is_match(text)))
}

pub(super) fn find<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text, pattern] = texts("find", arguments)?;
    let regex = regex(pattern, budget)?;
    budget.spend_on_text(text.len())?;
    Ok(Value::made(
        regex.find(text).map_or("", |found| found.as_str()),
    ))
}

pub(super) fn find_all<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text, pattern] = texts("findAll", arguments)?;
    let most = match arguments.get(2) {
        Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(usize::MAX),
        Some(other) => return Err(Fault::not_for("findAll", other)),
        None => usize::MAX,
    };
    let regex = regex(pattern, budget)?;
    budget.spend_on_text(text.len())?;
    let mut found = Vec::new();
    for part in regex.find_iter(text).take(most) {
        budget.spend(1)?;
        found.push(Value::made(part.as_str()));
    }
    Ok(Value::List(List::Made(found.into())))
}

pub(super) fn lower_ascii<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text] = texts("lowerAscii", arguments)?;
    budget.spend_on_text(text.len())?;
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Ok(arguments[0].clone());
    }
    Ok(Value::made(text.to_ascii_lowercase()))
}

pub(super) fn replace<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text, old, new] = texts("replace", arguments)?;
    let most = match arguments.get(3) {
        Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(usize::MAX),
        Some(other) => return Err(Fault::not_for("replace", other)),
        None => usize::MAX,
    };
    budget.spend_on_text(text.len())?;
    let times = text.matches(old).take(most).count();
    budget.spend_on_text(times.saturating_mul(new.len()))?;
    Ok(Value::String(Str::Made(
        text.replacen(old, new, most).into(),
    )))
}

/// Without a limit, or with a negative one, all parts; the last of a limited number has the rest.
pub(super) fn split<'a>(arguments: &[Value<'a>], budget: &mut Budget) -> Result<'a> {
    let [text, separator] = texts("split", arguments)?;
    let most = match arguments.get(2) {
        Some(Value::Int(most)) => usize::try_from(*most).unwrap_or(usize::MAX),
        Some(other) => return Err(Fault::not_for("split", other)),
        None => usize::MAX,
    };
    budget.spend_on_text(text.len())?;
    let mut parts = Vec::new();
    let mut rest = Some(text);
    while let Some(left) = rest.take_if(|_| parts.len() < most) {
        budget.spend(1)?;
        let next = match separator {
            "" => left
                .chars()
                .next()
                .map(|first| left.split_at(first.len_utf8()))
                .filter(|(_, after)| !after.is_empty()),
            separator => left.split_once(separator),
        };
        let part = match next {
            Some((part, after)) if parts.len() + 1 < most => {
                rest = Some(after);
                part
            }
            _ if left.is_empty() && separator.is_empty() => break,
            _ => left,
        };
        parts.push(Value::made(part));
    }
    Ok(Value::List(List::Made(parts.into())))
}

/// A pattern that is not constant.
fn regex<'a>(pattern: &str, budget: &mut Budget) -> std::result::Result<Rc<Regex>, Fault<'a>> {
    budget.spend_on_pattern(pattern)?;
    regexes::made(pattern)
        .ok_or_else(|| Fault::other(format!("{pattern:?} is no regular expression")))
}
