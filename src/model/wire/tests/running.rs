//! Facts about what the cluster says of workloads.

use super::{decoded, read, workload};
use crate::inventory::Record;
use crate::model::{
    Instance, Kind, Object, Observed, Phase, PodStatus, Progress, Ready, Rollout, Stub,
};

fn pod(fields: &str) -> PodStatus {
    match workload(Kind::Pod, fields).observed {
        Observed::Pod(status) => *status,
        other => panic!("{other:?} is how a Pod does"),
    }
}

fn rollout(kind: Kind, fields: &str) -> Rollout {
    match workload(kind, fields).observed {
        Observed::Rollout(rollout) => *rollout,
        other => panic!("{other:?} is a rollout"),
    }
}

/// Of most pods nothing but their Node and since when they are ready is kept.
#[test]
fn a_pod_that_does_well_says_little() {
    let well = pod(
        "spec: {nodeName: node-1, containers: [{name: app}, {name: proxy}]}
status:
  phase: Running
  conditions:
  - {type: PodScheduled, status: 'True', lastTransitionTime: '2026-01-01T10:00:00Z'}
  - {type: Ready, status: 'True', lastTransitionTime: '2026-01-01T10:00:07.5Z'}
  containerStatuses:
  - {name: app, ready: true, restartCount: 0, state: {running: {startedAt: '2026-01-01T10:00:05Z'}}}
  - {name: proxy, ready: true, restartCount: 0}",
    );
    assert_eq!(well.node.as_deref(), Some("node-1"));
    assert_eq!((well.phase, well.deleting), (Phase::Running, false));
    assert!(well.containers.is_empty(), "{:?}", well.containers);
    let Ready::Since(since) = well.ready else {
        panic!("{:?}", well.ready)
    };
    let since: jiff::Timestamp = since.into();
    assert_eq!(since.to_string(), "2026-01-01T10:00:07Z");
    assert!(well.is_active());
}

#[test]
fn phases_and_readiness_are_what_they_are() {
    for (status, phase, ready) in [
        ("{}", Phase::Pending, Ready::No),
        ("{phase: Pending}", Phase::Pending, Ready::No),
        ("{phase: Succeeded}", Phase::Ended, Ready::No),
        ("{phase: Failed}", Phase::Ended, Ready::No),
        ("{phase: Unknown}", Phase::Unknown, Ready::No),
        (
            "{phase: Running, conditions: [{type: Ready, status: 'True'}]}",
            Phase::Running,
            Ready::Undated,
        ),
        (
            "{phase: Running, conditions: [{type: Ready, status: 'Unknown', lastTransitionTime: '2026-01-01T10:00:00Z'}]}",
            Phase::Running,
            Ready::No,
        ),
    ] {
        let pod = pod(&format!("spec: {{nodeName: ''}}\nstatus: {status}"));
        assert_eq!((pod.phase, pod.ready), (phase, ready), "{status}");
        assert_eq!(pod.node, None);
    }
}

