//! What `plimsoll check` is measured against: the same files through the same parser on as many threads, and nothing else.

use std::path::{Path, PathBuf};

use anyhow::Result;
use plimsoll::manifests::yaml;
use rayon::prelude::*;

/// As `plimsoll` itself.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Parses every manifest under `folder`; how many documents there were that could be.
pub(crate) fn documents(folder: &Path) -> Result<usize> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let files: Vec<PathBuf> = entries
        .into_iter()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    let shares = files.par_iter().with_max_len(32);
    let counts = shares.map(|file| -> Result<usize> {
        let text = std::fs::read_to_string(file)?;
        let mut documents = 0;
        for (_, source) in yaml::documents(&text) {
            let document = source.parse();
            documents += usize::from(document.is_ok_and(|document| !document.is_empty()));
        }
        Ok(documents)
    });
    counts.sum()
}
