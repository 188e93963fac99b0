//! What kubectl's parser refuses, though YAML allows it: directives, and tabs before comments and on empty lines.

use granit_parser::{Event, Parser};

use super::documents::Source;
use super::problem::Problem;
use super::read::options;

/// Looks for it. Text without tabs and directives, as nearly all is, costs one pass over its bytes.
pub(super) fn check(source: &Source<'_>) -> Result<(), Problem> {
    let is_prefix = |line: &&str| {
        let content = line.trim_start();
        content.is_empty() || content.starts_with(['#', '%'])
    };
    let mut prefix = source.text.lines().take_while(is_prefix);
    if let Some(line) = prefix.position(|line| line.starts_with('%')) {
        return Err(problem(
            source,
            (line, 0),
            "kubectl takes no directives (`%YAML`, `%TAG`); remove this line",
        ));
    }
    match source.text.as_bytes().contains(&b'\t') {
        true => tabs(source),
        false => Ok(()),
    }
}

/// The first tab that indents nothing but a comment or the end of a line, where kubectl takes it for the beginning of something: not
/// in quotes, text blocks and brackets, and not deeper than the line above (`yaml_parser_scan_to_next_token`).
fn tabs(source: &Source<'_>) -> Result<(), Problem> {
    let indents: Vec<_> = source.text.lines().map(indent).collect();
    let is_above = |line: usize, tab: usize| {
        let above = indents[..line]
            .iter()
            .rev()
            .find_map(|indent| match indent {
                Indent::Of(column) => Some(*column),
                Indent::Blank | Indent::Tab(_) => None,
            });
        above.is_none_or(|column| tab <= column)
    };
    let mut suspects = indents.iter().enumerate();
    let suspects = suspects.by_ref().filter_map(|(line, indent)| match indent {
        Indent::Tab(column) if is_above(line, *column) => Some((line, *column)),
        _ => None,
    });
    let suspects: Vec<_> = suspects.collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let covered = covered(source);
    let bare = |(line, _): &&(usize, usize)| {
        !covered
            .iter()
            .any(|(first, last)| first < line && line <= last)
    };
    match suspects.iter().find(bare) {
        Some(at) => Err(problem(
            source,
            *at,
            "a tab begins this line, at which kubectl stops even where nothing but a comment follows; remove it",
        )),
        None => Ok(()),
    }
}

/// What a line begins with.
enum Indent {
    /// Nothing but spaces.
    Blank,
    /// Spaces up to this column, and a tab, and then at most a comment.
    Tab(usize),
    /// Spaces up to this column.
    Of(usize),
}

fn indent(line: &str) -> Indent {
    let content = line.trim_start_matches(' ');
    let column = line.len() - content.len();
    let after = content.trim_start();
    if content.starts_with('\t') && (after.is_empty() || after.starts_with('#')) {
        Indent::Tab(column)
    } else if after.is_empty() || after.starts_with('#') {
        Indent::Blank
    } else {
        Indent::Of(column)
    }
}

/// The first and last line of everything in brackets, and of text of several lines. What is wrong otherwise is said elsewhere.
fn covered(source: &Source<'_>) -> Vec<(usize, usize)> {
    let mut covered = Vec::new();
    let mut open = Vec::new();
    for next in Parser::new_from_str_with_options(source.text, options()) {
        let Ok((event, span)) = next else {
            break;
        };
        let line = |line: usize| line.saturating_sub(1);
        let (first, last) = (line(span.start.line()), line(span.end.line()));
        match event {
            Event::Scalar(..) if first < last => covered.push((first, last)),
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let begins = span
                    .start
                    .byte_offset()
                    .and_then(|at| source.text.get(at..));
                let is_flow = begins.is_some_and(|text| text.starts_with(['{', '[']));
                open.push(is_flow.then_some(first));
            }
            Event::MappingEnd | Event::SequenceEnd => {
                covered.extend(open.pop().flatten().map(|first| (first, last)));
            }
            _ => {}
        }
    }
    covered
}

fn problem(source: &Source<'_>, (line, column): (usize, usize), message: &str) -> Problem {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let at = (
        source.line.saturating_add(count(line)),
        count(column).saturating_add(1),
    );
    Problem::new(message).at(at)
}
