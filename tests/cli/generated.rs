//! What is generated equals what `plimsoll generate` prints: `make generate` writes it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::plimsoll;
use crate::scratch::Scratch;

/// Files by name.
type Files = BTreeMap<String, String>;

fn files(directory: &Path) -> Files {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let entry = entry.expect("the directory can be listed");
        let name = entry.file_name().into_string().expect("names are UTF-8");
        let text = fs::read_to_string(entry.path()).expect("files are text");
        (name, text)
    };
    let entries = fs::read_dir(directory);
    let entries = entries.unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    entries.map(file).collect()
}

fn generated(what: &str) -> Files {
    let scratch = Scratch::new(&format!("generated-{what}"));
    let run = plimsoll(&["generate", what, "--to", &scratch.argument("")]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let files = files(scratch.path());
    assert!(!files.is_empty());
    files
}

fn committed(directory: &str) -> Files {
    files(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(directory))
}

#[test]
fn generated_files_are_up_to_date() {
    for (what, directory) in [("crds", "crds"), ("deploy", "deploy"), ("docs", "docs")] {
        let committed = committed(directory);
        for (name, text) in generated(what) {
            let place = format!("{directory}/{name}");
            let there = committed.get(&name).unwrap_or_else(|| {
                panic!("{place} is not there: run `make generate`");
            });
            let line = there
                .lines()
                .zip(text.lines())
                .take_while(|(there, now)| there == now);
            assert!(
                *there == text,
                "{place} is out of date from line {} on: run `make generate`",
                line.count() + 1
            );
        }
    }
}

/// All of `crds/` is applied, so that a definition which is gone must not stay in it.
#[test]
fn no_other_definitions_are_there() {
    let names = |files: Files| files.into_keys().collect::<Vec<_>>();
    assert_eq!(names(committed("crds")), names(generated("crds")));
}
