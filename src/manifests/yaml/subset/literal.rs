//! Literal text: `key: |` and the lines below it.

use super::cursor::Cursor;
use crate::manifests::yaml::builder::Position;

/// The text of a literal whose `|` the cursor is at, and where it begins. `outer` is the indentation of the list or
/// mapping around it. The cursor is then in the text's last line.
pub(super) fn read(cursor: &mut Cursor<'_>, outer: usize) -> Option<(String, Position)> {
    let keeps_break = match cursor.rest().trim_end_matches(' ') {
        "|" => true,
        "|-" => false,
        _ => return None,
    };
    let mut text = String::new();
    let mut widest = 0;
    let indent = loop {
        let line = cursor.lines_below().next()?;
        let spaces = indentation(line);
        if spaces < line.len() {
            break spaces;
        }
        widest = widest.max(spaces);
        text.push('\n');
        cursor.next_line();
    };
    let is_tab = cursor.lines_below().next()?[indent..].starts_with('\t');
    (indent > outer && indent >= widest && !is_tab).then_some(())?;

    let mut begins = None;
    let mut length = 0; // without the empty lines at the end
    while let Some(line) = cursor.lines_below().next() {
        let content = match indentation(line) {
            spaces if spaces >= indent => &line[indent..],
            spaces if spaces == line.len() => "",
            _ => break,
        };
        cursor.next_line();
        begins.get_or_insert_with(|| {
            cursor.skip(indent);
            cursor.position()
        });
        text.push_str(content);
        text.push('\n');
        if !content.is_empty() {
            length = text.len();
        }
    }
    text.truncate(if keeps_break { length } else { length - 1 });
    Some((text, begins?))
}

fn indentation(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}
