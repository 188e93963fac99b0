//! What the API server refuses, and what it must let through.

use plimsoll_controlplane::eventually;
use serde_json::{Value, json};

use crate::testbed::{PATIENCE, Testbed, bad_deployment, good_deployment, good_pod_spec};

/// A namespace in which anything critical is denied.
fn strict(namespace: &str) -> &'static Testbed {
    let testbed = Testbed::shared();
    testbed.namespace(namespace);
    testbed.policy(
        namespace,
        json!({"actions": {"critical": "Deny", "high": "Warn"}}),
    );
    testbed
}

fn bad_pod(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace},
        "spec": {"containers": [{"name": "app", "image": "registry.example/app:1.4.2"}]},
    })
}

fn bad_cron_job(namespace: &str, name: &str) -> Value {
    let mut template = bad_pod(namespace, name);
    template["spec"]["restartPolicy"] = json!("Never");
    json!({
        "apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name, "namespace": namespace},
        "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": {"spec": template["spec"]}}}},
    })
}

#[test]
fn what_is_not_ready_is_denied_and_every_failure_is_named() {
    let testbed = strict("denied");
    let (accepted, message) = testbed.try_apply(&bad_deployment("denied", "web"));
    assert!(!accepted);
    for part in [
        "workloads.plimsoll.dev",
        "Deployment denied/web",
        "container app: has no livenessProbe",
        "liveness-probe",
        "readiness-probe",
        "cpu-limits",
        "memory-limits",
        "run-as-non-root",
        "read-only-root-filesystem",
        "policy denied",
    ] {
        assert!(
            message.contains(part),
            "the denial does not say {part:?}: {message}"
        );
    }
    assert!(testbed.try_apply(&good_deployment("denied", "web")).0);

    let (accepted, message) = testbed.try_apply(&bad_cron_job("denied", "report"));
    assert!(
        !accepted && message.contains("CronJob denied/report"),
        "{message}"
    );
    let (accepted, message) = testbed.try_apply(&bad_pod("denied", "debug"));
    assert!(
        !accepted && message.contains("Pod denied/debug"),
        "{message}"
    );
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "fine", "namespace": "denied"}, "spec": good_pod_spec(),
    });
    let (accepted, message) = testbed.try_apply(&pod);
    assert!(accepted, "{message}");
}

