use super::CHECK;
use crate::check::Params;
use crate::check::testing::{assert_in, assert_on, assert_on_pods, assert_running, cluster};
use crate::inventory::View;
use crate::model::Object;
use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

const NEEDS: &str = "containers: [{name: web, env: [{name: A, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]";

fn pod(spec: &str, others: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}\n---\n{others}"
    )
}

#[test]
fn what_makes_a_secret_in_files() {
    let secret = |fields: &str| {
        format!("{{apiVersion: v1, kind: Secret, metadata: {{name: db}}, {fields}}}")
    };
    let external = |name: &str, spec: &str| {
        format!(
            "{{apiVersion: external-secrets.io/v1beta1, kind: ExternalSecret, metadata: {{name: {name}}}, spec: {{{spec}}}}}"
        )
    };
    let sealed = |spec: &str| {
        format!(
            "{{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {{name: db}}, spec: {{{spec}}}}}"
        )
    };
    let no_key =
        &["web /spec/containers/0/env/0/valueFrom/secretKeyRef db: Secret db has no key password"]
            [..];
    let gone = &["Secret db is not among the files"][..];
    for (source, expected, parts) in [
        (secret("data: {password: YQ==}"), Pass, &[][..]),
        (secret("stringData: {password: a}"), Pass, &[]),
        (secret("data: {pasword: YQ==}"), Fail, no_key),
        (secret("type: Opaque"), Fail, no_key),
        (
            secret("data: {password: YQ==}").replace("name: db", "name: other"),
            Unknown,
            gone,
        ),
        (
            secret("data: {password: YQ==}").replace("name: db", "name: db, namespace: other"),
            Unknown,
            gone,
        ),
        (external("db", "data: [{secretKey: password}]"), Pass, &[]),
        (external("db", "data: [{secretKey: other}]"), Fail, no_key),
        (
            external(
                "db",
                "data: [{secretKey: other}], dataFrom: [{extract: {key: a}}]",
            ),
            Pass,
            &[],
        ),
        (
            external("db", "target: {template: {data: {password: a}}}"),
            Pass,
            &[],
        ),
        (
            external(
                "vault-db",
                "target: {name: db}, data: [{secretKey: password}]",
            ),
            Pass,
            &[],
        ),
        (
            external("db", "target: {name: other}, data: [{secretKey: password}]"),
            Unknown,
            gone,
        ),
        (
            external(
                "db",
                "target: {creationPolicy: Merge}, data: [{secretKey: password}]",
            ),
            Unknown,
            gone,
        ),
        (sealed("encryptedData: {password: AgB}"), Pass, &[]),
        (
            sealed("encryptedData: {}, template: {data: {password: a}}"),
            Pass,
            &[],
        ),
        (sealed("encryptedData: {other: AgB}"), Fail, no_key),
        (
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: db}}".to_owned(),
            Unknown,
            gone,
        ),
    ] {
        assert_on(&CHECK, &[(&pod(NEEDS, &source), expected, parts)]);
    }
}

#[test]
fn every_way_to_need_one_counts() {
    for (spec, part) in [
        (
            "{containers: [{name: web, envFrom: [{secretRef: {name: db}}]}]}",
            "web /spec/containers/0/envFrom/0/secretRef db: ",
        ),
        (
            "{containers: [{name: web}], volumes: [{name: a, secret: {secretName: db}}]}",
            "- /spec/volumes/0/secret db: ",
        ),
        (
            "{containers: [{name: web}], volumes: [{name: a, projected: {sources: [{secret: {name: db}}]}}]}",
            "- /spec/volumes/0/projected/sources/0/secret db: ",
        ),
        (
            "{containers: [{name: web}], imagePullSecrets: [{name: db}]}",
            "- /spec/imagePullSecrets/0 db: ",
        ),
        (
            "{initContainers: [{name: init, envFrom: [{secretRef: {name: db}}]}], containers: [{name: web}]}",
            "init /spec/initContainers/0/envFrom/0/secretRef db: ",
        ),
    ] {
        assert_on_pods(&CHECK, &[(spec, Unknown, &[part])]);
    }
}

