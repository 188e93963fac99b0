//! `plimsoll migrate`: what other tools are configured with, as policies and annotations.

mod annotations;
mod insert;
mod kube_linter;
mod polaris;
mod templates;
mod translation;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use serde_json::Value;

use self::annotations::{Ignored, Place, State};
use self::translation::{Note, Translation};
use super::output;
use crate::manifests::yaml::{self, Node};
use crate::manifests::{self, ReadError};

/// Something has no counterpart.
const INCOMPLETE: u8 = 1;

/// Arguments of `plimsoll migrate`.
#[derive(Args)]
#[command(
    after_help = "Exit code: 0 all of it is translated, 1 something has no counterpart (it is named on standard error, and in \
                  comments of the output), 2 could not run.\n\nExample: plimsoll migrate .kube-linter.yaml > plimsoll.yaml"
)]
pub(super) struct Arguments {
    /// Configurations of kube-linter or Polaris, and manifests whose annotations say what kube-linter, Polaris and kube-score
    /// are to ignore; directories are searched for manifests.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Write `plimsoll.dev/ignore` annotations into the manifests, beside those of the other tools. Without it they are only
    /// said.
    #[arg(long)]
    write: bool,
}

/// What was found in all the files.
#[derive(Default)]
struct Found {
    policies: Vec<Translation>,
    ignored: Vec<Ignored>,
    notes: Vec<Note>,
}

/// Translates what the files hold.
pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let mut found = Found::default();
    let files = manifests::files(&arguments.files).map_err(|error: ReadError| anyhow!(error))?;
    if files.is_empty() {
        bail!("nothing to migrate: no .yaml, .yml or .json file is there");
    }
    for (path, is_named) in &files {
        found.file(path, *is_named)?;
    }
    found.tell_apart();
    if arguments.write {
        insert::write(&mut found.ignored)?;
    }
    found.note_what_is_left();
    output::print(&found.text())?;
    for note in found.notes() {
        output::complain("warning", note);
    }
    let is_complete = found.notes().all(|note| !note.is_lost());
    Ok(if is_complete { 0 } else { INCOMPLETE })
}

impl Found {
    fn file(&mut self, path: &Path, is_named: bool) -> Result<()> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        let mut is_something = false;
        for (number, (_, source)) in yaml::documents(&text).enumerate() {
            let document = match source.parse() {
                Ok(document) => document,
                // Other files of a directory may be templates.
                Err(problem) if is_named => bail!("{name}: {problem}"),
                Err(problem) => {
                    self.notes
                        .push(Note::lost(&name, "a document", &problem.to_string()));
                    is_something = true;
                    continue;
                }
            };
            if let Some(root) = document.root().filter(|root| !root.is_null()) {
                is_something |= self
                    .document(&name, number, root)
                    .map_err(|problem| anyhow!("{name}: {problem}"))?;
            }
        }
        if is_named && !is_something {
            bail!(
                "{name}: neither a configuration of kube-linter or Polaris, nor a manifest of Kubernetes"
            );
        }
        Ok(())
    }

    /// Whether a document is something that can be translated.
    fn document(
        &mut self,
        file: &str,
        number: usize,
        root: Node<'_>,
    ) -> Result<bool, yaml::Problem> {
        if root.get("apiVersion").is_some() && root.get("kind").is_some() {
            let place = Place {
                file,
                document: number,
                way: "",
            };
            self.manifest(place, root);
            return Ok(true);
        }
        let config: Value = root.deserialize()?;
        if polaris::is_config(&config) {
            self.policies.push(polaris::translate(file, &config));
        } else if kube_linter::is_config(&config) {
            self.policies.push(kube_linter::translate(file, &config));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn manifest(&mut self, place: Place<'_>, object: Node<'_>) {
        let mut items = object
            .get("items")
            .into_iter()
            .flat_map(Node::items)
            .enumerate()
            .peekable();
        if items.peek().is_some() {
            for (at, item) in items {
                let way = format!("{}/items/{at}", place.way);
                self.manifest(Place { way: &way, ..place }, item);
            }
            return;
        }
        let (ignored, notes) = annotations::of(place, object);
        self.ignored.extend(ignored);
        self.notes.extend(notes);
    }

    /// Says of which entries people have to write themselves.
    fn note_what_is_left(&mut self) {
        let left = self.ignored.iter().filter_map(|one| match one.state {
            State::ByHand(why) => {
                let what = format!("line {}: {}", one.at.0, one.object);
                Some(Note::lost(&one.file, &what, why))
            }
            _ => None,
        });
        self.notes.extend(left);
    }

    /// Two policies of one file set have two names.
    fn tell_apart(&mut self) {
        for at in 0..self.policies.len() {
            let name = self.policies[at].name.clone();
            let before = self.policies[..at].iter();
            let count = before
                .filter(|other| other.tool == self.policies[at].tool)
                .count();
            if count > 0 {
                self.policies[at].name = format!("{name}-file-{}", count + 1);
            }
        }
    }

    fn notes(&self) -> impl Iterator<Item = &Note> {
        let policies = self.policies.iter().flat_map(|policy| &policy.notes);
        policies.chain(&self.notes)
    }

    fn text(&self) -> String {
        let mut text: String = self.policies.iter().map(Translation::text).collect();
        let by_hand = |state| matches!(state, State::ByHand(_));
        let headings: [(&str, &dyn Fn(State) -> bool); 4] = [
            (
                "say the same; `plimsoll migrate --write` writes them",
                &|state| state == State::Offered,
            ),
            ("were written", &|state| state == State::Written),
            ("are there already", &|state| state == State::There),
            ("are to be written by hand", &by_hand),
        ];
        for (heading, is_it) in headings {
            let mut ignored = self
                .ignored
                .iter()
                .filter(|one| is_it(one.state))
                .peekable();
            if ignored.peek().is_some() {
                text.push_str(&format!("# Annotations {heading}:\n"));
                text.extend(ignored.map(Ignored::comment));
            }
        }
        text.extend(self.notes.iter().map(Note::comment));
        if text.is_empty() {
            text.push_str("# Nothing is there to migrate.\n");
        }
        text
    }
}
