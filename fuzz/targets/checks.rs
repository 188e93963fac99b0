//! Objects that no API server would take, judged by every check; and an inventory that changes one object at a time, whose verdicts
//! must be those of one that is filled anew.

#![no_main]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use plimsoll::checks;
use plimsoll::engine::{self, Conditions, Policy, PolicySet, report};
use plimsoll::inventory::{Inventory, ReportOn, Sight, View, affected};
use plimsoll::manifests::{self, Keep};
use plimsoll::model::{Kind, KindSet, Object};
use plimsoll_fuzz::mutate::spoil;
use plimsoll_fuzz::seeds::OBJECTS;
use plimsoll_fuzz::tape::Tape;
use serde_json::Value;

/// More are not needed for any two to meet.
const MOST: usize = 12;

static POLICIES: LazyLock<PolicySet> = LazyLock::new(|| {
    let all = checks::ALL.iter().copied().filter(|check| !check.judges_launches());
    PolicySet::new([Policy::of_checks("all", all)])
});

fuzz_target!(|bytes: &[u8]| {
    let mut tape = Tape::new(bytes);
    let mut kept: Vec<Value> = Vec::new();
    let mut inventory = Inventory::of_files();
    let mut verdicts = BTreeMap::new();
    for _ in 0..MOST {
        if tape.is_over() {
            break;
        }
        let before = inventory.clone();
        let change = match tape.below(6) {
            0 if !kept.is_empty() => {
                let gone = kept.remove(tape.below(kept.len()));
                object(&gone).and_then(|object| inventory.delete(object.key()))
            }
            choice => {
                let mut value = match choice {
                    1 | 2 if !kept.is_empty() => kept[tape.below(kept.len())].clone(),
                    _ => OBJECTS[tape.below(OBJECTS.len())].clone(),
                };
                for _ in 0..tape.below(6) {
                    spoil(&mut value, &mut tape);
                }
                let Some(object) = object(&value) else { continue };
                let key = object.key();
                if KindSet::FILES_ONLY.contains(key.kind) {
                    // Files do not change one at a time, and no cluster has records of these.
                    let mut with = inventory.clone();
                    let on = ReportOn::Namespace(key.namespace.clone());
                    with.apply(object);
                    judge_all(&with, &mut BTreeMap::new());
                    judge(&with, &on, &mut BTreeMap::new());
                    continue;
                }
                kept.push(value);
                inventory.apply(object)
            }
        };
        let Some(change) = change else { continue };
        for on in affected(&before, &inventory, &change, Sight::Running) {
            judge(&inventory, &on, &mut verdicts);
        }
    }
    // The same records, put in the other way round.
    let mut anew = Inventory::of_files();
    let all = Kind::ALL.iter().flat_map(|kind| inventory.of_kind(*kind));
    let objects: Vec<_> = all.cloned().collect();
    for object in objects.iter().rev() {
        anew.apply(object.clone());
    }
    let mut expected = BTreeMap::new();
    judge_all(&anew, &mut expected);
    for (on, verdict) in &expected {
        let incremental = verdicts.get(on).map_or("", String::as_str);
        assert_eq!(incremental, verdict, "{on:?}");
    }
});

/// The record of an object, as it comes from a file.
fn object(value: &Value) -> Option<Arc<Object>> {
    let text = value.to_string();
    let conditions = Conditions::default();
    let found = manifests::of_bytes("fuzz.json", text.as_bytes(), Keep::Records(&conditions));
    found.objects.into_iter().next().map(|manifest| manifest.object)
}

/// Judges whatever there is to report on.
fn judge_all(inventory: &Inventory, verdicts: &mut BTreeMap<ReportOn, String>) {
    let all = Kind::ALL.iter().flat_map(|kind| inventory.of_kind(*kind));
    for object in all {
        let key = object.key();
        if key.kind.is_workload() && inventory.is_top_level(object) {
            judge(inventory, &ReportOn::Workload(key.clone()), verdicts);
        }
        judge(inventory, &ReportOn::Namespace(key.namespace.clone()), verdicts);
    }
}

/// Judges what a report is on by every check, and keeps what came of it.
fn judge(inventory: &Inventory, on: &ReportOn, verdicts: &mut BTreeMap<ReportOn, String>) {
    let view = View::of(inventory);
    let verdict = match on {
        ReportOn::Workload(key) => {
            let Some(workload) = view.workload(key) else {
                verdicts.remove(on);
                return;
            };
            let Some(evaluation) = engine::evaluate(&POLICIES, view, workload) else {
                verdicts.remove(on);
                return;
            };
            format!("{:?}", report::of_workload(workload, &evaluation))
        }
        ReportOn::Namespace(namespace) => {
            let evaluation = engine::unclaimed(&POLICIES, view, namespace);
            let report = evaluation.and_then(|evaluation| report::of_namespace(namespace, &evaluation));
            report.map_or_else(String::new, |report| format!("{report:?}"))
        }
    };
    verdicts.insert(on.clone(), verdict);
}
