use super::CHECK;
use crate::check::testing::{assert_on, verdict};
use crate::model::Kind;
use crate::model::Verdict::{self, Fail, Pass, Unknown};

fn workload(kind: Kind, spec: &str) -> String {
    let version = kind.api_version();
    format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: web}}, spec: {{{spec}}}}}")
}

fn deployment(spec: &str) -> String {
    workload(Kind::Deployment, spec)
}

fn rolling(replicas: i32, limits: &str) -> String {
    deployment(&format!(
        "replicas: {replicas}, strategy: {{rollingUpdate: {{{limits}}}}}"
    ))
}

fn assert_verdicts(rows: &[(String, Verdict)]) {
    for (manifests, expected) in rows {
        let outcomes = verdict(&CHECK, manifests);
        assert_eq!(outcomes[0].1, *expected, "{manifests}\n{outcomes:?}");
    }
}

#[test]
fn pods_are_replaced_a_few_at_a_time() {
    assert_verdicts(&[
        (deployment(""), Pass),
        (deployment("strategy: null"), Pass),
        (deployment("strategy: {}"), Pass),
        (deployment("strategy: {type: RollingUpdate}"), Pass),
        (deployment("strategy: {type: Recreate}"), Fail),
        (deployment("strategy: {type: Rolling}"), Unknown),
    ]);
}

/// A share that may be missing is rounded down, one too many up.
#[test]
fn a_deployment_keeps_a_replica() {
    assert_verdicts(&[
        (rolling(1, ""), Pass),
        (rolling(1, "maxUnavailable: 99%, maxSurge: 1%"), Pass),
        (rolling(1, "maxUnavailable: 1"), Fail),
        (rolling(1, "maxUnavailable: 100%"), Fail),
        (rolling(2, "maxUnavailable: 50%"), Pass),
        (rolling(2, "maxUnavailable: 2"), Fail),
        (rolling(3, "maxUnavailable: 5"), Fail),
        (rolling(3, "maxUnavailable: 99%"), Pass),
        (rolling(3, "maxUnavailable: 100%, maxSurge: 100%"), Fail),
        (rolling(2, "maxUnavailable: 0, maxSurge: 300%"), Pass),
        // Both round to nothing: Kubernetes lets one be missing.
        (rolling(1, "maxUnavailable: 25%, maxSurge: 0"), Fail),
        (rolling(3, "maxUnavailable: 25%, maxSurge: 0%"), Pass),
        // Nothing runs: only a share says what will be.
        (rolling(0, "maxUnavailable: 1"), Pass),
        (rolling(0, "maxUnavailable: 100%"), Fail),
        // What the API server refuses.
        (rolling(3, "maxUnavailable: 0, maxSurge: 0"), Unknown),
        (rolling(3, "maxUnavailable: 0%, maxSurge: 0"), Unknown),
        (rolling(3, "maxUnavailable: 101%"), Unknown),
        (rolling(3, "maxUnavailable: -1"), Unknown),
        (rolling(3, "maxUnavailable: '1'"), Unknown),
        (rolling(3, "maxUnavailable: half"), Unknown),
        (rolling(3, "maxSurge: few"), Unknown),
        (rolling(3, "maxSurge: -1"), Unknown),
    ]);
}

#[test]
fn the_fewest_replicas_are_judged() {
    let scaler = |min: i32| {
        let target = "{apiVersion: apps/v1, kind: Deployment, name: web}";
        let spec = format!("{{scaleTargetRef: {target}, minReplicas: {min}, maxReplicas: 9}}");
        let object = "apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler";
        format!("\n---\n{{{object}, metadata: {{name: s}}, spec: {spec}}}")
    };
    let two = "maxUnavailable: 2";
    assert_verdicts(&[
        (rolling(6, two) + &scaler(3), Pass),
        (rolling(6, two) + &scaler(2), Fail),
        (rolling(1, two) + &scaler(3), Pass),
        (rolling(1, two), Fail),
        // Scaled to nothing by hand, which a HorizontalPodAutoscaler respects.
        (rolling(0, two) + &scaler(2), Pass),
    ]);
    let line = "all 2 replicas (the minReplicas of HorizontalPodAutoscaler s) at once; set it to 1";
    assert_on(&CHECK, &[(&(rolling(6, two) + &scaler(2)), Fail, &[line])]);
}

