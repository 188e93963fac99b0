//! Everything that was found, as one inventory.

use jiff::Timestamp;

use super::Manifest;
use super::made::{Made, What};
use crate::inventory::{Inventory, View};
use crate::model::{ConfigMap, Object, SecretSource, Text};

/// All the objects that were found, each of which is looked up when another one is judged.
pub struct Whole {
    /// The objects, each name once: where several have one, the first. A ConfigMap or a Secret has the keys of all.
    pub inventory: Inventory,
    /// Every object, in the order of the files.
    pub members: Vec<Manifest>,
    /// The time, where what is judged is running.
    pub now: Option<Timestamp>,
}

impl Whole {
    /// Makes one inventory of all these objects.
    pub fn of(mut manifests: Vec<Manifest>) -> Self {
        let mut inventory = Inventory::of_files();
        for manifest in &mut manifests {
            let object = &manifest.object;
            // What could not be read is looked up by nothing.
            manifest.is_repeated = !object.is_unread() && !inventory.add(object);
            if manifest.is_repeated {
                let first = inventory.get(object.key());
                if let Some(merged) = first.and_then(|first| merged(first, object)) {
                    inventory.apply(merged);
                }
            }
        }
        Self {
            inventory,
            members: manifests,
            now: None,
        }
    }

    /// Adds what controllers make of custom resources: it is looked up, and not judged itself.
    #[must_use]
    pub fn with(mut self, made: Vec<Made>) -> Self {
        for made in made {
            match made.what {
                // What is written down is no guess.
                What::Object(object) if self.inventory.get(object.key()).is_some() => {}
                What::Object(object) => {
                    self.inventory.apply(*object);
                }
                What::Maker(maker) => self.inventory.add_maker(maker),
            }
        }
        self
    }

    /// What one of the objects is judged in: a repeated workload takes the place of the first of its name.
    pub fn view<'a>(&'a self, member: &'a Manifest) -> View<'a> {
        let view = match member.object.workload() {
            Some(workload) if member.is_repeated => View::with(&self.inventory, workload),
            _ => View::of(&self.inventory),
        };
        match self.now {
            Some(now) => view.at(now),
            None => view,
        }
    }
}

/// Of two objects of one name, of which the second may be a patch of the first or the other way round: what both together have,
/// where that is more than the first has.
fn merged(first: &Object, other: &Object) -> Option<Object> {
    let all = |first: &[Text], others: &[Text]| -> Box<[Text]> {
        let mut keys = [first, others].concat();
        keys.sort();
        keys.dedup();
        keys.into()
    };
    match (first, other) {
        (Object::ConfigMap(first), Object::ConfigMap(other)) => {
            Some(Object::ConfigMap(Box::new(ConfigMap {
                meta: first.meta.clone(),
                keys: all(&first.keys, &other.keys),
                suspects: {
                    let mut suspects = [&*first.suspects, &*other.suspects].concat();
                    suspects.sort_by(|one, another| one.key.cmp(&another.key));
                    suspects.dedup_by(|one, another| one.key == another.key);
                    suspects.into()
                },
            })))
        }
        (Object::SecretSource(first), Object::SecretSource(other)) => {
            let keys = first.keys.as_ref().zip(other.keys.as_ref());
            Some(Object::SecretSource(Box::new(SecretSource {
                meta: first.meta.clone(),
                secret: first.secret.clone().or_else(|| other.secret.clone()),
                keys: keys.map(|(first, others)| all(first, others)),
            })))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Conditions;
    use crate::manifests::{Keep, file};
    use crate::model::{Key, Kind};

    /// A base and the patch of an overlay, whichever is found first.
    #[test]
    fn what_stands_in_several_places_has_the_keys_of_all() {
        let base =
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {a: '1', b: '2'}}";
        let patch =
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: web}, data: {b: '3', c: '4'}}";
        for text in [
            format!("{base}\n---\n{patch}\n"),
            format!("{patch}\n---\n{base}\n"),
        ] {
            let whole = Whole::of(
                file::read(
                    &"a.yaml".into(),
                    text.as_bytes(),
                    Keep::Records(&Conditions::default()),
                )
                .objects,
            );
            let map = whole
                .inventory
                .get(&Key::new(Kind::ConfigMap, "default", "web"));
            let Some(Object::ConfigMap(map)) = map.map(|object| &**object) else {
                panic!("a ConfigMap")
            };
            assert_eq!(map.keys.join(""), "abc");
            assert_eq!(whole.members.len(), 2);
        }
    }
}
