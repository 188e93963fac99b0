//! Helm charts and kustomizations: what they come to is asked of the programs that make it, where they are there.
//!
//! What is judged is their output; each object is said to be in the template or the kustomization that it comes from. A folder that
//! cannot be rendered is listed with what to do, and is no reason to give up on the rest.

mod delivery;
mod helm;
mod kustomization;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::file::{Contents, Reading};
use super::find::{is_manifest, label};
use super::{Keep, Reason, Skipped};
use crate::model::Text;

pub(super) use self::delivery::{Delivery, deliveries};
use self::kustomization::file_of;
pub(super) use self::kustomization::is_kustomization;
pub(super) use self::kustomization::{Inclusions, Parts, circle, is_component};

/// How charts and kustomizations are made into objects.
#[derive(Clone, Debug, Default)]
pub struct Rendering {
    /// Whether they are left as they are, and no program is run: their files are read like any others.
    pub off: bool,
    /// Files of values, for every chart.
    pub values: Vec<PathBuf>,
    /// Values, as in `image.tag=1.2.3`, for every chart.
    pub set: Vec<String>,
    /// The namespace that charts are rendered for.
    pub namespace: Option<String>,
}

/// A folder that is rendered as one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// The file that makes it what it is.
    pub(super) file: PathBuf,
    pub(super) what: What,
}

/// What a folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Chart,
    Kustomization,
}

/// What became of a folder.
#[derive(Default)]
struct Outcome {
    contents: Contents,
    /// Whether it was rendered.
    done: bool,
}

impl Folder {
    /// A chart in this folder, if there is one.
    pub(super) fn chart(path: &Path) -> Option<Self> {
        let file = path.join("Chart.yaml");
        file.is_file().then(|| Self {
            path: path.to_owned(),
            file,
            what: What::Chart,
        })
    }

    pub(super) fn kustomization(path: &Path) -> Option<Self> {
        Some(Self {
            path: path.to_owned(),
            file: file_of(path)?,
            what: What::Kustomization,
        })
    }

    /// Whether it is a chart.
    pub(super) fn is_chart(&self) -> bool {
        self.what == What::Chart
    }

    /// What people know it as: the file that says what it is.
    fn label(&self) -> Text {
        label(&self.file)
    }

    /// Renders it and reads what comes out: a chart once for each way in which it is delivered, or as it is.
    fn read(&self, keep: Keep<'_>, rendering: &Rendering, deliveries: &[Delivery]) -> Outcome {
        if self.what == What::Kustomization {
            return self.outcome(kustomization::build(&self.path), keep, None);
        }
        let mut done: Vec<&Delivery> = Vec::new();
        let mut all = Outcome {
            contents: Contents::default(),
            done: true,
        };
        for delivery in deliveries {
            if let Some(root) = delivery.root_of(self)
                && !done.iter().any(|other| delivery.is_as(other))
            {
                let rendered = helm::template(self, rendering, Some((delivery, root.as_path())));
                let namespace = rendering.namespace.as_ref().or(delivery.namespace.as_ref());
                let outcome = self.outcome(rendered, keep, namespace);
                all.done &= outcome.done;
                all.contents.add(outcome.contents);
                done.push(delivery);
            }
        }
        if done.is_empty() {
            let rendered = helm::template(self, rendering, None);
            return self.outcome(rendered, keep, rendering.namespace.as_ref());
        }
        all
    }

    fn outcome(
        &self,
        rendered: Result<Vec<u8>, Reason>,
        keep: Keep<'_>,
        namespace: Option<&String>,
    ) -> Outcome {
        match rendered {
            Ok(bytes) => Outcome {
                contents: self.contents(&bytes, keep, namespace),
                done: true,
            },
            Err(reason) => {
                let mut outcome = Outcome::default();
                outcome.contents.skip(&self.label(), reason);
                outcome
            }
        }
    }

