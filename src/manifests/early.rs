//! Files that are read while others are still being found.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rayon::Scope;

use super::file::{Contents, TOGETHER};
use super::find::File;
use super::{Keep, Progress, read_share, share};

/// What was read: so many files at a time, by the number of the first.
#[derive(Default)]
pub(super) struct Early(Mutex<BTreeMap<usize, Contents>>);

/// Files that are one after another.
pub(super) enum Batch<'a> {
    Read(Contents),
    Unread(&'a [File]),
}

impl Early {
    /// Has files read by whoever has time.
    pub(super) fn read<'s>(
        &'s self,
        files: &[File],
        keep: Keep<'s>,
        (scope, progress): (&Scope<'s>, &'s dyn Progress),
    ) {
        let files = files.to_vec();
        scope.spawn(move |_| {
            // Only what is named can fail, and that is not told.
            if let (Some(first), Ok(contents)) = (files.first(), read_share(&files, keep)) {
                let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                known.insert(first.number, contents);
                progress.advance(files.len());
            }
        });
    }

    /// These files in batches. What others come in between of, or are missing of, is to be read again: parts of kustomizations are
    /// known when all is found, and so is the order.
    pub(super) fn batches(self, files: &[File]) -> Vec<Batch<'_>> {
        let mut known = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (mut batches, mut unread) = (Vec::new(), files);
        let size = share(files);
        let mut at = 0;
        while let Some(file) = unread.get(at) {
            let together = unread.get(at..at + TOGETHER).filter(|files| {
                let mut numbered = files.iter().zip(file.number..);
                numbered.all(|(file, number)| file.number == number && !file.named)
            });
            match together.and_then(|_| known.remove(&file.number)) {
                Some(contents) => {
                    batches.extend(unread[..at].chunks(size).map(Batch::Unread));
                    batches.push(Batch::Read(contents));
                    (unread, at) = (&unread[at + TOGETHER..], 0);
                }
                None => at += 1,
            }
        }
        batches.extend(unread.chunks(size).map(Batch::Unread));
        batches
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::engine::Conditions;
    use crate::manifests::{Manifests, Rendering, files, find, read};

    struct Silent;

    impl Progress for Silent {
        fn begin(&self, _: usize) {}
        fn advance(&self, _: usize) {}
    }

    fn config_map(name: &str) -> String {
        format!("{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}\n")
    }

    fn names(found: &Manifests) -> Vec<(&str, &str)> {
        let objects = found.objects.iter();
        let names = objects.map(|manifest| (&*manifest.origin.file, &*manifest.object.key().name));
        names.collect()
    }

    /// Whatever of it is read before all is found: files that others come in between of, links, what is named twice, what is part of
    /// something else.
    #[test]
    fn what_is_found_is_told_once_and_in_order() {
        let root = std::env::temp_dir().join(format!("plimsoll-early-{}", std::process::id()));
        let directories = [("a", 17), ("m", 21), ("m-2", 9), ("m/f03", 8), ("o", 30)];
        for (directory, count) in directories {
            let directory = root.join(directory);
            fs::create_dir_all(&directory).expect("a directory");
            for number in 0..count {
                let name = format!("f{number:02}");
                fs::write(
                    directory.join(&name).with_extension("yaml"),
                    config_map(&name),
                )
                .expect("a file");
            }
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(root.join("o"), root.join("link")).expect("a link");
        // Nothing can render it, so that its parts are read in the end.
        let resources = "resources: [../a/f03.yaml, ../a/f12.yaml, missing.yaml]\n";
        let overlay = root.join("overlay");
        fs::create_dir_all(&overlay).expect("a directory");
        fs::write(overlay.join("kustomization.yaml"), resources).expect("a file");
        let named = root.join("o/f20.yaml");
        let paths = [root.clone(), named];
        for off in [true, false] {
            let rendering = Rendering {
                off,
                ..Rendering::default()
            };
            let conditions = Conditions::default();
            let keep = Keep::Records(&conditions);
            let found = read(&paths, keep, &rendering, &Silent).expect("it can be read");
            let mut each: Vec<PathBuf> = files(&paths)
                .expect("files")
                .into_iter()
                .map(|file| file.0)
                .collect();
            each.sort();
            let alone = read(&each, keep, &rendering, &Silent).expect("it can be read");
            let read = names(&found);
            assert!(read.is_sorted(), "{read:?}");
            let count: usize = directories.iter().map(|(_, count)| count).sum();
            assert_eq!(read.len(), count);
            assert_eq!(read, names(&alone));
        }
        // Where there is nothing of that, it is as it was read first.
        let early = Early::default();
        let conditions = Conditions::default();
        let keep = Keep::Records(&conditions);
        let found = rayon::in_place_scope(|scope| {
            let tell = |files: &[File]| early.read(files, keep, (scope, &Silent));
            find::find(&[root.join("o")], false, tell)
        });
        let files = found.expect("it can be read").files;
        let batches = early.batches(&files);
        let read = batches
            .iter()
            .filter(|batch| matches!(batch, Batch::Read(_)));
        assert_eq!(read.count(), 30 / TOGETHER);
        fs::remove_dir_all(&root).expect("it is there");
    }
}
