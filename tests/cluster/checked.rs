//! `plimsoll check --cluster`: what is in a cluster, with the rights of whoever asks, whether or not there is an operator.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::testbed::{Testbed, bad_deployment, good_deployment};

/// Standard output as JSON, standard error and the exit code.
fn check(kubeconfig: &Path, arguments: &[&str]) -> (Value, String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command
        .args(["check", "--cluster", "-o", "json"])
        .arg("--kubeconfig")
        .arg(kubeconfig)
        .args(arguments)
        .env_remove("KUBECONFIG")
        .stdin(Stdio::null());
    let output = command.output().expect("the command runs");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    let stdout = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (stdout, stderr, output.status.code())
}

/// Each result as `web liveness-probe Fail`.
fn results(json: &Value) -> Vec<String> {
    let rows = json["results"].as_array().into_iter().flatten();
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or("-").to_owned();
    rows.map(|row| {
        format!(
            "{} {} {}",
            text(row, "name"),
            text(row, "check"),
            text(row, "verdict")
        )
    })
    .collect()
}

#[test]
fn a_cluster_is_judged_as_far_as_rights_reach() {
    let testbed = Testbed::shared();
    let namespace = "checked";
    testbed.namespace(namespace);
    testbed.apply(&good_deployment(namespace, "good"));
    testbed.apply(&bad_deployment(namespace, "bad"));
    testbed.apply(&json!({
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": {"name": "bad", "namespace": namespace},
        "spec": {"minAvailable": 1, "selector": bad_deployment(namespace, "bad")["spec"]["selector"]},
    }));
    let asked = ["-n", namespace, "--checks", "liveness-probe,pdb-present"];
    let (json, stderr, code) = check(testbed.plane.kubeconfig(), &asked);
    let found = results(&json);
    assert!(
        found.contains(&"bad liveness-probe Fail".to_owned()),
        "{found:?} {stderr}"
    );
    assert!(
        !found.iter().any(|line| line.starts_with("good liveness")),
        "{found:?}"
    );
    assert!(
        !found.contains(&"bad pdb-present Unknown".to_owned()),
        "{found:?}"
    );
    assert_eq!(code, Some(1), "{stderr}");
    let place = format!("apis/apps/v1/namespaces/{namespace}/deployments/bad");
    assert_eq!(json["results"][0]["file"], place);
    let raw = testbed.kubectl(&["get", "--raw", &format!("/{place}")]);
    assert!(raw.contains("\"Deployment\""), "it can be asked for: {raw}");
    assert_eq!(
        json["summary"]["workloads"], 2,
        "no ReplicaSets, no Pods: {json}"
    );

    // Somebody who may see Deployments, and nothing else.
    testbed.apply(&json!({
        "apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "viewer", "namespace": namespace},
    }));
    testbed.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "viewer", "namespace": namespace},
        "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}],
    }));
    testbed.apply(&json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "viewer", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "viewer"},
        "subjects": [{"kind": "ServiceAccount", "name": "viewer", "namespace": namespace}],
    }));
    let viewer = testbed
        .plane
        .kubeconfig_for_service_account(namespace, "viewer");
    let viewer = viewer.unwrap_or_else(|error| panic!("{error}"));
    let (json, stderr, code) = check(&viewer, &asked);
    let found = results(&json);
    assert!(
        found.contains(&"bad liveness-probe Fail".to_owned()),
        "{found:?} {stderr}"
    );
    assert!(
        found.contains(&"bad pdb-present Unknown".to_owned()),
        "{found:?} {stderr}"
    );
    assert!(
        stderr.contains("you have no permission to list poddisruptionbudgets: checks that depend on a PodDisruptionBudget are Unknown"),
        "{stderr}"
    );
    let skipped: Vec<_> = json["skipped"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|row| row["file"].clone())
        .collect();
    let sets = json!(format!("apis/apps/v1/namespaces/{namespace}/statefulsets"));
    assert!(skipped.contains(&sets), "{skipped:?}");
    assert_eq!(code, Some(1));
}
