//! Checklists as teams write them, with everything that is wrong with them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use kube::ResourceExt;

use super::Source;
use crate::api::{API_VERSION, ChecklistItem, ReadinessChecklist, ReadinessChecklistSpec};
use crate::checklist::{Checklist, ChecklistError, Checklists, ItemError};
use crate::manifests::yaml::{self, Node};
use crate::manifests::{Own, problem_at};

/// What files hold.
#[derive(Default)]
pub(super) struct Read {
    pub(super) sources: Vec<Source>,
    /// `team.yaml: line 7, column 5: spec.items[a].checks: ...`
    pub(super) problems: Vec<String>,
}

/// Reads the checklists of files.
///
/// # Errors
/// Where a file cannot be read, or holds no checklist.
pub(super) fn read(files: &[PathBuf]) -> Result<Read> {
    let mut read = Read::default();
    for file in files {
        let name = file.display().to_string();
        let text = text(file).with_context(|| format!("cannot read {name}"))?;
        let before = read.sources.len() + read.problems.len();
        for (_, source) in yaml::documents(&text) {
            match source.parse() {
                Ok(document) => {
                    if let Some(root) = document.root().filter(|root| !root.is_null()) {
                        read.node(&name, root);
                    }
                }
                Err(problem) => read.problems.push(format!("{name}: {problem}")),
            }
        }
        if read.sources.len() + read.problems.len() == before {
            bail!("{name}: no {API_VERSION}/ReadinessChecklist in it");
        }
    }
    let mut names = BTreeSet::new();
    let twice = read
        .sources
        .iter()
        .filter(|source| !names.insert(source.checklist.name.clone()));
    let twice = twice.map(|source| {
        format!(
            "the ReadinessChecklist {} is given twice",
            source.checklist.name
        )
    });
    let twice: Vec<_> = twice.collect();
    read.problems.extend(twice);
    Ok(read)
}

fn text(file: &Path) -> std::io::Result<String> {
    if file == Path::new("-") {
        return std::io::read_to_string(std::io::stdin());
    }
    std::fs::read_to_string(file)
}

impl Read {
    fn node(&mut self, file: &str, node: Node<'_>) {
        let text = |key| node.get(key).and_then(Node::as_str).unwrap_or("?");
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        if matches!(kind, "List" | "ReadinessChecklistList") {
            for item in node.get("items").into_iter().flat_map(Node::items) {
                self.node(file, item);
            }
            return;
        }
        let own = (Own::is_known(api_version, kind) && kind == "ReadinessChecklist")
            .then(|| Own::read(kind, node));
        match own {
            Some(Ok(Own::Checklist(checklist))) => self.checklist(file, node, &checklist),
            Some(Err(problem)) => self.problems.push(format!("{file}: {problem}")),
            _ => {
                let message = format!(
                    "expected a {API_VERSION}/ReadinessChecklist, found {api_version}/{kind}"
                );
                self.problems
                    .push(format!("{file}: {}", problem_at(node, "", "", message)));
            }
        }
    }

    fn checklist(&mut self, file: &str, node: Node<'_>, checklist: &ReadinessChecklist) {
        let name = checklist.name_any();
        let mut problem = |pointer: &str, error: &ChecklistError| {
            self.problems.push(format!(
                "{file}: {}",
                problem_at(node, pointer, "", error.to_string())
            ));
        };
        if let Err(error) = Checklists::may_be_named(&name) {
            return problem("/metadata/name", &error);
        }
        // Each item by itself, so that all that is wrong is said at once.
        let mut is_wrong = false;
        for (at, item) in checklist.spec.items.iter().enumerate() {
            let alone = ReadinessChecklistSpec {
                title: checklist.spec.title.clone(),
                items: vec![ChecklistItem {
                    parent: None,
                    ..item.clone()
                }],
            };
            if let Err(error) = Checklist::compile(&name, &alone) {
                is_wrong = true;
                problem(
                    &format!("/spec/items/{at}{}", pointer(&error, item)),
                    &error,
                );
            }
        }
        match Checklist::compile(&name, &checklist.spec) {
            Ok(compiled) => self.sources.push(Source {
                checklist: Arc::new(compiled),
                yaml: self::yaml(checklist),
            }),
            Err(error) if !is_wrong => problem(&place(&error, &checklist.spec.items), &error),
            Err(_) => {}
        }
    }
}

/// Where in an item something is wrong.
fn pointer(error: &ChecklistError, item: &ChecklistItem) -> String {
    let piece = |name: &str| {
        let pieces = item.evidence.iter().flatten();
        let at = pieces.clone().position(|piece| piece.name == *name);
        at.map_or_else(|| "/evidence".to_owned(), |at| format!("/evidence/{at}"))
    };
    let ChecklistError::Item { error, .. } = error else {
        return String::new();
    };
    match &**error {
        ItemError::UnknownCheck(_) => "/checks".to_owned(),
        ItemError::Cel(_) => "/cel/expression".to_owned(),
        ItemError::UnknownEvidence(name) | ItemError::Evidence { name, .. } => piece(name),
        ItemError::Metrics(_) => "/metrics".to_owned(),
        _ => String::new(),
    }
}

/// The item that something is wrong with in view of the others.
fn place(error: &ChecklistError, items: &[ChecklistItem]) -> String {
    let (id, field) = match error {
        ChecklistError::Duplicate(id) => (id, ""),
        ChecklistError::Parent { id, .. } => (id, "/parent"),
        _ => return "/spec".to_owned(),
    };
    let at = items.iter().rposition(|item| item.id == *id).unwrap_or(0);
    format!("/spec/items/{at}{field}")
}

fn yaml(checklist: &ReadinessChecklist) -> String {
    // What was just read can be written.
    serde_saphyr::to_string(checklist).unwrap_or_default()
}
