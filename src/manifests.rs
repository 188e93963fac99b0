//! Manifests as people write them: files, directories and standard input, made into records.
//!
//! [`read`] reads everything that the paths lead to and says of every document what became of it: a record, or why it
//! was skipped. Nothing that one document holds keeps another from being read. [`Whole`] makes one inventory of it all:
//! on files, the files are the whole.

mod child;
mod document;
mod early;
pub mod edit;
mod file;
mod find;
mod ignore;
mod json;
mod made;
mod mend;
mod nearest;
mod outline;
mod own;
mod patches;
mod refusal;
mod rendered;
mod schema;
pub(crate) mod shape;
mod since;
mod skipped;
mod stand_in;
mod validation;
mod way;
mod whole;
pub mod yaml;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use serde_json::Value;

use self::early::{Batch, Early};
use self::file::{Contents, Reading, TOGETHER};
use self::find::Found;
use self::patches::Patches;
use self::rendered::{Delivery, Folder};
use crate::engine::Conditions;
use crate::model::{Kind, Object, Text};

pub use ignore::{IGNORE, Ignore, IgnoreError, IgnoreProblem, Ignores};
pub use made::Made;
pub use nearest::nearest;
pub use outline::{Outline, Region, Trail};
pub use own::{Own, Stated, problem_at};
pub use refusal::Refusal;
pub use rendered::{Rendered, Rendering};
pub use since::{Changes, SinceError};
pub use skipped::{Reason, Skipped};
pub use whole::Whole;

/// More is not read of one file. A cluster takes no object of more than some MiB.
const LARGEST: u64 = 256 << 20;

/// Most manifests have fewer bytes.
const USUAL: usize = 1 << 13;

/// How many files a thread takes at a time at most: few, so that none is still busy when the others have nothing left.
const SHARE: usize = 32;

/// How many times each thread comes back for more, where there are enough files.
const ROUNDS: usize = 8;

/// The path that stands for standard input.
const STDIN: &str = "-";

/// What was found, sorted by file, document and place in the document.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The objects of kinds that there are records of.
    pub objects: Vec<Manifest>,
    /// What controllers make of the custom resources among them.
    pub made: Vec<Made>,
    /// The objects of Plimsoll's own kinds.
    pub stated: Vec<Stated>,
    /// Every object as it is written, where that was asked for: evidence is of any kind.
    pub documents: Vec<Value>,
    /// Everything else that holds something; and of the objects, what the API server would refuse.
    pub skipped: Vec<Skipped>,
    /// The charts and kustomizations among them.
    pub rendered: Vec<Rendered>,
    /// How many files were found, standard input included.
    pub files: usize,
}

/// What is kept of what is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Keep<'a> {
    /// What checks are judged by, and what match conditions come to.
    Records(&'a Conditions),
    /// The same, and whether each object is what the schema of its kind asks for.
    Shapes(&'a Conditions),
    /// Every object as well, as it is written.
    Documents,
}

impl<'a> Keep<'a> {
    fn conditions(self) -> Option<&'a Conditions> {
        match self {
            Self::Records(conditions) | Self::Shapes(conditions) => Some(conditions),
            Self::Documents => None,
        }
    }
}

/// An object, and where it is written.
#[derive(Debug)]
pub struct Manifest {
    /// Where it is written, and how.
    pub origin: Origin,
    /// Its record. An object without a namespace has the one that kubectl would give it, `default`.
    pub object: Arc<Object>,
    /// Where its fields are written.
    pub outline: Outline,
    /// What its author asks not to be held against it.
    pub ignores: Option<Box<Ignores>>,
    /// Whether, in a [`Whole`], an earlier one has its name, as in the overlays of a kustomization.
    pub is_repeated: bool,
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
    /// Its `kind`, which is another than that of its record where it is judged as what it makes.
    pub kind: &'static str,
    /// Whether it names its namespace itself.
    pub names_namespace: bool,
}

impl Origin {
    /// What objects are sorted by.
    fn place(&self) -> (&str, u32) {
        (&self.file, self.document)
    }
}

