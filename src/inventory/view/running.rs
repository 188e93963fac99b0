//! What runs of a workload.

use super::View;
use crate::inventory::DEEPEST;
use crate::inventory::edges::Anchor;
use crate::model::{Key, Kind, Node, Object, Observed, PodStatus, Stub, Text, Workload};

/// One of a workload's pods.
#[derive(Clone, Copy, Debug)]
pub struct Replica<'a> {
    /// Its name.
    pub name: &'a Text,
    /// The UID of its owner; empty for a Pod that is judged itself.
    pub owner: &'a str,
    /// Which of its owner's revisions it is of; empty where it does not say.
    pub revision: &'a str,
    /// How it does.
    pub status: &'a PodStatus,
}

impl<'a> View<'a> {
    /// The pods of a workload that is judged itself, of all its revisions, by name: those that it controls, and those that are
    /// controlled by what it controls. A Pod is its own.
    pub fn pods<'w>(self, workload: &'w Workload) -> Vec<Replica<'w>>
    where
        'a: 'w,
    {
        if let Observed::Pod(status) = &workload.observed {
            return vec![Replica {
                name: &workload.meta.key.name,
                owner: "",
                revision: "",
                status,
            }];
        }
        let mut found = Vec::new();
        self.gather(&workload.meta.uid, 0, &mut found);
        found.sort_by_key(|pod| pod.name);
        found
    }

    fn gather(self, uid: &Text, depth: usize, found: &mut Vec<Replica<'a>>) {
        // An object of a file has no UID, nor has it pods.
        if uid.is_empty() || depth == DEEPEST {
            return;
        }
        let pods = self.inventory.pods.of_owner(uid.clone());
        found.extend(pods.map(|pod| Replica {
            name: &pod.name,
            owner: &pod.lineage.owner,
            revision: &pod.lineage.revision,
            status: &pod.status,
        }));
        let owned = self.inventory.anchored(Anchor::Owner { uid: uid.clone() });
        for object in owned.filter(|object| object.key().kind.is_workload()) {
            if !self.inventory.is_top_level(object) {
                self.gather(&object.meta().uid, depth + 1, found);
            }
        }
    }

    /// The Node of a name.
    pub fn node(self, name: &Text) -> Option<&'a Node> {
        match self.get(&Key::new(Kind::Node, "", name.clone()))? {
            Object::Node(node) => Some(node),
            _ => None,
        }
    }

    /// The revisions of a workload that are kept, the newest first: the ReplicaSets of a Deployment, the ControllerRevisions
    /// of a StatefulSet or a DaemonSet. Other kinds have none.
    pub fn revisions(self, workload: &Workload) -> Vec<&'a Stub> {
        let of = match workload.kind() {
            Kind::Deployment => Kind::ReplicaSet,
            Kind::StatefulSet | Kind::DaemonSet => Kind::ControllerRevision,
            _ => return Vec::new(),
        };
        let uid = workload.meta.uid.clone();
        let owned = self.inventory.anchored(Anchor::Owner { uid });
        let mut found: Vec<_> = owned
            .filter(|object| object.key().kind == of)
            .filter_map(|object| match &**object {
                Object::Owned(stub) => Some(&**stub),
                _ => None,
            })
            .collect();
        found.sort_by_key(|stub| (std::cmp::Reverse(stub.revision), &stub.meta.key));
        found
    }
}
