//! What `plimsoll fix` writes is taken by a real API server.

use std::fs;
use std::process::Command;

use crate::testbed::Testbed;

/// Workloads of several kinds that lack whatever is fixed.
const WORKLOADS: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: fixes}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccount: default
      initContainers:
      - {name: init, image: 'registry.example/init:1'}
      containers:
      - name: web
        image: registry.example/web:1.4.2
        ports: [{containerPort: 8080}, {containerPort: 53, protocol: UDP}]
        env: [{name: A, value: x}, {name: A, value: z}]
        securityContext:
          capabilities: {drop: [NET_RAW]}
      - name: agent
        image: registry.example/agent:1
        securityContext: {privileged: true}
---
apiVersion: batch/v1beta1
kind: CronJob
metadata: {name: night, namespace: fixes}
spec:
  schedule: '0 3 * * *'
  jobTemplate:
    spec:
      template:
        spec:
          containers:
          - {name: night, image: 'registry.example/night:1'}
---
apiVersion: extensions/v1beta1
kind: DaemonSet
metadata: {name: log, namespace: fixes}
spec:
  template:
    metadata: {labels: {app: log}}
    spec:
      containers:
      - {name: log, image: 'registry.example/log:1', ports: [{containerPort: 9000}]}
";

#[test]
fn what_is_fixed_is_taken_by_the_api_server() {
    let testbed = Testbed::shared();
    testbed.namespace("fixes");
    let file = testbed.plane.dir().join("fixes.yaml");
    fs::write(&file, WORKLOADS).expect("it can be written");
    let path = file.to_str().expect("the path is UTF-8");
    let fix = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(["fix", "--write", "--all-checks", path]);
        let output = command
            .args(more)
            .env("KUBECONFIG", testbed.plane.kubeconfig())
            .output();
        let output = output.expect("the command runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let (code, said) = fix(&["--server-dry-run"]);
    assert_eq!(code, Some(1), "probes are left: {said}");
    assert!(!said.contains("the API server refuses"), "{said}");
    let written = fs::read_to_string(&file).expect("it is there");
    for part in [
        "apiVersion: batch/v1\n",
        "apiVersion: apps/v1\n",
        "kind: PodDisruptionBudget",
        "restartPolicy: OnFailure",
    ] {
        assert!(written.contains(part), "{part}: {written}");
    }
    let output = testbed.kubectl(&["apply", "--dry-run=server", "-f", path]);
    for object in [
        "deployment.apps/web",
        "cronjob.batch/night",
        "daemonset.apps/log",
        "networkpolicy.networking.k8s.io/web",
    ] {
        assert!(output.contains(object), "{object}: {output}");
    }
    // Nothing of it was stored.
    let stored = testbed.get(&["deployments,poddisruptionbudgets", "-n", "fixes"]);
    assert_eq!(stored["items"], serde_json::json!([]));
}
