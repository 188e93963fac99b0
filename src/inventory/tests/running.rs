//! What runs: whose verdicts it touches, what it costs, and how pods find their workloads.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::shop::{deployment, object, shop};
use crate::inventory::{Inventory, Record, ReportOn, Sight, View, affected};
use crate::model::{Instance, Key, Kind, Object, Workload};

/// What applying something as it comes from a cluster touches, where checks look at so much.
fn touched(inventory: &mut Inventory, object: Object, sight: Sight) -> BTreeSet<ReportOn> {
    let before = inventory.clone();
    let change = inventory.apply(Record::of_cluster(object));
    change.map_or_else(BTreeSet::new, |change| {
        affected(&before, inventory, &change, sight)
    })
}

fn report(kind: Kind, name: &str) -> ReportOn {
    ReportOn::Workload(Key::new(kind, "shop", name))
}

fn owned_by(kind: Kind, name: &str, labels: Value) -> Value {
    json!({"metadata": {"labels": labels, "ownerReferences": [{
        "apiVersion": kind.api_version(), "kind": kind.name(), "name": name, "uid": format!("{kind}/shop/{name}"),
        "controller": true,
    }]}})
}

fn replica_set(of: &str, name: &str) -> Object {
    let fields = owned_by(Kind::Deployment, of, json!({"pod-template-hash": "1"}));
    object(Kind::ReplicaSet, "shop", name, fields)
}

fn pod(owner: (Kind, &str), name: &str, node: &str, status: Value) -> Object {
    let mut fields = owned_by(owner.0, owner.1, json!({"controller-revision-hash": "1"}));
    fields["spec"] = json!({"nodeName": node});
    fields["status"] = status;
    object(Kind::Pod, "shop", name, fields)
}

fn ready(status: &str) -> Value {
    json!({"phase": "Running", "conditions": [{"type": "Ready", "status": status, "lastTransitionTime": "2026-01-01T11:00:00Z"}]})
}

/// The shop, with a ReplicaSet of `w7` and two pods of that.
fn running() -> Inventory {
    let mut shop = shop();
    shop.apply(Record::of_cluster(replica_set("w7", "w7-a")));
    for name in ["w7-a-1", "w7-a-2"] {
        let pod = pod((Kind::ReplicaSet, "w7-a"), name, "node-1", ready("True"));
        shop.apply(Record::of_cluster(pod));
    }
    shop
}

fn workload(inventory: &Inventory, name: &str) -> Workload {
    let key = Key::new(Kind::Deployment, "shop", name);
    let object = inventory.get(&key).and_then(|object| object.workload());
    object.expect("it is there").clone()
}

fn pods_of(inventory: &Inventory, name: &str) -> Vec<String> {
    let workload = workload(inventory, name);
    let pods = View::of(inventory).pods(&workload);
    pods.iter().map(|pod| pod.name.to_string()).collect()
}

#[test]
fn a_pod_touches_its_workload_alone_and_only_where_that_is_looked_at() {
    let owner = (Kind::ReplicaSet, "w7-a");
    let its = BTreeSet::from([report(Kind::Deployment, "w7")]);
    let rows = [
        (
            "it is there",
            pod(owner, "w7-a-3", "node-1", ready("True")),
            &its,
        ),
        (
            "it is not ready",
            pod(owner, "w7-a-1", "node-1", ready("False")),
            &its,
        ),
        (
            "it moved",
            pod(owner, "w7-a-1", "node-2", ready("True")),
            &its,
        ),
        (
            "nothing",
            pod(owner, "w7-a-1", "node-1", ready("True")),
            &BTreeSet::new(),
        ),
    ];
    for (what, pod, expected) in rows {
        assert_eq!(
            touched(&mut running(), pod.clone(), Sight::Running),
            *expected,
            "{what}"
        );
        assert_eq!(
            touched(&mut running(), pod, Sight::Declared),
            BTreeSet::new(),
            "{what}"
        );
    }
    let mut inventory = running();
    let before = inventory.clone();
    let gone = inventory
        .delete(&Key::new(Kind::Pod, "shop", "w7-a-1"))
        .expect("it was there");
    assert_eq!(affected(&before, &inventory, &gone, Sight::Running), its);
    assert_eq!(
        affected(&before, &inventory, &gone, Sight::Declared),
        BTreeSet::new()
    );
    assert_eq!(pods_of(&inventory, "w7"), ["w7-a-2"]);
}

#[test]
fn an_adopted_pod_touches_who_had_it_and_who_has_it() {
    let mut inventory = running();
    inventory.apply(Record::of_cluster(replica_set("w50", "w50-a")));
    let adopted = pod(
        (Kind::ReplicaSet, "w50-a"),
        "w7-a-1",
        "node-1",
        ready("True"),
    );
    let both = BTreeSet::from([
        report(Kind::Deployment, "w50"),
        report(Kind::Deployment, "w7"),
    ]);
    assert_eq!(touched(&mut inventory, adopted, Sight::Running), both);
    assert_eq!(pods_of(&inventory, "w7"), ["w7-a-2"]);
    assert_eq!(pods_of(&inventory, "w50"), ["w7-a-1"]);
    // Let go by its ReplicaSet, it is judged itself.
    let bare = object(
        Kind::Pod,
        "shop",
        "w7-a-1",
        json!({"spec": {}, "status": ready("True")}),
    );
    let found = touched(&mut inventory, bare, Sight::Running);
    assert!(
        found.contains(&report(Kind::Deployment, "w50")),
        "{found:?}"
    );
    assert!(found.contains(&report(Kind::Pod, "w7-a-1")), "{found:?}");
    assert_eq!(pods_of(&inventory, "w50"), [""; 0]);
    let again = pod(
        (Kind::ReplicaSet, "w7-a"),
        "w7-a-1",
        "node-1",
        ready("True"),
    );
    touched(&mut inventory, again, Sight::Running);
    assert_eq!(pods_of(&inventory, "w7"), ["w7-a-1", "w7-a-2"]);
    assert!(
        inventory
            .get(&Key::new(Kind::Pod, "shop", "w7-a-1"))
            .is_none()
    );
}

