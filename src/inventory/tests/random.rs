//! Random sequences of writes.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use proptest::sample::Index;

use super::naive::{self, Objects, concerns, rebuilt};
use super::reports::{self, policies};
use super::universe::{any_object, object_of};
use crate::inventory::{Change, Inventory, View};
use crate::model::{Key, Kind, Object, Workload};

/// One write.
#[derive(Clone)]
enum Write {
    Apply(Object),
    /// Of one of the objects that are there.
    Delete(Index),
    /// One of the workloads that are there becomes like another one in one respect.
    Alter(Index, Respect, Object),
    Reset(Kind, Vec<Object>),
}

/// What a workload may have in common with another one.
#[derive(Clone, Copy, Debug)]
enum Respect {
    Owner,
    Uid,
    Labels,
    PodLabels,
    Replicas,
    Account,
    Containers,
    End,
}

fn altered(old: &Workload, respect: Respect, like: &Workload) -> Workload {
    let mut new = old.clone();
    match respect {
        Respect::Owner => new.meta.controller = like.meta.controller.clone(),
        Respect::Uid => {
            let other = old
                .meta
                .uid
                .strip_suffix("-0")
                .map(|uid| format!("{uid}-1").into());
            new.meta.uid = other.unwrap_or_else(|| old.meta.uid.clone());
        }
        Respect::Labels => new.meta.labels = like.meta.labels.clone(),
        Respect::PodLabels => new.pod.labels = like.pod.labels.clone(),
        Respect::Replicas => new.replicas = like.replicas,
        Respect::Account => new.pod.service_account = like.pod.service_account.clone(),
        Respect::Containers => new.pod.containers = like.pod.containers.clone(),
        Respect::End => new.finished = !old.finished,
    }
    new
}

/// A line for each object, however it is asked for.
impl fmt::Debug for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Apply(object) => write!(f, "apply {object:?}"),
            Self::Delete(index) => write!(f, "delete {index:?}"),
            Self::Alter(index, respect, like) => {
                write!(f, "alter {respect:?} of {index:?} to that of {like:?}")
            }
            Self::Reset(kind, objects) => {
                write!(f, "reset {kind}")?;
                objects
                    .iter()
                    .try_for_each(|object| write!(f, "\n    {object:?}"))
            }
        }
    }
}

fn any_write() -> impl Strategy<Value = Write> {
    let reset = prop::sample::select(Kind::ALL).prop_flat_map(|kind| {
        let objects = prop::collection::vec(object_of(kind), 0..4);
        objects.prop_map(move |objects| Write::Reset(kind, objects))
    });
    let respects = prop::sample::select(vec![
        Respect::Owner,
        Respect::Uid,
        Respect::Labels,
        Respect::PodLabels,
        Respect::Replicas,
        Respect::Account,
        Respect::Containers,
        Respect::End,
    ]);
    prop_oneof![
        12 => any_object().prop_map(Write::Apply),
        4 => any::<Index>().prop_map(Write::Delete),
        8 => (any::<Index>(), respects, any_object()).prop_map(|(index, respect, like)| Write::Alter(index, respect, like)),
        1 => reset,
    ]
}

/// Writes of which some are made together, as a watch delivers them.
fn any_batches(most: usize) -> impl Strategy<Value = Vec<Vec<Write>>> {
    prop::collection::vec(prop::collection::vec(any_write(), 1..4), 1..most)
}

fn perform(write: &Write, inventory: &mut Inventory, objects: &mut Objects) -> Vec<Change> {
    match write {
        Write::Apply(object) => {
            let before = objects.insert(object.key().clone(), object.clone());
            let change = inventory.apply(object.clone());
            assert_eq!(
                change.is_none(),
                before.as_ref() == Some(object),
                "an equal record is no change"
            );
            change
                .into_iter()
                .inspect(|change| assert_eq!(change.before.as_deref(), before.as_ref()))
                .collect()
        }
        Write::Delete(_) if objects.is_empty() => Vec::new(),
        Write::Delete(index) => {
            let key = index
                .get(&objects.keys().collect::<Vec<_>>())
                .to_owned()
                .clone();
            let before = objects.remove(&key);
            let change = inventory.delete(&key);
            assert_eq!(
                change.as_ref().and_then(|change| change.before.as_deref()),
                before.as_ref()
            );
            change.into_iter().collect()
        }
        Write::Alter(index, respect, like) => {
            let workloads: Vec<_> = objects.values().filter_map(Object::workload).collect();
            if workloads.is_empty() {
                return Vec::new();
            }
            let like = like.workload().unwrap_or(workloads[0]);
            let new = altered(workloads[index.index(workloads.len())], *respect, like);
            perform(
                &Write::Apply(Object::Workload(Box::new(new))),
                inventory,
                objects,
            )
        }
        Write::Reset(kind, wanted) => {
            objects.retain(|key, _| key.kind != *kind);
            objects.extend(
                wanted
                    .iter()
                    .map(|object| (object.key().clone(), object.clone())),
            );
            inventory.reset(*kind, wanted.iter().cloned())
        }
    }
}

