use std::collections::BTreeSet;

use crate::check::running::some;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Node, Phase, Place, Severity, Text, Workload};

/// The label that says which zone a Node is in, and what it was before Kubernetes 1.17.
const ZONE: [&str; 2] = [
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];

pub(super) static CHECK: Check = Check {
    id: "zone-spread-actual",
    title: "The running pods are in more than one zone",
    why: "A zone fails as a whole: power, network, a bad upgrade. Constraints say where pods should go; where they are is \
          another matter, since most constraints give way when there is no room, and none moves a pod that runs. Judged are \
          the zones of the Nodes that run the workload's pods just now. In a cluster of one zone it fails: that, too, is not \
          more than one.",
    fix: "Run at least two replicas, spread them with a topologySpreadConstraint over `topology.kubernetes.io/zone` \
          (`whenUnsatisfiable: DoNotSchedule` where it must hold), and restart the rollout so that they are placed anew. The \
          cluster needs Nodes in several zones.",
    source: "https://kubernetes.io/docs/setup/best-practices/multiple-zones/",
    severity: Severity::Critical,
    default: true,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::SERVICES,
    reads: KindSet::of(&[Kind::Node]),
    params: &[],
    bad: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, uid: '1'}
spec:
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers:
      - {name: db, image: registry.example/db:1.4.2}
---
apiVersion: v1
kind: Pod
metadata:
  name: db-0
  ownerReferences:
  - {apiVersion: apps/v1, kind: StatefulSet, name: db, uid: '1', controller: true}
spec: {nodeName: node-1}
status: {phase: Running}
---
apiVersion: v1
kind: Node
metadata:
  name: node-1
  labels: {topology.kubernetes.io/zone: zone-a}
",
    good: r"
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, uid: '1'}
spec:
  selector:
    matchLabels: {app: db}
  template:
    metadata:
      labels: {app: db}
    spec:
      containers:
      - {name: db, image: registry.example/db:1.4.2}
---
apiVersion: v1
kind: Pod
metadata:
  name: db-0
  ownerReferences:
  - {apiVersion: apps/v1, kind: StatefulSet, name: db, uid: '1', controller: true}
spec: {nodeName: node-1}
status: {phase: Running}
---
apiVersion: v1
kind: Pod
metadata:
  name: db-1
  ownerReferences:
  - {apiVersion: apps/v1, kind: StatefulSet, name: db, uid: '1', controller: true}
spec: {nodeName: node-2}
status: {phase: Running}
---
apiVersion: v1
kind: Node
metadata:
  name: node-1
  labels: {topology.kubernetes.io/zone: zone-a}
---
apiVersion: v1
kind: Node
metadata:
  name: node-2
  labels: {topology.kubernetes.io/zone: zone-b}
",
    run: Run::Running(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    if workload.runs_to_completion() {
        findings.not_applicable();
        return Ok(());
    }
    for kind in [Kind::ReplicaSet, Kind::Pod] {
        context.read(kind)?;
    }
    let view = context.read(Kind::Node)?;
    let pods = view.pods(workload);
    let running = pods
        .iter()
        .filter(|pod| pod.status.is_active() && pod.status.phase == Phase::Running);
    let nodes: Vec<_> = running.filter_map(|pod| pod.status.node.as_ref()).collect();
    let zones: BTreeSet<_> = nodes
        .iter()
        .filter_map(|name| view.node(name).and_then(zone))
        .collect();
    let unplaced: BTreeSet<_> = nodes
        .iter()
        .filter(|name| view.node(name).and_then(zone).is_none())
        .collect();
    let at = Place::pod(workload, "/topologySpreadConstraints");
    let [label, _] = ZONE;
    match (nodes.len(), zones.first()) {
        (0, _) => findings.unknown(at, "no pod of it runs"),
        _ if zones.len() > 1 => {}
        _ if !unplaced.is_empty() => {
            let nodes = some(unplaced.iter().map(|name| &****name));
            findings.unknown(
                at,
                format!("runs on Nodes whose label {label} is not known: {nodes}"),
            );
        }
        (1, Some(zone)) => {
            findings.fail(
                at,
                format!("its only pod runs in zone {zone}: run two or more, in different zones"),
            );
        }
        (_, zone) => {
            let zone = zone.map_or("", |zone| zone);
            findings.fail(
                at,
                format!("all its pods run in zone {zone}: spread them over zones"),
            );
        }
    }
    Ok(())
}

