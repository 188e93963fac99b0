use super::CHECK;
use crate::check::Params;
use crate::check::testing::{assert_running, cluster, judge, verdict};
use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

const PROBED: &str = "{name: app, readinessProbe: {tcpSocket: {port: 80}}}";

/// The Deployment `web` of these containers, its newest ReplicaSet `web-2` and an older one.
fn deployment(containers: &str, status: &str) -> String {
    let template = format!(
        "template: {{metadata: {{labels: {{app: web}}}}, spec: {{containers: [{containers}]}}}}"
    );
    format!(
        "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: web, uid: d, generation: 2,
           annotations: {{deployment.kubernetes.io/revision: '2'}}}}, spec: {{{template}}},
           status: {{observedGeneration: 2, replicas: 2, updatedReplicas: 2{status}}}}}
---
{}
---
{}",
        replica_set("web-2", "r2", 2),
        replica_set("web-1", "r1", 1)
    )
}

fn replica_set(name: &str, uid: &str, revision: u8) -> String {
    format!(
        "{{apiVersion: apps/v1, kind: ReplicaSet, metadata: {{name: {name}, uid: {uid},
           annotations: {{deployment.kubernetes.io/revision: '{revision}'}}, labels: {{pod-template-hash: '{revision}'}},
           ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}}]}}, spec: {{}}}}"
    )
}

/// A running pod of an owner, ready for an hour.
fn pod(name: &str, owner: (&str, &str)) -> Pod {
    Pod {
        name: name.to_owned(),
        owner: (owner.0.to_owned(), owner.1.to_owned()),
        metadata: String::new(),
        phase: "Running",
        ready: "{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T11:00:00Z'}"
            .to_owned(),
        containers: "{name: app, ready: true, restartCount: 0}".to_owned(),
    }
}

#[derive(Clone)]
struct Pod {
    name: String,
    owner: (String, String),
    metadata: String,
    phase: &'static str,
    ready: String,
    containers: String,
}

impl Pod {
    fn ready(self, condition: &str) -> Self {
        let ready = condition.to_owned();
        Self { ready, ..self }
    }

    fn containers(self, containers: &str) -> Self {
        let containers = containers.to_owned();
        Self { containers, ..self }
    }

    fn yaml(&self) -> String {
        let Self {
            name,
            owner: (kind, uid),
            metadata,
            phase,
            ready,
            containers,
        } = self;
        format!(
            "\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, uid: p-{name}{metadata},
             ownerReferences: [{{apiVersion: apps/v1, kind: {kind}, name: o, uid: {uid}, controller: true}}]}},
             spec: {{containers: [{PROBED}]}},
             status: {{phase: {phase}, conditions: [{ready}], containerStatuses: [{containers}]}}}}"
        )
    }
}

const NEWEST: (&str, &str) = ("ReplicaSet", "r2");

fn with(pods: &[Pod]) -> String {
    let pods: String = pods.iter().map(Pod::yaml).collect();
    deployment(PROBED, "") + &pods
}

