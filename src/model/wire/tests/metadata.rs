//! Facts about metadata.

use super::read;
use crate::model::Kind;

#[test]
fn metadata_is_kept_as_far_as_it_is_read() {
    let manifest = "metadata:
  name: web
  namespace: shop
  uid: 1-2
  generation: 7
  creationTimestamp: 2026-01-02T03:04:05Z
  deletionTimestamp: 2026-01-02T03:04:06Z
  labels: {b: '2', a: '1', c: }
  annotations: {x: y}
  managedFields: [{manager: kubectl}]
  ownerReferences:
  - {apiVersion: v1, kind: Node, name: first, uid: u0}
  - {apiVersion: apps/v1beta2, kind: ReplicaSet, name: web-1, uid: u1, controller: true, blockOwnerDeletion: true}
spec: {}";
    let object = read(Kind::Pod, manifest).expect("it is a Pod");
    let meta = object.meta();
    assert_eq!(meta.key.to_string(), "Pod shop/web");
    assert_eq!(
        (&*meta.uid, meta.generation, meta.deleting),
        ("1-2", 7, true)
    );
    assert_eq!(
        meta.created.map(|created| created.to_string()).as_deref(),
        Some("2026-01-02T03:04:05Z")
    );
    let labels: Vec<_> = meta
        .labels
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    assert_eq!(labels, ["a=1", "b=2", "c="]);
    let owner = meta.controller.as_ref().expect("the controlling owner");
    assert_eq!(
        (owner.kind, &*owner.name, &*owner.uid),
        (Some(Kind::ReplicaSet), "web-1", "u1")
    );
    // The pods of a Pod have its own labels.
    assert_eq!(
        object.workload().map(|pod| &pod.pod.labels),
        Some(&meta.labels)
    );
}

#[test]
fn an_owner_counts_where_it_controls() {
    for (owners, expected) in [
        ("null", None),
        ("[]", None),
        (
            "[{apiVersion: apps/v1, kind: ReplicaSet, name: a, uid: u}]",
            None,
        ),
        (
            "[{apiVersion: apps/v1, kind: ReplicaSet, name: a, uid: u, controller: false}]",
            None,
        ),
        (
            "[{apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: a, uid: u, controller: true}]",
            Some(None),
        ),
        (
            "[{apiVersion: batch/v1, kind: CronJob, name: a, controller: true}]",
            Some(Some(Kind::CronJob)),
        ),
    ] {
        let manifest =
            format!("{{metadata: {{name: web, ownerReferences: {owners}}}, spec: {{}}}}");
        let object = read(Kind::Job, &manifest).expect("it is a Job");
        assert_eq!(
            object.meta().controller.as_ref().map(|owner| owner.kind),
            expected,
            "{owners}"
        );
    }
}

#[test]
fn a_name_may_be_yet_to_be_made() {
    let name = |metadata: &str| {
        let object = read(Kind::Job, &format!("{{metadata: {metadata}, spec: {{}}}}"))?;
        Ok::<_, String>(object.key().name.to_string())
    };
    assert_eq!(name("{name: web}").as_deref(), Ok("web"));
    assert_eq!(name("{generateName: web-}").as_deref(), Ok("web-"));
    assert_eq!(
        name("{name: '', generateName: web-}").as_deref(),
        Ok("web-")
    );
    assert_eq!(
        name("{name: web, generateName: web-}").as_deref(),
        Ok("web")
    );
    for nameless in ["{}", "null", "{namespace: shop}"] {
        let problem = name(nameless).expect_err("it has no name");
        assert!(
            problem.contains("metadata.name: required"),
            "{nameless}: {problem}"
        );
    }
}

#[test]
fn a_cluster_has_no_namespace_for_what_is_its_own() {
    let object = read(Kind::ClusterRole, "metadata: {name: web, namespace: shop}")
        .expect("it is a ClusterRole");
    assert_eq!(object.key().to_string(), "ClusterRole web");
}
