//! The YAML that people and tools mostly write, read line by line: many times faster than a whole parser.
//!
//! Blocks, comments, plain text, quoted text on one line, literal text, flow collections on one line, and JSON. At
//! anything else, at anything wrong, and wherever there is the least doubt, it gives up, and the whole parser reads the
//! document from its beginning. So it makes no problems of its own, and whatever it does read must come out exactly as
//! from the parser, positions included: a property test holds the two together.

mod cursor;
mod flow;
mod folded;
mod literal;

use self::cursor::Cursor;
use self::flow::Breaks;
use super::builder::{Builder, Position};
use super::documents::Source;
use super::tree::{Content, Tree};

/// The document, if nothing in it needs the whole parser.
pub(super) fn read<'a>(source: &Source<'a>) -> Option<Tree<'a>> {
    if !is_clean(source.text) {
        return None;
    }
    let mut lines = Lines {
        cursor: Cursor::new(source),
        builder: Builder::new(source.text.len()),
        levels: Vec::new(),
        waiting: Waiting::Root,
    };
    lines.read()?;
    Some(lines.builder.finish())
}

/// Whether the text has only characters that mean themselves: no control characters or byte-order marks, and carriage
/// returns only before line feeds.
fn is_clean(text: &str) -> bool {
    let is_odd = |byte: u8| (byte < b' ' && !matches!(byte, b'\n' | b'\t' | b'\r')) || byte == 0x7f;
    if text.bytes().fold(false, |odd, byte| odd | is_odd(byte)) {
        return false;
    }
    if text
        .split('\r')
        .skip(1)
        .any(|after| !after.starts_with('\n'))
    {
        return false;
    }
    let is_strange =
        |character| matches!(character, '\u{80}'..'\u{a0}' | '\u{feff}' | '\u{fffe}'..='\u{ffff}');
    text.is_ascii() || !text.chars().any(is_strange)
}

/// Reads a document's lines into a tree.
struct Lines<'a> {
    cursor: Cursor<'a>,
    builder: Builder<'a>,
    levels: Vec<Level>,
    waiting: Waiting,
}

/// A list or mapping that is open, and the column of its dashes or keys.
#[derive(Clone, Copy)]
struct Level {
    indent: usize,
    is_list: bool,
}

/// Whether something must still come below.
#[derive(Clone, Copy, PartialEq)]
enum Waiting {
    /// The document itself.
    Root,
    /// The value of a key or dash that ends its line, there.
    Value(Position),
    Nothing,
}

impl<'a> Lines<'a> {
    fn read(&mut self) -> Option<()> {
        let mut may_start = true;
        while self.cursor.next_line() {
            let indent = self.cursor.skip_spaces();
            if self.cursor.is_blank() {
                continue;
            }
            let is_root = self.waiting == Waiting::Root;
            match self.cursor.rest() {
                rest if is_root && indent == 0 && rest.starts_with('%') => return None,
                rest if is_root && indent == 0 && may_start && rest.starts_with("---") => {
                    self.cursor.skip(3);
                    self.cursor.end_line()?;
                    may_start = false;
                }
                rest if is_root && rest.starts_with(['{', '[']) => return self.flow_document(),
                _ => self.line(indent)?,
            }
        }
        if self.waiting == Waiting::Root && !may_start {
            self.waiting = Waiting::Value(self.cursor.position()); // `---` and nothing else is null
        }
        self.close(|_| true)
    }

    /// A document that is all one flow collection: JSON.
    fn flow_document(&mut self) -> Option<()> {
        flow::read(&mut self.cursor, &mut self.builder, Breaks::Allowed)?;
        self.cursor.end_line()?;
        while self.cursor.next_line() {
            self.cursor.skip_spaces();
            self.cursor.is_blank().then_some(())?;
        }
        Some(())
    }

