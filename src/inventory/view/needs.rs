//! What pods need: ConfigMaps, Secrets, claims, volumes, classes of storage, and nodes.

use super::View;
use crate::inventory::edges::Anchor;
use crate::model::{
    ConfigMap, Key, Kind, KindSet, Object, PersistentVolume, PersistentVolumeClaim, SecretSource,
    StorageClass, Text, VolumePhase, Workload,
};

/// How many pools of nodes a cluster has: nodes of one pool have all labels in common but those that name the one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pools {
    /// There is no node.
    None,
    /// All nodes are alike.
    One,
    /// Nodes differ.
    Several,
}

impl<'a> View<'a> {
    /// A ConfigMap, where it exists.
    pub fn config_map(self, namespace: &Text, name: &Text) -> Option<&'a ConfigMap> {
        match self.get(&Key::new(Kind::ConfigMap, namespace.clone(), name.clone()))? {
            Object::ConfigMap(map) => Some(map),
            _ => None,
        }
    }

    /// What makes a Secret, among files. Of a cluster, nothing is known.
    pub fn secret_sources(
        self,
        namespace: &Text,
        name: &Text,
    ) -> impl Iterator<Item = &'a SecretSource> + use<'a> {
        // Whatever makes Secrets is of a kind that is read from files only.
        let mut kinds = KindSet::FILES_ONLY.iter();
        let sources = kinds.any(|kind| self.inventory.has(kind)).then(|| {
            let key = Key::new(Kind::Secret, namespace.clone(), name.clone());
            self.inventory.anchored(Anchor::Needed(key))
        });
        sources
            .into_iter()
            .flatten()
            .filter_map(|object| match &**object {
                Object::SecretSource(source) => Some(&**source),
                _ => None,
            })
    }

    /// A PersistentVolumeClaim, where it exists.
    pub fn claim(self, namespace: &Text, name: &Text) -> Option<&'a PersistentVolumeClaim> {
        let kind = Kind::PersistentVolumeClaim;
        match self.get(&Key::new(kind, namespace.clone(), name.clone()))? {
            Object::Claim(claim) => Some(claim),
            _ => None,
        }
    }

    /// A PersistentVolume, where it exists.
    pub fn volume(self, name: &Text) -> Option<&'a PersistentVolume> {
        match self.get(&Key::new(Kind::PersistentVolume, "", name.clone()))? {
            Object::Volume(volume) => Some(volume),
            _ => None,
        }
    }

    /// A StorageClass, where it exists.
    pub fn class(self, name: &Text) -> Option<&'a StorageClass> {
        match self.get(&Key::new(Kind::StorageClass, "", name.clone()))? {
            Object::StorageClass(class) => Some(class),
            _ => None,
        }
    }

    /// The StorageClass of claims that name none, where there is one; the newest of several, as the API server takes it.
    pub fn default_class(self) -> Option<&'a StorageClass> {
        let classes = self.inventory.of_kind(Kind::StorageClass);
        let defaults = classes.filter_map(|object| match &**object {
            Object::StorageClass(class) if class.is_default => Some(&**class),
            _ => None,
        });
        defaults.max_by(|a, b| {
            let names = b.meta.key.name.cmp(&a.meta.key.name);
            a.meta.created.cmp(&b.meta.created).then(names)
        })
    }

    /// A PersistentVolume of a class that no claim has yet, where there is one; of the class that has no name, one without.
    pub fn available_volume(self, class: &Text) -> Option<&'a PersistentVolume> {
        let class = Key::new(Kind::StorageClass, "", class.clone());
        let needing = self.inventory.anchored(Anchor::Needed(class));
        let mut volumes = needing.filter_map(|object| match &**object {
            Object::Volume(volume) => Some(&**volume),
            _ => None,
        });
        volumes.find(|volume| volume.phase == VolumePhase::Available)
    }

    /// How many pools of nodes there are.
    pub fn pools(self) -> Pools {
        if !self.inventory.has(Kind::Node) {
            return Pools::None;
        }
        let Some(first) = self.inventory.pool_from("".into()) else {
            return Pools::None;
        };
        // What comes right after a text is the text with the least character at its end.
        let after = format!("{first}\0");
        match self.inventory.pool_from(after.into()) {
            None => Pools::One,
            Some(_) => Pools::Several,
        }
    }

    /// The StatefulSets for one of whose pods a claim was made, as its name tells: `template-set-ordinal`. As both may have
    /// dashes in their names, there may be several.
    pub(in crate::inventory) fn stateful_sets(self, claim: &Key) -> Vec<&'a Workload> {
        let parts = claim.name.rsplit_once('-');
        let parts = parts.filter(|_| claim.kind == Kind::PersistentVolumeClaim);
        let Some((rest, ordinal)) = parts else {
            return Vec::new();
        };
        let Ok(ordinal) = ordinal.parse::<i32>() else {
            return Vec::new();
        };
        let splits = rest
            .match_indices('-')
            .map(|(at, _)| (&rest[..at], &rest[at + 1..]));
        let sets = splits.filter_map(|(template, set)| {
            let key = Key::new(Kind::StatefulSet, claim.namespace.clone(), set);
            let set = self.get(&key)?.workload()?;
            let has_template = set.claim_templates.iter().any(|own| *own.name == *template);
            (has_template && set.ordinals().contains(&ordinal)).then_some(set)
        });
        sets.collect()
    }
}
