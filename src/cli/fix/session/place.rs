//! Whether objects that are added have a place to go.

use std::path::Path;

use serde_json::Value;

use crate::cli::fix::STDIN;
use crate::cli::fix::draft::Draft;
use crate::manifests::edit;

/// Why objects cannot be added, if they cannot.
pub(super) fn cannot_add(draft: &Draft, documents: &[Value], adds: bool) -> Option<String> {
    if !adds {
        return Some("what would be added concerns other workloads: add it by hand".to_owned());
    }
    if !draft.is_beside() {
        return None;
    }
    if draft.label() == STDIN {
        return Some(
            "what would be added has no place beside standard input: give the file".to_owned(),
        );
    }
    documents
        .iter()
        .find_map(|document| is_taken(&draft.path_beside(document), document))
}

fn is_taken(path: &Path, document: &Value) -> Option<String> {
    if !path.exists() {
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let wanted = edit::block(document);
    let is_same = text.split("---\n").any(|own| own == wanted);
    let path = path.display();
    Some(match is_same {
        true => format!(
            "{path} is there already and is what would be added: give that file as well, for it to count"
        ),
        false => format!(
            "{path} is there already and is something else: what would be added has no place beside"
        ),
    })
}