#[test]
fn a_stateful_set_stops_one_at_least() {
    let set = |spec: &str| workload(Kind::StatefulSet, spec);
    let rolling = |replicas: i32, unavailable: &str| {
        let limits = format!("rollingUpdate: {{maxUnavailable: {unavailable}}}");
        set(&format!(
            "replicas: {replicas}, updateStrategy: {{{limits}}}"
        ))
    };
    assert_verdicts(&[
        (set(""), Pass),
        (set("updateStrategy: {type: OnDelete}"), Fail),
        (set("updateStrategy: {rollingUpdate: {partition: 1}}"), Pass),
        (rolling(1, "1"), Pass),
        (rolling(3, "2"), Pass),
        (rolling(3, "3"), Fail),
        (rolling(3, "100%"), Fail),
        (rolling(1, "100%"), Fail),
        (rolling(2, "10%"), Pass),
        (rolling(2, "0"), Unknown),
    ]);
}

#[test]
fn a_daemon_set_leaves_some_nodes_alone() {
    let set = |strategy: &str| {
        let spec = format!("updateStrategy: {{{strategy}}}");
        workload(Kind::DaemonSet, &spec)
    };
    let rolling = |limits: &str| set(&format!("rollingUpdate: {{{limits}}}"));
    assert_verdicts(&[
        (set(""), Pass),
        (set("type: OnDelete"), Fail),
        (rolling("maxUnavailable: 3"), Pass),
        (rolling("maxUnavailable: 99%"), Pass),
        (rolling("maxUnavailable: 100%"), Fail),
        (rolling("maxUnavailable: 0, maxSurge: 100%"), Pass),
        (rolling("maxUnavailable: 0"), Unknown),
        // maxUnavailable is 1 where nothing is said, and only one of the two may be above 0.
        (rolling("maxSurge: 1"), Unknown),
    ]);
}

#[test]
fn a_finding_says_what_may_stop() {
    let set = |kind, strategy: &str| workload(kind, &format!("updateStrategy: {{{strategy}}}"));
    let limits = "/spec/strategy/rollingUpdate/maxUnavailable";
    for (manifest, line) in [
        (
            deployment("strategy: {type: Recreate}"),
            "- /spec/strategy/type : the strategy is Recreate: all pods stop",
        ),
        (
            set(Kind::StatefulSet, "type: OnDelete"),
            "- /spec/updateStrategy/type : the strategy is OnDelete: pods keep",
        ),
        (
            rolling(2, "maxUnavailable: 2"),
            &format!("{limits} : maxUnavailable is 2: an update may stop all 2 replicas at once"),
        ),
        (
            rolling(1, "maxUnavailable: 1"),
            "maxUnavailable is 1 and maxSurge 25%: an update may stop the only replica",
        ),
        (
            rolling(1, "maxUnavailable: 25%, maxSurge: 0"),
            "maxUnavailable is 25% and maxSurge 0: an update may stop the only replica",
        ),
        (
            set(Kind::DaemonSet, "rollingUpdate: {maxUnavailable: 100%}"),
            "- /spec/updateStrategy/rollingUpdate/maxUnavailable : maxUnavailable is 100%",
        ),
    ] {
        assert_on(&CHECK, &[(&manifest, Fail, &[line])]);
    }
    let both = rolling(3, "maxUnavailable: 0, maxSurge: 0");
    let line = "maxUnavailable and maxSurge are both 0, which Kubernetes refuses";
    assert_on(&CHECK, &[(&both, Unknown, &[line])]);
}

#[test]
fn what_has_no_strategy_is_not_judged() {
    for kind in [
        Kind::ReplicaSet,
        Kind::ReplicationController,
        Kind::Job,
        Kind::CronJob,
        Kind::Pod,
    ] {
        assert_eq!(verdict(&CHECK, &workload(kind, "")), [], "{kind}");
    }
}
