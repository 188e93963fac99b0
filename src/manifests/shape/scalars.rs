//! What a scalar must look like.

use super::table::Type;
use crate::manifests::nearest;
use crate::manifests::yaml::Look;
use crate::model::Quantity;

/// What is wrong with a value that is no list and no mapping; `None` where nothing is. Values themselves are not repeated, but
/// for words: they may be secret.
pub(super) fn problem(wanted: &Type, look: Look<'_>) -> Option<String> {
    if look == Look::Null {
        return None;
    }
    match wanted {
        Type::Any | Type::Fields(_) | Type::List(_) | Type::Map(_) => None,
        Type::Text => match look {
            Look::Text(_) => None,
            Look::Bool(_) | Look::Whole(_) | Look::Fraction(_) => {
                Some(format!("must be text, is {}: quote it", found(look)))
            }
            _ => mismatch("text", look),
        },
        Type::Whole32 => match look {
            Look::Whole(number) if i32::try_from(number).is_err() => {
                Some("is a number that does not fit into 32 bits".to_owned())
            }
            Look::Whole(_) => None,
            _ => mismatch("a whole number", look),
        },
        Type::Whole64 => match look {
            Look::Whole(_) => None,
            _ => mismatch("a whole number", look),
        },
        Type::Number => match look {
            Look::Whole(_) | Look::Fraction(_) => None,
            _ => mismatch("a number", look),
        },
        Type::Bool => match look {
            Look::Bool(_) => None,
            _ => mismatch("true or false", look),
        },
        Type::Quantity => match look {
            Look::Whole(_) | Look::Fraction(_) => None,
            Look::Text(text) if Quantity::parse(text).is_some() => None,
            Look::Text(_) => Some("must be an amount as 500m or 2Gi".to_owned()),
            _ => mismatch("an amount as 500m or 2Gi", look),
        },
        Type::WholeOrText => match look {
            Look::Whole(_) | Look::Text(_) => None,
            _ => mismatch("a whole number or text", look),
        },
        Type::Time => match look {
            // `metav1.Time` reads null as no time, but not empty text.
            Look::Text(text) if is_time(text) => None,
            Look::Text(_) => Some("must be a time as 2026-01-31T12:00:00Z".to_owned()),
            _ => mismatch("a time as 2026-01-31T12:00:00Z", look),
        },
        Type::Bytes => match look {
            Look::Text(text) if is_base64(text) => None,
            Look::Text(_) => Some("must be in base64".to_owned()),
            _ => mismatch("text in base64", look),
        },
        Type::Free => match look {
            Look::Mapping => None,
            _ => mismatch("a mapping", look),
        },
        Type::Word(words) => match look {
            // Kubernetes takes empty text for nothing said.
            Look::Text(text) if text.is_empty() || words.contains(&text) => None,
            Look::Text(text) => Some(wrong_word(text, words)),
            _ => mismatch("text", look),
        },
    }
}

/// That it is something else.
pub(super) fn mismatch(wanted: &str, look: Look<'_>) -> Option<String> {
    Some(format!("must be {wanted}, is {}", found(look)))
}

fn found(look: Look<'_>) -> &'static str {
    match look {
        Look::Null => "null",
        Look::Bool(_) => "true or false",
        Look::Whole(_) | Look::Fraction(_) => "a number",
        Look::Text(_) => "text",
        Look::List => "a list",
        Look::Mapping => "a mapping",
    }
}

fn wrong_word(text: &str, words: &[&'static str]) -> String {
    const FEW: usize = 5;
    let shown: String = text.chars().take(40).flat_map(char::escape_debug).collect();
    let right = match nearest(text, words.iter().copied()) {
        Some(meant) => format!("did you mean {meant}?"),
        None if words.len() <= FEW => format!("it may be {}", words.join(", ")),
        None => format!("it may be {} and others", words[..FEW].join(", ")),
    };
    format!("is \"{shown}\", which Kubernetes does not know; {right}")
}

/// RFC 3339, as `metav1.Time` and `metav1.MicroTime` read it.
fn is_time(text: &str) -> bool {
    text.parse::<jiff::Timestamp>().is_ok()
}

/// As Go's `base64.StdEncoding` reads it: padded, and line breaks do not count.
fn is_base64(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r'));
    let (mut count, mut padding) = (0_usize, 0_usize);
    for byte in digits {
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return false,
        }
        count += 1;
    }
    count.is_multiple_of(4) && padding <= 2
}