#[test]
fn what_is_optional_is_not_needed() {
    for spec in [
        "{containers: [{name: web}]}",
        "{containers: [{name: web, envFrom: [{secretRef: {name: db, optional: true}}]}]}",
        "{containers: [{name: web}], volumes: [{name: a, secret: {secretName: db, optional: true}}]}",
        "{containers: [{name: web}], imagePullSecrets: [{}]}",
        "{containers: [{name: web}], ephemeralContainers: [{name: debug, envFrom: [{secretRef: {name: db}}]}]}",
        "{containers: [{name: web, envFrom: [{configMapRef: {name: db}}]}]}",
    ] {
        assert_on_pods(&CHECK, &[(spec, NotApplicable, &[])]);
    }
}

/// A workload of a cluster at generation 2.
fn workload(kind: &str, needs: &str, status: &str) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: web, uid: web, generation: 2}},
          spec: {{replicas: 3, template: {{spec: {{{needs}}}}}}}, status: {{{status}}}}}"
    )
}

#[test]
fn in_a_cluster_one_exists_once_a_pod_has_started_with_it() {
    let unknown = &["Secret db is not known to exist: no pod that needs it has started"][..];
    for (kind, status, expected) in [
        ("Deployment", "", Unknown),
        (
            "Deployment",
            "observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 1",
            Pass,
        ),
        (
            "Deployment",
            "observedGeneration: 2, replicas: 3, updatedReplicas: 3",
            Unknown,
        ),
        // About an older template.
        (
            "Deployment",
            "observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3",
            Unknown,
        ),
        // The three that are ready may be the old ones.
        (
            "Deployment",
            "observedGeneration: 2, replicas: 4, updatedReplicas: 1, readyReplicas: 3",
            Unknown,
        ),
        (
            "Deployment",
            "observedGeneration: 2, replicas: 4, updatedReplicas: 2, readyReplicas: 3",
            Pass,
        ),
        (
            "StatefulSet",
            "observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3",
            Pass,
        ),
        (
            "DaemonSet",
            "observedGeneration: 2, currentNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2",
            Pass,
        ),
        // It keeps the pods that it has, whatever becomes of its template.
        (
            "ReplicaSet",
            "observedGeneration: 2, replicas: 3, readyReplicas: 3",
            Unknown,
        ),
    ] {
        let parts = if expected == Pass { &[][..] } else { unknown };
        assert_running(&CHECK, &[(&workload(kind, NEEDS, status), expected, parts)]);
    }
    for (phase, expected) in [
        ("Pending", Unknown),
        ("Running", Pass),
        ("Succeeded", Unknown),
    ] {
        let pod = format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{NEEDS}}}, status: {{phase: {phase}}}}}"
        );
        let parts = if expected == Pass { &[][..] } else { unknown };
        assert_running(&CHECK, &[(&pod, expected, parts)]);
    }
    // A manifest of the Secret tells nothing of a cluster.
    let with_secret = workload("Deployment", NEEDS, "")
        + "\n---\n{apiVersion: v1, kind: Secret, metadata: {name: db}, data: {password: YQ==}}";
    assert_running(&CHECK, &[(&with_secret, Unknown, unknown)]);
}

