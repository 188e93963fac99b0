//! A file taken apart into its documents, without reading them: a broken one hides none of the others.

use memchr::{memchr, memchr_iter};
use serde::de::IgnoredAny;

/// One document of a file, not yet read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source<'a> {
    /// The document's text, its `---` line and directives included.
    pub text: &'a str,
    /// The line of the file that the text begins with, from 1.
    pub line: u32,
}

/// The documents of a file, with their numbers from 1.
///
/// YAML is cut at each line that is `---` or `...` alone or followed by white space: such a line cannot be inside a
/// value. Comments and directives above the first `---`, or after `...`, belong to the document that follows. A
/// document may hold nothing; see [`Document::is_empty`](super::Document::is_empty). JSON objects may follow one
/// another with nothing in between. Source: `YAMLOrJSONDecoder` of `k8s.io/apimachinery` 0.36, which is stricter:
/// it refuses content on the `---` line, and drops what follows `...`.
pub fn documents(text: &str) -> impl Iterator<Item = (usize, Source<'_>)> {
    let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let documents = Documents {
        rest,
        line: 1,
        json: rest.trim_start().starts_with('{'),
    };
    (1..).zip(documents)
}

struct Documents<'a> {
    rest: &'a str,
    line: u32,
    /// Whether what comes next may be JSON: it is until a document is not.
    json: bool,
}

impl<'a> Iterator for Documents<'a> {
    type Item = Source<'a>;

    fn next(&mut self) -> Option<Source<'a>> {
        if self.json {
            self.take_space();
            if let Some(length) = json_length(self.rest) {
                return Some(self.take(length));
            }
            self.json = false;
        }
        if self.rest.is_empty() {
            return None;
        }
        let (length, separator) = yaml_length(self.rest);
        let source = self.take(length);
        self.take(separator);
        Some(source)
    }
}

impl<'a> Documents<'a> {
    fn take(&mut self, length: usize) -> Source<'a> {
        let (text, rest) = self.rest.split_at(length);
        let source = Source {
            text,
            line: self.line,
        };
        self.rest = rest;
        self.line = self.line.saturating_add(line_breaks(text));
        source
    }

    /// Passes over the white space between two JSON objects, so that each begins where it is written.
    fn take_space(&mut self) {
        self.take(self.rest.len() - self.rest.trim_start().len());
    }
}

fn line_breaks(text: &str) -> u32 {
    u32::try_from(memchr_iter(b'\n', text.as_bytes()).count()).unwrap_or(u32::MAX)
}

/// How long the JSON object is that the text begins with.
fn json_length(text: &str) -> Option<usize> {
    if !text.starts_with('{') {
        return None;
    }
    let mut objects = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    objects.next()?.ok()?;
    Some(objects.byte_offset())
}

/// How long the YAML document is that the text begins with, and the `...` line after it.
fn yaml_length(text: &str) -> (usize, usize) {
    let mut start = 0;
    let mut is_prefix = true;
    while start < text.len() {
        let end = end_of_line(text, start);
        let line = &text[start..end];
        if is_marker(line, "...") {
            return (start, line.len());
        }
        if is_marker(line, "---") {
            if !is_prefix {
                return (start, 0);
            }
            is_prefix = false;
        } else {
            is_prefix = is_prefix && is_prefix_line(line);
        }
        start = end;
    }
    (text.len(), 0)
}

/// Where the line after the one begins that there is at this place.
fn end_of_line(text: &str, start: usize) -> usize {
    memchr(b'\n', &text.as_bytes()[start..]).map_or(text.len(), |length| start + length + 1)
}

fn is_prefix_line(line: &str) -> bool {
    let content = line.trim_start();
    content.is_empty() || content.starts_with('#') || line.starts_with('%')
}

fn is_marker(line: &str, marker: &str) -> bool {
    // Nearly no line begins like one.
    line.as_bytes().first() == marker.as_bytes().first()
        && line
            .strip_prefix(marker)
            .is_some_and(|after| after.is_empty() || after.starts_with([' ', '\t', '\r', '\n']))
}