impl Manifest {
    /// Where the field is written that a JSON pointer leads to, or what is around it; `after` is the pointer that was followed before,
    /// and its trail.
    pub fn region(&self, json_pointer: &str, after: (&str, &mut Trail)) -> Region {
        self.outline.region_after(&self.origin, json_pointer, after)
    }

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
    /// So many files are to be read. Some of them may have been by then.
    fn begin(&self, files: usize);
    /// So many more have been read. A few may be read twice.
    fn advance(&self, files: usize);
}

/// Reads files, directories (every `.yaml`, `.yml` and `.json` file in them, but for those in hidden directories) and
/// standard input (`-`). Charts and kustomizations are rendered.
///
/// # Errors
/// Where one of the paths themselves does not exist or cannot be read. What cannot be read inside a directory is among
/// the skipped.
pub fn read(
    paths: &[PathBuf],
    keep: Keep<'_>,
    rendering: &Rendering,
    progress: &dyn Progress,
) -> Result<Manifests, ReadError> {
    let early = Early::default();
    let Found {
        mut files,
        folders,
        parts,
        unreadable,
    } = rayon::in_place_scope(|scope| {
        let tell = |files: &[find::File]| early.read(files, keep, (scope, progress));
        let found = find::find(paths, rendering.off, tell)?;
        progress.begin(found.files.len() + found.folders.len());
        Ok(found)
    })?;
    let count = files.len() + folders.len();
    let read = |files: &[find::File]| {
        let contents = read_share(files, keep)?;
        progress.advance(files.len());
        Ok(contents)
    };
    // What is part of a kustomization waits: it is judged there, if that can be rendered.
    let parts_of_others = files.extract_if(.., |file| file.part.is_some());
    let mut waiting: Vec<_> = parts_of_others.collect();
    let batches = early.batches(&files).into_par_iter().with_max_len(1);
    let contents = batches.map(|batch| match batch {
        Batch::Read(contents) => Ok(contents),
        Batch::Unread(files) => read(files),
    });
    let mut contents: Vec<_> = contents.collect::<Result<_, _>>()?;
    // Applications may be part of kustomizations, and say how charts are delivered.
    let (charts, kustomizations): (Vec<Folder>, Vec<Folder>) =
        folders.iter().cloned().partition(Folder::is_chart);
    let advance = || progress.advance(1);
    let (mut rendered, done) = rendered::read(&kustomizations, keep, rendering, &[], advance);
    let all = contents.iter_mut().chain(&mut rendered);
    let deliveries: Vec<Delivery> = all
        .flat_map(|contents| std::mem::take(&mut contents.deliveries))
        .collect();
    rendered.extend(rendered::read(&charts, keep, rendering, &deliveries, advance).0);
    let sources = folders
        .iter()
        .map(|folder| Rendered::of(folder, &parts))
        .collect();
    let judged = parts.of(done);
    waiting.retain(|file| file.part.as_ref().is_none_or(|part| !judged.contains(part)));
    let shares = waiting.par_chunks(share(&waiting)).with_max_len(1);
    let left: Vec<_> = shares.map(read).collect::<Result<_, _>>()?;
    let all = contents.iter().chain(&left).chain(&rendered);
    let mut found = Manifests {
        objects: Vec::with_capacity(all.map(|contents| contents.objects.len()).sum()),
        skipped: unreadable,
        rendered: sources,
        files: count,
        ..Manifests::default()
    };
    found
        .skipped
        .extend(rendered::unused_values(rendering, &folders));
    let mut kustomizations = Vec::new();
    for contents in contents.into_iter().chain(left).chain(rendered) {
        kustomizations.extend(contents.kustomizations);
        found.objects.extend(contents.objects);
        found.made.extend(contents.made);
        found.stated.extend(contents.stated);
        found.documents.extend(contents.documents);
        found.skipped.extend(contents.skipped);
    }
    found.leave_out_patches(&patches::of(&kustomizations));
    if !folders.is_empty() {
        // What is rendered is sorted in among the files; objects of one document stay in their order.
        found
            .objects
            .sort_by(|a, b| a.origin.place().cmp(&b.origin.place()));
        found
            .stated
            .sort_by(|a, b| a.origin.place().cmp(&b.origin.place()));
    }
    found.skipped.sort_by(|a, b| a.place().cmp(&b.place()));
    json::settle(&mut found.documents);
    Ok(found)
}

/// The files that paths lead to, in order, each with whether it is named itself.
///
/// # Errors
/// As [`read`].
pub fn files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, bool)>, ReadError> {
    let found = find::find(paths, true, |_| ())?.files.into_iter();
    Ok(found.map(|file| (file.path, file.named)).collect())
}

