//! Replacements, as SARIF has them, make of a text the other.

use proptest::prelude::*;

use crate::cli::fix::diff::replacements;
use crate::render::Replacement;

/// Puts replacements into a text, as a tool that reads SARIF does.
pub(super) fn put(text: &str, replacements: &[Replacement]) -> String {
    let (bom, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let offset = |(line, column): (u32, u32)| {
        let before: usize = text
            .split_inclusive('\n')
            .take(line as usize - 1)
            .map(str::len)
            .sum();
        let rest = text[before..].chars().take(column as usize - 1);
        before + rest.map(char::len_utf8).sum::<usize>()
    };
    let mut written = text.to_owned();
    for replacement in replacements.iter().rev() {
        let range = offset(replacement.start)..offset(replacement.end);
        written.replace_range(range, &replacement.text);
    }
    format!("{bom}{written}")
}

#[test]
fn replacements_are_small() {
    let of = |line, column, end, text: &str| Replacement {
        start: (line, column),
        end,
        text: text.to_owned(),
    };
    assert_eq!(
        replacements("a: é\nb: true\n", "a: é\nb: false\n"),
        [of(2, 4, (2, 7), "fals")]
    );
    assert_eq!(
        replacements("a: 1\nb: 2\n", "a: 1\nx: 3\nb: 2\n"),
        [of(2, 1, (2, 1), "x: 3\n")]
    );
    assert_eq!(
        replacements("a: 1", "a: 1\nb: 2"),
        [of(1, 5, (1, 5), "\nb: 2")]
    );
    assert_eq!(
        replacements("\u{feff}{a: 1}", "\u{feff}{a: 12}"),
        [of(1, 6, (1, 6), "2")]
    );
    assert_eq!(replacements("a\n", "a\n"), []);
}

proptest! {
    #[test]
    fn they_make_one_text_of_the_other(
        bom: bool,
        before in prop::collection::vec("[aé\r]{0,3}", 0..8),
        after in prop::collection::vec("[aé\r]{0,3}", 0..8),
    ) {
        let text = |lines: &[String]| format!("{}{}", if bom { "\u{feff}" } else { "" }, lines.join("\n"));
        let (before, after) = (text(&before), text(&after));
        prop_assert_eq!(put(&before, &replacements(&before, &after)), after);
    }
}
