//! The findings of a run as JSON. `docs/cli.md` promises its shape.

use serde::Serialize;

use super::{Judged, Report, Row, Summary};
use crate::manifests::Skipped;

/// Of what the results of an object have in common, each part is mostly no longer than this.
const USUAL: usize = 192;

/// Writes JSON, each result on a line of its own.
pub struct Json {
    /// Whether passes are listed as well.
    pub all: bool,
}

/// A line of `skipped` or `refused`.
#[derive(Serialize)]
struct SkippedLine<'a> {
    file: &'a str,
    document: Option<u32>,
    reason: String,
}

impl Report for Json {
    fn begin(&self) -> String {
        r#"{"results":["#.to_owned()
    }

    fn object(&self, judged: &Judged<'_>) -> String {
        let mut text = String::new();
        self.add_object(judged, &mut text);
        text
    }

    fn add_object(&self, judged: &Judged<'_>, text: &mut String) {
        let mut comma = "";
        let of_object = OfObject::new(judged);
        for row in judged.listed(self.all) {
            text.push_str(comma);
            text.push('\n');
            of_object.add_result(row, text);
            comma = ",";
        }
    }

    fn lists_passes(&self) -> bool {
        self.all
    }

    fn separator(&self) -> &'static str {
        ","
    }

    fn end(&self, skipped: &[Skipped], summary: &Summary) -> String {
        let line = |skipped: &&Skipped| {
            to_line(&SkippedLine {
                file: &skipped.file,
                document: skipped.document,
                reason: skipped.explanation(),
            })
        };
        let (refused, skipped): (Vec<_>, Vec<_>) =
            (skipped.iter()).partition(|skipped| skipped.reason.is_judged());
        let [refused, skipped] = [refused, skipped].map(|list| lines(list.iter().map(line)));
        let summary = to_line(summary);
        format!("\n],\"refused\":[{refused}\n],\"skipped\":[{skipped}\n],\"summary\":{summary}}}\n")
    }
}

/// What all results of an object have in common, as JSON.
struct OfObject {
    /// Before the line: `{"file":"a.yaml","line":`.
    file: String,
    /// After the column: `,"apiVersion":"apps/v1"` to `"name":"web","check":"`.
    names: String,
}

impl OfObject {
    fn new(judged: &Judged<'_>) -> Self {
        let text = || String::with_capacity(USUAL);
        let (mut file, mut names) = (text(), text());
        add("{\"file\":\"", &judged.origin.file, &mut file);
        file.push_str("\",\"line\":");
        add(",\"apiVersion\":\"", &judged.origin.api_version, &mut names);
        add("\",\"kind\":\"", judged.origin.kind, &mut names);
        match judged.namespace() {
            Some(namespace) => {
                add("\",\"namespace\":\"", namespace, &mut names);
                names.push('"');
            }
            None => names.push_str("\",\"namespace\":null"),
        }
        add(",\"name\":\"", &judged.key.name, &mut names);
        names.push_str("\",\"check\":\"");
        Self { file, names }
    }

    /// Adds a line of `results`. They are most of what is written, so that their parts are put together by hand.
    fn add_result(&self, row: &Row, text: &mut String) {
        let mut number = itoa::Buffer::new();
        text.push_str(&self.file);
        text.push_str(number.format(row.region.line));
        text.push_str(",\"column\":");
        text.push_str(number.format(row.region.column));
        text.push_str(&self.names);
        // Names of ours mean themselves.
        text.push_str(row.check.id);
        text.push_str("\",\"verdict\":\"");
        text.push_str(row.verdict.name());
        text.push_str("\",\"severity\":\"");
        text.push_str(row.severity.name());
        match row.container() {
            Some(container) => {
                add("\",\"container\":\"", container, text);
                add("\",\"path\":\"", row.path(), text);
            }
            None => add("\",\"container\":null,\"path\":\"", row.path(), text),
        }
        add("\",\"message\":\"", row.message(), text);
        text.push_str("\",\"fix\":\"");
        text.push_str(row.check.fix); // means itself, see there
        if let Some(exception) = &row.exception {
            add("\",\"exception\":\"", exception, text);
        }
        if let Some(reason) = &row.ignored {
            add("\",\"ignored\":\"", reason, text);
        }
        text.push_str("\"}");
    }
}

/// What is before a text, and the text as it is between quotes.
fn add(before: &str, value: &str, text: &mut String) {
    text.push_str(before);
    if means_itself(value.as_bytes()) {
        return text.push_str(value);
    }
    let quoted = to_line(&value);
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    text.push_str(inner.unwrap_or_default());
}

/// Whether nothing in a text is to be escaped, as in most, which is seen much faster than it is done.
fn means_itself(text: &[u8]) -> bool {
    const WIDTH: usize = 16;
    let is_special = |byte: u8| byte < b' ' || byte == b'"' || byte == b'\\';
    let Some(last) = text.last_chunk::<WIDTH>() else {
        return !text.iter().any(|byte| is_special(*byte));
    };
    // Bytes in the same place of all chunks are looked at together, and nothing stops the look at the first special one: this is what
    // a processor does with many at a time. The last ones may be looked at twice.
    let mut special = [0_u8; WIDTH];
    for chunk in text.as_chunks().0.iter().chain([last]) {
        for (any, byte) in special.iter_mut().zip(chunk) {
            *any |= u8::from(is_special(*byte));
        }
    }
    u128::from_ne_bytes(special) == 0
}

/// Each on a new line, with commas in between.
pub(super) fn lines(lines: impl Iterator<Item = String>) -> String {
    let mut written = String::new();
    for (place, line) in lines.enumerate() {
        written.push_str(if place == 0 { "\n" } else { ",\n" });
        written.push_str(&line);
    }
    written
}

pub(super) fn to_line(value: &impl Serialize) -> String {
    // Text, numbers and nothing always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_catalogue_says_means_itself() {
        for check in crate::checks::ALL {
            assert!(means_itself(check.id.as_bytes()), "{}", check.id);
            let fix = check.fix;
            assert!(means_itself(fix.as_bytes()), "{}: {fix}", check.id);
        }
    }

    #[test]
    fn every_text_is_written_as_serde_writes_it() {
        let all_of_ascii: String = (0..128_u8).map(char::from).collect();
        let each = all_of_ascii
            .chars()
            .map(|character| format!("a{character}b"));
        let others = ["", "plain", "Grüße, 世界", "\u{2028}\u{7f}", &all_of_ascii];
        // Each place of texts of each length up to some chunks.
        let places = (1..=40).flat_map(|length| (0..length).map(move |at| (length, at)));
        let placed = places.map(|(length, at)| {
            let mut text = "a".repeat(length);
            text.replace_range(at..=at, "\"");
            text
        });
        for value in each.chain(others.map(str::to_owned)).chain(placed) {
            let mut text = String::new();
            add("\"", &value, &mut text);
            assert_eq!(format!("{text}\""), to_line(&value), "{value:?}");
        }
    }
}