fn zone(node: &Node) -> Option<&Text> {
    ZONE.iter()
        .find_map(|label| node.meta.labels.get(label))
        .filter(|zone| !zone.is_empty())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_running, verdict};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, uid: d}, spec: {}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, uid: r,
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]}, spec: {}}
---
{apiVersion: v1, kind: Node, metadata: {name: a1, labels: {topology.kubernetes.io/zone: a}}}
---
{apiVersion: v1, kind: Node, metadata: {name: a2, labels: {topology.kubernetes.io/zone: a}}}
---
{apiVersion: v1, kind: Node, metadata: {name: b1, labels: {failure-domain.beta.kubernetes.io/zone: b}}}
---
{apiVersion: v1, kind: Node, metadata: {name: bare, labels: {topology.kubernetes.io/zone: ''}}}
";

    fn on(pods: &[(&str, &str, &str)]) -> String {
        let pods = pods.iter().enumerate().map(|(number, (node, phase, metadata))| {
            format!(
                "\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: p{number}{metadata},
                   ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r, controller: true}}]}},
                   spec: {{nodeName: {node}}}, status: {{phase: {phase}}}}}"
            )
        });
        DEPLOYMENT.to_owned() + &pods.collect::<String>()
    }

    #[test]
    fn running_pods_count_where_they_run() {
        let deleting = ", deletionTimestamp: '2026-01-01T11:59:00Z'";
        assert_running(
            &CHECK,
            &[
                (
                    &on(&[("a1", "Running", ""), ("b1", "Running", "")]),
                    Pass,
                    &[],
                ),
                (
                    &on(&[("a1", "Running", ""), ("a2", "Running", "")]),
                    Fail,
                    &["all its pods run in zone a: spread them"],
                ),
                (
                    &on(&[("a1", "Running", "")]),
                    Fail,
                    &["its only pod runs in zone a"],
                ),
                (
                    &on(&[("a1", "Running", ""), ("b1", "Running", deleting)]),
                    Fail,
                    &["its only pod runs in zone a"],
                ),
                (
                    &on(&[("a1", "Running", ""), ("b1", "Failed", "")]),
                    Fail,
                    &["its only pod runs in zone a"],
                ),
                (
                    &on(&[("a1", "Running", ""), ("''", "Pending", "")]),
                    Fail,
                    &["its only pod"],
                ),
                (
                    &on(&[("a1", "Pending", "")]),
                    Unknown,
                    &["no pod of it runs"],
                ),
                (&on(&[]), Unknown, &["no pod of it runs"]),
            ],
        );
    }

    #[test]
    fn a_node_that_does_not_say_leaves_it_open() {
        let label = "runs on Nodes whose label topology.kubernetes.io/zone is not known: ";
        assert_running(
            &CHECK,
            &[
                (
                    &on(&[("a1", "Running", ""), ("bare", "Running", "")]),
                    Unknown,
                    &[&format!("{label}bare")],
                ),
                (
                    &on(&[("a1", "Running", ""), ("gone", "Running", "")]),
                    Unknown,
                    &[&format!("{label}gone")],
                ),
                (
                    &on(&[
                        ("a1", "Running", ""),
                        ("b1", "Running", ""),
                        ("bare", "Running", ""),
                    ]),
                    Pass,
                    &[],
                ),
            ],
        );
    }

    #[test]
    fn what_ends_is_not_judged() {
        let job = "{apiVersion: batch/v1, kind: Job, metadata: {name: web}, spec: {}}";
        assert_eq!(verdict(&CHECK, job), []);
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: web}, spec: {restartPolicy: Never, nodeName: a1},
                    status: {phase: Running}}";
        assert_running(&CHECK, &[(pod, NotApplicable, &[])]);
    }
}
