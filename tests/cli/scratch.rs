//! Directories that a test may fill as it likes.

use std::fs;
use std::path::{Path, PathBuf};

/// An empty directory for one test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// The directory of this name, empty.
    pub(crate) fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if path.exists() {
            fs::remove_dir_all(&path).expect("an old one can be removed");
        }
        fs::create_dir_all(&path).expect("it can be made");
        Self(path)
    }

    /// Writes a file in it, with the directories above.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.0.join(name);
        let parent = path.parent().expect("a file is in a directory");
        fs::create_dir_all(parent).expect("directories can be made");
        fs::write(path, content).expect("files can be written");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// A path in it, as an argument.
    pub(crate) fn argument(&self, name: &str) -> String {
        let path = self.0.join(name);
        path.to_str().expect("the path is UTF-8").to_owned()
    }
}