    /// A line with something on it.
    fn line(&mut self, indent: usize) -> Option<()> {
        let is_item = self.cursor.is_at_dash();
        let opens = match (self.waiting, self.levels.last()) {
            (Waiting::Root, _) => true,
            (Waiting::Value(_), Some(level)) if is_item && !level.is_list => indent >= level.indent,
            (Waiting::Value(_), Some(level)) => indent > level.indent,
            _ => false,
        };
        if opens {
            let at = self.cursor.position();
            self.open(is_item, indent, at)?;
        } else {
            self.close(|level| {
                level.indent > indent || level.indent == indent && level.is_list && !is_item
            })?;
            let level = self.levels.last()?;
            (level.indent == indent && level.is_list == is_item).then_some(())?;
        }
        if is_item { self.item() } else { self.entry() }
    }

    /// Ends what is over before a line.
    fn close(&mut self, is_over: impl Fn(&Level) -> bool) -> Option<()> {
        if let Waiting::Value(at) = self.waiting {
            self.builder
                .scalar(Content::Plain("~".into()), 0, at)
                .ok()?;
            self.waiting = Waiting::Nothing;
        }
        while self.levels.pop_if(|level| is_over(level)).is_some() {
            self.builder.end().ok()?;
        }
        Some(())
    }

    fn open(&mut self, is_list: bool, indent: usize, at: Position) -> Option<()> {
        let content = if is_list {
            Content::List(0)
        } else {
            Content::Mapping(0)
        };
        self.builder.begin(content, 0, at).ok()?;
        self.levels.push(Level { indent, is_list });
        self.waiting = Waiting::Nothing;
        Some(())
    }

    /// `- value`, where the value may be an item or an entry itself.
    fn item(&mut self) -> Option<()> {
        loop {
            self.cursor.skip(1);
            let after = self.cursor.position();
            self.cursor.skip_spaces();
            let (indent, at) = (self.cursor.indent(), self.cursor.position());
            if self.cursor.is_blank() {
                self.waiting = Waiting::Value(after);
                return Some(());
            }
            if self.cursor.is_at_dash() {
                self.open(true, indent, at)?;
                continue;
            }
            if self
                .cursor
                .first()
                .is_some_and(|byte| b"[{|".contains(&byte))
            {
                return self.long_value();
            }
            let content = self.cursor.scalar()?;
            if self.cursor.first() != Some(b':') {
                return self.value(content, at);
            }
            self.open(false, indent, at)?;
            return self.entry_of(content, at);
        }
    }

    /// `key: value`.
    fn entry(&mut self) -> Option<()> {
        let at = self.cursor.position();
        let content = self.cursor.scalar()?;
        self.entry_of(content, at)
    }

    fn entry_of(&mut self, key: Content<'a>, at: Position) -> Option<()> {
        self.builder.scalar(key, 0, at).ok()?;
        let after = self.cursor.position();
        self.cursor.skip_colon().then_some(())?;
        self.cursor.skip_spaces();
        let at = self.cursor.position();
        if self.cursor.is_blank() {
            self.waiting = Waiting::Value(after);
            return Some(());
        }
        if self
            .cursor
            .first()
            .is_some_and(|byte| b"[{|".contains(&byte))
        {
            return self.long_value();
        }
        let content = self.cursor.scalar()?;
        self.value(content, at)
    }

    /// A scalar that is a value; the cursor is behind its first line.
    fn value(&mut self, content: Content<'a>, at: Position) -> Option<()> {
        let content = match content {
            Content::Plain(text) => Content::Plain(folded::read(
                &mut self.cursor,
                text,
                self.levels.last()?.indent,
            )?),
            other => other,
        };
        self.builder.scalar(content, 0, at).ok()?;
        self.cursor.end_line()
    }

    /// A value that is not on one line, or holds others.
    fn long_value(&mut self) -> Option<()> {
        if self.cursor.first()? == b'|' {
            let (text, at) = literal::read(&mut self.cursor, self.levels.last()?.indent)?;
            return self.builder.scalar(Content::Text(text.into()), 0, at).ok();
        }
        flow::read(&mut self.cursor, &mut self.builder, Breaks::Refused)?;
        self.cursor.end_line()
    }
}
