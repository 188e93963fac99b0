//! Everything that was found, as one inventory.

use std::sync::Arc;

use super::{Manifest, Origin};
use crate::inventory::{Inventory, View};
use crate::model::Object;

/// All the objects that were found, each of which is looked up when another one is judged.
pub struct Whole {
    /// The objects, each name once: where several have one, the first.
    pub inventory: Inventory,
    /// Every object, in the order of the files.
    pub members: Vec<Member>,
}

/// One of the objects.
pub struct Member {
    /// Where it is written.
    pub origin: Origin,
    /// Its record.
    pub object: Arc<Object>,
    /// Whether an earlier one has its name, as in the overlays of a kustomization.
    pub is_repeated: bool,
}

impl Whole {
    /// Makes one inventory of all these objects.
    pub fn of(manifests: Vec<Manifest>) -> Self {
        let mut inventory = Inventory::of_files();
        let member = |Manifest { origin, object }| {
            let is_repeated = inventory.get(object.key()).is_some();
            let object = if is_repeated {
                Arc::new(object)
            } else {
                inventory.apply(object)?.after?.object()?.clone()
            };
            Some(Member {
                origin,
                object,
                is_repeated,
            })
        };
        let members = manifests.into_iter().filter_map(member).collect();
        Self { inventory, members }
    }

    /// What one of the objects is judged in: a repeated workload takes the place of the first of its name.
    pub fn view<'a>(&'a self, member: &'a Member) -> View<'a> {
        match member.object.workload() {
            Some(workload) if member.is_repeated => View::with(&self.inventory, workload),
            _ => View::of(&self.inventory),
        }
    }
}