impl Manifests {
    /// Leaves out what is in patches: what they are parts of is judged elsewhere.
    fn leave_out_patches(&mut self, patches: &Patches) {
        if patches.is_empty() {
            return;
        }
        let patched = |file: &Text| patches.of(file);
        let is_part = |manifest: &Manifest| patched(&manifest.origin.file).is_some();
        let parts: Vec<_> = self.objects.extract_if(.., |it| is_part(it)).collect();
        for Manifest { origin, .. } in parts {
            let is_of_it = |skipped: &Skipped| {
                skipped.reason.is_judged()
                    && skipped.reason.position() == Some((origin.line, origin.column))
                    && (&skipped.file, skipped.document) == (&origin.file, Some(origin.document))
            };
            self.skipped.retain(|skipped| !is_of_it(skipped));
            if let Some(by) = patched(&origin.file) {
                let reason = Reason::Patch(by.clone());
                self.skipped.push(Skipped::object(&origin, reason));
            }
        }
    }
}

/// Reads a file; `None` where there is more than is read of one.
fn read_file(path: &Path) -> std::io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let mut bytes = Vec::with_capacity(USUAL);
    (&file).take(USUAL as u64).read_to_end(&mut bytes)?;
    if bytes.len() < USUAL {
        return Ok(Some(bytes));
    }
    // Only of what is longer it is worth a question how long it is.
    let length = file.metadata()?.len();
    if length > LARGEST {
        return Ok(None);
    }
    bytes.reserve_exact(usize::try_from(length + 1).unwrap_or_default());
    rest(&file, bytes)
}

/// Reads on; `None` where there is more than is read of one file.
fn rest(read: impl Read, mut bytes: Vec<u8>) -> std::io::Result<Option<Vec<u8>>> {
    let left = LARGEST + 1 - bytes.len() as u64;
    read.take(left).read_to_end(&mut bytes)?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= LARGEST))
}

/// Reads what one file holds.
pub fn of_bytes(label: &str, bytes: &[u8], keep: Keep<'_>) -> Manifests {
    let contents = file::read(&label.into(), bytes, keep);
    Manifests {
        objects: contents.objects,
        made: contents.made,
        stated: contents.stated,
        documents: contents.documents,
        skipped: contents.skipped,
        files: 1,
        ..Manifests::default()
    }
}

/// How many of these a thread takes at a time.
fn share(files: &[find::File]) -> usize {
    let parts = ROUNDS * rayon::current_num_threads();
    (files.len() / parts).clamp(1, SHARE)
}

/// Reads some files, a few at a time.
fn read_share(files: &[find::File], keep: Keep<'_>) -> Result<Contents, ReadError> {
    let mut contents = Contents::default();
    let mut left = files.iter().peekable();
    while left.peek().is_some() {
        let mut texts = Vec::with_capacity(TOGETHER);
        // Nothing waits for the rest of a few once there is much of it.
        let mut bytes = 0;
        while bytes < USUAL * TOGETHER
            && texts.len() < TOGETHER
            && let Some(file) = left.next()
        {
            let text = text_of(file, &mut contents)?;
            bytes += text.as_ref().map_or(0, Vec::len);
            texts.extend(text.map(|text| (file, text)));
        }
        let mut reading = Reading::into(&mut contents, keep);
        for (file, text) in &texts {
            reading.add(text, &file.path, |_| file.label.clone());
        }
        reading.finish();
    }
    Ok(contents)
}

/// The text of a file; `None` where that is skipped.
fn text_of(file: &find::File, contents: &mut Contents) -> Result<Option<Vec<u8>>, ReadError> {
    let is_stdin = file.path == Path::new(STDIN);
    let bytes = match is_stdin {
        true => rest(std::io::stdin().lock(), Vec::new()),
        false => read_file(&file.path),
    };
    let why = match bytes {
        Ok(Some(bytes)) => return Ok(Some(bytes)),
        Ok(None) => Reason::TooLarge(LARGEST),
        Err(error) if file.named => return Err(ReadError::new(&file.path, &error)),
        Err(error) => Reason::unreadable(&error),
    };
    contents.skip(&file.label, why);
    Ok(None)
}
