//! What files are called in a diff, for it to apply where the command ran.

use std::fs;
use std::path::{Path, PathBuf};

/// The directory that a diff applies in. `git apply` and `patch` take no file that is outside of the one they run in.
pub(in crate::cli::fix) struct Base {
    directory: Option<PathBuf>,
    /// Whether that is another than the working directory.
    pub(in crate::cli::fix) is_elsewhere: bool,
}

impl Base {
    /// The working directory, where all these files are in it; otherwise the innermost one that they all are in.
    pub(in crate::cli::fix) fn of<'p>(files: impl Iterator<Item = &'p Path>) -> Self {
        let working = std::env::current_dir().and_then(fs::canonicalize).ok();
        let mut directory = working.clone();
        for file in files.filter_map(real) {
            while directory
                .as_ref()
                .is_some_and(|directory| !file.starts_with(directory))
            {
                directory = directory.and_then(|inner| Some(inner.parent()?.to_owned()));
            }
        }
        Self {
            is_elsewhere: directory != working,
            directory,
        }
    }

    /// What to do with the diff, where that is not plain.
    pub(in crate::cli::fix) fn hint(&self) -> Option<String> {
        let directory = self.directory.as_ref().filter(|_| self.is_elsewhere)?;
        let directory = directory.display();
        Some(format!(
            "some of the files are outside of the working directory: it applies in {directory}, by `patch -p1 -d {directory}` or `git -C {directory} apply`"
        ))
    }

    /// A file's name after `---` or `+++`.
    pub(super) fn name(&self, side: &str, file: &Path) -> String {
        let inner = real(file)
            .zip(self.directory.as_ref())
            .and_then(|(file, directory)| Some(file.strip_prefix(directory).ok()?.to_owned()));
        let name = inner.unwrap_or_else(|| file.to_owned());
        let name = format!("{side}/{}", name.display());
        let is_plain = |char: char| !char.is_control() && !matches!(char, '"' | '\\');
        match name.chars().all(is_plain) {
            // A name with a space in it ends where a tab is.
            true if name.contains(' ') => format!("{name}\t"),
            true => name,
            false => quoted(&name),
        }
    }
}

/// Where a file is, or would be, by no link: neither program goes through one.
fn real(file: &Path) -> Option<PathBuf> {
    let directory = match file.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    Some(fs::canonicalize(directory).ok()?.join(file.file_name()?))
}

/// As git writes a name with odd characters.
fn quoted(name: &str) -> String {
    let mut text = String::from('"');
    for char in name.chars() {
        match char {
            '"' | '\\' => text.extend(['\\', char]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            char if char.is_control() => {
                let mut bytes = [0; 4];
                for byte in char.encode_utf8(&mut bytes).bytes() {
                    text.push_str(&format!("\\{byte:03o}"));
                }
            }
            char => text.push(char),
        }
    }
    text.push('"');
    text
}
