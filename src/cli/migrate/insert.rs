//! Writes annotations into manifests: a few lines above those of the other tool, and nothing else.
//!
//! What was written is read again and compared with what it is to mean: an anchor may be meant elsewhere, and JSON is no place for
//! such lines.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use super::annotations::{Ignored, State};
use crate::cli::file::NewFile;
use crate::manifests::edit;
use crate::manifests::{IGNORE, yaml};
use crate::remedy::Edit;

const SHARED: &str = "its annotations are shared, by an anchor, with others that are to ignore something else: add the entries yourself";
const ONE_LINE: &str =
    "its annotations are not written in lines of their own: add the entries yourself";

/// Writes those that can be written, and says so of each.
///
/// # Errors
/// Where a file cannot be read or written.
pub(super) fn write(ignored: &mut [Ignored]) -> Result<()> {
    let mut files: BTreeMap<String, Vec<&mut Ignored>> = BTreeMap::new();
    for one in ignored.iter_mut().filter(|one| one.state == State::Offered) {
        files.entry(one.file.clone()).or_default().push(one);
    }
    for (file, mut ignored) in files {
        let cannot = || format!("cannot write {file}");
        let text = std::fs::read_to_string(&file).with_context(cannot)?;
        if let Some(written) = written(&text, &mut ignored) {
            let mut new = NewFile::create(Path::new(&file)).with_context(cannot)?;
            new.write(&written).with_context(cannot)?;
            new.finish().with_context(cannot)?;
        }
    }
    Ok(())
}

/// The text with as many of them as can be written; `None` where that is none.
fn written(text: &str, ignored: &mut [&mut Ignored]) -> Option<String> {
    // From the last one on, so that the lines above stay where they are.
    ignored.sort_by_key(|one| std::cmp::Reverse(one.at));
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut tried = lines.clone();
    let mut places: Vec<&mut [&mut Ignored]> = ignored
        .chunk_by_mut(|one, next| one.at == next.at)
        .collect();
    let at_once = places.iter().all(|place| insert(&mut tried, place).is_ok());
    let all = || places.iter().flat_map(|place| place.iter());
    if at_once && means(&tried, text, all().map(|one| &**one)) {
        let all = places.into_iter().flatten();
        all.for_each(|one| one.state = State::Written);
        return Some(tried.concat());
    }
    // One by one then, to leave out those that cannot be written.
    let mut is_changed = false;
    for place in &mut places {
        let before = lines.concat();
        let mut tried = lines.clone();
        let state = match insert(&mut tried, place) {
            Err(why) => State::ByHand(why),
            Ok(()) if means(&tried, &before, place.iter().map(|one| &**one)) => {
                lines = tried;
                is_changed = true;
                State::Written
            }
            Ok(()) => State::ByHand(ONE_LINE),
        };
        place.iter_mut().for_each(|one| one.state = state);
    }
    is_changed.then(|| lines.concat())
}

/// Inserts the lines of annotations that are written in one place.
fn insert(lines: &mut Vec<String>, place: &[&mut Ignored]) -> Result<(), &'static str> {
    let first = place.first().ok_or(ONE_LINE)?;
    if place.iter().any(|one| one.entries != first.entries) {
        return Err(SHARED);
    }
    let (line, column) = first.at;
    let [above, indent] =
        [line, column].map(|number| usize::try_from(number).unwrap_or(0).saturating_sub(1));
    let written = lines.get(above).ok_or(ONE_LINE)?;
    let indentation: String = written.chars().take(indent).collect();
    if indentation.len() != indent || !indentation.chars().all(|char| char == ' ') {
        return Err(ONE_LINE);
    }
    let end = if written.ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut text = format!("{indentation}{IGNORE}: |{end}");
    for entry in &first.entries {
        text.push_str(&format!("{indentation}  {entry}{end}"));
    }
    lines.insert(above, text);
    Ok(())
}

/// Whether lines mean what a text does, but for these annotations.
fn means<'i>(lines: &[String], before: &str, ignored: impl Iterator<Item = &'i Ignored>) -> bool {
    let mut meant = meaning(before);
    for one in ignored {
        let path = format!("{}/{}", one.way, IGNORE.replace('/', "~1"));
        let value: String = one
            .entries
            .iter()
            .map(|entry| format!("{entry}\n"))
            .collect();
        let document = meant.get_mut(one.document).and_then(Option::as_mut);
        if !document.is_some_and(|document| edit::change(document, &Edit::set(path, value))) {
            return false;
        }
    }
    meaning(&lines.concat()) == meant
}

/// What the documents of a file mean, as far as they can be read.
fn meaning(text: &str) -> Vec<Option<Value>> {
    let documents = yaml::documents(text);
    documents
        .map(|(_, source)| source.parse().ok()?.deserialize().ok())
        .collect()
}
