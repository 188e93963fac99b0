//! The words of a PromQL expression, with their places: as much of its grammar as it takes to find a placeholder's
//! surroundings, and the first word that does not fit.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A quoted string, its quotes included.
    Quoted,
    /// A name, keyword, number or duration.
    Word,
    /// An operator or a bracket.
    Sign,
}

/// A token and the bytes it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) bytes: Range<usize>,
}

impl Token {
    pub(super) fn text<'a>(&self, of: &'a str) -> &'a str {
        &of[self.bytes.clone()]
    }
}

/// The tokens; blanks and comments are left out. A string that is not closed ends with the text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = match first {
            '#' => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            _ if first.is_whitespace() => {
                at += first.len_utf8();
                continue;
            }
            '"' | '\'' | '`' => (Kind::Quoted, quoted(rest, first)),
            _ if is_word(first) => {
                let end = rest.find(|char| !is_word(char)).unwrap_or(rest.len());
                (Kind::Word, end)
            }
            _ => (Kind::Sign, sign(rest).unwrap_or(first.len_utf8())),
        };
        found.push(Token {
            kind,
            bytes: at..at + length,
        });
        at += length;
    }
    found
}

fn is_word(char: char) -> bool {
    char.is_alphanumeric() || char == '_' || char == '.'
}

fn sign(rest: &str) -> Option<usize> {
    const LONG: [&str; 6] = ["=~", "!~", "!=", "==", "<=", ">="];
    LONG.iter()
        .find(|sign| rest.starts_with(**sign))
        .map(|sign| sign.len())
}

/// The length of a string that begins here, with its quotes.
fn quoted(rest: &str, quote: char) -> usize {
    let mut chars = rest.char_indices().skip(1);
    while let Some((at, char)) = chars.next() {
        if char == '\\' && quote != '`' {
            chars.next();
        } else if char == quote {
            return at + 1;
        }
    }
    rest.len()
}
