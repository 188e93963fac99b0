//! What was skipped, in short: what is broken one by one, what is not judged by its kind.

use std::collections::BTreeMap;

use crate::manifests::{Reason, Skipped};
use crate::render::summary::counted;
use crate::render::visible::visible;

/// How many lines a list takes where not everything was asked for.
const LINES: usize = 10;

/// What a page lists of documents that were not simply judged, under headings: problems alone unless all are asked for.
pub(in crate::render) fn sections(skipped: &[Skipped], all: bool) -> Vec<(String, Vec<&Skipped>)> {
    let (refused, others): (Vec<_>, Vec<_>) = skipped
        .iter()
        .partition(|skipped| skipped.reason.is_judged());
    let listed = others.into_iter();
    let listed: Vec<_> = listed
        .filter(|skipped| all || skipped.reason.is_problem())
        .collect();
    let what = match all {
        true => "Skipped",
        false => "Cannot be read",
    };
    let heading = format!("{what}: {}", counted(listed.len(), "document"));
    let refusals = "Judged, though the API server would refuse it".to_owned();
    let mut sections = vec![(refusals, refused), (heading, listed)];
    sections.retain(|(_, list)| !list.is_empty());
    sections
}

/// A heading and the list, of what was judged though the API server would refuse it and of what was not judged; nothing where
/// there is neither.
pub(super) fn section(skipped: &[Skipped], all: bool) -> String {
    let is_judged = |skipped: &&Skipped| skipped.reason.is_judged();
    let (refused, skipped): (Vec<_>, Vec<_>) = skipped.iter().partition(is_judged);
    let judged = "Judged, though the API server would refuse it";
    let lists = [
        (format!("{judged}:"), refused),
        (
            format!("Skipped {}:", counted(skipped.len(), "document")),
            skipped,
        ),
    ];
    let lists = lists.iter().map(|(heading, list)| of(heading, list, all));
    lists.collect()
}

fn of(heading: &str, list: &[&Skipped], all: bool) -> String {
    if list.is_empty() {
        return String::new();
    }
    let lines = if all || list.len() <= LINES {
        list.iter().map(|skipped| line(skipped)).collect()
    } else {
        in_short(list)
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

fn in_short(skipped: &[&Skipped]) -> Vec<String> {
    let is_problem = |skipped: &&Skipped| skipped.reason.is_problem();
    let (problems, others): (Vec<_>, Vec<_>) = skipped.iter().copied().partition(is_problem);
    let mut lines: Vec<_> = problems
        .iter()
        .take(LINES)
        .map(|skipped| line(skipped))
        .collect();
    if problems.len() > LINES {
        let more = problems.len() - LINES;
        lines.push(format!("{more} more; --all lists them"));
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
        Reason::Patch(_) => {
            "patches of kustomizations; judge the output of `kubectl kustomize`".to_owned()
        }
        Reason::NoObject(_) => "no apiVersion and kind: not a Kubernetes object".to_owned(),
        other => other.to_string(),
    }
}
