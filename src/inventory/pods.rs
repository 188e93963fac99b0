//! The pods of workloads. There are so many of them that they are kept apart from other records, in little room: one
//! allocation each and one for its name, shared by three indexes.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Bound;
use std::sync::Arc;

use imbl::OrdSet;

use crate::model::{Instance, Lineage, Meta, Object, Text};

/// How many pods of an owner are asked for what they could have in common with a new one: not all are of one revision.
const RELATIVES: usize = 64;

/// Pods, by name, by owner and by Node.
#[derive(Clone, Debug, Default)]
pub(super) struct Pods {
    by_name: OrdSet<Entry<ByName>>,
    by_owner: OrdSet<Entry<ByOwner>>,
    by_node: OrdSet<Entry<ByNode>>,
}

impl Pods {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// The pod of a name.
    pub(super) fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Instance>> {
        let path: Path<'_> = [namespace, name, ""];
        self.by_name
            .get(&path as &dyn Placed)
            .map(|entry| &entry.pod)
    }

    /// Every pod, by namespace and name.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Instance>> {
        self.by_name.iter().map(|entry| &entry.pod)
    }

    /// The pods that an object controls, by its UID; by namespace and name.
    pub(super) fn of_owner(&self, uid: Text) -> impl Iterator<Item = &Arc<Instance>> {
        under(&self.by_owner, uid)
    }

    /// The pods that are scheduled to a Node, by namespace and name.
    pub(super) fn on_node(&self, name: Text) -> impl Iterator<Item = &Arc<Instance>> {
        under(&self.by_node, name)
    }

    /// Stores a pod in place of the one of its name, which is `before`. Its owner may be here.
    pub(super) fn insert(
        &mut self,
        pod: Arc<Instance>,
        before: Option<&Arc<Instance>>,
        owner: Option<&Object>,
    ) -> Arc<Instance> {
        let pod = self.sharing(pod, before, owner);
        self.replace(before, Some(&pod));
        pod
    }

    /// Removes a pod.
    pub(super) fn remove(&mut self, pod: &Arc<Instance>) {
        self.replace(Some(pod), None);
    }

    fn replace(&mut self, before: Option<&Arc<Instance>>, after: Option<&Arc<Instance>>) {
        replace(&mut self.by_name, before, after);
        replace(&mut self.by_owner, before, after);
        replace(&mut self.by_node, before, after);
    }

    /// The same pod, with what it has in common with its owner and with other pods kept once.
    fn sharing(
        &self,
        mut pod: Arc<Instance>,
        before: Option<&Arc<Instance>>,
        owner: Option<&Object>,
    ) -> Arc<Instance> {
        let relatives = self.of_owner(pod.lineage.owner.clone()).take(RELATIVES);
        let lineage = before
            .into_iter()
            .chain(relatives)
            .map(|relative| &relative.lineage)
            .find(|lineage| **lineage == pod.lineage)
            .cloned();
        let mut relatives = self.of_owner(pod.lineage.owner.clone()).take(RELATIVES);
        let digests = relatives
            .find(|relative| relative.status.digests == pod.status.digests)
            .map(|relative| relative.status.digests.clone());
        let node = pod.status.node.clone();
        let node = node.and_then(|name| self.on_node(name).next()?.status.node.clone());
        let shared = Arc::make_mut(&mut pod);
        shared.lineage = match (lineage, owner) {
            (Some(lineage), _) => lineage,
            (None, Some(owner)) => Arc::new(of_owner(&shared.lineage, owner)),
            (None, None) => shared.lineage.clone(),
        };
        if node.is_some() {
            shared.status.node = node;
        }
        if let Some(digests) = digests {
            shared.status.digests = digests;
        }
        pod
    }
}

#[cfg(test)]
impl Pods {
    /// What each of the indexes has, in its order.
    pub(super) fn contents(&self) -> [Vec<Arc<Instance>>; 3] {
        fn all<O: Order>(index: &OrdSet<Entry<O>>) -> Vec<Arc<Instance>> {
            index.iter().map(|entry| entry.pod.clone()).collect()
        }
        [all(&self.by_name), all(&self.by_owner), all(&self.by_node)]
    }
}

