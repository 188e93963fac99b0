//! From the paths on a command line to the files that they lead to.

use std::path::{Path, PathBuf};

use rayon::slice::ParallelSliceMut;
use walkdir::{DirEntry, WalkDir};

use super::{ReadError, Reason, STDIN, Skipped};
use crate::model::Text;

/// What standard input is called.
pub(super) const STDIN_LABEL: &str = "<stdin>";

/// The files of some paths.
pub(super) struct Found {
    /// Each once, by label.
    pub(super) files: Vec<File>,
    /// Directories and links inside the paths that lead nowhere.
    pub(super) unreadable: Vec<Skipped>,
}

/// A file to read.
pub(super) struct File {
    pub(super) path: PathBuf,
    /// What people know it as.
    pub(super) label: Text,
    /// Whether it is one of the paths itself, rather than found in a directory.
    pub(super) named: bool,
}

/// Finds the files of some paths.
///
/// # Errors
/// Where one of the paths does not exist, or is a directory that cannot be read.
pub(super) fn find(paths: &[PathBuf]) -> Result<Found, ReadError> {
    let mut search = Search::default();
    for path in paths {
        if path == Path::new(STDIN) {
            search.add(path.clone(), STDIN_LABEL.into(), true);
            continue;
        }
        let metadata = std::fs::metadata(path).map_err(|error| ReadError::new(path, &error))?;
        if metadata.is_dir() {
            std::fs::read_dir(path).map_err(|error| ReadError::new(path, &error))?;
            search.walk(path);
        } else {
            search.add(path.clone(), label(path), true);
        }
    }
    Ok(search.finish())
}

#[derive(Default)]
struct Search {
    files: Vec<File>,
    unreadable: Vec<Skipped>,
}

impl Search {
    fn add(&mut self, path: PathBuf, label: Text, named: bool) {
        self.files.push(File { path, label, named });
    }

    fn finish(mut self) -> Found {
        self.files
            .par_sort_by(|one, other| one.label.cmp(&other.label));
        self.files.dedup_by(|again, first| {
            let is_same = again.label == first.label;
            first.named |= is_same && again.named;
            is_same
        });
        Found {
            files: self.files,
            unreadable: self.unreadable,
        }
    }

    fn walk(&mut self, directory: &Path) {
        // A link that leads back to a directory above is an error of the walk, and holds nothing new.
        let entries = WalkDir::new(directory).follow_links(true).into_iter();
        for entry in entries.filter_entry(|entry| !is_hidden_directory(entry)) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_manifest(entry.path()) => {
                    let label = label(entry.path());
                    self.add(entry.into_path(), label, false);
                }
                Ok(_) => {}
                Err(error) => self.note(&error),
            }
        }
    }

    fn note(&mut self, error: &walkdir::Error) {
        let (Some(path), Some(problem)) = (error.path(), error.io_error()) else {
            return;
        };
        let is_dangling = problem.kind() == std::io::ErrorKind::NotFound;
        if !is_dangling || is_manifest(path) {
            self.unreadable
                .push(Skipped::file(&label(path), Reason::unreadable(problem)));
        }
    }
}

fn is_hidden_directory(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_dir()
        && entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn is_manifest(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}

/// A path as people write it: what `.` leads to has no `./` in front. Bytes that are no text are written as `\xFF`, so that
/// two files never have the same label for them.
fn label(path: &Path) -> Text {
    let path = path.strip_prefix("./").unwrap_or(path);
    if let Some(text) = path.to_str() {
        return text.into();
    }
    let mut label = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        label.push_str(chunk.valid());
        label.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02X}")));
    }
    label.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_manifests_are_looked_for_in_directories() {
        for (name, expected) in [
            ("a.yaml", true),
            ("a.YML", true),
            ("a.json", true),
            ("a.yaml.tmpl", false),
            ("yaml", false),
            (".yaml", false),
        ] {
            assert_eq!(is_manifest(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn labels_have_no_leading_dot() {
        for (path, expected) in [
            ("./a.yaml", "a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("/a.yaml", "/a.yaml"),
            ("./b/../a.yaml", "b/../a.yaml"),
        ] {
            assert_eq!(&*label(Path::new(path)), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn paths_that_are_no_text_have_labels_that_differ() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let labels = [&b"a\xfe.yaml"[..], b"a\xff.yaml"]
            .map(|name| label(Path::new(OsStr::from_bytes(name))));
        assert_eq!(
            labels.each_ref().map(|label| &**label),
            ["a\\xFE.yaml", "a\\xFF.yaml"]
        );
    }
}
