//! The little Markdown that checks are documented in, and that messages are written in: paragraphs with `code`.

use super::Palette;
use super::palette::paint;
use super::wrap;

/// A paragraph in lines of at most `width` characters, each after `indent` spaces. Where there are colours, code has one
/// in place of its backticks.
pub(super) fn paragraph(palette: Palette, text: &str, indent: usize, width: usize) -> String {
    let lines = wrap::lines(text, Some(width.saturating_sub(indent)));
    let margin = " ".repeat(indent);
    let mut in_code = false;
    let mut written = String::new();
    for line in lines {
        written.push_str(&margin);
        written.push_str(&coloured(palette, &line, &mut in_code));
        written.push('\n');
    }
    written
}

/// A part of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span<'a> {
    /// As it is, whatever is in it.
    Words(&'a str),
    /// Between backticks.
    Code(&'a str),
}

/// The parts of a paragraph. A backtick that nothing closes is one of its words.
pub(super) fn spans(text: &str) -> Vec<Span<'_>> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((words, (code, after))) = rest
        .split_once('`')
        .and_then(|(words, after)| Some((words, after.split_once('`')?)))
    {
        spans.extend([Span::Words(words), Span::Code(code)]);
        rest = after;
    }
    spans.push(Span::Words(rest));
    spans.retain(|span| !matches!(span, Span::Words("") | Span::Code("")));
    spans
}

/// One line; code may have begun on the line before.
fn coloured(palette: Palette, line: &str, in_code: &mut bool) -> String {
    if palette.is_plain() {
        return line.to_owned();
    }
    let mut written = String::new();
    for (place, part) in line.split('`').enumerate() {
        if place > 0 {
            *in_code = !*in_code;
        }
        if *in_code {
            written.push_str(&paint(palette.code, part));
        } else {
            written.push_str(part);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_keeps_its_backticks_where_there_are_no_colours() {
        let text = "Set `resources.limits` on it.";
        assert_eq!(
            paragraph(Palette::PLAIN, text, 2, 20),
            "  Set\n  `resources.limits`\n  on it.\n"
        );
        let coloured = paragraph(Palette::COLOURED, text, 0, 80);
        assert_eq!(coloured, "Set \u{1b}[36mresources.limits\u{1b}[0m on it.\n");
    }

    #[test]
    fn code_is_between_backticks() {
        use Span::{Code, Words};
        for (text, expected) in [
            ("", &[][..]),
            ("a", &[Words("a")]),
            ("a `b` c", &[Words("a "), Code("b"), Words(" c")]),
            ("`b` `c", &[Code("b"), Words(" `c")]),
            ("```", &[Words("`")]),
        ] {
            assert_eq!(spans(text), expected, "{text}");
        }
    }
}