fn assert_same(inventory: &Inventory, objects: &Objects) {
    let fresh = rebuilt(objects);
    assert_eq!(inventory.objects, fresh.objects);
    assert_eq!(inventory.edges, fresh.edges);
    assert_eq!(inventory.uids, fresh.uids);
    assert_eq!(inventory.sources, fresh.sources);
    assert_eq!(inventory.len(), objects.len());
}

/// The indexes answer what a look at every object answers, in both directions.
fn assert_answers(inventory: &Inventory, objects: &Objects) {
    let view = View::of(inventory);
    let workloads: BTreeMap<_, _> = naive::top_level(objects)
        .map(|workload| (workload.key(), workload))
        .collect();
    for object in objects.values() {
        let key = object.key();
        let found = view.workload(key).map(|workload| workload.key());
        assert_eq!(
            found,
            workloads.get_key_value(key).map(|(key, _)| *key),
            "{key} is judged itself"
        );
        assert_eq!(
            inventory
                .by_uid(&object.meta().uid)
                .map(|found| found.key()),
            Some(key)
        );
        let concerned = workloads
            .values()
            .filter(|workload| concerns(objects, object, workload));
        let expected: Vec<&Key> = concerned.map(|workload| workload.key()).collect();
        let found: Vec<&Key> = view
            .concerned(object)
            .into_iter()
            .map(|workload| workload.key())
            .collect();
        assert_eq!(found, expected, "the workloads that {key} concerns");
    }
    for (kind, workload) in Kind::ALL
        .iter()
        .flat_map(|kind| workloads.values().map(move |workload| (*kind, workload)))
    {
        let of_kind = objects.values().filter(|object| object.key().kind == kind);
        let expected: Vec<&Key> = of_kind
            .filter(|object| concerns(objects, object, workload))
            .map(Object::key)
            .collect();
        let found: Vec<&Key> = view
            .concerning(workload, kind)
            .into_iter()
            .map(Object::key)
            .collect();
        assert_eq!(
            found,
            expected,
            "the {kind}s that concern {}",
            workload.key()
        );
    }
}

proptest! {
    #[test]
    fn incremental_equals_rebuild(batches in any_batches(20)) {
        let policies = policies();
        let mut objects = Objects::new();
        let mut inventory = rebuilt(&objects);
        let mut contents = reports::all(&policies, &inventory);
        let mut snapshots = Vec::new();
        for batch in &batches {
            let before = inventory.clone();
            snapshots.push((before.clone(), objects.clone()));
            let changes: Vec<_> = batch.iter().flat_map(|write| perform(write, &mut inventory, &mut objects)).collect();
            reports::refresh(&policies, (&before, &inventory), &changes, &mut contents);
            let anew = reports::all(&policies, &inventory);
            for on in contents.keys().chain(anew.keys()) {
                prop_assert!(
                    contents.get(on) == anew.get(on),
                    "{:?} is out of date after {:#?}: {:?}",
                    on, batch, reports::difference(contents.get(on), anew.get(on))
                );
            }
        }
        assert_same(&inventory, &objects);
        assert_answers(&inventory, &objects);
        for (snapshot, objects) in snapshots {
            assert_same(&snapshot, &objects);
        }
    }

    #[test]
    fn a_view_with_a_workload_is_an_inventory_with_it(
        objects in prop::collection::vec(any_object(), 1..20),
        mut workload in any_object().prop_filter("a workload", |object| object.workload().is_some()),
    ) {
        let objects: Objects = objects.into_iter().map(|object| (object.key().clone(), object)).collect();
        let inventory = rebuilt(&objects);
        // The one that a request is about keeps its UID, and is judged whoever owns it.
        workload.meta_mut().uid = objects.get(workload.key()).map_or("".into(), |old| old.meta().uid.clone());
        workload.meta_mut().controller = None;
        let mut written = inventory.clone();
        written.apply(workload.clone());
        let workload = workload.workload().expect("it is a workload");
        let (view, written) = (View::with(&inventory, workload), View::of(&written));
        for kind in Kind::ALL {
            prop_assert_eq!(view.concerning(workload, *kind), written.concerning(workload, *kind));
        }
        for object in objects.values().filter(|object| object.workload().is_none()) {
            prop_assert_eq!(view.concerned(object), written.concerned(object));
        }
        prop_assert_eq!(view.workload(workload.key()), written.workload(workload.key()));
    }
}
