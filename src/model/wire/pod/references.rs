//! References to ConfigMaps and Secrets on the wire.

use crate::model::reference::ReferenceField;
use crate::model::wire::fields::fields;
use crate::model::wire::scalar::{List, Str};
use crate::model::{Kind, ROOT_CA, Reference, Text};

fields! {
    /// `configMapRef`, `secretRef`, and an entry of `imagePullSecrets`.
    pub(super) struct NameRef {
        name: Option<Str>,
        optional: Option<bool>,
    }

    /// `configMapKeyRef` and `secretKeyRef`.
    pub(super) struct KeyRef {
        name: Option<Str>,
        key: Option<Str>,
        optional: Option<bool>,
    }

    /// A volume, or a source of a projected one, of a ConfigMap or a Secret.
    pub(super) struct FilesRef {
        name: Option<Str>,
        secret_name: Option<Str>,
        optional: Option<bool>,
        items: List<Item>,
    }

    struct Item {
        key: Option<Str>,
    }
}

impl NameRef {
    /// The name; empty where it has none.
    pub(super) fn name(&self) -> Text {
        self.name
            .as_ref()
            .map_or_else(|| Text::from(""), |name| name.0.clone())
    }

    pub(super) fn is_not(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|own| &*own.0 != name)
    }
}

impl KeyRef {
    pub(super) fn is_not(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|own| &*own.0 != name)
    }
}

impl FilesRef {
    pub(super) fn is_not(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|own| &*own.0 != name)
    }
}

/// References as they are collected: each object once, by the first field that names it.
#[derive(Default)]
pub(super) struct References(Vec<(Reference, Vec<Text>)>);

impl References {
    pub(super) fn add(&mut self, kind: Kind, named: NameRef, field: ReferenceField) {
        self.require(kind, (named.name, named.optional), None, field);
    }

    pub(super) fn add_key(&mut self, kind: Kind, key: KeyRef, field: ReferenceField) {
        self.require(kind, (key.name, key.optional), key.key, field);
    }

    pub(super) fn add_files(&mut self, kind: Kind, files: FilesRef, field: ReferenceField) {
        let name = files.name.or(files.secret_name);
        let keys = files.items.0.into_iter().filter_map(|item| item.key);
        self.require(kind, (name, files.optional), keys, field);
    }

    fn require(
        &mut self,
        kind: Kind,
        (name, optional): (Option<Str>, Option<bool>),
        keys: impl IntoIterator<Item = Str>,
        field: ReferenceField,
    ) {
        let name = crate::model::wire::text(name);
        // The API server lets a reference have no name; the kubelet passes over it in imagePullSecrets and refuses it elsewhere,
        // which no object could help.
        let is_made = kind == Kind::ConfigMap && *name == *ROOT_CA;
        if optional == Some(true) || is_made || name.is_empty() {
            return;
        }
        let known = self
            .0
            .iter()
            .position(|(known, _)| known.kind == kind && known.name == name);
        let at = known.unwrap_or_else(|| {
            let keys = Box::default();
            self.0.push((
                Reference {
                    kind,
                    name,
                    keys,
                    field,
                },
                Vec::new(),
            ));
            self.0.len() - 1
        });
        for key in keys {
            let required = &mut self.0[at].1;
            if !required.contains(&key.0) {
                required.push(key.0);
            }
        }
    }

    pub(super) fn into_list(self) -> Box<[Reference]> {
        let with_keys = |(reference, keys): (Reference, Vec<Text>)| Reference {
            keys: keys.into(),
            ..reference
        };
        self.0.into_iter().map(with_keys).collect()
    }
}
