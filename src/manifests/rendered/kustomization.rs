//! Kustomizations, through `kustomize build` or `kubectl kustomize`, and what each takes in.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Folder, failed};
use crate::manifests::Reason;
use crate::manifests::child::{self, Failure};
use crate::manifests::yaml::{self, Node};
use crate::model::Text;

/// The names that a kustomization's file may have.
const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The fields that list files or folders.
const LISTS: [&str; 9] = [
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "transformers",
    "generators",
    "validators",
    "patchesStrategicMerge",
];

/// The fields that list things with a file in their field `path`.
const WITH_PATHS: [&str; 3] = ["patches", "patchesJson6902", "replacements"];

/// The fields that list generators of ConfigMaps and Secrets.
const GENERATORS: [&str; 2] = ["configMapGenerator", "secretGenerator"];

/// The file that makes a folder a kustomization, if there is one.
pub(in crate::manifests) fn file_of(folder: &Path) -> Option<PathBuf> {
    let mut files = NAMES.iter().map(|name| folder.join(name));
    files.find(|file| file.is_file())
}

/// Whether a file of this name is a kustomization.
pub(in crate::manifests) fn is_kustomization(name: &OsStr) -> bool {
    NAMES.iter().any(|known| name == *known)
}

/// What it comes to.
pub(super) fn build(folder: &Path) -> Result<Vec<u8>, Reason> {
    // A folder may be named as an option is.
    let local = match folder.is_absolute() {
        true => folder.to_owned(),
        false => Path::new(".").join(folder),
    };
    for (program, verb) in [("kustomize", "build"), ("kubectl", "kustomize")] {
        match child::output(Command::new(program).arg(verb).arg(&local)) {
            Ok(bytes) => return Ok(bytes),
            Err(Failure::Missing) => {}
            Err(failure) => {
                return Err(failed(format!(
                    "this kustomization was not judged as a whole, because `{program} {verb} {}` fails: {failure}; its files \
                     were judged as they are",
                    folder.display()
                )));
            }
        }
    }
    Err(failed(format!(
        "this kustomization was not judged as a whole, because neither kustomize nor kubectl is on the PATH; install one of them, \
         or judge the output of `kubectl kustomize {}`; its files were judged as they are",
        folder.display()
    )))
}

/// What kustomizations take in: files and folders by their true paths.
#[derive(Debug, Default)]
pub(in crate::manifests) struct Inclusions {
    /// What becomes part of the objects: resources, bases, components.
    pub(in crate::manifests) objects: BTreeSet<PathBuf>,
    /// What is no object itself: patches, values, settings, and the kustomizations' own files.
    pub(in crate::manifests) others: BTreeSet<PathBuf>,
}

impl Inclusions {
    /// What one kustomization takes in. Where its file cannot be read, the build says so.
    pub(in crate::manifests) fn of(folder: &Folder) -> Self {
        let mut found = Self::default();
        found.others.extend(fs::canonicalize(&folder.file));
        let text = fs::read_to_string(&folder.file).unwrap_or_default();
        for (_, source) in yaml::documents(&text) {
            if let Ok(document) = source.parse()
                && let Some(root) = document.root()
            {
                found.add(&folder.path, root);
            }
        }
        found
    }

    /// Adds what another one takes in.
    pub(in crate::manifests) fn and(&mut self, other: Self) {
        self.objects.extend(other.objects);
        self.others.extend(other.others);
    }

    fn add(&mut self, folder: &Path, root: Node<'_>) {
        let place = |text: &str| {
            // Text of several lines is no path but what would be in the file.
            let is_path = !text.contains('\n') && !text.is_empty();
            is_path
                .then(|| fs::canonicalize(folder.join(text)).ok())
                .flatten()
        };
        let items = |key: &str| root.get(key).into_iter().flat_map(Node::items);
        for key in LISTS {
            let paths = items(key).filter_map(Node::as_str).filter_map(place);
            match key {
                "resources" | "bases" | "components" => self.objects.extend(paths),
                _ => self.others.extend(paths),
            }
        }
        for key in WITH_PATHS {
            let paths = items(key).filter_map(|item| item.get("path")?.as_str());
            self.others.extend(paths.filter_map(place));
        }
        for generator in GENERATORS.into_iter().flat_map(items) {
            let listed = ["files", "envs"].into_iter().flat_map(|key| {
                generator
                    .get(key)
                    .into_iter()
                    .flat_map(Node::items)
                    .filter_map(Node::as_str)
            });
            let env = generator.get("env").and_then(Node::as_str);
            let paths = listed.chain(env).map(|text| match text.split_once('=') {
                Some((_, path)) => path,
                None => text,
            });
            self.others.extend(paths.filter_map(place));
        }
        let values = items("helmCharts").filter_map(|chart| chart.get("valuesFile")?.as_str());
        self.others.extend(values.filter_map(place));
        let schema = root
            .get("openapi")
            .and_then(|openapi| openapi.get("path")?.as_str());
        self.others.extend(schema.and_then(place));
    }
}

/// What each kustomization is made of, by true paths.
#[derive(Debug, Default)]
pub(in crate::manifests) struct Parts(BTreeMap<PathBuf, BTreeSet<PathBuf>>);

impl Parts {
    /// Adds one.
    pub(in crate::manifests) fn add(&mut self, folder: PathBuf, inclusions: &Inclusions) {
        self.0.insert(folder, inclusions.objects.clone());
    }

    /// All that these are made of, through others.
    pub(in crate::manifests) fn of(&self, folders: Vec<PathBuf>) -> BTreeSet<PathBuf> {
        let mut all = BTreeSet::new();
        let mut open = folders;
        while let Some(folder) = open.pop() {
            for part in self.0.get(&folder).into_iter().flatten() {
                if all.insert(part.clone()) {
                    open.push(part.clone());
                }
            }
        }
        all
    }

    /// The circles in which these take in each other, each once, so that nobody can build them.
    pub(in crate::manifests) fn circles(&self, folders: &[PathBuf]) -> Vec<Vec<PathBuf>> {
        let within: Vec<_> = folders
            .iter()
            .map(|folder| (folder, self.of(vec![folder.clone()])))
            .filter(|(folder, parts)| parts.contains(*folder))
            .collect();
        let mut circles: Vec<Vec<PathBuf>> = within
            .iter()
            .map(|(folder, parts)| {
                let is_of_it = |(other, back): &&(&PathBuf, BTreeSet<PathBuf>)| {
                    parts.contains(*other) && back.contains(*folder)
                };
                within
                    .iter()
                    .filter(is_of_it)
                    .map(|(other, _)| (*other).clone())
                    .collect()
            })
            .collect();
        circles.sort();
        circles.dedup();
        circles
    }
}

/// What is said of kustomizations that take in each other.
pub(in crate::manifests) fn circle(files: &[Text]) -> Reason {
    failed(format!(
        "these kustomizations were not judged, because each takes in the other, so that none can be built: {}; take one out of the \
         `resources` of another",
        files.join(", ")
    ))
}

/// Whether it only changes what others make.
pub(in crate::manifests) fn is_component(folder: &Folder) -> bool {
    let text = fs::read_to_string(&folder.file).unwrap_or_default();
    yaml::documents(&text).any(|(_, source)| {
        let document = source.parse().ok();
        let kind = document
            .as_ref()
            .and_then(|document| document.root()?.get("kind")?.as_str());
        kind == Some("Component")
    })
}
