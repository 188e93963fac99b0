//! What a person at a terminal is told of a decision.

use std::fmt::Write;

use crate::engine::Denial;
use crate::model::{Key, Text};

/// The API server cuts a warning's text after 256 characters once all of them are past 4,096.
const LONGEST_WARNING: usize = 256;

/// All warnings of a response together stay below the API server's 4,096 characters.
const ALL_WARNINGS: usize = 4000;

/// Lines of a denial; more are counted.
const MOST_LINES: usize = 30;

/// Why a request is rejected: a line for each failure.
pub(super) fn denial(object: &Key, denials: &[Denial]) -> String {
    let mut text = format!("{object} is not ready for production:");
    for denial in denials.iter().take(MOST_LINES) {
        // Writing to a String cannot fail, here and below.
        let _ = write!(text, "\n- {} {}", problem(denial), origin(denial));
    }
    if denials.len() > MOST_LINES {
        let _ = write!(text, "\n- and {} more", denials.len() - MOST_LINES);
    }
    if let Some(first) = denials.first() {
        let _ = write!(
            text,
            "\nWhy, and what to do: plimsoll explain {}",
            first.check
        );
    }
    text
}

/// What a requester is warned of: a line each, within the API server's limits.
pub(super) fn warnings(warnings: &[Denial]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for (at, warning) in warnings.iter().enumerate() {
        let line = cut(format!("{} {}", problem(warning), origin(warning)));
        if lines.contains(&line) {
            continue;
        }
        length += line.chars().count();
        if length > ALL_WARNINGS - LONGEST_WARNING {
            lines.push(format!("plimsoll: and {} more", warnings.len() - at));
            break;
        }
        lines.push(line);
    }
    lines
}

/// Lines of warning, within the API server's limits.
pub(super) fn lines(warnings: Vec<String>) -> Vec<String> {
    warnings
        .into_iter()
        .map(|line| cut(line.replace(char::is_control, " ")))
        .collect()
}

fn problem(denial: &Denial) -> String {
    let at = &denial.found.finding.at;
    let object = denial
        .found
        .object
        .as_ref()
        .map(|object| format!("{} {}: ", object.kind, object.name));
    let container = at
        .container
        .as_ref()
        .map(|name| format!("container {name}: "));
    let place = format!(
        "{}{}",
        object.unwrap_or_default(),
        container.unwrap_or_default()
    );
    // A header holds a warning: no control characters.
    format!(
        "{place}{}",
        denial.found.finding.message.replace(char::is_control, " ")
    )
}

fn origin(denial: &Denial) -> String {
    let plural = if denial.policies.len() == 1 {
        "policy"
    } else {
        "policies"
    };
    let names: Vec<&str> = denial.policies.iter().map(Text::as_ref).collect();
    format!("[{}, {plural} {}]", denial.check, names.join(", "))
}

fn cut(line: String) -> String {
    if line.chars().count() <= LONGEST_WARNING {
        return line;
    }
    line.chars()
        .take(LONGEST_WARNING - 1)
        .chain(['…'])
        .collect()
}
