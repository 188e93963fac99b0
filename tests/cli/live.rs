//! Checks on what runs, where nothing runs.

use crate::run::with_stdin;

/// As `kubectl get -o yaml` prints it: with a status, which says nothing of the file.
const DEPLOYMENT: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web, generation: 1}
spec:
  replicas: 2
  template:
    spec:
      containers:
      - {name: web, image: registry.example/web:1.4.2, readinessProbe: {tcpSocket: {port: 80}}}
status: {observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2}
";

const LIVE: [&str; 6] = [
    "hpa-healthy",
    "node-external-ip",
    "previous-revision-present",
    "probes-passing",
    "rollout-healthy",
    "zone-spread-actual",
];

#[test]
fn they_are_left_out_where_nobody_asks_for_them() {
    let run = with_stdin(&["check", "--all", "-o", "json", "-"], DEPLOYMENT);
    let checks: Vec<_> = run.json()["results"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|row| row["check"].as_str().map(str::to_owned))
        .collect();
    assert!(checks.contains(&"readiness-probe".to_owned()), "{checks:?}");
    for id in LIVE {
        assert!(!checks.contains(&id.to_owned()), "{id}: {checks:?}");
    }
}

#[test]
fn who_asks_for_them_is_told_that_files_do_not_tell() {
    for id in LIVE.iter().filter(|id| **id != "hpa-healthy") {
        let run = with_stdin(&["check", "--checks", id, "-o", "json", "-"], DEPLOYMENT);
        let row = &run.json()["results"][0];
        assert_eq!(row["verdict"], "Unknown", "{row}");
        assert_eq!(row["message"], "only a running cluster can tell", "{row}");
        assert_eq!(run.code, Some(1));
    }
}
