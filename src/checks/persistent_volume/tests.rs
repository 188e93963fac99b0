use super::CHECK;
use crate::check::testing::{assert_on, assert_running};
use crate::model::Verdict::{self, Fail, NotApplicable, Pass, Unknown};

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {volumes: [{name: a, persistentVolumeClaim: {claimName: files}}]}}";

fn claim(spec: &str, phase: &str) -> String {
    named_claim("files", spec, phase)
}

fn named_claim(name: &str, spec: &str, phase: &str) -> String {
    format!(
        "\n---\n{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {name}}}, spec: {{{spec}}}, status: {{phase: {phase}}}}}"
    )
}

fn volume(spec: &str, phase: &str) -> String {
    format!(
        "\n---\n{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: pv}}, spec: {{{spec}}}, status: {{phase: {phase}}}}}"
    )
}

fn class(name: &str, rest: &str) -> String {
    format!(
        "\n---\n{{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {{name: {name}}}, {rest}}}"
    )
}

const MAKES: &str = "provisioner: disk.csi.azure.com";
const WAITS: &str = "provisioner: disk.csi.azure.com, volumeBindingMode: WaitForFirstConsumer";
const NONE: &str =
    "provisioner: kubernetes.io/no-provisioner, volumeBindingMode: WaitForFirstConsumer";

/// A row: what there is beside the Pod, and what is said of it.
type Row<'a> = (String, Verdict, &'a str);

