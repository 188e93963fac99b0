//! Lists and mappings in brackets: `[a, "b"]`, `{}`, and all of JSON.

use std::borrow::Cow;

use super::cursor::Cursor;
use crate::manifests::yaml::builder::Builder;
use crate::manifests::yaml::tree::Content;

/// Whether the brackets may hold line breaks.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Breaks {
    Allowed,
    Refused,
}

/// Reads the list or mapping that the cursor is at. The builder's limit bounds how deep this goes.
pub(super) fn read<'a>(
    cursor: &mut Cursor<'a>,
    builder: &mut Builder<'a>,
    breaks: Breaks,
) -> Option<()> {
    let is_list = cursor.first()? == b'[';
    let (content, closing) = if is_list {
        (Content::List(0), b']')
    } else {
        (Content::Mapping(0), b'}')
    };
    builder.begin(content, 0, cursor.position()).ok()?;
    cursor.skip(1);
    if space(cursor, breaks)? == closing {
        cursor.skip(1);
        return builder.end().ok();
    }
    loop {
        if !is_list {
            key(cursor, builder)?;
            space(cursor, breaks)?;
        }
        match cursor.first()? {
            b'[' | b'{' => read(cursor, builder, breaks)?,
            _ => {
                let at = cursor.position();
                builder.scalar(scalar(cursor)?, 0, at).ok()?;
            }
        }
        match space(cursor, breaks)? {
            b',' => {}
            byte if byte == closing => break,
            _ => return None,
        }
        cursor.skip(1);
        space(cursor, breaks)?;
    }
    cursor.skip(1);
    builder.end().ok()
}

/// Goes over white space, and tells what follows.
fn space(cursor: &mut Cursor<'_>, breaks: Breaks) -> Option<u8> {
    loop {
        cursor.skip_spaces();
        match cursor.first() {
            None if breaks == Breaks::Allowed && cursor.next_line() => {}
            Some(b'\t') if breaks == Breaks::Allowed => cursor.skip(1),
            byte => return byte,
        }
    }
}

/// A key and its colon.
fn key<'a>(cursor: &mut Cursor<'a>, builder: &mut Builder<'a>) -> Option<()> {
    let at = cursor.position();
    let before = cursor.indent();
    let content = scalar(cursor)?;
    (cursor.indent() - before < super::cursor::KEY_LENGTH).then_some(())?;
    let is_quoted = matches!(content, Content::Text(_));
    builder.scalar(content, 0, at).ok()?;
    match cursor.rest().as_bytes() {
        [b':'] | [b':', b' ' | b'\t', ..] => {}
        [b':', ..] if is_quoted => {}
        _ => return None,
    }
    cursor.skip(1);
    Some(())
}

fn scalar<'a>(cursor: &mut Cursor<'a>) -> Option<Content<'a>> {
    let rest = cursor.rest();
    if rest.starts_with(['"', '\'']) {
        return cursor.quoted().map(Content::Text);
    }
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_./$+-@=%".contains(byte);
    let length = rest.bytes().take_while(is_inner).count();
    let begins = match rest.as_bytes() {
        [b'-', second, ..] => {
            second.is_ascii_alphanumeric() || *second == b'-' && !rest.starts_with("---")
        }
        [first, ..] => first.is_ascii_alphanumeric() || b"_./$+".contains(first),
        [] => false,
    };
    cursor.skip(length);
    begins.then(|| Content::Plain(Cow::Borrowed(&rest[..length])))
}
