//! From the paths on a command line to the files that they lead to.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::file::TOGETHER;
use super::rendered::{self, Folder, Inclusions, Parts};
use super::{ReadError, Reason, STDIN, Skipped};
use crate::model::Text;

/// What standard input is called.
pub(super) const STDIN_LABEL: &str = "<stdin>";

/// What some paths lead to.
pub(super) struct Found {
    /// Each file once, by label.
    pub(super) files: Vec<File>,
    /// The charts and the kustomizations that no other one takes in.
    pub(super) folders: Vec<Folder>,
    /// What each kustomization is made of.
    pub(super) parts: Parts,
    /// Directories and links inside the paths that lead nowhere.
    pub(super) unreadable: Vec<Skipped>,
}

/// A file to read.
#[derive(Clone)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// What people know it as.
    pub(super) label: Text,
    /// How many were found before it.
    pub(super) number: usize,
    /// Whether it is one of the paths itself, rather than found in a directory.
    pub(super) named: bool,
    /// Its true path, where a kustomization takes it in: it is read only where none of these is rendered.
    pub(super) part: Option<PathBuf>,
}

/// Finds the files of some paths; and what of it is to be rendered, unless that is `off`. Tells of some files in directories as soon as
/// they are found, of which most are to be read, one after another: only until the first kustomization, which may take others in.
///
/// # Errors
/// Where one of the paths does not exist, or is a directory that cannot be read; nothing was told then.
pub(super) fn find(
    paths: &[PathBuf],
    off: bool,
    tell: impl FnMut(&[File]),
) -> Result<Found, ReadError> {
    let mut search = Search {
        off,
        tell,
        told: 0,
        files: Vec::new(),
        charts: BTreeMap::new(),
        kustomizations: BTreeMap::new(),
        unreadable: Vec::new(),
        has_links: false,
    };
    let is_directory = |path: &PathBuf| {
        let error = |error| ReadError::new(path, &error);
        let is_directory = path != Path::new(STDIN) && fs::metadata(path).map_err(error)?.is_dir();
        if is_directory {
            fs::read_dir(path).map_err(error)?;
        }
        Ok(is_directory)
    };
    let are_directories: Vec<bool> = paths.iter().map(is_directory).collect::<Result<_, _>>()?;
    for (path, is_directory) in paths.iter().zip(are_directories) {
        if is_directory {
            search.walk(path);
        } else {
            let is_stdin = path == Path::new(STDIN);
            let label = if is_stdin {
                STDIN_LABEL.into()
            } else {
                label(path)
            };
            search.add(path.clone(), label, true);
            search.told = search.files.len();
        }
    }
    Ok(search.finish())
}

struct Search<T> {
    off: bool,
    tell: T,
    /// How many files were told, or are not to be.
    told: usize,
    files: Vec<File>,
    charts: BTreeMap<Text, Folder>,
    kustomizations: BTreeMap<Text, Folder>,
    unreadable: Vec<Skipped>,
    /// Whether links to directories were followed, so that a file may have been found in several ways.
    has_links: bool,
}

impl<T: FnMut(&[File])> Search<T> {
    fn add(&mut self, path: PathBuf, label: Text, named: bool) {
        self.files.push(File {
            path,
            label,
            number: self.files.len(),
            named,
            part: None,
        });
    }

    fn walk(&mut self, directory: &Path) {
        // A link that leads back to a directory above is an error of the walk, and holds nothing new. Few are out of order in the
        // end where each directory is in order.
        let walk = WalkDir::new(directory).follow_links(true);
        // Those of one directory differ in nothing but their names, which are not looked for in their paths.
        let in_order = |one: &DirEntry, other: &DirEntry| {
            let [one, other] = [one, other].map(|entry| entry.path().as_os_str());
            one.cmp(other)
        };
        let mut entries = walk.sort_by(in_order).into_iter();
        while let Some(entry) = entries.next() {
            if let Ok(entry) = &entry {
                self.has_links |= entry.path_is_symlink() && entry.file_type().is_dir();
            }
            match entry {
                Ok(entry) if is_hidden_directory(&entry) => entries.skip_current_dir(),
                Ok(entry) if entry.file_type().is_dir() && !self.off => {
                    if let Some(chart) = Folder::chart(entry.path()) {
                        // What is inside belongs to it.
                        entries.skip_current_dir();
                        self.charts.insert(label(&chart.path), chart);
                    } else if let Some(folder) = Folder::kustomization(entry.path()) {
                        self.kustomizations.insert(label(&folder.path), folder);
                    }
                }
                Ok(entry) if entry.file_type().is_file() && is_read(entry.path()) => {
                    let label = label(entry.path());
                    self.add(entry.into_path(), label, false);
                    self.tell_some();
                }
                Ok(_) => {}
                Err(error) => self.note(&error),
            }
        }
    }