fn assert_rows(rows: &[Row<'_>]) {
    for (others, expected, part) in rows {
        let parts: &[&str] = if part.is_empty() { &[] } else { &[part] };
        assert_running(&CHECK, &[(&(POD.to_owned() + others), *expected, parts)]);
    }
}

#[test]
fn a_bound_claim_has_its_volume() {
    let bound = claim("volumeName: pv, storageClassName: fast", "Bound");
    let own = "claimRef: {namespace: default, name: files}";
    assert_rows(&[
        (bound.clone() + &volume(own, "Bound"), Pass, ""),
        (
            bound.clone(),
            Fail,
            "- /spec/volumes/0/persistentVolumeClaim/claimName files: PersistentVolume pv of claim files is not there",
        ),
        (
            bound.clone() + &volume("claimRef: {namespace: other, name: files}", "Bound"),
            Fail,
            "belongs to claim other/files, not to files",
        ),
        (
            bound.clone() + &volume(own, "Released"),
            Fail,
            "no longer bound",
        ),
        (
            bound.clone() + &volume(own, "Failed"),
            Fail,
            "no longer bound",
        ),
        (
            bound.clone() + &volume(own, "Available"),
            Unknown,
            "not bound to PersistentVolume pv yet",
        ),
        (
            bound.clone() + &volume(&format!("{own}, hostPath: {{path: /data}}"), "Bound"),
            Fail,
            "a directory of whichever node",
        ),
        // Where the volume is on one node, the pod goes there.
        (
            bound.clone()
                + &volume(
                    &format!("{own}, hostPath: {{path: /data}}, nodeAffinity: {{required: {{}}}}"),
                    "Bound",
                ),
            Pass,
            "",
        ),
        (
            bound
                + &volume(
                    &format!("{own}, local: {{path: /data}}, nodeAffinity: {{required: {{}}}}"),
                    "Bound",
                ),
            Pass,
            "",
        ),
        (claim("", "Lost"), Fail, "has lost its volume"),
        (String::new(), Unknown, "claim files is not there"),
    ]);
}

#[test]
fn a_claim_without_a_volume_needs_a_class_that_makes_one() {
    let wants = |class: &str| claim(&format!("storageClassName: {class}"), "Pending");
    assert_rows(&[
        (wants("fast") + &class("fast", WAITS), Pass, ""),
        (
            wants("fast") + &class("fast", MAKES),
            Unknown,
            "has no volume yet, which StorageClass fast makes at once",
        ),
        (
            wants("fast"),
            Fail,
            "there is no StorageClass fast, and no PersistentVolume is free",
        ),
        (
            wants("fast") + &class("slow", WAITS),
            Fail,
            "there is no StorageClass fast",
        ),
        (
            wants("fast") + &class("fast", NONE),
            Fail,
            "StorageClass fast makes none",
        ),
        (
            wants("fast") + &class("fast", NONE) + &volume("storageClassName: fast", "Available"),
            Pass,
            "",
        ),
        // Kubernetes binds them without a class of that name as well.
        (
            wants("fast") + &volume("storageClassName: fast", "Available"),
            Pass,
            "",
        ),
        (
            wants("fast") + &volume("storageClassName: fast", "Released"),
            Fail,
            "no StorageClass fast",
        ),
        (
            wants("fast") + &volume("storageClassName: slow", "Available"),
            Fail,
            "no StorageClass fast",
        ),
        (
            wants("fast") + &volume("storageClassName: fast, hostPath: {path: /}", "Available"),
            Fail,
            "no StorageClass fast",
        ),
    ]);
}

#[test]
fn a_claim_that_names_no_class_is_of_the_default() {
    let default = |rest: &str| {
        class("std", rest).replace(
            "name: std}",
            "name: std, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}",
        )
    };
    assert_rows(&[
        (claim("", "Pending") + &default(WAITS), Pass, ""),
        (
            claim("", "Pending") + &class("std", WAITS),
            Fail,
            "there is no default StorageClass",
        ),
        (claim("", "Pending") + &volume("", "Available"), Pass, ""),
        // An empty one is none, also where there is a default.
        (
            claim("storageClassName: ''", "Pending") + &default(WAITS),
            Fail,
            "it names no StorageClass",
        ),
        (
            claim("storageClassName: ''", "Pending") + &volume("", "Available"),
            Pass,
            "",
        ),
    ]);
}

#[test]
fn the_claims_of_a_stateful_set_are_those_of_its_pods() {
    let set = "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 2,
        volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: fast}}]}}";
    let bound = |ordinal: u8| named_claim(&format!("data-db-{ordinal}"), "volumeName: pv", "Bound");
    let own = volume("", "Bound");
    for (others, expected, parts) in [
        (class("fast", WAITS), Pass, &[][..]),
        // There is no claim yet that anything could be due for.
        (class("fast", MAKES), Pass, &[]),
        (
            String::new(),
            Fail,
            &[
                "- /spec/volumeClaimTemplates/0 data: no volume for claim data: there is no StorageClass fast",
            ],
        ),
        (bound(0) + &bound(1) + &own, Pass, &[]),
        (bound(0) + &own, Fail, &["data: no volume for claim data"]),
        (bound(0) + &bound(1), Fail, &["data-db-0: ", "data-db-1: "]),
        // Of a third pod, which there is not.
        (class("fast", WAITS) + &bound(2), Pass, &[]),
    ] {
        assert_running(&CHECK, &[(&(set.to_owned() + &others), expected, parts)]);
    }
}

#[test]
fn in_files_the_rest_may_be_elsewhere() {
    for (others, expected, part) in [
        (
            claim("storageClassName: fast", "Pending") + &class("fast", MAKES),
            Pass,
            "",
        ),
        (
            claim("storageClassName: fast", "Pending"),
            Unknown,
            "there is no StorageClass fast among the files",
        ),
        (
            claim("", "Pending"),
            Unknown,
            "no default StorageClass among the files",
        ),
        (
            claim("volumeName: pv", "Pending"),
            Unknown,
            "is not among the files",
        ),
        (
            claim("volumeName: pv", "Pending") + &volume("", "Available"),
            Pass,
            "",
        ),
        (
            claim("volumeName: pv", "Pending") + &volume("hostPath: {path: /}", "Available"),
            Fail,
            "a directory of whichever node",
        ),
        (String::new(), Unknown, "claim files is not there"),
    ] {
        let parts: &[&str] = if part.is_empty() { &[] } else { &[part] };
        assert_on(&CHECK, &[(&(POD.to_owned() + &others), expected, parts)]);
    }
}

#[test]
fn a_workload_without_claims_is_not_judged() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {volumes: [{name: a, emptyDir: {}}]}}";
    assert_running(&CHECK, &[(pod, NotApplicable, &[])]);
    assert_on(&CHECK, &[(pod, NotApplicable, &[])]);
}