#[test]
fn ready_for_ten_minutes_and_calm_for_an_hour() {
    let good = pod("a", NEWEST);
    let ready_at = |time: &str| {
        let condition = format!("{{type: Ready, status: 'True', lastTransitionTime: '{time}'}}");
        good.clone().ready(&condition)
    };
    let restarted = |state: &str| {
        good.clone().containers(&format!(
            "{{name: app, ready: true, restartCount: 2, {state}}}"
        ))
    };
    let rows = [
        (good.clone(), Pass, None),
        (ready_at("2026-01-01T11:50:00Z"), Pass, None),
        (
            ready_at("2026-01-01T11:50:01Z"),
            Fail,
            Some("ready for less than ten minutes: pod a"),
        ),
        // A clock that is ahead of ours.
        (
            ready_at("2026-01-01T12:00:30Z"),
            Fail,
            Some("ready for less than ten minutes: pod a"),
        ),
        (
            good.clone().ready("{type: Ready, status: 'True'}"),
            Unknown,
            Some("does not say since when it is ready: pod a"),
        ),
        (
            good.clone()
                .ready("{type: Ready, status: 'False'}")
                .containers("{name: app, ready: false, restartCount: 0}"),
            Fail,
            Some("not ready: pod a (app)"),
        ),
        (
            good.clone().ready("{type: Ready, status: 'Unknown'}"),
            Fail,
            Some("not ready: pod a"),
        ),
        (
            restarted("state: {running: {startedAt: '2026-01-01T11:00:00Z'}}"),
            Pass,
            None,
        ),
        (
            restarted("state: {running: {startedAt: '2026-01-01T11:00:01Z'}}"),
            Fail,
            Some("restarted within the last hour: pod a (app)"),
        ),
        (
            restarted("lastState: {terminated: {finishedAt: '2026-01-01T11:30:00Z'}}"),
            Fail,
            Some("restarted within the last hour: pod a (app)"),
        ),
        // It has only ever started.
        (
            good.clone().containers(
                "{name: app, ready: true, restartCount: 0, state: {running: {startedAt: '2026-01-01T11:59:00Z'}}}",
            ),
            Pass,
            None,
        ),
    ];
    for (pod, verdict, part) in rows {
        let parts: Vec<_> = part.into_iter().collect();
        assert_running(&CHECK, &[(&with(&[pod]), verdict, &parts)]);
    }
}

#[test]
fn only_active_pods_of_the_newest_revision_count() {
    let good = pod("a", NEWEST);
    let mut bad = pod("b", NEWEST).ready("{type: Ready, status: 'False'}");
    assert_running(
        &CHECK,
        &[(
            &with(&[good.clone(), bad.clone()]),
            Fail,
            &["not ready: pod b"],
        )],
    );
    bad.metadata = ", deletionTimestamp: '2026-01-01T11:59:00Z'".to_owned();
    assert_running(&CHECK, &[(&with(&[good.clone(), bad.clone()]), Pass, &[])]);
    bad.metadata.clear();
    bad.owner.1 = "r1".to_owned();
    assert_running(&CHECK, &[(&with(&[good.clone(), bad.clone()]), Pass, &[])]);
    bad.owner.1 = "r2".to_owned();
    // Evicted: its owner makes another one.
    bad.phase = "Failed";
    assert_running(&CHECK, &[(&with(&[good.clone(), bad.clone()]), Pass, &[])]);
    bad.phase = "Pending";
    assert_running(
        &CHECK,
        &[
            (&with(&[good, bad.clone()]), Fail, &["not ready: pod b"]),
            (
                &with(&[bad]),
                Unknown,
                &["no pod of its newest revision runs"],
            ),
            (&with(&[]), Unknown, &["no pod of its newest revision runs"]),
        ],
    );
}

#[test]
fn many_pods_make_one_line() {
    let unready = |name| pod(name, NEWEST).ready("{type: Ready, status: 'False'}");
    let pods = ["d", "b", "a", "c"].map(unready);
    assert_running(
        &CHECK,
        &[(&with(&pods), Fail, &["not ready: pod a, b, c and others"])],
    );
}

#[test]
fn a_change_that_is_not_seen_yet_leaves_it_open() {
    let stale = deployment(PROBED, "").replace("generation: 2,", "generation: 3,");
    let paused = deployment(PROBED, "").replace("updatedReplicas: 2", "updatedReplicas: 0");
    let pod = pod("a", NEWEST).yaml();
    assert_running(
        &CHECK,
        &[
            (
                &(stale + &pod),
                Unknown,
                &["its controller has not seen the last change"],
            ),
            (
                &(paused + &pod),
                Unknown,
                &["no pod of its newest revision"],
            ),
        ],
    );
}

