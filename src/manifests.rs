//! Manifests as people write them: files, directories and standard input, made into records.
//!
//! [`read`] reads everything that the paths lead to and says of every document what became of it: a record, or why it
//! was skipped. Nothing that one document holds keeps another from being read. [`Whole`] makes one inventory of it all:
//! on files, the files are the whole.

mod document;
pub mod edit;
mod file;
mod find;
mod json;
mod nearest;
mod own;
mod places;
mod schema;
mod skipped;
mod whole;
pub mod yaml;

use std::io::Read;
use std::path::{Path, PathBuf};

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde_json::Value;

use self::file::Contents;
use self::find::Found;
use crate::engine::Conditions;
use crate::model::{Kind, Object, Text};

pub use nearest::nearest;
pub use own::{Own, Stated, problem_at};
pub use places::{Region, Sources};
pub use skipped::{Reason, Skipped};
pub use whole::{Member, Whole};

/// The path that stands for standard input.
const STDIN: &str = "-";

/// What was found, sorted by file, document and place in the document.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The objects of kinds that there are records of.
    pub objects: Vec<Manifest>,
    /// The objects of Plimsoll's own kinds.
    pub stated: Vec<Stated>,
    /// Every object as it is written, where that was asked for: evidence is of any kind.
    pub documents: Vec<Value>,
    /// Everything else that holds something.
    pub skipped: Vec<Skipped>,
    /// How many files were found, standard input included.
    pub files: usize,
    /// Where the texts are, for a second look.
    pub sources: Sources,
}

/// What is kept of what is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep<'a> {
    /// What checks are judged by, and what match conditions come to.
    Records(&'a Conditions),
    /// Every object as well, as it is written.
    Documents,
}

/// An object, and where it is written.
#[derive(Debug)]
pub struct Manifest {
    /// Where it is written, and how.
    pub origin: Origin,
    /// Its record. An object without a namespace has the one that kubectl would give it, `default`.
    pub object: Object,
}

/// Where an object is written, and what of its writing the record does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, as it was asked for.
    pub file: Text,
    /// The document's number in the file, from 1. Those that hold nothing count.
    pub document: u32,
    /// The line that the object begins with, from 1.
    pub line: u32,
    /// The column that it begins in, from 1.
    pub column: u32,
    /// Its `apiVersion`: a kind has several.
    pub api_version: Text,
    /// Whether it names its namespace itself.
    pub names_namespace: bool,
}

impl Manifest {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.object.key().kind
    }
}

/// A path that was asked for cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ReadError {
    path: String,
    problem: String,
}

impl ReadError {
    fn new(path: &Path, error: &std::io::Error) -> Self {
        Self {
            path: path.display().to_string(),
            problem: skipped::io_problem(error),
        }
    }
}

/// Told of the reading, from several threads at once.
pub trait Progress: Sync {
    /// So many files are to be read.
    fn begin(&self, files: usize);
    /// One more has been read.
    fn advance(&self);
}

/// Reads files, directories (every `.yaml`, `.yml` and `.json` file in them, but for those in hidden directories) and
/// standard input (`-`).
///
/// # Errors
/// Where one of the paths themselves does not exist or cannot be read. What cannot be read inside a directory is among
/// the skipped.
pub fn read(
    paths: &[PathBuf],
    keep: Keep<'_>,
    progress: &dyn Progress,
) -> Result<Manifests, ReadError> {
    let Found { files, unreadable } = find::find(paths)?;
    progress.begin(files.len());
    let read = |file: &find::File| {
        let contents = read_one(file, keep);
        progress.advance();
        contents
    };
    let contents: Vec<_> = files.par_iter().map(read).collect();
    let sources = Sources::of(&files);
    let mut found = Manifests {
        objects: Vec::with_capacity(contents.len()),
        skipped: unreadable,
        files: files.len(),
        sources,
        ..Manifests::default()
    };
    for contents in contents {
        let contents = contents?;
        found.sources.keep(contents.stdin);
        found.objects.extend(contents.objects);
        found.stated.extend(contents.stated);
        found.documents.extend(contents.documents);
        found.skipped.extend(contents.skipped);
    }
    found.skipped.sort_by(|a, b| a.place().cmp(&b.place()));
    json::settle(&mut found.documents);
    Ok(found)
}

/// Reads what one file holds.
pub fn of_bytes(label: &str, bytes: &[u8], keep: Keep<'_>) -> Manifests {
    let contents = file::read(&label.into(), bytes, keep);
    Manifests {
        objects: contents.objects,
        stated: contents.stated,
        documents: contents.documents,
        skipped: contents.skipped,
        files: 1,
        ..Manifests::default()
    }
}

fn read_one(file: &find::File, keep: Keep<'_>) -> Result<Contents, ReadError> {
    let is_stdin = file.path == Path::new(STDIN);
    let bytes = if is_stdin {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(&file.path)
    };
    match bytes {
        Ok(bytes) => {
            let contents = file::read(&file.label, &bytes, keep);
            // It cannot be read twice.
            let stdin = is_stdin.then_some(bytes);
            Ok(Contents { stdin, ..contents })
        }
        Err(error) if file.named => Err(ReadError::new(&file.path, &error)),
        Err(error) => Ok(Contents::skipped(&file.label, Reason::unreadable(&error))),
    }
}
