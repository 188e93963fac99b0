//! What has changed since a commit, as git tells it.
//!
//! It is measured from where the work left the other branch (the merge base, as `git diff REF...`), and goes up to the files as they
//! are: what is committed since, staged, not staged, and not tracked at all (unless it is ignored).

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::child::{self, Failure};
use super::find::{is_manifest, label};
use super::rendered::Rendered;
use super::{Keep, Manifest, STDIN, file};

/// Why it cannot be said what has changed.
#[derive(Debug, thiserror::Error)]
pub enum SinceError {
    /// There is no git.
    #[error("--since asks git, which is not on the PATH; install it")]
    NoGit,
    /// Standard input was to be judged.
    #[error(
        "--since cannot be had for standard input, which has no history; give files or directories"
    )]
    Stdin,
    /// A path is in no repository.
    #[error("--since asks git, but {path} is in no git repository: {why}")]
    NoRepository {
        /// The path.
        path: String,
        /// What git says.
        why: String,
    },
    /// The repository has no such commit.
    #[error(
        "--since {reference}: the repository {repository} has no such commit; fetch it, or name another one"
    )]
    NoCommit {
        /// What was asked for.
        reference: String,
        /// Where.
        repository: String,
    },
    /// The work and the commit have no past in common.
    #[error(
        "--since {reference}: it has no commit in common with HEAD in {repository}; where the clone is shallow, fetch more of it \
         (`git fetch --unshallow`)"
    )]
    NoBase {
        /// What was asked for.
        reference: String,
        /// Where.
        repository: String,
    },
    /// A submodule has not the commit that it was at.
    #[error(
        "--since {reference}: the submodule {submodule} has not the commit {commit} that it was at; fetch it \
         (`git -C {submodule} fetch origin {commit}`)"
    )]
    NoSubmoduleCommit {
        /// What was asked for.
        reference: String,
        /// Where.
        submodule: String,
        /// The commit.
        commit: String,
    },
    /// Git fails for another reason.
    #[error("--since {reference}: git fails in {repository}: {why}")]
    Git {
        /// What was asked for.
        reference: String,
        /// Where.
        repository: String,
        /// What it says.
        why: String,
    },
}

/// What has changed.
#[derive(Debug, Default)]
pub struct Changes {
    /// The true paths of files that were added, changed, moved or removed.
    files: BTreeSet<PathBuf>,
    /// The manifests among them as they were: what people know them as, and their bytes.
    old: Vec<(PathBuf, Vec<u8>)>,
}

/// A repository.
struct Repository<'a> {
    root: PathBuf,
    reference: &'a str,
}

impl Changes {
    /// What has changed in and around these paths since a commit.
    ///
    /// # Errors
    /// Where git cannot tell, and what to do.
    pub fn since(reference: &str, paths: &[PathBuf]) -> Result<Self, SinceError> {
        let mut roots: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
        for path in paths {
            if path == Path::new(STDIN) {
                return Err(SinceError::Stdin);
            }
            let Ok(place) = std::fs::canonicalize(path) else {
                continue; // reading says so
            };
            let folder = match place.is_dir() {
                true => place.as_path(),
                false => place.parent().unwrap_or(&place),
            };
            roots.entry(root_of(folder, path)?).or_default().push(place);
        }
        let mut changes = Self::default();
        for (root, asked) in roots {
            let repository = Repository { root, reference };
            changes.add(&repository, &repository.base()?, &asked)?;
        }
        Ok(changes)
    }