#[test]
fn containers_that_are_not_ready_or_were_restarted_are_kept() {
    let pod = pod("spec:
  initContainers: [{name: once}, {name: sidecar, restartPolicy: Always}]
  containers: [{name: calm}, {name: crashed}, {name: silent}]
status:
  initContainerStatuses:
  - {name: once, ready: true, restartCount: 3, state: {terminated: {finishedAt: '2026-01-01T10:00:00Z'}},
     lastState: {terminated: {finishedAt: '2026-01-01T09:00:00Z'}}}
  - {name: sidecar, ready: true, restartCount: 1, state: {running: {startedAt: '2026-01-01T10:01:00Z'}},
     lastState: {terminated: {finishedAt: '2026-01-01T10:00:59Z'}}}
  containerStatuses:
  - {name: calm, ready: true, restartCount: 0}
  - {name: crashed, ready: false, restartCount: 7, state: {waiting: {reason: CrashLoopBackOff}},
     lastState: {terminated: {finishedAt: '2026-01-01T10:02:00Z'}}}");
    let kept: Vec<_> = pod
        .containers
        .iter()
        .map(|container| {
            let restarted = container.restarted.map(|when| when.to_string());
            (
                &*container.name,
                container.ready,
                restarted.unwrap_or_default(),
            )
        })
        .collect();
    let rows = [
        ("once", true, "2026-01-01T10:00:00Z"),
        ("sidecar", true, "2026-01-01T10:01:00Z"),
        ("crashed", false, "2026-01-01T10:02:00Z"),
        // Its status does not come before it is started.
        ("silent", false, ""),
    ];
    assert_eq!(
        kept,
        rows.map(|(name, ready, when)| (name, ready, when.to_owned()))
    );
}

#[test]
fn what_keeps_a_container_from_starting_is_read_where_it_is_a_secret() {
    for (reason, message, expected) in [
        (
            "CreateContainerConfigError",
            "secret \"db\" not found",
            Some("db"),
        ),
        (
            "CreateContainerConfigError",
            "couldn't find key a.b in Secret shop/db",
            Some("db"),
        ),
        (
            "CreateContainerConfigError",
            "configmap \"db\" not found",
            None,
        ),
        (
            "CreateContainerConfigError",
            "couldn't find key a in ConfigMap shop/db",
            None,
        ),
        (
            "CreateContainerConfigError",
            "object \"shop\"/\"db\" not registered",
            None,
        ),
        ("ImagePullBackOff", "secret \"db\" not found", None),
    ] {
        let pod = pod(&format!(
            "spec: {{containers: [{{name: web}}]}}\nstatus: {{containerStatuses: [{{name: web, ready: false,
               state: {{waiting: {{reason: {reason}, message: {message:?}}}}}}}]}}"
        ));
        let missing = pod.containers[0].missing_secret.as_deref();
        assert_eq!(missing, expected, "{message}");
    }
}

#[test]
fn a_rollout_is_what_its_controller_says() {
    let deployment = rollout(
        Kind::Deployment,
        "spec: {replicas: 4}
status: {observedGeneration: 7, replicas: 5, updatedReplicas: 3, readyReplicas: 4, availableReplicas: 2}",
    );
    let counts = |rollout: &Rollout| {
        let Rollout {
            wanted,
            replicas,
            updated,
            ready,
            available,
            ..
        } = *rollout;
        [wanted, replicas, updated, ready, available]
    };
    assert_eq!(counts(&deployment), [4, 5, 3, 4, 2]);
    assert_eq!(
        (deployment.generation, &deployment.progress),
        (7, &Progress::Unsaid)
    );
    let daemons = rollout(
        Kind::DaemonSet,
        "status: {desiredNumberScheduled: 4, currentNumberScheduled: 3, updatedNumberScheduled: 2, numberReady: 3, numberAvailable: 1}",
    );
    assert_eq!(counts(&daemons), [4, 3, 2, 3, 1]);
    let stateful = rollout(
        Kind::StatefulSet,
        "spec: {replicas: 3, updateStrategy: {rollingUpdate: {partition: 2}}}
status: {replicas: 3, updatedReplicas: 1, updateRevision: web-7c}",
    );
    assert_eq!(
        (stateful.held_back, &*stateful.update_revision),
        (2, "web-7c")
    );
    let replica_set = rollout(Kind::ReplicaSet, "status: {replicas: 2, readyReplicas: 1}");
    assert_eq!(counts(&replica_set), [1, 2, 2, 1, 0]);
    assert_eq!(
        workload(Kind::Deployment, "spec: {}").observed,
        Observed::Nothing
    );
    assert_eq!(
        workload(Kind::Job, "status: {}").observed,
        Observed::Nothing
    );
}

/// The record that a cluster's object becomes.
fn kept(kind: Kind, metadata: &str, fields: &str) -> Record {
    let manifest =
        format!("metadata: {{name: web-1, namespace: shop, uid: u1, {metadata}}}\n{fields}");
    Record::of_cluster(read(kind, &manifest).unwrap_or_else(|problem| panic!("{problem}")))
}

