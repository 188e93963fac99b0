//! What runs: pods that kwok runs, rollouts and autoscalers as Kubernetes' own controllers say they are.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Unit};
use plimsoll_controlplane::eventually;
use serde_json::{Value, json};

use crate::testbed::{PATIENCE, Testbed, good_deployment};

/// How long the HorizontalPodAutoscaler controller may take, which looks every 15 seconds, and a rollout to be given up.
const CONTROLLERS: Duration = Duration::from_secs(90);

const ZONE: &str = "topology.kubernetes.io/zone";

/// A policy for all that is about what runs.
fn policy(testbed: &Testbed, namespace: &str) {
    let checks = [
        "hpa-healthy",
        "node-external-ip",
        "previous-revision-present",
        "probes-passing",
        "rollout-healthy",
        "zone-spread-actual",
    ];
    let checks: Vec<_> = checks.iter().map(|id| json!({"id": id})).collect();
    testbed.namespace(namespace);
    testbed.policy(namespace, json!({"checks": checks}));
}

/// A Deployment of three pods in as many zones.
fn spread(namespace: &str, name: &str, image: &str) -> Value {
    let mut deployment = good_deployment(namespace, name);
    let spec = &mut deployment["spec"];
    spec["replicas"] = json!(3);
    spec["template"]["spec"]["containers"][0]["image"] = json!(image);
    spec["template"]["spec"]["topologySpreadConstraints"] = json!([{
        "maxSkew": 1, "topologyKey": ZONE, "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": name}}, "matchLabelKeys": ["pod-template-hash"],
    }]);
    deployment
}

/// Check and message of each finding of a report.
fn lines(report: &Value) -> Vec<(String, String)> {
    let findings = report["report"]["findings"].as_array();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |finding: &Value| (text(&finding["check"]), text(&finding["message"]));
    findings.into_iter().flatten().map(line).collect()
}

/// Waits until a report's findings are such, and answers with them.
fn until(
    testbed: &Testbed,
    (namespace, report): (&str, &str),
    what: &str,
    such: impl Fn(&[(String, String)]) -> bool,
) -> Vec<(String, String)> {
    let look = || {
        let reports = testbed.reports(namespace);
        let lines = reports.get(report).map(lines);
        Ok(lines.filter(|lines| such(lines)))
    };
    eventually(what, CONTROLLERS, look)
        .unwrap_or_else(|error| panic!("{error}; {:#?}", testbed.reports(namespace)))
}

fn checks(lines: &[(String, String)]) -> Vec<&str> {
    lines.iter().map(|(check, _)| check.as_str()).collect()
}

fn message<'a>(lines: &'a [(String, String)], check: &str) -> &'a str {
    let line = lines.iter().find(|(id, _)| id == check);
    line.map_or("", |(_, message)| message)
}

fn is_rolled_out(testbed: &Testbed, namespace: &str, name: &str) -> bool {
    let deployment = format!("deployment/{name}");
    let arguments = [
        "rollout",
        "status",
        &deployment,
        "-n",
        namespace,
        "--watch=false",
    ];
    let output = testbed.plane.kubectl(&arguments);
    let output = output.unwrap_or_else(|error| panic!("{error}"));
    String::from_utf8_lossy(&output.stdout).contains("successfully rolled out")
}

/// Makes the pods of a namespace ready since then, as a kubelet would have said it.
fn ready_since(testbed: &Testbed, namespace: &str, since: Timestamp) {
    let since = since.round(Unit::Second).expect("a time").to_string();
    let pods = testbed.get(&["pods", "-n", namespace]);
    for pod in pods["items"].as_array().into_iter().flatten() {
        let name = pod["metadata"]["name"].as_str().unwrap_or_default();
        let ready = json!({"type": "Ready", "status": "True", "lastTransitionTime": since});
        let patch = json!({"status": {"conditions": [ready]}}).to_string();
        let subject = ["patch", "pod", name, "-n", namespace];
        let change = ["--subresource=status", "--type=strategic", "-p", &patch];
        testbed.kubectl(&[&subject[..], &change[..]].concat());
    }
}

fn ago(seconds: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_secs(seconds)
}

