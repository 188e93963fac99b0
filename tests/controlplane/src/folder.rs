//! The folder of a control plane: where everything lies, and who may use or clear it.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::components::Component;
use crate::error::Error;
use crate::state::State;

/// Everything a control plane writes, relative to its folder.
const ENTRIES: [&str; 8] = [
    "audit",
    "etcd",
    "home",
    "kubeconfigs",
    "logs",
    "pki",
    "stages.yaml",
    State::FILE,
];

/// The file whose lock says that somebody uses the folder.
const LOCK: &str = "lock";

/// How long the folder of a failed test stays at least.
const KEPT_FOR: Duration = Duration::from_secs(60 * 60);

/// A folder for one control plane, free of symbolic links.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    temporary: bool,
    /// Held as long as this process uses the folder; the kernel lets go of it with the process, however
    /// that ends.
    _lock: File,
}

impl Folder {
    /// Takes `root`: one that does not exist, is empty, or holds what a stopped control plane left behind,
    /// which is cleared.
    pub(crate) fn claim(root: &Path) -> Result<Folder, Error> {
        fs::create_dir_all(root).map_err(Error::io("create", root))?;
        let root = root.canonicalize().map_err(Error::io("find", root))?;
        let state = State::load(&root)?;
        if state.is_none() && holds_other_than_the_lock(&root)? {
            return Err(Error::NotOurs { dir: root });
        }
        let lock = lock_file(&root)?;
        if lock.try_lock().is_err() {
            return Err(Error::InUse { dir: root });
        }
        if let Some(pid) = state
            .iter()
            .flat_map(State::running)
            .map(|process| process.pid)
            .next()
        {
            return Err(Error::AlreadyRunning { dir: root, pid });
        }
        for entry in ENTRIES {
            remove(&root.join(entry))?;
        }
        Folder {
            root,
            temporary: false,
            _lock: lock,
        }
        .furnish()
    }

    /// A new folder below the workspace's `target`. Those of processes that ended a while ago are cleared
    /// first; the logs of the last runs can still be read.
    pub(crate) fn temporary() -> Result<Folder, Error> {
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/controlplane-tests");
        fs::create_dir_all(&base).map_err(Error::io("create", &base))?;
        let base = base.canonicalize().map_err(Error::io("find", &base))?;
        // Nobody clears while another has created its folder and not locked it yet.
        let making = lock_file(&base)?;
        making.lock().map_err(Error::io("lock", &base))?;
        clear_abandoned(&base)?;
        let mut number = 0_u32;
        let root = loop {
            let root = base.join(format!("{}-{number}", std::process::id()));
            match fs::create_dir(&root) {
                Ok(()) => break root,
                Err(e) if e.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(e) => return Err(Error::io("create", &root)(e)),
            }
        };
        let lock = lock_file(&root)?;
        lock.lock().map_err(Error::io("lock", &root))?;
        Folder {
            root,
            temporary: true,
            _lock: lock,
        }
        .furnish()
    }

    fn furnish(self) -> Result<Folder, Error> {
        for folder in [
            self.audit(),
            self.home(),
            self.kubeconfigs(),
            self.logs(),
            self.pki(),
        ] {
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        }
        Ok(self)
    }

    /// Whether it goes away with the control plane.
    pub(crate) fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// Removes the folder and everything in it.
    pub(crate) fn remove(&self) -> Result<(), Error> {
        remove(&self.root)
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn etcd(&self) -> PathBuf {
        self.root.join("etcd")
    }

    pub(crate) fn pki(&self) -> PathBuf {
        self.root.join("pki")
    }

    /// `HOME` of the programs, so that none reads the developer's.
    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    fn audit(&self) -> PathBuf {
        self.root.join("audit")
    }

    pub(crate) fn audit_policy(&self) -> PathBuf {
        self.audit().join("policy.json")
    }

    pub(crate) fn audit_log(&self) -> PathBuf {
        self.audit().join("audit.jsonl")
    }

    pub(crate) fn stages(&self) -> PathBuf {
        self.root.join("stages.yaml")
    }

    fn kubeconfigs(&self) -> PathBuf {
        self.root.join("kubeconfigs")
    }

    /// The kubeconfig of one user.
    pub(crate) fn kubeconfig(&self, user: &str) -> PathBuf {
        self.kubeconfigs().join(format!("{user}.json"))
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub(crate) fn log(&self, component: Component) -> PathBuf {
        self.logs().join(format!("{component}.log"))
    }
}

/// Writes a file that only its owner may read: many hold keys or tokens, and the others lose nothing.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(Error::io("write", path))
}

/// The lock file of a folder, not locked yet.
fn lock_file(folder: &Path) -> Result<File, Error> {
    let path = folder.join(LOCK);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(Error::io("open", &path))
}

fn holds_other_than_the_lock(folder: &Path) -> Result<bool, Error> {
    let mut entries = fs::read_dir(folder).map_err(Error::io("list", folder))?;
    Ok(entries.any(|entry| entry.map_or(true, |entry| entry.file_name() != LOCK)))
}

/// Stops what runs in folders whose lock nobody holds (the watchdog should have), and removes those that
/// have not changed since `KEPT_FOR`.
fn clear_abandoned(base: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(base)
        .map_err(Error::io("list", base))?
        .flatten()
    {
        let root = entry.path();
        let Ok(lock) = File::open(root.join(LOCK)) else {
            continue;
        };
        if lock.try_lock().is_err() {
            continue;
        }
        let changed = entry.metadata().and_then(|folder| folder.modified());
        let old = changed.is_ok_and(|at| at.elapsed().is_ok_and(|age| age > KEPT_FOR));
        // What cannot be cleared (another user's, say) is no reason not to start.
        if let Ok(Some(mut state)) = State::load(&root)
            && state.running().next().is_some()
        {
            let _ = state.stop();
        }
        if old {
            let _ = remove(&root);
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), Error> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", path)(e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn only_old_folders_that_nobody_uses_are_cleared() {
        let base = std::env::temp_dir().join(format!("plimsoll-folders-{}", std::process::id()));
        let make = |name: &str, at: SystemTime| {
            let root = base.join(name);
            fs::create_dir_all(&root).unwrap();
            let lock = lock_file(&root).unwrap();
            File::open(&root).unwrap().set_modified(at).unwrap();
            lock
        };
        let long_ago = SystemTime::now() - 2 * KEPT_FOR;
        make("old", long_ago);
        make("fresh", SystemTime::now());
        let used = make("used", long_ago);
        used.lock().unwrap();

        clear_abandoned(&base).unwrap();
        let left = ["old", "fresh", "used"].map(|name| base.join(name).exists());
        fs::remove_dir_all(&base).unwrap();
        assert_eq!(left, [false, true, true]);
    }
}
