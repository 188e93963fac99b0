//! The little Markdown that checks are documented in: paragraphs with `code`.

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
}
