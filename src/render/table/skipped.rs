//! What was skipped, in short: what is broken one by one, what is not judged by its kind.

use std::collections::BTreeMap;

use crate::manifests::{Reason, Skipped};
use crate::render::summary::counted;
use crate::render::visible::visible;

/// How many lines a list takes where not everything was asked for.
const LINES: usize = 10;

/// A heading and the list; nothing where nothing was skipped.
pub(super) fn section(skipped: &[Skipped], all: bool) -> String {
    if skipped.is_empty() {
        return String::new();
    }
    let heading = format!("Skipped {}:", counted(skipped.len(), "document"));
    let lines = if all || skipped.len() <= LINES {
        skipped.iter().map(line).collect()
    } else {
        in_short(skipped)
    };
    let lines: Vec<_> = lines
        .iter()
        .map(|line| format!("  {}\n", visible(line)))
        .collect();
    format!("{heading}\n{}", lines.concat())
}

/// Which document, and why.
pub(in crate::render) fn line(skipped: &Skipped) -> String {
    let Skipped { file, document, .. } = skipped;
    let explanation = skipped.explanation();
    match (document, &skipped.reason) {
        // These say their line.
        (_, Reason::Broken(_) | Reason::NotText(_)) | (None | Some(1), _) => {
            format!("{file}: {explanation}")
        }
        (Some(document), _) => format!("{file}, document {document}: {explanation}"),
    }
}

fn in_short(skipped: &[Skipped]) -> Vec<String> {
    let (problems, others): (Vec<_>, Vec<_>) = skipped
        .iter()
        .partition(|skipped| skipped.reason.is_problem());
    let mut lines: Vec<_> = problems
        .iter()
        .take(LINES)
        .map(|skipped| line(skipped))
        .collect();
    if problems.len() > LINES {
        let more = problems.len() - LINES;
        lines.push(format!("{more} more cannot be read; --all lists them"));
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for skipped in others {
        *counts.entry(class(&skipped.reason)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let rest = counts.split_off(counts.len().min(LINES));
    lines.extend(
        counts
            .iter()
            .map(|(class, count)| format!("{count:5}  {class}")),
    );
    if !rest.is_empty() {
        let count: usize = rest.iter().map(|(_, count)| count).sum();
        lines.push(format!("{count:5}  for other reasons; --all lists them"));
    }
    lines
}

/// The reason without what is particular to one document.
fn class(reason: &Reason) -> String {
    match reason {
        Reason::Owned(_) => "owned by another object, which is judged in its place".to_owned(),
        Reason::NoObject(_) => "no apiVersion and kind: not a Kubernetes object".to_owned(),
        other => other.to_string(),
    }
}
