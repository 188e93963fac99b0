//! What all are given: a folder of manifests.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use walkdir::WalkDir;

use crate::files::Files;

/// A folder of manifests, in which every tool is started.
pub(crate) struct Input {
    /// `10000`, or `corpus`.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The files, relative to the folder, sorted.
    pub(crate) files: Vec<PathBuf>,
    pub(crate) bytes: u64,
    /// The generated files; `None` where nobody knows what is in them.
    pub(crate) generated: Option<Files>,
}

impl Input {
    /// So many Deployments, one a file, every second one violating.
    pub(crate) fn generated(folder: &Path, count: usize) -> Result<Self> {
        let generated = Files::generate(folder.to_owned(), count)?;
        Ok(Self {
            generated: Some(generated),
            ..Self::of(count.to_string(), folder)?
        })
    }

    /// A copy of the manifests in a folder, without those that are there to be refused: many tools stop at the first, and
    /// would be quick. `None` where there is no such folder.
    pub(crate) fn found(from: &Path, folder: &Path) -> Result<Option<Self>> {
        if !from.is_dir() {
            return Ok(None);
        }
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        for entry in WalkDir::new(from).sort_by_file_name() {
            let entry = entry?;
            let path = entry.path().strip_prefix(from)?;
            let is_yaml = |extension| extension == "yaml" || extension == "yml";
            if path.starts_with("_invalid") || !path.extension().is_some_and(is_yaml) {
                continue;
            }
            let to = folder.join(path);
            fs::create_dir_all(to.parent().context("a file has a parent")?)?;
            fs::copy(entry.path(), &to).with_context(|| format!("writing {}", to.display()))?;
        }
        Self::of("corpus".to_owned(), folder).map(Some)
    }

    fn of(name: String, folder: &Path) -> Result<Self> {
        let (mut files, mut bytes) = (Vec::new(), 0);
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = entry?;
            if entry.file_type().is_file() {
                bytes += entry.metadata()?.len();
                files.push(entry.path().strip_prefix(folder)?.to_owned());
            }
        }
        Ok(Self {
            name,
            folder: folder.to_owned(),
            files,
            bytes,
            generated: None,
        })
    }
}
