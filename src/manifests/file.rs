//! From a file's text to what its documents hold.

use super::made::Made;
use super::patches::Kustomization;
use super::rendered::Delivery;
use super::yaml;
use super::{Keep, Manifest, Reason, Skipped, Stated, document};
use crate::model::Text;

/// What a file holds.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) objects: Vec<Manifest>,
    pub(super) made: Vec<Made>,
    pub(super) stated: Vec<Stated>,
    pub(super) documents: Vec<serde_json::Value>,
    pub(super) skipped: Vec<Skipped>,
    pub(super) kustomizations: Vec<Kustomization>,
    /// Charts that objects in it deliver.
    pub(super) deliveries: Vec<Delivery>,
}

impl Contents {
    /// Adds what another one holds.
    pub(super) fn add(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.made.extend(other.made);
        self.stated.extend(other.stated);
        self.documents.extend(other.documents);
        self.skipped.extend(other.skipped);
        self.kustomizations.extend(other.kustomizations);
        self.deliveries.extend(other.deliveries);
    }

    /// Adds that a file holds nothing, and why.
    pub(super) fn skip(&mut self, file: &Text, reason: Reason) {
        self.skipped.push(Skipped::file(file, reason));
    }
}

/// Reads a file's documents; nothing of the text itself is kept.
pub(super) fn read(file: &Text, bytes: &[u8], keep: Keep<'_>) -> Contents {
    let mut contents = Contents::default();
    read_into(&mut contents, |_| file.clone(), bytes, keep);
    contents
}

/// Adds documents to what others hold, each of which comes from the file that its text tells.
pub(super) fn read_into(
    contents: &mut Contents,
    file_of: impl Fn(&str) -> Text,
    bytes: &[u8],
    keep: Keep<'_>,
) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) if is_utf16(bytes) => return contents.skip(&file_of(""), Reason::Utf16),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
            return contents.skip(&file_of(""), Reason::NotText(line));
        }
    };
    for (number, source) in yaml::documents(text) {
        let file = file_of(source.text);
        let place = document::Place {
            file: &file,
            document: u32::try_from(number).unwrap_or(u32::MAX),
        };
        match source.parse() {
            Ok(document) => document::read(place, &document, keep, contents),
            Err(problem) => contents
                .skipped
                .push(place.skipped(String::new(), Reason::Broken(problem))),
        }
    }
}

/// Whether this begins as UTF-16 does, which some editors write.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}