#[test]
fn pods_and_revisions_are_followed() {
    let testbed = Testbed::shared();
    let namespace = "live-pods";
    let web = (namespace, "deployment-web");
    policy(testbed, namespace);
    testbed.apply(&spread(namespace, "web", "registry.example/app:1"));

    // Its pods have only just become ready; all else is as it should be, and there is no revision before the first.
    let fresh = |lines: &[(String, String)]| {
        checks(lines) == ["probes-passing"] && lines[0].1.starts_with("ready for less than ten")
    };
    until(testbed, web, "a report on fresh pods", fresh);
    assert!(is_rolled_out(testbed, namespace, "web"));

    // Nothing happens but that time passes: ten minutes are over some seconds after the last that is seen of the pods.
    ready_since(testbed, namespace, ago(600 - 20));
    let before = testbed.get(&["pods", "-n", namespace]);
    until(testbed, web, "steady pods", |lines| lines.is_empty());
    let after = testbed.get(&["pods", "-n", namespace]);
    assert_eq!(
        before["items"], after["items"],
        "nothing happened to the pods"
    );

    // A second revision without a history has nothing to go back to; a third one with a history does.
    let mut second = spread(namespace, "web", "registry.example/app:2");
    second["spec"]["revisionHistoryLimit"] = json!(0);
    testbed.apply(&second);
    let lines = until(testbed, web, "no way back", |lines| {
        checks(lines) == ["previous-revision-present", "probes-passing"]
    });
    assert!(
        message(&lines, "previous-revision-present").starts_with("revision 2 is the only one"),
        "{lines:?}"
    );
    let mut third = spread(namespace, "web", "registry.example/app:3");
    third["spec"]["revisionHistoryLimit"] = json!(10);
    testbed.apply(&third);
    until(testbed, web, "a way back", fresh);
    ready_since(testbed, namespace, ago(900));
    until(testbed, web, "all is well", |lines| lines.is_empty());

    // A container restarts, as the kubelet tells it.
    let pods = testbed.get(&["pods", "-n", namespace]);
    let pod = pods["items"][0]["metadata"]["name"]
        .as_str()
        .expect("a pod")
        .to_owned();
    let started = ago(60).round(Unit::Second).expect("a time").to_string();
    let state = json!({"running": {"startedAt": started}});
    let status = json!({"name": "app", "ready": true, "restartCount": 1, "image": "x", "imageID": "", "state": state});
    let patch = json!({"status": {"containerStatuses": [status]}}).to_string();
    let subject = ["patch", "pod", &pod, "-n", namespace];
    let change = ["--subresource=status", "--type=strategic", "-p", &patch];
    testbed.kubectl(&[&subject[..], &change[..]].concat());
    let lines = until(testbed, web, "a restart", |lines| {
        checks(lines) == ["probes-passing"]
    });
    let expected = format!("restarted within the last hour: pod {pod} (app)");
    assert_eq!(message(&lines, "probes-passing"), expected);
}

#[test]
fn nodes_are_followed() {
    let testbed = Testbed::shared();
    let namespace = "live-nodes";
    let web = (namespace, "deployment-web");
    policy(testbed, namespace);
    // All its pods on one node of one zone.
    let mut deployment = good_deployment(namespace, "web");
    deployment["spec"]["replicas"] = json!(2);
    deployment["spec"]["template"]["spec"]["nodeSelector"] =
        json!({"kubernetes.io/hostname": "node-c2"});
    testbed.apply(&deployment);
    let lines = until(testbed, web, "a report", |lines| {
        checks(lines) == ["probes-passing", "zone-spread-actual"]
    });
    let zone = message(&lines, "zone-spread-actual");
    assert!(
        zone.starts_with("all its pods run in zone zone-c"),
        "{zone}"
    );

    let addresses = |more: Option<Value>| {
        let node = testbed.get(&["node", "node-c2"]);
        let known = node["status"]["addresses"].as_array().into_iter().flatten();
        let private = known
            .filter(|address| address["type"] != "ExternalIP")
            .cloned();
        let addresses: Vec<_> = private.chain(more).collect();
        let patch = json!({"status": {"addresses": addresses}}).to_string();
        let change = ["--subresource=status", "--type=merge", "-p", &patch];
        testbed.kubectl(&[&["patch", "node", "node-c2"][..], &change[..]].concat());
    };
    addresses(Some(
        json!({"type": "ExternalIP", "address": "203.0.113.7"}),
    ));
    let lines = until(testbed, web, "a public node", |lines| {
        checks(lines).contains(&"node-external-ip")
    });
    let public = message(&lines, "node-external-ip");
    assert_eq!(public, "runs on Nodes with an ExternalIP: node-c2");
    addresses(None);
    until(testbed, web, "a private node", |lines| {
        !checks(lines).contains(&"node-external-ip")
    });
}