#[test]
fn revisions_are_told_by_the_labels_of_pods_where_there_are_no_replica_sets() {
    let revision = |name: &str, number: u8, labels: &str| {
        format!(
            "\n---\n{{apiVersion: apps/v1, kind: ControllerRevision, metadata: {{name: {name}, labels: {{{labels}}},
               ownerReferences: [{{apiVersion: apps/v1, kind: X, name: db, uid: s, controller: true}}]}}, revision: {number}}}"
        )
    };
    let template = format!("template: {{spec: {{containers: [{PROBED}]}}}}");
    let old = |kind, label: &str| {
        let mut pod = pod("db-1", (kind, "s")).ready("{type: Ready, status: 'False'}");
        pod.metadata = format!(", labels: {{controller-revision-hash: {label}}}");
        pod.yaml()
    };
    let new = |kind, label: &str| {
        let mut pod = pod("db-0", (kind, "s"));
        pod.metadata = format!(", labels: {{controller-revision-hash: {label}}}");
        pod.yaml()
    };
    let stateful = format!(
        "{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: db, uid: s, generation: 1}}, spec: {{{template}}},
           status: {{observedGeneration: 1, updateRevision: db-b}}}}"
    ) + &revision("db-a", 1, "")
        + &revision("db-b", 2, "");
    let daemon = format!(
        "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: db, uid: s, generation: 1}}, spec: {{{template}}},
           status: {{observedGeneration: 1}}}}"
    ) + &revision("db-a", 3, "controller-revision-hash: a")
        + &revision("db-b", 4, "controller-revision-hash: b");
    for (workload, kind, [older, newest]) in [
        (&stateful, "StatefulSet", ["db-a", "db-b"]),
        (&daemon, "DaemonSet", ["a", "b"]),
    ] {
        let good = workload.clone() + &old(kind, older) + &new(kind, newest);
        let bad = workload.clone() + &new(kind, older) + &old(kind, newest);
        let none = workload.clone() + &new(kind, older);
        assert_running(
            &CHECK,
            &[
                (&good, Pass, &[]),
                (&bad, Fail, &["not ready: pod db-1"]),
                (&none, Unknown, &["no pod of its newest revision"]),
            ],
        );
    }
}

#[test]
fn without_probes_or_with_an_end_it_does_not_apply() {
    let unprobed = deployment("{name: app, startupProbe: {tcpSocket: {port: 80}}}", "");
    assert_running(
        &CHECK,
        &[(&(unprobed + &pod("a", NEWEST).yaml()), NotApplicable, &[])],
    );
    let job = format!(
        "{{apiVersion: batch/v1, kind: Job, metadata: {{name: web}}, spec: {{template: {{spec: {{containers: [{PROBED}]}}}}}}}}"
    );
    assert_eq!(verdict(&CHECK, &job), []);
}

#[test]
fn it_says_until_when_it_holds() {
    let until = |pods: &[Pod]| {
        let outcomes = judge(&CHECK, &Params::default(), &cluster(&with(pods)));
        outcomes[0].until.map(|until| until.to_string())
    };
    let good = pod("a", NEWEST);
    assert_eq!(until(std::slice::from_ref(&good)), None);
    let fresh = pod("b", NEWEST)
        .ready("{type: Ready, status: 'True', lastTransitionTime: '2026-01-01T11:55:00Z'}");
    let restarted = pod("c", NEWEST).containers(
        "{name: app, ready: true, restartCount: 1, state: {running: {startedAt: '2026-01-01T11:02:00Z'}}}",
    );
    assert_eq!(
        until(&[good.clone(), restarted.clone()]).as_deref(),
        Some("2026-01-01T12:02:00Z")
    );
    assert_eq!(
        until(&[fresh.clone(), good.clone()]).as_deref(),
        Some("2026-01-01T12:05:00Z")
    );
    assert_eq!(
        until(&[fresh, restarted]).as_deref(),
        Some("2026-01-01T12:02:00Z")
    );
    // Time mends nothing here.
    let unready = good.ready("{type: Ready, status: 'False'}");
    assert_eq!(until(&[unready]), None);
}
