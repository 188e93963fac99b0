//! Text in lines of a given width.

/// Breaks a text at its spaces into lines of at most `width` characters; a longer word has a line of its own. Without a
/// width it is one line.
pub(super) fn lines(text: &str, width: Option<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let word_length = width_of(word);
        if length > 0 && width.is_some_and(|width| length + 1 + word_length > width) {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// How many columns a text takes, counting each character as one.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_spaces() {
        for (text, width, expected) in [
            ("a b  c", None, &["a b c"][..]),
            ("one two three", Some(7), &["one two", "three"]),
            ("one two three", Some(1), &["one", "two", "three"]),
            ("über alles", Some(4), &["über", "alles"]),
            ("", Some(4), &[]),
        ] {
            assert_eq!(lines(text, width), expected, "{text:?} at {width:?}");
        }
    }
}
