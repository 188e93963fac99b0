//! From a file's text to what its documents hold.

use super::patches::Kustomization;
use super::yaml;
use super::{Keep, Manifest, Reason, Skipped, Stated, document};
use crate::model::Text;

/// What a file holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) objects: Vec<Manifest>,
    pub(super) stated: Vec<Stated>,
    pub(super) documents: Vec<serde_json::Value>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) kustomizations: Vec<Kustomization>,
    /// Its bytes, where it is standard input.
    pub(super) stdin: Option<Vec<u8>>,
}

impl Contents {
    /// Nothing, and why.
    pub(super) fn skipped(file: &Text, reason: Reason) -> Self {
        Self {
            skipped: vec![Skipped::file(file, reason)],
            ..Self::default()
        }
    }
}

/// Reads a file's documents; nothing of the text itself is kept.
pub(super) fn read(file: &Text, bytes: &[u8], keep: Keep<'_>) -> Contents {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            return Contents::skipped(file, Reason::NotText(line));
        }
    };
    let mut contents = Contents::default();
    for (number, source) in yaml::documents(text) {
        let place = document::Place {
            file,
            document: u32::try_from(number).unwrap_or(u32::MAX),
        };
        match source.parse() {
            Ok(document) => document::read(place, &document, keep, &mut contents),
            Err(problem) => contents
                .skipped
                .push(place.skipped(String::new(), Reason::Broken(problem))),
        }
    }
    contents
}
