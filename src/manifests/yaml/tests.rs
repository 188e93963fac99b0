mod files;
mod problems;
mod robustness;
mod scalars;
mod strict;
mod structure;
mod subset;
mod typed;

use serde_json::Value;

use super::{Document, Problem, Source, documents};

/// The only document of a text.
fn parse(text: &str) -> Result<Document<'_>, Problem> {
    Source { text, line: 1 }.parse()
}

fn value(text: &str) -> Result<Value, Problem> {
    parse(text)?.deserialize()
}

/// The document as JSON text, or what is wrong with it.
fn shown(text: &str) -> String {
    match value(text) {
        Ok(value) => value.to_string(),
        Err(problem) => problem.to_string(),
    }
}

/// Checks each text of a table: YAML, and what [`shown`] makes of it.
fn check(table: &[(&str, &str)]) {
    for (text, expected) in table {
        assert_eq!(shown(text), *expected, "for {text:?}");
    }
}
