//! The quick reader against the whole parser, for tests and for fuzzing.

use std::fmt::Write as _;

use super::documents::Source;
use super::tree::{Content, Tree};
use super::{read, subset};

/// A tree as text: a line a node, with the place of all that findings and problems point to.
fn drawn(tree: &Tree<'_>) -> String {
    let mut text = String::new();
    for slot in &tree.slots {
        let (kind, content, has_place) = match &slot.content {
            Content::Plain(content) if &**content == "~" => ("plain", &**content, false),
            Content::Plain(content) => ("plain", &**content, true),
            Content::Text(content) => ("text", &**content, true),
            Content::Merge => ("merge", "", true),
            Content::List(_) => ("list", "", false),
            Content::Mapping(_) => ("mapping", "", true),
            Content::Gathered => ("gathered", "", true),
            Content::Alias(_) => ("alias", "", true),
        };
        let (line, column) = if has_place { slot.position() } else { (0, 0) };
        let _ = writeln!(
            text,
            "{kind} {content:?} to {} at {line}:{column}",
            slot.end
        );
    }
    text
}

/// Whether the quick reader took the document; and if so, whether both came to the same.
pub fn agrees(source: &Source<'_>) -> Option<bool> {
    let quick = subset::read(source)?;
    let whole = read::parse(source)
        .map(|tree| drawn(&tree))
        .map_err(|problem| problem.to_string());
    let quick = Ok(drawn(&quick));
    if quick != whole {
        eprintln!("{:?}\nquick {quick:#?}\nwhole {whole:#?}", source.text);
    }
    Some(quick == whole)
}
