//! That `plimsoll check` finds what was put into the files, and nothing that was not: a fast wrong answer is no figure.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::files::{self, Files};

/// What is read of `plimsoll check -o json`.
#[derive(Deserialize)]
struct Output {
    results: Vec<Finding>,
    skipped: Vec<Value>,
}

#[derive(Deserialize)]
struct Finding {
    file: String,
    check: String,
    verdict: String,
}

/// Compares the output with what was generated, file by file.
pub(crate) fn compare(output: &[u8], files: &Files) -> Result<()> {
    let output: Output =
        serde_json::from_slice(output).context("decoding what plimsoll check printed")?;
    ensure!(
        output.skipped.is_empty(),
        "plimsoll check skipped {}",
        output.skipped[0]
    );
    let mut failed: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    for finding in output.results {
        if finding.verdict.eq_ignore_ascii_case("fail") && files::is_flaw(&finding.check) {
            let file = Path::new(&finding.file);
            let file = file.strip_prefix(&files.folder).unwrap_or(file).to_owned();
            failed.entry(file).or_default().insert(finding.check);
        }
    }
    for number in 0..files.count {
        let file = files::path(number);
        let found = failed.remove(&file).unwrap_or_default();
        let expected = files::flaws(number);
        ensure!(
            found.iter().eq(&expected),
            "{} should fail {expected:?}, but plimsoll check says {found:?}",
            file.display()
        );
    }
    ensure!(
        failed.is_empty(),
        "findings on files that were not generated: {failed:?}"
    );
    Ok(())
}
