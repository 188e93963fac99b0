//! Random sequences of writes.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use proptest::sample::Index;

use super::naive::{self, Objects, concerns, rebuilt};
use super::reports::{self, policies};
use super::universe::{any_object, any_record, record_of};
use crate::inventory::{Change, Inventory, Record, View};
use crate::model::{Instance, Key, Kind, Object, Workload};

/// One write.
#[derive(Clone)]
enum Write {
    Apply(Record),
    /// Of one of the objects that are there.
    Delete(Index),
    /// One of the workloads that are there becomes like another one in one respect.
    Alter(Index, Respect, Box<Object>),
    Reset(Kind, Vec<Record>),
}

/// All there is, as it should be.
#[derive(Clone, Default)]
struct World {
    objects: Objects,
    /// The pods of workloads.
    pods: BTreeMap<Key, Instance>,
}

impl World {
    fn keys(&self) -> Vec<Key> {
        self.objects
            .keys()
            .chain(self.pods.keys())
            .cloned()
            .collect()
    }

    fn get(&self, key: &Key) -> Option<Record> {
        let object = self.objects.get(key).cloned().map(Record::from);
        object.or_else(|| self.pods.get(key).cloned().map(Record::from))
    }

    fn remove(&mut self, key: &Key) {
        self.objects.remove(key);
        self.pods.remove(key);
    }

    fn insert(&mut self, record: &Record) {
        self.remove(&record.key());
        match record {
            Record::Object(object) => {
                self.objects.insert(record.key(), Object::clone(object));
            }
            Record::Instance(pod) => {
                self.pods.insert(record.key(), Instance::clone(pod));
            }
        }
    }

    fn rebuilt(&self) -> Inventory {
        let mut inventory = rebuilt(&self.objects);
        for pod in self.pods.values() {
            inventory.apply(pod.clone());
        }
        inventory
    }
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
    Needs,
    End,
    Observed,
    Delivery,
    Answers,
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
        Respect::Needs => {
            new.pod.volumes = like.pod.volumes.clone();
            new.pod.references = like.pod.references.clone();
            new.pod.chooses_nodes = like.pod.chooses_nodes;
            new.claim_templates = like.claim_templates.clone();
            new.first_ordinal = like.first_ordinal;
        }
        Respect::End => new.finished = !old.finished,
        Respect::Observed => new.observed = like.observed.clone(),
        Respect::Delivery => new.delivery = like.delivery.clone(),
        Respect::Answers => new.answers = reports::answered_otherwise(&old.answers),
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
        let records = prop::collection::vec(record_of(kind), 0..4);
        records.prop_map(move |records| Write::Reset(kind, records))
    });
    let respects = prop::sample::select(vec![
        Respect::Owner,
        Respect::Uid,
        Respect::Labels,
        Respect::PodLabels,
        Respect::Replicas,
        Respect::Account,
        Respect::Containers,
        Respect::Needs,
        Respect::End,
        Respect::Observed,
        Respect::Delivery,
        Respect::Answers,
    ]);
    prop_oneof![
        12 => any_record().prop_map(Write::Apply),
        4 => any::<Index>().prop_map(Write::Delete),
        8 => (any::<Index>(), respects, any_object()).prop_map(|(index, respect, like)| Write::Alter(index, respect, Box::new(like))),
        1 => reset,
    ]
}

/// Writes of which some are made together, as a watch delivers them.
fn any_batches(most: usize) -> impl Strategy<Value = Vec<Vec<Write>>> {
    prop::collection::vec(prop::collection::vec(any_write(), 1..4), 1..most)
}

fn perform(write: &Write, inventory: &mut Inventory, world: &mut World) -> Vec<Change> {
    match write {
        Write::Apply(record) => {
            let before = world.get(&record.key());
            world.insert(record);
            let change = inventory.apply(record.clone());
            assert_eq!(
                change.is_none(),
                before.as_ref() == Some(record),
                "an equal record is no change"
            );
            change
                .into_iter()
                .inspect(|change| assert_eq!(change.before, before))
                .collect()
        }
        Write::Delete(index) => {
            let keys = world.keys();
            if keys.is_empty() {
                return Vec::new();
            }
            let key = index.get(&keys);
            let before = world.get(key);
            world.remove(key);
            let change = inventory.delete(key);
            assert_eq!(
                change.as_ref().and_then(|change| change.before.as_ref()),
                before.as_ref()
            );
            change.into_iter().collect()
        }
        Write::Alter(index, respect, like) => {
            let workloads = world.objects.values().filter_map(Object::workload);
            let workloads: Vec<_> = workloads.collect();
            if workloads.is_empty() {
                return Vec::new();
            }
            let like = like.workload().unwrap_or(workloads[0]);
            let new = altered(workloads[index.index(workloads.len())], *respect, like);
            let write = Write::Apply(Object::Workload(Box::new(new)).into());
            perform(&write, inventory, world)
        }
        Write::Reset(kind, wanted) => {
            world.objects.retain(|key, _| key.kind != *kind);
            world.pods.retain(|key, _| key.kind != *kind);
            wanted.iter().for_each(|record| world.insert(record));
            inventory.reset(*kind, wanted.iter().cloned())
        }
    }
}

fn assert_same(inventory: &Inventory, world: &World) {
    let fresh = world.rebuilt();
    assert_eq!(inventory.objects, fresh.objects);
    assert_eq!(inventory.pods.contents(), fresh.pods.contents());
    assert_eq!(inventory.edges(), fresh.edges());
    assert_eq!(inventory.uids, fresh.uids);
    assert_eq!(inventory.sources, fresh.sources);
    assert_eq!(inventory.len(), world.keys().len());
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
        let mut world = World::default();
        let mut inventory = world.rebuilt();
        let mut contents = reports::all(&policies, &inventory);
        let mut snapshots = Vec::new();
        for batch in &batches {
            let before = inventory.clone();
            snapshots.push((before.clone(), world.clone()));
            let changes: Vec<_> = batch.iter().flat_map(|write| perform(write, &mut inventory, &mut world)).collect();
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
        assert_same(&inventory, &world);
        assert_answers(&inventory, &world.objects);
        for (snapshot, world) in snapshots {
            assert_same(&snapshot, &world);
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

    /// The edges of files are made when they are first asked for.
    #[test]
    fn edges_made_late_are_those_made_in_time(objects in prop::collection::vec(any_object(), 0..12), asked in any::<Index>()) {
        let (mut early, mut late) = (Inventory::of_files(), Inventory::of_files());
        early.edges();
        let asked = asked.index(objects.len() + 1);
        for (at, object) in objects.into_iter().enumerate() {
            if at == asked {
                late.edges();
            }
            prop_assert_eq!(early.apply(object.clone()).is_some(), late.apply(object).is_some());
        }
        prop_assert_eq!(&early.objects, &late.objects);
        prop_assert_eq!(early.edges(), late.edges());
        let clone = early.clone();
        prop_assert_eq!(clone.edges(), early.edges());
    }
}
