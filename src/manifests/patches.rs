//! Which files are patches: those that a kustomization among the files names as such. They are parts of objects and are judged by
//! what comes of them.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::yaml::Node;
use crate::model::Text;

/// The group of kustomizations.
pub(super) const GROUP: &str = "kustomize.config.k8s.io";

/// A kustomization, and the files that it names as patches, as it names them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Kustomization {
    file: Text,
    patches: Vec<String>,
}

impl Kustomization {
    /// Of a document, if it is one: by its group, or by the name of its file where it has no type.
    pub(super) fn of(file: &Text, node: Node<'_>, group: Option<&str>) -> Option<Self> {
        let is_it = match group {
            Some(group) => group == GROUP,
            None => Path::new(&**file)
                .file_stem()
                .is_some_and(|stem| stem == "kustomization"),
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
        is_it.then(|| Self {
            file: file.clone(),
            // One that is written out in the kustomization itself has several lines.
            patches: named
                .filter(|named| !named.contains('\n'))
                .map(str::to_owned)
                .collect(),
        })
    }
}

/// The files that are patches, each with the first kustomization that says so.
#[derive(Clone, Debug, Default)]
pub struct Patches(BTreeMap<PathBuf, Text>);

impl Patches {
    /// The kustomization that a file is a patch of.
    pub fn of(&self, file: &str) -> Option<&Text> {
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
        let directory = Path::new(&*kustomization.file)
            .parent()
            .unwrap_or(Path::new(""));
        for patch in &kustomization.patches {
            let path = plain(&directory.join(patch));
            let of = patches.entry(path);
            of.or_insert_with(|| kustomization.file.clone());
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
