//! What a source consists of, as far as can be told without parsing it.

/// The words, operators and brackets of a source, with their places. Strings and comments are passed over; numbers are
/// words.
pub(super) struct Tokens<'a> {
    source: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(source: &'a str) -> Self {
        Self { source, at: 0 }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = &self.source[self.at..];
            let first = rest.chars().next()?;
            let start = self.at;
            if rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if first.is_alphanumeric() || first == '_' {
                let word = rest
                    .find(|char: char| !char.is_alphanumeric() && char != '_')
                    .unwrap_or(rest.len());
                let raw = rest[..word].contains(['r', 'R']);
                self.at += word;
                match rest[word..].chars().next() {
                    Some(quote @ ('"' | '\'')) if word <= 2 => self.skip_string(quote, raw),
                    _ => return Some((start, &rest[..word])),
                }
            } else if let '"' | '\'' = first {
                self.skip_string(first, false);
            } else if first.is_whitespace() {
                self.at += first.len_utf8();
            } else {
                let length = match rest.get(..2) {
                    Some("&&" | "||" | "==" | "!=" | "<=" | ">=") => 2,
                    _ => first.len_utf8(),
                };
                self.at += length;
                return Some((start, &rest[..length]));
            }
        }
    }
}

impl Tokens<'_> {
    /// Goes past the string that begins here, or to the end where it is not closed.
    fn skip_string(&mut self, quote: char, raw: bool) {
        let rest = &self.source[self.at..];
        let three: String = [quote; 3].iter().collect();
        let close = if rest.starts_with(&three) {
            three
        } else {
            quote.to_string()
        };
        let mut at = close.len();
        while let Some(next) = rest[at..].chars().next() {
            if rest[at..].starts_with(&close) {
                self.at += at + close.len();
                return;
            }
            at += next.len_utf8();
            if next == '\\' && !raw {
                at += rest[at..].chars().next().map_or(0, char::len_utf8);
            }
        }
        self.at = self.source.len();
    }
}

/// Whether a token is a name, a keyword or a number.
pub(super) fn is_word(token: &str) -> bool {
    token.starts_with(|char: char| char.is_alphanumeric() || char == '_')
}