/// The same lineage, with what it says after its owner in the owner's words.
fn of_owner(lineage: &Lineage, owner: &Object) -> Lineage {
    let Meta { key, uid, .. } = owner.meta();
    let hash = match owner {
        Object::Owned(stub) => Some(&stub.hash),
        _ => None,
    };
    let same = |known: &Text, text: &Text| if known == text { known } else { text }.clone();
    Lineage {
        namespace: same(&key.namespace, &lineage.namespace),
        owner: same(uid, &lineage.owner),
        revision: same(hash.unwrap_or(&lineage.revision), &lineage.revision),
    }
}

/// What an index sorts by, the most significant first.
type Path<'a> = [&'a str; 3];

/// What an index is sorted by.
trait Order: Copy + fmt::Debug {
    /// Where a pod stands; `None` where it is not in the index.
    fn path(pod: &Instance) -> Option<Path<'_>>;
}

#[derive(Clone, Copy, Debug)]
struct ByName;

#[derive(Clone, Copy, Debug)]
struct ByOwner;

#[derive(Clone, Copy, Debug)]
struct ByNode;

impl Order for ByName {
    fn path(pod: &Instance) -> Option<Path<'_>> {
        Some([&pod.lineage.namespace, &pod.name, ""])
    }
}

impl Order for ByOwner {
    fn path(pod: &Instance) -> Option<Path<'_>> {
        let lineage = &pod.lineage;
        Some([&lineage.owner, &lineage.namespace, &pod.name])
    }
}

impl Order for ByNode {
    fn path(pod: &Instance) -> Option<Path<'_>> {
        let node = pod.status.node.as_ref()?;
        Some([node, &pod.lineage.namespace, &pod.name])
    }
}

/// A pod in an index: no more than a pointer.
#[derive(Clone, Debug)]
struct Entry<O> {
    pod: Arc<Instance>,
    order: PhantomData<O>,
}

/// What stands somewhere in an index, or is looked for there.
trait Placed {
    fn path(&self) -> Path<'_>;
}

impl Placed for Path<'_> {
    fn path(&self) -> Path<'_> {
        *self
    }
}

impl<O: Order> Placed for Entry<O> {
    fn path(&self) -> Path<'_> {
        // Only pods that have a place are put into an index.
        O::path(&self.pod).unwrap_or_default()
    }
}

impl PartialEq for dyn Placed + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for dyn Placed + '_ {}

impl PartialOrd for dyn Placed + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn Placed + '_ {
    fn cmp(&self, other: &Self) -> Ordering {
        self.path().cmp(&other.path())
    }
}

impl<'a, O: Order + 'a> Borrow<dyn Placed + 'a> for Entry<O> {
    fn borrow(&self) -> &(dyn Placed + 'a) {
        self
    }
}

impl<O: Order> PartialEq for Entry<O> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<O: Order> Eq for Entry<O> {}

impl<O: Order> PartialOrd for Entry<O> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<O: Order> Ord for Entry<O> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.path().cmp(&other.path())
    }
}

/// The pods of an index whose places begin so.
fn under<O: Order + 'static>(
    index: &OrdSet<Entry<O>>,
    first: Text,
) -> impl Iterator<Item = &Arc<Instance>> {
    let from: Path<'_> = [&first, "", ""];
    let from: &dyn Placed = &from;
    let range = index.range::<_, dyn Placed>((Bound::Included(from), Bound::Unbounded));
    range
        .take_while(move |entry| *entry.path()[0] == *first)
        .map(|entry| &entry.pod)
}

fn replace<O: Order + 'static>(
    index: &mut OrdSet<Entry<O>>,
    before: Option<&Arc<Instance>>,
    after: Option<&Arc<Instance>>,
) {
    let was = before.and_then(|pod| O::path(pod));
    let is = after.and_then(|pod| O::path(pod));
    if let Some(was) = was.filter(|was| is.as_ref() != Some(was)) {
        index.remove(&was as &dyn Placed);
    }
    if let Some(pod) = after.filter(|_| is.is_some()) {
        index.insert(Entry {
            pod: pod.clone(),
            order: PhantomData,
        });
    }
}
