//! How many reports a change of what pods need has judged again: those that need it, and no other.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::counted::{assert_touches, touched, workloads};
use super::shop::{deployment, object, shop};
use crate::inventory::{Inventory, ReportOn};
use crate::model::{Key, Kind, Object};

/// The shop, of which one Deployment has these fields in its pods.
fn with_pod(number: usize, spec: Value) -> Inventory {
    let mut inventory = shop();
    let fields = json!({"spec": {"template": {"spec": spec}}});
    inventory.apply(deployment("shop", number, fields));
    inventory
}

fn config_map(name: &str, data: Value) -> Object {
    object(Kind::ConfigMap, "shop", name, json!({"data": data}))
}

#[test]
fn a_config_map_touches_those_that_need_it() {
    let container = json!({"name": "main", "envFrom": [{"configMapRef": {"name": "settings"}}]});
    let inventory = with_pod(5, json!({"containers": [container]}));
    let map = config_map("settings", json!({"a": "1"}));
    // Whoever needs it or not: where nobody does, it is judged with its namespace.
    let namespace = |name: &str| [ReportOn::Namespace(name.into())];
    let needing = workloads([5]).chain(namespace("shop"));
    assert_touches(&inventory, std::slice::from_ref(&map), needing);
    assert_touches(
        &inventory,
        &[config_map("other", json!({}))],
        namespace("shop"),
    );
    let elsewhere = object(Kind::ConfigMap, "other", "settings", json!({}));
    assert_touches(&inventory, &[elsewhere], namespace("other"));
    // A value is not even kept; another key is a change.
    let mut there = inventory.clone();
    there.apply(map);
    let another_value = config_map("settings", json!({"a": "2"}));
    assert_eq!(
        touched(&there, |inventory| inventory.apply(another_value)),
        BTreeSet::new()
    );
    let labelled = object(
        Kind::ConfigMap,
        "shop",
        "settings",
        json!({"metadata": {"labels": {"a": "b"}}, "data": {"a": "1"}}),
    );
    assert_eq!(
        touched(&there, |inventory| inventory.apply(labelled)),
        BTreeSet::new()
    );
    let another_key = config_map("settings", json!({"b": "1"}));
    assert_eq!(
        touched(&there, |inventory| inventory.apply(another_key)),
        workloads([5]).collect()
    );
    let a_secret = config_map("settings", json!({"a": "postgres://shop:s3cret@db"}));
    assert_eq!(
        touched(&there, |inventory| inventory.apply(a_secret)),
        workloads([5]).chain(namespace("shop")).collect()
    );
}

fn claim(name: &str, spec: Value) -> Object {
    object(
        Kind::PersistentVolumeClaim,
        "shop",
        name,
        json!({"spec": spec}),
    )
}

fn volume(class: &str, phase: &str) -> Object {
    let fields = json!({"spec": {"storageClassName": class}, "status": {"phase": phase}});
    object(Kind::PersistentVolume, "", "pv", fields)
}

fn class(name: &str, fields: Value) -> Object {
    object(Kind::StorageClass, "", name, fields)
}

#[test]
fn what_a_claim_depends_on_touches_those_that_use_it() {
    let volumes = json!([{"name": "files", "persistentVolumeClaim": {"claimName": "files"}}]);
    let inventory = with_pod(7, json!({"volumes": volumes}));
    let waiting = claim("files", json!({"storageClassName": "fast"}));
    assert_touches(&inventory, std::slice::from_ref(&waiting), workloads([7]));
    assert_touches(&inventory, &[claim("others", json!({}))], []);
    let mut claimed = inventory.clone();
    claimed.apply(waiting);
    let makes = |name| class(name, json!({"provisioner": "a"}));
    assert_touches(&claimed, &[makes("fast")], workloads([7]));
    assert_touches(&claimed, &[makes("slow")], []);
    // A volume that is free, where no class makes one; any other is none of its business.
    assert_touches(&claimed, &[volume("fast", "Available")], workloads([7]));
    assert_touches(
        &claimed,
        &[volume("slow", "Available"), volume("fast", "Bound")],
        [],
    );
    let mut made = claimed.clone();
    made.apply(makes("fast"));
    assert_touches(&made, &[volume("fast", "Available")], []);
    made.apply(claim(
        "files",
        json!({"storageClassName": "fast", "volumeName": "pv"}),
    ));
    assert_touches(&made, &[volume("fast", "Bound")], workloads([7]));
}

#[test]
fn the_default_class_touches_those_that_name_none() {
    let volumes = json!([{"name": "a", "ephemeral": {"volumeClaimTemplate": {"spec": {}}}}]);
    let inventory = with_pod(9, json!({"volumes": volumes}));
    let annotations = json!({"storageclass.kubernetes.io/is-default-class": "true"});
    let fields = json!({"metadata": {"annotations": annotations}, "provisioner": "a"});
    assert_touches(&inventory, &[class("std", fields)], workloads([9]));
    assert_touches(
        &inventory,
        &[class("other", json!({"provisioner": "a"}))],
        [],
    );
}

#[test]
fn a_claim_touches_the_stateful_set_that_it_was_made_for() {
    let mut inventory = shop();
    let templates = json!([{"metadata": {"name": "data"}}, {"metadata": {"name": "data-old"}}]);
    for name in ["db", "old-db"] {
        let fields = json!({"spec": {"replicas": 2, "volumeClaimTemplates": templates}});
        inventory.apply(object(Kind::StatefulSet, "shop", name, fields));
    }
    let sets = |names: &[&str]| -> BTreeSet<ReportOn> {
        let key = |name: &&str| Key::new(Kind::StatefulSet, "shop", *name);
        names
            .iter()
            .map(|name| ReportOn::Workload(key(name)))
            .collect()
    };
    for (name, expected) in [
        ("data-db-0", sets(&["db"])),
        ("data-db-1", sets(&["db"])),
        // There is no third pod.
        ("data-db-2", sets(&[])),
        ("logs-db-0", sets(&[])),
        ("data-db", sets(&[])),
        // Of either: the name does not tell.
        ("data-old-db-0", sets(&["db", "old-db"])),
    ] {
        assert_touches(&inventory, &[claim(name, json!({}))], expected);
    }
}

fn node(name: &str, pool: &str) -> Object {
    let labels = json!({"kubernetes.io/hostname": name, "pool": pool});
    object(
        Kind::Node,
        "",
        name,
        json!({"metadata": {"labels": labels}}),
    )
}

#[test]
fn a_node_touches_workloads_only_where_nodes_begin_or_cease_to_differ() {
    let mut inventory = with_pod(3, json!({"nodeSelector": {"pool": "a"}}));
    let mut all = BTreeSet::new();
    for namespace in ["shop", "other"] {
        all.extend((0..100).map(|number| {
            let key = Key::new(Kind::Deployment, namespace, format!("w{number}"));
            ReportOn::Workload(key)
        }));
    }
    // This one has chosen.
    all.remove(&ReportOn::Workload(Key::new(
        Kind::Deployment,
        "shop",
        "w3",
    )));
    assert_touches(&inventory, &[node("n1", "a")], all.clone());
    inventory.apply(node("n1", "a"));
    assert_touches(&inventory, &[node("n2", "a")], []);
    assert_touches(&inventory, &[node("n2", "b")], all.clone());
    inventory.apply(node("n2", "b"));
    assert_touches(
        &inventory,
        &[node("n3", "a"), node("n3", "b"), node("n3", "c")],
        [],
    );
    let alike = node("n2", "a");
    assert_eq!(touched(&inventory, |inventory| inventory.apply(alike)), all);
}
