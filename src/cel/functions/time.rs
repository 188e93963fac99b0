//! Timestamps and durations.

use jiff::civil::Weekday;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use super::texts;
use crate::cel::budget::Budget;
use crate::cel::value::{Fault, Result, Value};

pub(super) fn timestamp<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    match arguments {
        [Value::Timestamp(time)] => Ok(Value::Timestamp(*time)),
        [Value::Int(seconds)] => Timestamp::from_second(*seconds)
            .map(Value::Timestamp)
            .map_err(|_| Fault::other("out of the range of timestamps")),
        _ => {
            let [text] = texts("timestamp", arguments)?;
            parse_timestamp(text)
                .map(Value::Timestamp)
                .ok_or_else(|| Fault::other(format!("{text:?} is no RFC 3339 time")))
        }
    }
}

/// RFC 3339, of which ISO 8601 as jiff reads it is an extension: a date, a time with seconds, and an offset.
fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_at_checked(10)?;
    let (time, offset) = rest.split_at_checked(9)?;
    let shaped = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape.bytes())
                .all(|(byte, shape)| match shape {
                    b'0' => byte.is_ascii_digit(),
                    b'T' => matches!(byte, b'T' | b't'),
                    other => byte == other,
                })
    };
    let offset = match offset.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => offset,
    };
    let offset_fits =
        matches!(offset, "Z" | "z") || shaped(offset, "+00:00") || shaped(offset, "-00:00");
    (shaped(date, "0000-00-00") && shaped(time, "T00:00:00") && offset_fits).then_some(())?;
    text.parse().ok()
}

pub(super) fn duration<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    match arguments {
        [Value::Duration(span)] => Ok(Value::Duration(*span)),
        _ => {
            let [text] = texts("duration", arguments)?;
            parse_duration(text)
                .map(Value::Duration)
                .ok_or_else(|| Fault::other(format!("{text:?} is no duration such as 1h30m")))
        }
    }
}

/// As Go reads it: numbers with units from `ns` to `h`.
fn parse_duration(text: &str) -> Option<SignedDuration> {
    const UNITS: [(&str, i128); 7] = [
        ("ns", 1),
        ("us", 1_000),
        ("µs", 1_000),
        ("ms", 1_000_000),
        ("s", 1_000_000_000),
        ("m", 60_000_000_000),
        ("h", 3_600_000_000_000),
    ];
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return None;
    }
    let mut nanos = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|char: char| !char.is_ascii_digit() && char != '.')?;
        let (number, after) = rest.split_at(end);
        let unit_end = after
            .find(|char: char| char.is_ascii_digit() || char == '.')
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_end);
        let (_, size) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return None;
        }
        let whole: i128 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        nanos = nanos.checked_add(whole.checked_mul(*size)?)?;
        let mut place = *size;
        for digit in fraction.bytes() {
            place /= 10;
            nanos = nanos.checked_add(i128::from(digit - b'0') * place)?;
        }
        rest = next;
    }
    let nanos = i64::try_from(if negative { -nanos } else { nanos }).ok()?;
    Some(SignedDuration::from_nanos(nanos))
}

/// A part of a time of day, also of a duration: there, how many in all.
fn part<'a>(
    name: &'static str,
    arguments: &[Value<'a>],
    of_time: fn(&Zoned) -> i64,
    of_span: Option<fn(&SignedDuration) -> i64>,
) -> Result<'a> {
    match (arguments, of_span) {
        ([Value::Duration(span)], Some(of_span)) => Ok(Value::Int(of_span(span))),
        ([Value::Timestamp(time), zone @ ..], _) => {
            let zone = match zone {
                [] => TimeZone::UTC,
                [zone, ..] => parse_zone(name, zone)?,
            };
            Ok(Value::Int(of_time(&time.to_zoned(zone))))
        }
        ([other, ..], _) => Err(Fault::not_for(name, other)),
        ([], _) => Err(Fault::other(format!("{name} has too few arguments"))),
    }
}

/// `UTC` or a fixed offset. Zones by name would need a database, whose answers depend on the machine.
fn parse_zone<'a>(
    name: &'static str,
    zone: &Value<'a>,
) -> std::result::Result<TimeZone, Fault<'a>> {
    let Value::String(text) = zone else {
        return Err(Fault::not_for(name, zone));
    };
    let text = text.as_str();
    if matches!(text, "UTC" | "Z" | "") {
        return Ok(TimeZone::UTC);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let two = |digits: &str| {
        (digits.len() == 2)
            .then(|| digits.parse::<i32>().ok())
            .flatten()
    };
    digits
        .split_once(':')
        .and_then(|(hours, minutes)| {
            Offset::from_seconds(sign * (two(hours)? * 3600 + two(minutes)? * 60)).ok()
        })
        .map(TimeZone::fixed)
        .ok_or_else(|| {
            Fault::other(format!(
                "{text:?} is no offset such as +02:00; zones by name are not known"
            ))
        })
}

pub(super) fn full_year<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part("getFullYear", arguments, |time| time.year().into(), None)
}

pub(super) fn month<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getMonth",
        arguments,
        |time| i64::from(time.month()) - 1,
        None,
    )
}

pub(super) fn date<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part("getDate", arguments, |time| time.day().into(), None)
}

pub(super) fn day_of_month<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getDayOfMonth",
        arguments,
        |time| i64::from(time.day()) - 1,
        None,
    )
}

pub(super) fn day_of_year<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getDayOfYear",
        arguments,
        |time| i64::from(time.day_of_year()) - 1,
        None,
    )
}

pub(super) fn day_of_week<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getDayOfWeek",
        arguments,
        |time| time.weekday().since(Weekday::Sunday).into(),
        None,
    )
}

pub(super) fn hours<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getHours",
        arguments,
        |time| time.hour().into(),
        Some(SignedDuration::as_hours),
    )
}

pub(super) fn minutes<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getMinutes",
        arguments,
        |time| time.minute().into(),
        Some(SignedDuration::as_mins),
    )
}

pub(super) fn seconds<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    part(
        "getSeconds",
        arguments,
        |time| time.second().into(),
        Some(SignedDuration::as_secs),
    )
}

pub(super) fn milliseconds<'a>(arguments: &[Value<'a>], _: &mut Budget) -> Result<'a> {
    let of_span = |span: &SignedDuration| i64::from(span.subsec_millis());
    part(
        "getMilliseconds",
        arguments,
        |time| time.millisecond().into(),
        Some(of_span),
    )
}