/// The verdict is that of `kubectl rollout status`, and the reason that of the Deployment controller.
#[test]
fn a_rollout_that_is_stuck_says_so() {
    let testbed = Testbed::shared();
    let namespace = "live-rollout";
    let web = (namespace, "deployment-web");
    policy(testbed, namespace);
    let mut deployment = spread(namespace, "web", "registry.example/app:1");
    testbed.apply(&deployment);
    until(testbed, web, "a rollout", |lines| {
        checks(lines) == ["probes-passing"]
    });

    deployment["spec"]["progressDeadlineSeconds"] = json!(3);
    deployment["spec"]["template"]["spec"]["nodeSelector"] = json!({"no": "node"});
    testbed.apply(&deployment);
    let lines = until(testbed, web, "a stuck rollout", |lines| {
        message(lines, "rollout-healthy").contains("stuck")
    });
    let stuck = message(&lines, "rollout-healthy");
    assert!(
        stuck.starts_with("its rollout is stuck (ProgressDeadlineExceeded): 1 of 3 pods are of the newest revision"),
        "{stuck}"
    );
    assert!(!is_rolled_out(testbed, namespace, "web"));
    // The pods that serve are of the revision before; none of the newest runs.
    assert_eq!(
        message(&lines, "probes-passing"),
        "no pod of its newest revision runs"
    );

    testbed.kubectl(&["rollout", "undo", "deployment/web", "-n", namespace]);
    until(testbed, web, "a rollout undone", |lines| {
        !checks(lines).contains(&"rollout-healthy")
    });
    let done = || Ok(is_rolled_out(testbed, namespace, "web").then_some(()));
    eventually("kubectl says so", PATIENCE, done).unwrap_or_else(|error| panic!("{error}"));
}

/// Nothing serves metrics here: what the HorizontalPodAutoscaler controller says of that is the oracle.
#[test]
fn an_autoscaler_is_as_healthy_as_its_controller_says() {
    let testbed = Testbed::shared();
    let namespace = "live-autoscaler";
    policy(testbed, namespace);
    testbed.apply(&spread(namespace, "web", "registry.example/app:1"));
    for (name, target) in [("web", "web"), ("lost", "gone")] {
        let target = json!({"apiVersion": "apps/v1", "kind": "Deployment", "name": target});
        let cpu =
            json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}});
        testbed.apply(&json!({
            "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "scaleTargetRef": target, "minReplicas": 3, "maxReplicas": 5,
                "metrics": [{"type": "Resource", "resource": cpu}],
            },
        }));
    }
    for (name, condition, reason, report) in [
        (
            "web",
            "ScalingActive",
            "FailedGetResourceMetric",
            "deployment-web",
        ),
        ("lost", "AbleToScale", "FailedGetScale", "namespace"),
    ] {
        let said = format!("{condition} is False ({reason})");
        let lines = until(testbed, (namespace, report), &said, |lines| {
            message(lines, "hpa-healthy").starts_with(&said)
        });
        let autoscaler = testbed.get(&["hpa", name, "-n", namespace]);
        let conditions = autoscaler["status"]["conditions"].as_array();
        let own = conditions
            .into_iter()
            .flatten()
            .find(|own| own["type"] == condition)
            .unwrap_or_else(|| panic!("{autoscaler:#}"));
        assert_eq!(
            (&own["status"], &own["reason"]),
            (&json!("False"), &json!(reason)),
            "{lines:?}"
        );
    }
}
