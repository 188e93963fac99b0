//! Plain text that goes on over several lines: each line break is a space, or so many empty lines.

use std::borrow::Cow;

use super::cursor::Cursor;

/// The whole text whose first line the cursor is behind. `outer` is the indentation of the list or mapping around it:
/// lines that are indented more go on with it. The cursor is then at the end of the last one.
pub(super) fn read<'a>(
    cursor: &mut Cursor<'a>,
    first: Cow<'a, str>,
    outer: usize,
) -> Option<Cow<'a, str>> {
    let mut text = first;
    while let Some((empty, line)) = continuation(cursor, outer) {
        if !cursor.rest().is_empty() {
            return None; // spaces, or a comment: it must not stand in between
        }
        for _ in 0..=empty {
            cursor.next_line();
        }
        cursor.skip_spaces();
        let is_marked = line.starts_with(['-', '?', ':', '\t']);
        let more = cursor.plain_rest().filter(|_| !is_marked)?;
        let text = text.to_mut();
        if empty == 0 {
            text.push(' ');
        }
        text.extend(std::iter::repeat_n('\n', empty));
        text.push_str(more);
    }
    Some(text)
}

/// The next line with something on it, if it is indented enough and no comment, and how many empty ones are before it.
fn continuation<'a>(cursor: &Cursor<'a>, outer: usize) -> Option<(usize, &'a str)> {
    if !cursor.may_go_on(outer) {
        return None;
    }
    let mut lines = cursor
        .lines_below()
        .map(|line| (line, line.trim_start_matches(' ')));
    let empty = lines
        .clone()
        .take_while(|(_, content)| content.is_empty())
        .count();
    let (line, content) = lines.nth(empty)?;
    let goes_on = line.len() - content.len() > outer && !content.starts_with('#');
    goes_on.then_some((empty, content))
}