#[test]
fn the_pods_of_a_job_tell_as_well() {
    let job = |kind: &str, generation: u8| {
        let template = format!("template: {{spec: {{{NEEDS}}}}}");
        let spec = if kind == "Job" {
            template
        } else {
            format!("jobTemplate: {{spec: {{{template}}}}}")
        };
        format!(
            "{{apiVersion: batch/v1, kind: {kind}, metadata: {{name: web, uid: web, generation: {generation}}}, spec: {{{spec}}}}}"
        )
    };
    let owner = |kind: &str, uid: &str| {
        format!(
            "ownerReferences: [{{apiVersion: batch/v1, kind: {kind}, name: web, uid: {uid}, controller: true}}]"
        )
    };
    let pod = |owner: &str, phase: &str| {
        format!(
            "\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: web-1, uid: pod, {owner}}}, spec: {{{NEEDS}}}, status: {{phase: {phase}}}}}"
        )
    };
    let of_job = owner("Job", "web");
    let unknown = &["Secret db is not known to exist"][..];
    assert_running(
        &CHECK,
        &[
            (&job("Job", 1), Unknown, unknown),
            (
                &(job("Job", 1) + &pod(&of_job, "Pending")),
                Unknown,
                unknown,
            ),
            (&(job("Job", 1) + &pod(&of_job, "Running")), Pass, &[]),
        ],
    );
    let child = format!(
        "\n---\n{{apiVersion: batch/v1, kind: Job, metadata: {{name: web-1, uid: child, {}}}, spec: {{template: {{spec: {{{NEEDS}}}}}}}}}",
        owner("CronJob", "web")
    );
    let below = child + &pod(&owner("Job", "child"), "Running");
    assert_running(
        &CHECK,
        &[
            (&(job("CronJob", 1) + &below), Pass, &[]),
            // The Job may be of the template that there was before.
            (&(job("CronJob", 2) + &below), Unknown, unknown),
        ],
    );
}

#[test]
fn a_pod_that_waits_for_one_says_that_it_is_missing() {
    let waits = |secret: &str| {
        format!(
            "status: {{phase: Pending, containerStatuses: [{{name: web, ready: false, state: {{waiting:
               {{reason: CreateContainerConfigError, message: 'secret \"{secret}\" not found'}}}}}}]}}"
        )
    };
    let bare = |secret: &str| {
        let status = waits(secret);
        format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{NEEDS}}}, {status}}}"
        )
    };
    let job = format!(
        "{{apiVersion: batch/v1, kind: Job, metadata: {{name: web, uid: web}}, spec: {{template: {{spec: {{{NEEDS}}}}}}}}}
---
{{apiVersion: v1, kind: Pod, metadata: {{name: web-1, uid: pod, ownerReferences:
  [{{apiVersion: batch/v1, kind: Job, name: web, uid: web, controller: true}}]}}, spec: {{{NEEDS}}}, {}}}",
        waits("db")
    );
    assert_running(
        &CHECK,
        &[
            (
                &bare("db"),
                Fail,
                &["Secret db or a key of it is missing: pod web does not start"],
            ),
            // Of the template that there was before, perhaps.
            (
                &bare("other"),
                Unknown,
                &["Secret db is not known to exist"],
            ),
            (&job, Fail, &["pod web-1 does not start"]),
        ],
    );
}

/// At an update, nothing of the new template has started yet.
#[test]
fn an_update_is_judged_by_what_the_workload_needed_so_far() {
    let status = "observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3";
    let stored = cluster(&workload("Deployment", NEEDS, status));
    let judge = |needs: &str| {
        let updated =
            workload("Deployment", needs, status).replace("generation: 2}", "generation: 3}");
        let updated = cluster(&updated);
        let object = updated.of_kind(crate::model::Kind::Deployment).next();
        let Some(Object::Workload(workload)) = object.map(|object| &**object) else {
            panic!("a Deployment")
        };
        let view = View::with(&stored, workload);
        let object = Object::Workload(workload.clone());
        crate::check::testing::judge_in(&CHECK, view, &object)
    };
    assert_eq!(judge(NEEDS), Pass);
    assert_eq!(judge(&NEEDS.replace("password", "user")), Unknown);
    assert_eq!(judge(&NEEDS.replace("name: db", "name: cache")), Unknown);
    let params = Params::default();
    assert_in(&CHECK, &params, &stored, Pass, &[]);
}
