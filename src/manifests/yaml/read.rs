//! From a document's text to a tree, with granit's events in between.

use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span};

use super::builder::{Builder, DEPTH, Position};
use super::documents::Source;
use super::hint;
use super::problem::Problem;
use super::tag;
use super::tree::{Content, Tree};

/// Reads a document. One that holds nothing is an empty tree, or a single null.
pub(super) fn read<'a>(source: &Source<'a>) -> Result<Tree<'a>, Problem> {
    build(source).map_err(|problem| hint::add(problem, source))
}

fn build<'a>(source: &Source<'a>) -> Result<Tree<'a>, Problem> {
    let lines_above = source.line.saturating_sub(1);
    let mut builder = Builder::new(source.text.len());
    let mut has_begun = false;
    for next in Parser::new_from_str_with_options(source.text, options()) {
        let (event, span) = next.map_err(|error| broken(&builder, &error, lines_above))?;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let at = position(&span, lines_above);
                let content = match (tag, style) {
                    (Some(tag), _) => tag::apply(&tag, text).map_err(|message| builder.problem(message, at))?,
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
                return Err(builder.problem("there is more text after the end of the document", at));
            }
            Event::DocumentStart(..) => has_begun = true,
            _ => {}
        }
    }
    Ok(builder.finish())
}

fn options() -> Options {
    granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    }
}

fn position(span: &Span, lines_above: u32) -> Position {
    place(span.start.line(), span.start.col(), lines_above)
}

fn place(line: usize, column: usize, lines_above: u32) -> Position {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (lines_above.saturating_add(count(line)), count(column).saturating_add(1))
}

fn broken(builder: &Builder<'_>, error: &ScanError, lines_above: u32) -> Problem {
    let at = place(error.marker().line(), error.marker().col(), lines_above);
    builder.problem(explain(error.kind()), at)
}

/// A syntax error in words that need no grammar at hand.
fn explain(kind: &ErrorKind) -> String {
    let known = match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInPlainScalar
        | ErrorKind::TabAtBlockScalarStart => "a tab indents this line; YAML takes only spaces",
        ErrorKind::RecursionLimitExceeded => return format!("lists and mappings are nested more than {DEPTH} deep"),
        ErrorKind::UnknownAnchor => "this alias has no anchor above it",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => "a key without its `:`, or badly indented text",
        ErrorKind::MappingValueNotAllowed => "a `key: value` cannot stand here; quote text that contains `: `",
        ErrorKind::ExpectedBlockMappingKey => "expected a key at the indentation of the mapping around it",
        ErrorKind::ExpectedBlockSequenceEntry => "expected `- ` at the indentation of the list around it",
        ErrorKind::BlockSequenceEntryNotAllowed => "a list item cannot begin here; check the indentation",
        ErrorKind::UnclosedQuotedScalar => "this quote is never closed",
        ErrorKind::ExpectedFlowMappingSeparator => "expected `,` or `}`",
        ErrorKind::ExpectedFlowSequenceSeparator => "expected `,` or `]`",
        ErrorKind::InvalidIndentation => "the indentation fits nothing above",
        ErrorKind::UnexpectedCharacter { character } => {
            return format!("text cannot begin with `{}`; quote it", character.escape_default());
        }
        other => return other.to_string(),
    };
    known.to_owned()
}
