//! A place in the text, and the tokens that begin there.

use std::borrow::Cow;

use memchr::memchr;

use crate::manifests::yaml::builder::Position;
use crate::manifests::yaml::documents::Source;
use crate::manifests::yaml::tree::Content;

/// Longer text is no key to the parser; counted generously.
pub(super) const KEY_LENGTH: usize = 1000;

/// Goes through a text line by line.
pub(super) struct Cursor<'a> {
    text: &'a str,
    /// Where it is, in bytes.
    at: usize,
    /// Where the line begins and ends, and where the next one begins.
    start: usize,
    end: usize,
    next: usize,
    /// The line's number in the file.
    line: u32,
    /// Up to where the line's characters were counted, and how many bytes more than characters there were.
    counted: usize,
    excess: usize,
}

impl<'a> Cursor<'a> {
    /// Before the first line.
    pub(super) fn new(source: &Source<'a>) -> Self {
        let line = source.line.saturating_sub(1);
        Self {
            text: source.text,
            at: 0,
            start: 0,
            end: 0,
            next: 0,
            line,
            counted: 0,
            excess: 0,
        }
    }

    /// Goes to the next line, if there is one.
    pub(super) fn next_line(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.next..];
        if rest.is_empty() {
            return false;
        }
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let is_windows = rest[..length].ends_with(b"\r");
        self.start = self.next;
        self.end = self.start + length - usize::from(is_windows);
        self.next = self.text.len().min(self.start + length + 1);
        self.line = self.line.saturating_add(1);
        (self.at, self.counted, self.excess) = (self.start, self.start, 0);
        true
    }

    /// The lines after this one, without their ends.
    pub(super) fn lines_below(&self) -> std::str::Lines<'a> {
        self.text[self.next..].lines()
    }

    /// Whether the next line is indented by more than this, or empty: a quick look.
    pub(super) fn may_go_on(&self, indent: usize) -> bool {
        let mut bytes = self.text.as_bytes()[self.next..].iter();
        let other = bytes.position(|byte| *byte != b' ').unwrap_or(usize::MAX);
        other > indent
            || matches!(
                self.text.as_bytes().get(self.next + other),
                Some(b'\n' | b'\r')
            )
    }

    /// The rest of the line.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..self.end]
    }

    pub(super) fn first(&self) -> Option<u8> {
        self.rest().as_bytes().first().copied()
    }

    /// Goes over so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Goes over spaces, and says how many.
    pub(super) fn skip_spaces(&mut self) -> usize {
        let spaces = self.rest().bytes().take_while(|byte| *byte == b' ').count();
        self.at += spaces;
        spaces
    }

    /// The place in the line, in bytes.
    pub(super) fn indent(&self) -> usize {
        self.at - self.start
    }

    /// The place in the file.
    pub(super) fn position(&mut self) -> Position {
        let continued = |byte: &u8| byte & 0b1100_0000 == 0b1000_0000;
        self.excess += self.text.as_bytes()[self.counted..self.at]
            .iter()
            .filter(|byte| continued(byte))
            .count();
        self.counted = self.at;
        let column = self.at - self.start - self.excess + 1;
        (self.line, u32::try_from(column).unwrap_or(u32::MAX))
    }

    /// Whether nothing follows but a comment; it must be asked after spaces or at the beginning of a line.
    pub(super) fn is_blank(&self) -> bool {
        matches!(self.first(), None | Some(b'#'))
    }

    /// Goes to the end of the line, if nothing follows but spaces and a comment.
    pub(super) fn end_line(&mut self) -> Option<()> {
        let spaces = self.skip_spaces();
        let is_over = self.rest().is_empty() || spaces > 0 && self.is_blank();
        self.at = self.end;
        is_over.then_some(())
    }

    /// Whether a list's item begins here.
    pub(super) fn is_at_dash(&self) -> bool {
        matches!(self.rest().as_bytes(), [b'-'] | [b'-', b' ', ..])
    }

    /// Goes over the colon of a key, if there is one.
    pub(super) fn skip_colon(&mut self) -> bool {
        let is_colon = matches!(self.rest().as_bytes(), [b':'] | [b':', b' ', ..]);
        self.at += usize::from(is_colon);
        is_colon
    }

    /// A scalar on one line, up to the colon after it or the end of the line. None if the parser must look at it.
    pub(super) fn scalar(&mut self) -> Option<Content<'a>> {
        let begin = self.at;
        let content = match self.first()? {
            b'"' | b'\'' => Content::Text(self.quoted()?),
            _ => Content::Plain(Cow::Borrowed(self.plain()?)),
        };
        let is_key = self.first() == Some(b':');
        (!is_key || self.at - begin < KEY_LENGTH).then_some(content)
    }

    fn plain(&mut self) -> Option<&'a str> {
        let begins = match self.rest().as_bytes() {
            [b'-', b'-', b'-', ..] => false,
            [b'-', next, ..] => !b" \t,[]{}".contains(next),
            [first, ..] => !b"-?:,[]{}#&*!|>'\"%@`".contains(first),
            [] => false,
        };
        if begins { self.plain_rest() } else { None }
    }

    /// Plain text up to a colon, a comment or the end of the line.
    pub(super) fn plain_rest(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        let mut length = bytes.len();
        for (at, byte) in bytes.iter().enumerate() {
            let ends = match byte {
                b':' => matches!(bytes.get(at + 1), None | Some(b' ')),
                b'#' => at > 0 && bytes[at - 1] == b' ',
                b'\t' => return None,
                _ => false,
            };
            if ends {
                length = at;
                break;
            }
        }
        let text = rest[..length].trim_end_matches(' ');
        self.at += text.len();
        Some(text)
    }

    /// Quoted text that ends on its line.
    pub(super) fn quoted(&mut self) -> Option<Cow<'a, str>> {
        let rest = self.rest();
        let content = &rest[1..];
        if rest.starts_with('\'') {
            let length = content.find('\'')?;
            self.at += length + 2;
            return (self.first() != Some(b'\'')).then_some(Cow::Borrowed(&content[..length]));
        }
        let length = content.find(['"', '\\'])?;
        if content.as_bytes()[length] == b'"' {
            self.at += length + 2;
            return Some(Cow::Borrowed(&content[..length]));
        }
        self.escaped().map(Cow::Owned)
    }

    /// Text in double quotes, with no other escapes than those of JSON.
    fn escaped(&mut self) -> Option<String> {
        let mut strings = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        let text = strings.next()?.ok()?;
        self.at += strings.byte_offset();
        Some(text)
    }
}
