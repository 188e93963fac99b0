//! Explicit tags: `!!str 12`, `!!int "12"`, `!!binary aGVsbG8=`.

use std::borrow::Cow;

use granit_parser::Tag;

use super::scalar::{self, Value};
use super::tree::Content;

/// A tagged scalar. A tag that YAML 1.1 does not define leaves the text as it is, as kubectl does.
///
/// # Errors
/// Where the text is not what the tag says.
pub(super) fn apply<'a>(tag: &Tag, text: Cow<'a, str>) -> Result<Content<'a>, String> {
    let Some(name) = tag.suffix_in_namespace("tag:yaml.org,2002:") else {
        return Ok(Content::Text(text));
    };
    let value = scalar::resolve(&text);
    let fits = match &*name {
        "null" => value == Value::Null,
        "bool" => matches!(value, Value::Bool(_)),
        "int" => matches!(value, Value::Int(_) | Value::Uint(_)),
        "float" => matches!(value, Value::Int(_) | Value::Float(_) | Value::NotFinite),
        "merge" => text == "<<",
        "binary" => {
            let bytes = base64(&text).ok_or("`!!binary` must be followed by base64")?;
            return Ok(Content::Text(Cow::Owned(
                String::from_utf8_lossy(&bytes).into_owned(),
            )));
        }
        _ => return Ok(Content::Text(text)),
    };
    if fits {
        Ok(Content::Plain(text))
    } else {
        Err(format!("`{text}` is not what its tag `!!{name}` says"))
    }
}

/// Standard base64 with its padding; line breaks are passed over.
fn base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    let content = digits
        .strip_suffix(b"==")
        .or(digits.strip_suffix(b"="))
        .unwrap_or(&digits);
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let mut bytes = Vec::with_capacity(content.len() / 4 * 3 + 2);
    for group in content.chunks(4) {
        let mut bits = 0_u32;
        for byte in group {
            let value = match byte {
                b'A'..=b'Z' => byte - b'A',
                b'a'..=b'z' => byte - b'a' + 26,
                b'0'..=b'9' => byte - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                _ => return None,
            };
            bits = bits << 6 | u32::from(value);
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    Some(bytes)
}
