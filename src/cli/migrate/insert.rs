//! Writes annotations into manifests: a few lines above those of the other tool, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};

use super::annotations::Ignored;
use super::translation::Note;
use crate::cli::file::NewFile;
use crate::manifests::IGNORE;

/// Writes them. What cannot be written is noted.
///
/// # Errors
/// Where a file cannot be read or written.
pub(super) fn write(ignored: &[Ignored]) -> Result<Vec<Note>> {
    let mut notes = Vec::new();
    let mut files: BTreeMap<&str, Vec<&Ignored>> = BTreeMap::new();
    for one in ignored {
        files.entry(&one.file).or_default().push(one);
    }
    for (file, mut ignored) in files {
        let cannot = || format!("cannot write {file}");
        let text = std::fs::read_to_string(file).with_context(cannot)?;
        // From the last one on, so that the lines above stay where they are.
        ignored.sort_by_key(|one| std::cmp::Reverse(one.at));
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let mut is_changed = false;
        for one in ignored {
            match insert(&mut lines, one) {
                Ok(()) => is_changed = true,
                Err(why) => {
                    let what = format!("line {}: {}", one.at.0, one.object);
                    notes.push(Note::lost(file, &what, why));
                }
            }
        }
        if is_changed {
            let mut new = NewFile::create(Path::new(file)).with_context(cannot)?;
            new.write(&lines.concat()).with_context(cannot)?;
            new.finish().with_context(cannot)?;
        }
    }
    Ok(notes)
}

fn insert(lines: &mut Vec<String>, one: &Ignored) -> Result<(), &'static str> {
    if one.has_one {
        return Err("it has an annotation plimsoll.dev/ignore already: add the entries yourself");
    }
    let (line, column) = one.at;
    let [above, indent] =
        [line, column].map(|number| usize::try_from(number).unwrap_or(0).saturating_sub(1));
    let written = lines.get(above).map(String::as_str).unwrap_or_default();
    let indentation: String = written.chars().take(indent).collect();
    if indentation.len() != indent || !indentation.chars().all(|char| char == ' ') {
        return Err("its annotations are written in one line: add the entries yourself");
    }
    let end = if written.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut text = format!("{indentation}{IGNORE}: |{end}");
    for entry in &one.entries {
        text.push_str(&format!("{indentation}  {entry}{end}"));
    }
    lines.insert(above, text);
    Ok(())
}
