//! From a document's text to a tree, with granit's events in between.

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span};

use super::builder::{Builder, DEPTH, Position, too_deep};
use super::documents::Source;
use super::hint;
use super::problem::Problem;
use super::strict;
use super::subset;
use super::tag;
use super::tree::{Content, Tree};

/// Reads a document. One that holds nothing is an empty tree, or a single null.
pub(super) fn read<'a>(source: &Source<'a>) -> Result<Tree<'a>, Problem> {
    strict::check(source)?;
    if let Some(tree) = subset::read(source) {
        return Ok(tree);
    }
    parse(source).map_err(|problem| hint::explain(problem, source))
}

pub(super) fn parse<'a>(source: &Source<'a>) -> Result<Tree<'a>, Problem> {
    let lines_above = source.line.saturating_sub(1);
    let mut builder = Builder::new(source.text.len());
    let mut has_begun = false;
    for next in Parser::new_from_str_with_options(source.text, options()) {
        let (event, span) = next.map_err(|error| broken(&builder, &error, source))?;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let at = position(&span, lines_above);
                let content = match (tag, style) {
                    (Some(tag), _) => {
                        tag::apply(&tag, text).map_err(|message| builder.problem(message, at))?
                    }
                    (None, ScalarStyle::Plain) if keeps_colon(&span, source.text) => {
                        Content::Plain(format!("{text}:").into())
                    }
                    (None, ScalarStyle::Plain) => Content::Plain(text),
                    (None, _) => Content::Text(text),
                };
                builder.scalar(content, anchor, at)?;
            }
            Event::MappingStart(_, anchor, _) => {
                builder.begin(Content::Mapping(0), anchor, position(&span, lines_above))?;
            }
            Event::SequenceStart(_, anchor, _) => {
                builder.begin(Content::List(0), anchor, position(&span, lines_above))?;
            }
            Event::MappingEnd | Event::SequenceEnd => builder.end()?,
            Event::Alias(anchor) => builder.alias(anchor, position(&span, lines_above))?,
            Event::DocumentStart(..) if has_begun => {
                let at = position(&span, lines_above);
                return Err(builder.problem("unexpected text after the end of the document", at));
            }
            Event::DocumentStart(..) => has_begun = true,
            _ => {}
        }
    }
    Ok(builder.finish())
}

pub(super) fn options() -> Options {
    granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    }
}

/// Whether plain text is followed by a `:` that kubectl takes for a part of it: in brackets, one that something of theirs follows.
fn keeps_colon(span: &Span, text: &str) -> bool {
    // What is not there ends where it begins.
    let is_there = span.start.index() < span.end.index();
    let end = span.end.byte_offset().filter(|_| is_there);
    let rest = end.and_then(|at| text.get(at..));
    rest.is_some_and(|rest| [":}", ":,", ":]"].iter().any(|ends| rest.starts_with(ends)))
}

fn position(span: &Span, lines_above: u32) -> Position {
    place(span.start.line(), span.start.col(), lines_above)
}

fn place(line: usize, column: usize, lines_above: u32) -> Position {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (
        lines_above.saturating_add(count(line)),
        count(column).saturating_add(1),
    )
}

fn broken(builder: &Builder<'_>, error: &ScanError, source: &Source<'_>) -> Problem {
    let (row, column) = (error.marker().line(), error.marker().col());
    let lines_above = source.line.saturating_sub(1);
    if is_tab(error.kind()) {
        // The parser may stop at what comes before the tab.
        let indented = source
            .text
            .lines()
            .enumerate()
            .skip(row.saturating_sub(1))
            .find_map(|(above, line)| {
                let tab = line
                    .find(|character: char| character != ' ')
                    .filter(|at| line[*at..].starts_with('\t'))?;
                Some(place(above + 1, tab, lines_above))
            });
        let at = indented.unwrap_or(place(row, column, lines_above));
        return builder.problem("a tab indents this line; YAML takes only spaces", at);
    }
    let line = source
        .text
        .lines()
        .nth(row.saturating_sub(1))
        .unwrap_or_default();
    let begins_line = line.chars().take(column).all(char::is_whitespace);
    builder.problem(
        explain(error.kind(), begins_line),
        place(row, column, lines_above),
    )
}

fn is_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabNotAllowed
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    )
}

/// A syntax error in words that need no grammar at hand.
fn explain(kind: &ErrorKind, begins_line: bool) -> String {
    let known = match kind {
        ErrorKind::RecursionLimitExceeded => return too_deep(),
        ErrorKind::UnknownAnchor => "this alias has no anchor above it",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "expected `key: value`, found text without a `:`; check the indentation"
        }
        ErrorKind::MappingValueNotAllowed => {
            "a `: ` cannot stand here; quote the text, or check the indentation"
        }
        ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidIndentation
        | ErrorKind::BlockSequenceEntryNotAllowed
            if begins_line =>
        {
            "the indentation of this line fits nothing above it"
        }
        ErrorKind::ExpectedBlockMappingKey | ErrorKind::ExpectedBlockSequenceEntry => {
            "unexpected text after a value; quote the whole value"
        }
        ErrorKind::BlockSequenceEntryNotAllowed => {
            "a list item cannot begin here; put it on a line of its own"
        }
        ErrorKind::ExpectedDocumentStart => "unexpected text after the end of the document",
        ErrorKind::UnclosedFlowCollection { open } => {
            return format!("this `{open}` is never closed");
        }
        ErrorKind::UnclosedQuotedScalar => "this quote is never closed",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        ErrorKind::UnexpectedCharacter { character: '\0' } => {
            "a NUL character; this is no YAML text"
        }
        ErrorKind::UnexpectedCharacter { character } => {
            return format!(
                "text cannot begin with `{}`; quote it",
                character.escape_debug()
            );
        }
        other => return other.to_string(),
    };
    known.to_owned()
}
