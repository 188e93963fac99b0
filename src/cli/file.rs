//! Files that are there whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file that is being written. It takes its place when it is complete; what was there before stays until then.
pub(super) struct NewFile {
    writer: BufWriter<File>,
    /// Where it is until then, and where it belongs; `None` for what is no regular file (a pipe, `/dev/fd/3`), which is written
    /// as it is.
    draft: Option<(PathBuf, PathBuf)>,
}

impl NewFile {
    /// Begins the file of this path.
    ///
    /// # Errors
    /// Where it cannot be written there.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        // What a link leads to is written, and the link stays.
        let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let there = fs::metadata(&place).ok();
        if there.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(io::Error::other("it is a directory"));
        }
        if there.as_ref().is_some_and(|there| !there.is_file()) {
            let file = OpenOptions::new().write(true).open(path)?;
            return Ok(Self::of(file, None));
        }
        if there
            .as_ref()
            .is_some_and(|there| there.permissions().readonly())
        {
            return Err(io::Error::other("it is read-only"));
        }
        let draft = draft(&place)?;
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&draft)?;
        let new = Self::of(file, Some((draft, place)));
        if let (Some(there), Some((draft, _))) = (there, &new.draft) {
            fs::set_permissions(draft, there.permissions())?;
        }
        Ok(new)
    }

    fn of(file: File, draft: Option<(PathBuf, PathBuf)>) -> Self {
        Self {
            writer: BufWriter::with_capacity(1 << 16, file),
            draft,
        }
    }

    /// Writes a text.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())
    }

    /// Puts it in its place.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        if let Some((draft, place)) = &self.draft {
            fs::rename(draft, place)?;
            self.draft = None;
        }
        Ok(())
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some((draft, _)) = &self.draft {
            // It is of no use; where it cannot be removed, nothing can be done.
            let _ = fs::remove_file(draft);
        }
    }
}

/// A name beside the file: only there it can be renamed in one step. It is hidden, and no manifest.
fn draft(place: &Path) -> io::Result<PathBuf> {
    let name = place
        .file_name()
        .ok_or_else(|| io::Error::other("it is a directory"))?;
    let mut draft = OsString::from(".");
    draft.push(name);
    draft.push(format!(".{}.part", std::process::id()));
    Ok(place.with_file_name(draft))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("plimsoll-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    #[test]
    fn what_was_there_stays_until_all_is_written() {
        let folder = folder("new-file");
        let path = folder.join("out");
        fs::write(&path, "old").expect("it can be written");
        let mut file = NewFile::create(&path).expect("it can be begun");
        file.write("new").expect("it can be written");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        drop(file);
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "old");
        let mut file = NewFile::create(&path).expect("it can be begun");
        file.write("new").expect("it can be written");
        file.finish().expect("it can be finished");
        assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
        let names = fs::read_dir(&folder).expect("a folder").count();
        assert_eq!(names, 1, "no draft is left");
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    #[test]
    fn what_cannot_be_written_is_said_at_once() {
        let folder = folder("no-file");
        for path in [folder.clone(), folder.join("none/out"), PathBuf::from("..")] {
            assert!(NewFile::create(&path).is_err(), "{}", path.display());
        }
        fs::remove_dir_all(folder).expect("it can be removed");
    }
}