    /// What the output holds, each object where it comes from.
    fn contents(&self, bytes: &[u8], keep: Keep<'_>, namespace: Option<&String>) -> Contents {
        let own = self.label();
        let source = |text: &str| match self.what {
            What::Chart => helm::source(text)
                .map(|inner| label(&self.path.join(inner)))
                .unwrap_or_else(|| own.clone()),
            What::Kustomization => own.clone(),
        };
        let mut contents = Contents::default();
        let mut reading = Reading::into(&mut contents, keep);
        reading.add(bytes, &self.file, source);
        reading.finish();
        for manifest in &mut contents.objects {
            // Of the lines that it has in the output there are none in the file.
            (manifest.origin.line, manifest.origin.column) = (1, 1);
            manifest.outline = super::Outline::default();
            if let Some(namespace) = namespace
                && !manifest.origin.names_namespace
                && manifest.kind().is_namespaced()
            {
                Arc::make_mut(&mut manifest.object).meta_mut().key.namespace =
                    namespace.as_str().into();
            }
        }
        if let Some(namespace) = namespace {
            for made in &mut contents.made {
                made.place(namespace);
            }
        }
        for stated in &mut contents.stated {
            (stated.origin.line, stated.origin.column) = (1, 1);
        }
        for skipped in &mut contents.skipped {
            skipped.reason.displace();
        }
        contents
    }
}

/// Renders folders, several at once. Also the true paths of the kustomizations among them that were.
pub(super) fn read(
    folders: &[Folder],
    keep: Keep<'_>,
    rendering: &Rendering,
    deliveries: &[Delivery],
    done: impl Fn() + Sync,
) -> (Vec<Contents>, Vec<PathBuf>) {
    let read = |folder: &Folder| {
        let outcome = folder.read(keep, rendering, deliveries);
        done();
        outcome
    };
    let outcomes: Vec<_> = folders.par_iter().map(read).collect();
    let rendered = folders
        .iter()
        .zip(&outcomes)
        .filter(|(_, outcome)| outcome.done);
    let paths = rendered.filter_map(|(folder, _)| std::fs::canonicalize(&folder.path).ok());
    let paths = paths.collect();
    let contents = outcomes.into_iter().map(|outcome| outcome.contents);
    (contents.collect(), paths)
}

/// What a folder is rendered from.
#[derive(Debug)]
pub struct Rendered {
    folder: PathBuf,
    file: PathBuf,
    is_chart: bool,
    /// The true paths of the folder and of all it takes in.
    parts: Vec<PathBuf>,
}

impl Rendered {
    pub(super) fn of(folder: &Folder, parts: &Parts) -> Self {
        let root = std::fs::canonicalize(&folder.path).unwrap_or_else(|_| folder.path.clone());
        let taken = match folder.what {
            What::Chart => Default::default(),
            What::Kustomization => parts.of(vec![root.clone()]),
        };
        Self {
            folder: folder.path.clone(),
            file: folder.file.clone(),
            is_chart: folder.what == What::Chart,
            parts: std::iter::once(root).chain(taken).collect(),
        }
    }

    /// Whether objects that are said to be in this file come from it.
    pub(super) fn is_source(&self, file: &Path) -> bool {
        let is_of = |folder: &Path| {
            let folder = folder.strip_prefix("./").unwrap_or(folder);
            file.starts_with(folder)
        };
        match self.is_chart {
            true => is_of(&self.folder),
            false => file == self.file.strip_prefix("./").unwrap_or(&self.file),
        }
    }

    /// Whether what is in this file can show in any of its objects. A template shows in its own.
    pub(super) fn takes_in(&self, true_path: &Path) -> bool {
        let Some(part) = self.parts.iter().find(|part| true_path.starts_with(part)) else {
            return false;
        };
        let is_template = self.is_chart
            && is_manifest(true_path)
            && true_path.starts_with(part.join("templates"))
            && !true_path
                .file_name()
                .is_some_and(|name| name.as_encoded_bytes().starts_with(b"_"));
        !is_template
    }
}

/// A folder that is none, as what it is: a chart that only other charts can use.
fn not_judged(what: &str) -> Reason {
    Reason::NotRendered(what.to_owned())
}

/// A note on a folder that could not be rendered.
fn failed(message: String) -> Reason {
    Reason::CannotRender(message)
}

/// What is listed where values were given and nothing takes them.
pub(super) fn unused_values(rendering: &Rendering, folders: &[Folder]) -> Option<Skipped> {
    let has_values = !rendering.values.is_empty() || !rendering.set.is_empty();
    let has_chart = folders.iter().any(|folder| folder.what == What::Chart);
    let file = rendering
        .values
        .first()
        .map_or_else(|| "--set".into(), |path| label(path));
    (has_values && !has_chart && !rendering.off).then(|| {
        let why = "there is no Helm chart that takes these values";
        Skipped::file(&file, not_judged(why))
    })
}
