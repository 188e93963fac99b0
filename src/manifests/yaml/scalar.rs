//! What an unquoted scalar means to Kubernetes.
//!
//! kubectl reads YAML 1.1 as go-yaml v2 understands it, makes JSON of it, and reads that. So `yes` is true, `0777` is
//! 511, `1e3` is an integer, `1e400` is text, and a date stays text. Source: `resolve.go` of `go.yaml.in/yaml` 2.4.3
//! and `yaml.go` of `sigs.k8s.io/yaml` 1.6.0; each rule was seen in kubectl 1.36.3.

use std::borrow::Cow;

/// A scalar's value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    /// A whole number above those of [`Value::Int`].
    Uint(u64),
    /// Any other number; one without a fraction may be given for an integer.
    Float(f64),
    /// `.inf` or `.nan`: YAML has them, JSON has not, so kubectl refuses the document.
    NotFinite,
    Text,
}

/// What an unquoted scalar can be, as its first character tells.
enum Beginning {
    Nothing,
    Word,
    Point,
    Number,
    Text,
}

fn beginning(text: &str) -> Beginning {
    match text.as_bytes().first() {
        None => Beginning::Nothing,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            Beginning::Word
        }
        Some(b'.') => Beginning::Point,
        Some(b'0'..=b'9' | b'+' | b'-') => Beginning::Number,
        Some(_) => Beginning::Text,
    }
}

/// Whether an unquoted scalar can only be text, as its first or its last character tells.
pub(super) fn looks_like_text(text: &str) -> bool {
    match beginning(text) {
        Beginning::Text => true,
        Beginning::Number => !ends_number(text),
        Beginning::Nothing | Beginning::Word | Beginning::Point => false,
    }
}

/// Whether what begins as a number does may be one, as its last character tells: amounts as `500m` and `2Gi` are none.
fn ends_number(text: &str) -> bool {
    !matches!(text.as_bytes(), [.., b'g'..=b'z' | b'G'..=b'Z'])
}

/// The value of an unquoted scalar.
pub(super) fn resolve(text: &str) -> Value {
    match beginning(text) {
        Beginning::Nothing => Value::Null,
        Beginning::Word => word(text),
        Beginning::Point => match text {
            ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" => Value::NotFinite,
            _ => fraction(text),
        },
        Beginning::Number => number(text),
        Beginning::Text => Value::Text,
    }
}

fn word(text: &str) -> Value {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        _ => Value::Text,
    }
}

/// What begins with a dot may have underscores between its digits, nowhere else.
fn fraction(text: &str) -> Value {
    let is_misplaced = |pair: &[u8]| {
        pair.contains(&b'_') && !pair.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'_'))
    };
    if text.ends_with('_') || text.contains("__") || text.as_bytes().windows(2).any(is_misplaced) {
        return Value::Text;
    }
    float(&without_underscores(text))
}

/// What begins with a digit or a sign may have underscores anywhere.
fn number(text: &str) -> Value {
    if let Some(number) = usual(text) {
        return Value::Int(number);
    }
    if !ends_number(text) {
        return Value::Text;
    }
    if let "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF" = text {
        return Value::NotFinite;
    }
    let plain = without_underscores(text);
    if let Some(value) = integer(&plain) {
        return value;
    }
    match plain
        .strip_prefix("0b")
        .and_then(|digits| i64::from_str_radix(digits, 2).ok())
    {
        Some(number) => Value::Int(number), // `0b-1`
        None => float(&plain),
    }
}

/// A whole number of a few digits, as nearly all are written.
fn usual(text: &str) -> Option<i64> {
    // What else begins with a zero is octal, or in another base.
    if text.len() > 15 || text.len() > 1 && text.starts_with('0') {
        return None;
    }
    text.bytes().try_fold(0, |number, digit| {
        let digit = digit.is_ascii_digit().then(|| i64::from(digit - b'0'))?;
        Some(number * 10 + digit)
    })
}

fn without_underscores(text: &str) -> Cow<'_, str> {
    if text.contains('_') {
        Cow::Owned(text.replace('_', ""))
    } else {
        Cow::Borrowed(text)
    }
}

/// A Go integer literal with an optional sign: decimal, `0x`, `0o`, `0b`, or octal after a leading zero.
fn integer(text: &str) -> Option<Value> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' | b'-' => text.split_at(1),
        _ => ("", text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match sign {
        "-" => 0_i64.checked_sub_unsigned(magnitude).map(Value::Int),
        _ => match i64::try_from(magnitude) {
            Ok(number) => Some(Value::Int(number)),
            Err(_) if sign.is_empty() => Some(Value::Uint(magnitude)),
            Err(_) => None,
        },
    }
}

/// A decimal number. JSON keeps no difference between `3.0` and `3`, so one without a fraction is an integer.
fn float(text: &str) -> Value {
    let Some(number) = is_decimal(text).then(|| text.parse::<f64>().ok()).flatten() else {
        return Value::Text;
    };
    if number.is_infinite() {
        return Value::Text;
    }
    Value::Float(number)
}

/// Whether the text is digits with an optional sign, point and exponent.
fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let whole = digits(text);
    let mut rest = &text[whole..];
    if let Some(after) = rest.strip_prefix('.') {
        let fraction = digits(after);
        if whole + fraction == 0 {
            return false;
        }
        rest = &after[fraction..];
    } else if whole == 0 {
        return false;
    }
    match rest.strip_prefix(['e', 'E']) {
        Some(exponent) => {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        None => rest.is_empty(),
    }
}

/// A number as an integer, where it has no fraction and fits.
pub(super) fn whole(number: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2⁶³
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and in range"
    )]
    (number.fract() == 0.0 && (-LIMIT..LIMIT).contains(&number)).then_some(number as i64)
}

/// What an unquoted key is in JSON.
#[derive(Debug, PartialEq)]
pub(super) enum Key {
    AsWritten,
    Spelled(Cow<'static, str>),
    /// kubectl refuses null and numbers above those of an `i64`.
    Refused,
}

/// What an unquoted key is in JSON, where every key is text: `on` is `"true"`, `0x10` is `"16"`.
pub(super) fn key(text: &str) -> Key {
    match resolve(text) {
        Value::Text => Key::AsWritten,
        Value::Bool(value) => Key::Spelled(Cow::Borrowed(if value { "true" } else { "false" })),
        Value::Int(number) => Key::Spelled(Cow::Owned(number.to_string())),
        Value::Float(number) => Key::Spelled(Cow::Owned(single_precision(number))),
        Value::NotFinite if text.ends_with(['n', 'N']) => Key::Spelled(Cow::Borrowed(".nan")),
        Value::NotFinite if text.starts_with('-') => Key::Spelled(Cow::Borrowed("-.inf")),
        Value::NotFinite => Key::Spelled(Cow::Borrowed(".inf")),
        Value::Null | Value::Uint(_) => Key::Refused,
    }
}

/// A number as Go's `FormatFloat(number, 'g', -1, 32)` writes it: kubectl spells a key so.
fn single_precision(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "as kubectl does")]
    let number = number as f32;
    if number.is_infinite() {
        return if number > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{number:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(-4..6) => number.to_string(),
        Ok(exponent) => format!(
            "{digits}e{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        ),
        Err(_) => scientific,
    }
}
