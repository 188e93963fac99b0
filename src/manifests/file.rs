//! From a file's text to what its documents hold.

use std::path::Path;

use super::made::Made;
use super::patches::Kustomization;
use super::rendered::Delivery;
use super::yaml::{self, Document, Problem};
use super::{Keep, Manifest, Reason, Skipped, Stated, document};
use crate::model::Text;

/// So many documents are parsed before they are made into records.
pub(super) const TOGETHER: usize = 8;

/// Nor more text than this, which a processor has at hand together with what is made of it.
const MOST: usize = 1 << 15;

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
    let mut reading = Reading::into(&mut contents, keep);
    reading.add(bytes, Path::new(""), |_| file.clone());
    reading.finish();
    contents
}

/// Reads documents, some at a time: all are parsed before the first is made into records, as a processor is fast at what it has
/// just done.
pub(super) struct Reading<'a, 'c> {
    contents: &'c mut Contents,
    keep: Keep<'c>,
    parsed: Vec<Parsed<'a>>,
    /// How many bytes of text there are of these.
    bytes: usize,
}

/// A document, and where it comes from.
struct Parsed<'a> {
    file: Text,
    path: &'a Path,
    number: u32,
    document: Result<Document<'a>, Problem>,
}

impl<'a, 'c> Reading<'a, 'c> {
    /// Adds what it reads to what others hold.
    pub(super) fn into(contents: &'c mut Contents, keep: Keep<'c>) -> Self {
        Self {
            contents,
            keep,
            parsed: Vec::new(),
            bytes: 0,
        }
    }

    /// Reads the documents of a file, each of which comes from the file that its text tells.
    pub(super) fn add(&mut self, bytes: &'a [u8], path: &'a Path, file_of: impl Fn(&str) -> Text) {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) if is_utf16(bytes) => return self.contents.skip(&file_of(""), Reason::Utf16),
            Err(error) => {
                let before = &bytes[..error.valid_up_to()];
                let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
                return self.contents.skip(&file_of(""), Reason::NotText(line));
            }
        };
        for (number, source) in yaml::documents(text) {
            self.parsed.push(Parsed {
                file: file_of(source.text),
                path,
                number: u32::try_from(number).unwrap_or(u32::MAX),
                document: source.parse(),
            });
            self.bytes += source.text.len();
            if self.parsed.len() >= TOGETHER || self.bytes >= MOST {
                self.make_records();
            }
        }
    }

    /// Reads what is left.
    pub(super) fn finish(mut self) {
        self.make_records();
    }

    fn make_records(&mut self) {
        self.bytes = 0;
        for parsed in self.parsed.drain(..) {
            let place = document::Place {
                file: &parsed.file,
                document: parsed.number,
            };
            let known = self.contents.deliveries.len();
            match parsed.document {
                Ok(document) => document::read(place, &document, self.keep, self.contents),
                Err(problem) => {
                    let skipped = place.skipped(String::new(), Reason::Broken(problem));
                    self.contents.skipped.push(skipped);
                }
            }
            for delivery in &mut self.contents.deliveries[known..] {
                delivery.file = parsed.path.to_owned();
            }
        }
    }
}

/// Whether this begins as UTF-16 does, which some editors write.
fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}
