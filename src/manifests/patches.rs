//! Which files are patches: those that a kustomization among the files names as such. They are parts of objects and are judged by
//! what comes of them.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::rendered;
use super::yaml::Node;
use crate::model::Text;

/// The group of kustomizations.
pub(super) const GROUP: &str = "kustomize.config.k8s.io";

/// A kustomization, and the files that it names as patches, as it names them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kustomization {
    file: Text,
    patches: Vec<String>,
    /// What it names as whole objects.
    resources: Vec<String>,
}

impl Kustomization {
    /// Of a document, if it is one: by its group, or by the name of its file where it has no type.
    pub(super) fn of(file: &Text, node: Node<'_>, group: Option<&str>) -> Option<Self> {
        let is_it = match group {
            Some(group) => group == GROUP,
            None => Path::new(&**file)
                .file_name()
                .is_some_and(rendered::is_kustomization),
        };
        let patches = [
            ("patches", "path"),
            ("patchesStrategicMerge", ""),
            ("patchesJson6902", "path"),
        ];
        let named = patches.into_iter().flat_map(|(list, field)| {
            let items = node.get(list).into_iter().flat_map(Node::items);
            items.filter_map(move |item| item.as_str().or_else(|| item.get(field)?.as_str()))
        });
        let resources = node.get("resources").into_iter().flat_map(Node::items);
        is_it.then(|| Self {
            file: file.clone(),
            resources: resources
                .filter_map(Node::as_str)
                .map(str::to_owned)
                .collect(),
            // One that is written out in the kustomization itself has several lines.
            patches: named
                .filter(|named| !named.contains('\n'))
                .map(str::to_owned)
                .collect(),
        })
    }
}

impl Kustomization {
    /// Where something is that it names.
    fn place(&self, named: &str) -> PathBuf {
        let folder = Path::new(&*self.file).parent();
        plain(&folder.unwrap_or(Path::new("")).join(named))
    }
}

/// The files that are patches and nothing else, each with the first kustomization that says so.
pub(super) struct Patches(BTreeMap<PathBuf, Text>);

impl Patches {
    /// The kustomization that a file is a patch of.
    pub(super) fn of(&self, file: &str) -> Option<&Text> {
        self.0.get(&plain(Path::new(file)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The patches that kustomizations name.
pub(super) fn of(kustomizations: &[Kustomization]) -> Patches {
    let mut patches = BTreeMap::new();
    for kustomization in kustomizations {
        for patch in &kustomization.patches {
            let of = patches.entry(kustomization.place(patch));
            of.or_insert_with(|| kustomization.file.clone());
        }
    }
    for kustomization in kustomizations {
        for resource in &kustomization.resources {
            patches.remove(&kustomization.place(resource));
        }
    }
    Patches(patches)
}

/// A path without the detours that lead nowhere: `a/./b/../c` is `a/c`. No link is followed, as these are labels.
pub(super) fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detours_lead_nowhere() {
        for (path, expected) in [
            ("a/./b/../c.yaml", "a/c.yaml"),
            ("../../a.yaml", "../../a.yaml"),
            ("a/../../b.yaml", "../b.yaml"),
            ("/a/../b.yaml", "/b.yaml"),
        ] {
            assert_eq!(plain(Path::new(path)), Path::new(expected), "{path}");
        }
    }
}