fn owned_by(api_version: &str, kind: &str) -> String {
    format!(
        "ownerReferences: [{{apiVersion: {api_version}, kind: {kind}, name: web, uid: u0, controller: true}}]"
    )
}

#[test]
fn a_pod_of_a_workload_is_kept_small() {
    let labels = "labels: {app: web, pod-template-hash: 6d4b}";
    let owned = format!("{}, {labels}", owned_by("apps/v1", "ReplicaSet"));
    let Record::Instance(pod) = kept(Kind::Pod, &owned, "spec: {nodeName: node-1}") else {
        panic!("it belongs to a workload")
    };
    let Instance { lineage, name, .. } = &*pod;
    assert_eq!(
        (
            &*lineage.namespace,
            &*lineage.owner,
            &*lineage.revision,
            &**name
        ),
        ("shop", "u0", "6d4b", "web-1")
    );
    assert_eq!(pod.key().to_string(), "Pod shop/web-1");
    // Whoever makes these is judged nowhere else, or is no workload: they are judged themselves.
    for (api_version, kind) in [("argoproj.io/v1alpha1", "Workflow"), ("v1", "Node")] {
        let record = kept(Kind::Pod, &owned_by(api_version, kind), "spec: {}");
        assert!(
            record
                .object()
                .is_some_and(|object| object.workload().is_some())
        );
    }
    assert!(
        kept(Kind::Pod, "generation: 1", "spec: {}")
            .object()
            .is_some()
    );
}

#[test]
fn a_revision_is_a_number_and_what_its_pods_are_labelled_with() {
    let stub = |record: Record| match record.object().map(|object| Object::clone(object)) {
        Some(Object::Owned(stub)) => *stub,
        other => panic!("{other:?} belongs to another object"),
    };
    let of = |kind, metadata: &str, fields: &str| {
        let Stub {
            revision,
            hash,
            meta,
        } = stub(kept(kind, metadata, fields));
        assert!(meta.labels.is_empty() && meta.generation == 0, "{meta:?}");
        (revision, hash.to_string())
    };
    let deployment = owned_by("apps/v1", "Deployment");
    let numbered = "generation: 4, labels: {pod-template-hash: 6d4b}, annotations: {deployment.kubernetes.io/revision: '3'}";
    assert_eq!(
        of(
            Kind::ReplicaSet,
            &format!("{deployment}, {numbered}"),
            "spec: {}"
        ),
        (3, "6d4b".to_owned())
    );
    assert_eq!(
        of(Kind::ReplicaSet, &deployment, "spec: {}"),
        (0, String::new())
    );
    let odd = format!("{deployment}, annotations: {{deployment.kubernetes.io/revision: many}}");
    assert_eq!(of(Kind::ReplicaSet, &odd, "spec: {}").0, 0);
    let daemon = format!(
        "{}, labels: {{controller-revision-hash: 7c9d}}",
        owned_by("apps/v1", "DaemonSet")
    );
    assert_eq!(
        of(Kind::ControllerRevision, &daemon, "revision: 5"),
        (5, "7c9d".to_owned())
    );
    let stateful = format!(
        "{}, labels: {{controller.kubernetes.io/hash: 7c9d}}",
        owned_by("apps/v1", "StatefulSet")
    );
    assert_eq!(
        of(Kind::ControllerRevision, &stateful, "revision: 2"),
        (2, "web-1".to_owned())
    );
    assert_eq!(
        of(Kind::Job, &owned_by("batch/v1", "CronJob"), "spec: {}"),
        (0, String::new())
    );
}

#[test]
fn an_autoscaler_without_conditions_says_nothing() {
    let spec = "spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, maxReplicas: 3}";
    for status in [
        "",
        "\nstatus: {}",
        "\nstatus: {conditions: null}",
        "\nstatus: {currentReplicas: 1, desiredReplicas: 1}",
    ] {
        let Object::PodAutoscaler(autoscaler) =
            decoded(Kind::HorizontalPodAutoscaler, &format!("{spec}{status}"))
        else {
            panic!("it is one")
        };
        assert_eq!(autoscaler.scaling, None, "{status}");
    }
}