#[test]
fn a_pod_that_pretends_to_have_an_owner_is_denied() {
    let testbed = strict("pretenders");
    testbed.apply(&good_deployment("pretenders", "web"));
    let replica_set = eventually("the ReplicaSet", PATIENCE, || {
        Ok(testbed.get(&["replicasets", "-n", "pretenders"])["items"]
            .get(0)
            .cloned())
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let mut pod = bad_pod("pretenders", "intruder");
    pod["metadata"]["ownerReferences"] = json!([{
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "controller": true,
        "name": replica_set["metadata"]["name"], "uid": replica_set["metadata"]["uid"],
    }]);
    let (accepted, message) = testbed.try_apply(&pod);
    assert!(
        !accepted && message.contains("Pod pretenders/intruder"),
        "{message}"
    );
}

#[test]
fn a_violating_object_that_is_there_can_be_cared_for() {
    let namespace = "legacy";
    let testbed = Testbed::shared();
    testbed.namespace(namespace);
    let mut deployment = bad_deployment(namespace, "web");
    deployment["metadata"]["finalizers"] = json!(["example.com/wait"]);
    testbed.apply(&deployment);
    testbed.apply(&bad_deployment(namespace, "api"));
    testbed.policy(namespace, json!({"actions": {"critical": "Deny"}}));
    let (accepted, _) = testbed.try_apply(&bad_deployment(namespace, "new"));
    assert!(!accepted, "the policy is not in force yet");

    testbed.kubectl(&["rollout", "restart", "-n", namespace, "deployment/web"]);
    testbed.kubectl(&["label", "-n", namespace, "deployment/web", "team=shop"]);
    testbed.kubectl(&["annotate", "-n", namespace, "deployment/web", "note=kept"]);
    testbed.kubectl(&["scale", "-n", namespace, "deployment/web", "--replicas=2"]);
    testbed.kubectl(&[
        "set",
        "image",
        "-n",
        namespace,
        "deployment/web",
        "app=registry.example/app:1.4.3",
    ]);
    // The ReplicaSet of the new template violates as the Deployment does; so do its Pods. They follow their owner.
    let rolled_out = || {
        let status = testbed.get(&["deployment", "web", "-n", namespace])["status"].clone();
        Ok((status["updatedReplicas"] == 2 && status["readyReplicas"] == 2).then_some(()))
    };
    eventually(
        "the rollout of a violating Deployment",
        PATIENCE,
        rolled_out,
    )
    .unwrap_or_else(|error| panic!("{error}"));

    // Worse is denied.
    let worse = r#"{"spec":{"template":{"spec":{"containers":[{"name":"more","image":"registry.example/more:1"}]}}}}"#;
    let patched = testbed
        .plane
        .kubectl(&["patch", "-n", namespace, "deployment/web", "-p", worse]);
    let patched = patched.unwrap_or_else(|error| panic!("{error}"));
    let message = String::from_utf8_lossy(&patched.stderr).into_owned();
    assert!(
        !patched.status.success() && message.contains("container more"),
        "{message}"
    );
    assert!(
        !message.contains("- container app"),
        "what was wrong before is held against the update: {message}"
    );

    // Deleted with a finalizer: the object is updated once it has a deletionTimestamp.
    testbed.kubectl(&[
        "delete",
        "deployment",
        "-n",
        namespace,
        "web",
        "--wait=false",
    ]);
    let finalizers = r#"[{"op": "remove", "path": "/metadata/finalizers"}]"#;
    testbed.kubectl(&[
        "patch",
        "-n",
        namespace,
        "deployment/web",
        "--type=json",
        "-p",
        finalizers,
    ]);
    testbed.kubectl(&[
        "wait",
        "-n",
        namespace,
        "--for=delete",
        "deployment/web",
        "--timeout=30s",
    ]);

    // And so can the namespace be, full of them.
    testbed.kubectl(&["delete", "namespace", namespace, "--timeout=60s"]);
}

#[test]
fn a_relational_check_warns_unless_it_is_named() {
    let testbed = Testbed::shared();
    testbed.namespace("related");
    testbed.policy(
        "related",
        json!({"actions": {"critical": "Deny", "high": "Deny"}, "checks": [
            {"id": "pdb-present", "severity": "critical"},
        ]}),
    );
    let (accepted, message) = testbed.try_apply(&good_deployment_of_two("related", "web"));
    assert!(
        accepted && message.contains("Warning:") && message.contains("pdb-present"),
        "{message}"
    );

    testbed.namespace("named");
    testbed.policy(
        "named",
        json!({"checks": [{"id": "pdb-present", "action": "Deny"}]}),
    );
    let (accepted, message) = testbed.try_apply(&good_deployment_of_two("named", "web"));
    assert!(!accepted && message.contains("pdb-present"), "{message}");
}

fn good_deployment_of_two(namespace: &str, name: &str) -> Value {
    let mut deployment = good_deployment(namespace, name);
    deployment["spec"]["replicas"] = json!(2);
    deployment
}

#[test]
fn the_control_plane_and_plimsoll_itself_are_left_alone() {
    let testbed = Testbed::shared();
    testbed.apply(&json!({
        "apiVersion": "plimsoll.dev/v1alpha1", "kind": "ReadinessPolicy", "metadata": {"name": "system"},
        "spec": {
            "actions": {"critical": "Deny"},
            "match": {"namespaceSelector": {"matchExpressions": [
                {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["kube-system", "kube-public"]},
            ]}},
        },
    }));
    for namespace in ["kube-system", "kube-public", "kube-node-lease"] {
        let (accepted, message) = testbed.try_apply(&bad_deployment(namespace, "tool"));
        assert!(accepted, "{message}");
    }
}

#[test]
fn a_dry_run_is_judged_and_leaves_nothing() {
    let testbed = strict("dry");
    let bad = bad_deployment("dry", "web").to_string();
    let output = testbed
        .plane
        .kubectl_with_input(&["create", "--dry-run=server", "-f", "-"], &bad);
    let output = output.unwrap_or_else(|error| panic!("{error}"));
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("workloads.plimsoll.dev"));
}