#[test]
fn what_stands_between_touches_the_workload() {
    let mut inventory = running();
    let its = BTreeSet::from([report(Kind::Deployment, "w7")]);
    let newer = replica_set("w7", "w7-b");
    assert_eq!(
        touched(&mut inventory.clone(), newer.clone(), Sight::Running),
        its
    );
    assert_eq!(
        touched(&mut inventory, newer, Sight::Declared),
        BTreeSet::new()
    );
    // Whether its pods came first or their owner does not matter.
    let early = pod(
        (Kind::ReplicaSet, "w50-a"),
        "w50-a-1",
        "node-1",
        ready("True"),
    );
    assert_eq!(
        touched(&mut inventory, early, Sight::Running),
        BTreeSet::new()
    );
    assert_eq!(pods_of(&inventory, "w50"), [""; 0]);
    let found = touched(&mut inventory, replica_set("w50", "w50-a"), Sight::Running);
    assert_eq!(found, BTreeSet::from([report(Kind::Deployment, "w50")]));
    assert_eq!(pods_of(&inventory, "w50"), ["w50-a-1"]);
}

#[test]
fn a_node_touches_what_runs_on_it() {
    let mut inventory = running();
    let alone = object(
        Kind::Pod,
        "shop",
        "alone",
        json!({"spec": {"nodeName": "node-1"}}),
    );
    inventory.apply(Record::of_cluster(alone));
    let elsewhere = object(
        Kind::Pod,
        "shop",
        "elsewhere",
        json!({"spec": {"nodeName": "node-2"}}),
    );
    inventory.apply(Record::of_cluster(elsewhere));
    let node = |name: &str, address: &str| {
        let labels = json!({"topology.kubernetes.io/zone": format!("zone-of-{name}")});
        let status = json!({"addresses": [{"type": address, "address": "192.0.2.1"}]});
        let fields = json!({"metadata": {"labels": labels}, "status": status});
        object(Kind::Node, "", name, fields)
    };
    inventory.apply(node("node-1", "InternalIP"));
    inventory.apply(node("node-2", "InternalIP"));
    let public = node("node-1", "ExternalIP");
    let expected = [report(Kind::Deployment, "w7"), report(Kind::Pod, "alone")];
    let found = touched(&mut inventory.clone(), public.clone(), Sight::Running);
    assert_eq!(found, BTreeSet::from(expected));
    assert_eq!(
        touched(&mut inventory, public, Sight::Declared),
        BTreeSet::new()
    );
}

#[test]
fn a_status_touches_nothing_where_only_what_is_declared_is_looked_at() {
    let mut inventory = shop();
    let status = |available: u8| json!({"status": {"observedGeneration": 1, "availableReplicas": available}});
    let its = BTreeSet::from([report(Kind::Deployment, "w3")]);
    let written = |available| deployment("shop", 3, status(available));
    assert_eq!(touched(&mut inventory, written(1), Sight::Running), its);
    assert_eq!(
        touched(&mut inventory, written(2), Sight::Declared),
        BTreeSet::new()
    );
    assert_eq!(
        touched(&mut inventory, written(2), Sight::Running),
        BTreeSet::new()
    );

    let autoscaler = |status: Value| {
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": "w3"});
        let spec = json!({"scaleTargetRef": target, "maxReplicas": 9});
        object(
            Kind::HorizontalPodAutoscaler,
            "shop",
            "hpa",
            json!({"spec": spec, "status": status}),
        )
    };
    inventory.apply(autoscaler(Value::Null));
    let active =
        json!({"conditions": [{"type": "ScalingActive", "status": "False", "reason": "X"}]});
    let found = touched(
        &mut inventory.clone(),
        autoscaler(active.clone()),
        Sight::Running,
    );
    // Not those that share a PodDisruptionBudget with it: bounds matter to them, and conditions do not.
    let expected = [
        ReportOn::Namespace("shop".into()),
        report(Kind::Deployment, "w3"),
    ];
    assert_eq!(found, BTreeSet::from(expected));
    assert_eq!(
        touched(&mut inventory, autoscaler(active), Sight::Declared),
        BTreeSet::new()
    );
}

/// Owner, revision and Node are kept once for all the pods that have them in common, and a pod that changes goes on sharing.
#[test]
fn pods_share_what_they_have_in_common() {
    let mut inventory = running();
    let owner = (Kind::ReplicaSet, "w7-a");
    let restarted = pod(owner, "w7-a-1", "node-1", ready("False"));
    inventory.apply(Record::of_cluster(restarted));
    let pods: Vec<&Arc<Instance>> = inventory.pods.iter().collect();
    let [one, other] = pods[..] else {
        panic!("{} pods", pods.len())
    };
    assert!(Arc::ptr_eq(&one.lineage, &other.lineage));
    let [one, other] = [one, other].map(|pod| pod.status.node.as_ref().expect("a node"));
    assert!(Arc::ptr_eq(one, other));
}