    fn tell_some(&mut self) {
        let new = &self.files[self.told..];
        if new.len() == TOGETHER {
            if self.kustomizations.is_empty() {
                (self.tell)(new);
            }
            self.told = self.files.len();
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

    /// Of the ways to a file, leaves the shortest.
    fn forget_detours(&mut self) {
        let length = |file: &File| file.path.components().count();
        let mut ways: Vec<usize> = (0..self.files.len()).collect();
        ways.sort_by_key(|way| length(&self.files[*way]));
        let (mut seen, mut detours) = (HashSet::new(), HashSet::new());
        for way in ways {
            let file = &self.files[way];
            if let Ok(path) = fs::canonicalize(&file.path)
                && !seen.insert(path)
            {
                detours.insert(file.label.clone());
            }
        }
        self.files.retain(|file| !detours.contains(&file.label));
        // What leads nowhere has no true path itself.
        let place = |skipped: &Skipped| {
            let path = Path::new(&*skipped.file);
            let above = fs::canonicalize(path.parent()?).ok()?;
            Some(above.join(path.file_name()?))
        };
        let length = |skipped: &Skipped| Path::new(&*skipped.file).components().count();
        self.unreadable.sort_by_key(length);
        self.unreadable
            .retain(|skipped| place(skipped).is_none_or(|place| seen.insert(place)));
    }

    /// Says which kustomizations nobody can build: as each is part of another one, none would be looked at.
    fn note_circles(&mut self, parts: &Parts) {
        let file = |path: &PathBuf| {
            let mut folders = self.kustomizations.values();
            folders.find(|folder| true_path(&folder.path) == *path)
        };
        let folders: Vec<_> = self
            .kustomizations
            .values()
            .map(|folder| true_path(&folder.path))
            .collect();
        let circles = parts.circles(&folders);
        let notes = circles.iter().filter_map(|circle| {
            let files = circle.iter().filter_map(file);
            let files: Vec<Text> = files.map(|folder| label(&folder.file)).collect();
            Some(Skipped::file(files.first()?, rendered::circle(&files)))
        });
        self.unreadable.extend(notes.collect::<Vec<_>>());
    }

    /// Leaves out what is part of a kustomization: it is judged there, or only changes what is.
    fn finish(mut self) -> Found {
        self.files.sort_by(|one, other| one.label.cmp(&other.label));
        self.files.dedup_by(|again, first| {
            let is_same = again.label == first.label;
            first.named |= is_same && again.named;
            is_same
        });
        if self.has_links {
            self.forget_detours();
        }
        let (mut taken, mut parts) = (Inclusions::default(), Parts::default());
        for folder in self.kustomizations.values() {
            let inclusions = Inclusions::of(folder);
            parts.add(true_path(&folder.path), &inclusions);
            taken.and(inclusions);
        }
        self.note_circles(&parts);
        self.kustomizations.retain(|_, folder| {
            let is_part = taken.objects.contains(&true_path(&folder.path));
            !is_part && !rendered::is_component(folder)
        });
        if !taken.others.is_empty() {
            self.files.retain_mut(|file| {
                let path = true_path(&file.path);
                let is_kept = file.named || !taken.others.contains(&path);
                file.part = taken.objects.contains(&path).then_some(path);
                is_kept
            });
        }
        let folders = self
            .charts
            .into_values()
            .chain(self.kustomizations.into_values());
        Found {
            files: self.files,
            folders: folders.collect(),
            parts,
            unreadable: self.unreadable,
        }
    }
}

fn true_path(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn is_hidden_directory(entry: &DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_dir()
        && entry.file_name().as_encoded_bytes().starts_with(b".")
}

/// Whether a file in a directory is read: a manifest, or a kustomization, which need not have an extension.
fn is_read(path: &Path) -> bool {
    is_manifest(path) || path.file_name().is_some_and(rendered::is_kustomization)
}

pub(super) fn is_manifest(path: &Path) -> bool {
    // To take a path apart takes longer, and there are many.
    let path = path.as_os_str().as_encoded_bytes();
    let is_separator = |byte: u8| std::path::is_separator(char::from(byte));
    [".yaml", ".yml", ".json"].iter().any(|known| {
        path.split_at_checked(path.len().wrapping_sub(known.len()))
            .is_some_and(|(name, extension)| {
                let has_name = name.last().is_some_and(|last| !is_separator(*last));
                extension.eq_ignore_ascii_case(known.as_bytes()) && has_name
            })
    })
}

/// A path as people write it: what `.` leads to has no `./` in front. Bytes that are no text are written as `\xFF`, so that
/// two files never have the same label for them.
pub(super) fn label(path: &Path) -> Text {
    let path = match path.to_str() {
        // To take a path apart takes longer than all else here, and most need not be.
        Some(text) => match text.strip_prefix("./").unwrap_or(text) {
            rest if !rest.starts_with(['.', '/']) && !rest.ends_with(['.', '/']) => {
                return rest.into();
            }
            _ => path.strip_prefix("./").unwrap_or(path),
        },
        None => path.strip_prefix("./").unwrap_or(path),
    };
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
            ("Kustomization", true),
            ("kustomization", false),
            (".yaml", false),
        ] {
            assert_eq!(is_read(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn labels_have_no_leading_dot() {
        for (path, expected) in [
            ("./a.yaml", "a.yaml"),
            ("../a.yaml", "../a.yaml"),
            ("/a.yaml", "/a.yaml"),
            ("./b/../a.yaml", "b/../a.yaml"),
            ("././a.yaml", "a.yaml"),
            (".//a.yaml", "a.yaml"),
            ("./.a/b.yaml", ".a/b.yaml"),
            ("a/./b.yaml", "a/./b.yaml"),
            (".", ""),
            ("./", ""),
            ("./a/", "a"),
            ("./a/.", "a"),
            ("a/", "a/"),
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