    fn add(
        &mut self,
        repository: &Repository<'_>,
        base: &str,
        asked: &[PathBuf],
    ) -> Result<(), SinceError> {
        let tracked = repository.git(&[
            "diff",
            "--no-ext-diff",
            "--no-renames",
            "--ignore-submodules=none",
            "--name-status",
            "-z",
            base,
            "--",
        ])?;
        let untracked = repository.git(&[
            "ls-files",
            "-z",
            "--others",
            "--exclude-standard",
            "--full-name",
        ])?;
        let mut parts = tracked.split(|byte| *byte == 0);
        let mut old = Vec::new();
        while let (Some(status), Some(name)) = (parts.next(), parts.next()) {
            let name = path(name);
            let place = repository.root.join(&name);
            if is_submodule(&place) {
                let is_near =
                    |asked: &PathBuf| place.starts_with(asked) || asked.starts_with(&place);
                if asked.iter().any(is_near) {
                    self.add_submodule(repository, base, &name, asked)?;
                }
                continue;
            }
            let is_asked = asked.iter().any(|asked| place.starts_with(asked));
            if status != b"A" && is_asked && is_manifest(&place) {
                old.push(name);
            }
            self.files.insert(place);
        }
        let untracked = untracked
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty());
        self.files
            .extend(untracked.map(|name| repository.root.join(path(name))));
        let show = |name: &PathBuf| {
            let mut object = OsString::from(format!("{base}:"));
            object.push(name);
            let mut command = repository.command();
            // A link or a submodule has no text of its own.
            let bytes = child::output(command.args(["cat-file", "blob"]).arg(object)).ok()?;
            Some((repository.root.join(name), bytes))
        };
        self.old
            .extend(old.par_iter().filter_map(show).collect::<Vec<_>>());
        Ok(())
    }

    /// What has changed in a submodule, since the commit of it that the repository around it had.
    fn add_submodule(
        &mut self,
        around: &Repository<'_>,
        base: &str,
        name: &Path,
        asked: &[PathBuf],
    ) -> Result<(), SinceError> {
        let reference = around.reference;
        let inner = Repository {
            root: true_root(around.root.join(name)),
            reference,
        };
        let Some(commit) = around.commit_of(base, name) else {
            // All of it is new.
            let files = inner.git(&[
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ])?;
            let names = files
                .split(|byte| *byte == 0)
                .filter(|name| !name.is_empty());
            self.files
                .extend(names.map(|name| inner.root.join(path(name))));
            return Ok(());
        };
        let known = inner.git(&["cat-file", "-e", &format!("{commit}^{{commit}}")]);
        if known.is_err() {
            return Err(SinceError::NoSubmoduleCommit {
                reference: reference.to_owned(),
                submodule: inner.root.display().to_string(),
                commit,
            });
        }
        self.add(&inner, &commit, asked)
    }

    /// The objects that the changed files held before.
    pub fn before(&self, keep: Keep<'_>) -> Vec<Manifest> {
        let read =
            |(path, bytes): &(PathBuf, Vec<u8>)| file::read(&label(path), bytes, keep).objects;
        self.old.par_iter().flat_map_iter(read).collect()
    }

    /// Whether a file has changed, or what it is rendered from.
    pub fn is_changed(&self, file: &str, rendered: &[Rendered]) -> bool {
        let path = Path::new(file);
        let folder = rendered.iter().find(|folder| folder.is_source(path));
        if let Some(folder) = folder
            && self.files.iter().any(|changed| folder.takes_in(changed))
        {
            return true;
        }
        let true_path = std::fs::canonicalize(path);
        true_path.is_ok_and(|path| self.files.contains(&path))
    }
}

fn root_of(folder: &Path, asked: &Path) -> Result<PathBuf, SinceError> {
    let mut command = git(folder);
    let output = child::output(command.args(["rev-parse", "--show-toplevel"]));
    match output {
        Ok(bytes) => {
            let root = path(bytes.strip_suffix(b"\n").unwrap_or(&bytes));
            Ok(true_root(root))
        }
        Err(Failure::Missing) => Err(SinceError::NoGit),
        Err(failure) => Err(SinceError::NoRepository {
            path: asked.display().to_string(),
            why: failure.to_string(),
        }),
    }
}

fn true_root(root: PathBuf) -> PathBuf {
    std::fs::canonicalize(&root).unwrap_or(root)
}

/// Whether what git knows by this path is a repository of its own, and is checked out.
fn is_submodule(place: &Path) -> bool {
    place.is_dir() && place.join(".git").exists()
}

fn git(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0");
    command
}

impl Repository<'_> {
    fn command(&self) -> Command {
        git(&self.root)
    }

    fn git(&self, arguments: &[&str]) -> Result<Vec<u8>, SinceError> {
        child::output(self.command().args(arguments)).map_err(|failure| SinceError::Git {
            reference: self.reference.to_owned(),
            repository: self.root.display().to_string(),
            why: failure.to_string(),
        })
    }

    /// The commit that a submodule was at; `None` where it was none.
    fn commit_of(&self, base: &str, name: &Path) -> Option<String> {
        let mut command = self.command();
        command.args(["ls-tree", "-z", base, "--"]).arg(name);
        let entry = child::output(&mut command).ok()?;
        let entry = String::from_utf8_lossy(&entry);
        let commit = entry.strip_prefix("160000 commit ")?.split('\t').next()?;
        Some(commit.to_owned())
    }

    /// The commit that work is measured from.
    fn base(&self) -> Result<String, SinceError> {
        let (reference, repository) = (self.reference.to_owned(), self.root.display().to_string());
        let commit = format!("{reference}^{{commit}}");
        let known = self.git(&[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ]);
        let Ok(known) = known else {
            return Err(SinceError::NoCommit {
                reference,
                repository,
            });
        };
        let known = String::from_utf8_lossy(&known);
        match self.git(&["merge-base", known.trim(), "HEAD"]) {
            Ok(base) => Ok(String::from_utf8_lossy(&base).trim().to_owned()),
            Err(_) => Err(SinceError::NoBase {
                reference,
                repository,
            }),
        }
    }
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;

    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
