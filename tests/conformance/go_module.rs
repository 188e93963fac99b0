//! Kubernetes' own Pod Security cases as they come with its Go module, which whoever built the control plane of the tests has:
//! `test/testdata/<level>/<version>/{pass,fail}/<control><n>.yaml`.

use std::path::{Path, PathBuf};

use crate::row::{Expect, Row};

/// What the suite is called.
pub(crate) const SUITE: &str = "psa-module";

/// How the module is had where it is not here. Its version is that of the control plane.
pub(crate) const FETCH: &str = "`cd tests/controlplane/kubernetes && go mod download k8s.io/pod-security-admission` fetches them";

/// The cases of the newest module in Go's cache; the directory where that would be, where there is none.
pub(crate) fn find() -> Result<PathBuf, PathBuf> {
    let modules = module_cache().join("k8s.io");
    let versions = std::fs::read_dir(&modules).into_iter().flatten().flatten();
    let cases = versions
        .map(|entry| entry.path().join("test/testdata"))
        .filter(|path| path.to_string_lossy().contains("/pod-security-admission@"));
    cases.filter(|path| path.is_dir()).max().ok_or(modules)
}

/// Two rows a Pod: on the control that its file is named after, and on the level.
pub(crate) fn rows(cases: &Path) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for level in ["baseline", "restricted"] {
        let Some(version) = newest(&cases.join(level))? else {
            continue;
        };
        for (name, expect) in [("pass", Expect::Pass), ("fail", Expect::Fail)] {
            for file in files_in(&version.join(name))? {
                let stem = file.file_stem().unwrap_or_default().to_string_lossy();
                let control = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
                for check in [control, &format!("level:{level}")] {
                    rows.push(Row::of_pod(SUITE, &file, check, level, expect));
                }
            }
        }
    }
    Ok(rows)
}

/// The newest version in a directory of versions (`v1.36`).
fn newest(level: &Path) -> anyhow::Result<Option<PathBuf>> {
    let minor = |path: &PathBuf| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix("v1.")?.parse::<u32>().ok()
    };
    let versions = files_in(level)?.into_iter();
    let versions = versions.filter_map(|path| Some((minor(&path)?, path)));
    Ok(versions.max().map(|(_, path)| path))
}

/// The entries of a directory, by name.
fn files_in(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        files.push(entry?.path());
    }
    files.sort();
    Ok(files)
}

/// Where Go keeps the modules that it fetched.
fn module_cache() -> PathBuf {
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(cache) = given("GOMODCACHE") {
        return cache.into();
    }
    let path = given("GOPATH").map(PathBuf::from);
    let home = || PathBuf::from(given("HOME").unwrap_or_default()).join("go");
    path.unwrap_or_else(home).join("pkg/mod")
}
