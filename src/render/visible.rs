//! What must not be written as it is: a name may hold anything, also what a terminal obeys.

use std::borrow::Cow;
use std::fmt::Write;

/// A text in which control characters, and those that turn the direction of text around, are written as `\u{1b}`.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    visible_but(text, |_| false)
}

/// The same, but line breaks stay.
pub(super) fn visible_lines(text: &str) -> Cow<'_, str> {
    visible_but(text, |char| matches!(char, '\n' | '\r'))
}

fn visible_but(text: &str, stays: fn(char) -> bool) -> Cow<'_, str> {
    let hides = |char: char| !stays(char) && (char.is_control() || turns(char));
    if !text.contains(hides) {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 8);
    for char in text.chars() {
        match char {
            '\n' if hides(char) => written.push_str("\\n"),
            '\r' if hides(char) => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            _ if hides(char) => {
                // Writing to a string cannot fail.
                let _ = write!(written, "\\u{{{:x}}}", u32::from(char));
            }
            _ => written.push(char),
        }
    }
    Cow::Owned(written)
}

/// Bidirectional overrides and isolates: with them a text reads otherwise than it is.
fn turns(char: char) -> bool {
    matches!(char, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_hidden() {
        for (text, expected) in [
            ("grün", "grün"),
            ("a\x1b[2Jb", "a\\u{1b}[2Jb"),
            ("a\nb\tc\r", "a\\nb\\tc\\r"),
            ("\u{202e}evil\0", "\\u{202e}evil\\u{0}"),
            ("\u{9b}31m", "\\u{9b}31m"),
        ] {
            assert_eq!(visible(text), expected);
        }
        assert_eq!(visible_lines("a\r\nb\u{7}"), "a\r\nb\\u{7}");
    }
}
