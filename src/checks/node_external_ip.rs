use std::collections::BTreeSet;

use crate::check::running::some;
use crate::check::{Check, Context, Findings, Group, Judgement, Run};
use crate::model::{Kind, KindSet, Phase, Place, Severity, Workload};

pub(super) static CHECK: Check = Check {
    id: "node-external-ip",
    title: "No Node that runs the workload has a public address",
    why: "A Node with a public address can be reached from the internet at every port that a firewall forgets: the kubelet, \
          NodePorts, whatever uses the host's network. Judged are the Nodes to which pods of the workload are scheduled just \
          now, by the addresses of type `ExternalIP` in their status. How routes, NAT and firewalls are set cannot be seen.",
    fix: "Make node pools without public addresses (private nodes), with a NAT gateway for what they fetch, and move the \
          workload to them.",
    source: "https://kubernetes.io/docs/reference/node/node-status/#addresses",
    severity: Severity::Critical,
    default: false,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::Node]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: node-1
  containers:
  - {name: web, image: registry.example/web:1.4.2}
status: {phase: Running}
---
apiVersion: v1
kind: Node
metadata: {name: node-1}
status:
  addresses:
  - {type: InternalIP, address: 10.0.0.4}
  - {type: ExternalIP, address: 203.0.113.7}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: node-1
  containers:
  - {name: web, image: registry.example/web:1.4.2}
status: {phase: Running}
---
apiVersion: v1
kind: Node
metadata: {name: node-1}
status:
  addresses:
  - {type: InternalIP, address: 10.0.0.4}
",
    run: Run::Running(run),
};

fn run(context: &Context<'_>, workload: &Workload, findings: &mut Findings) -> Judgement {
    for kind in [Kind::ReplicaSet, Kind::Job, Kind::Pod] {
        context.read(kind)?;
    }
    let view = context.read(Kind::Node)?;
    let pods = view.pods(workload);
    let nodes: BTreeSet<_> = pods
        .iter()
        .filter(|pod| pod.status.phase != Phase::Ended)
        .filter_map(|pod| pod.status.node.as_ref())
        .collect();
    let at = Place::pod(workload, "/nodeName");
    if nodes.is_empty() {
        findings.unknown(at, "no pod of it is scheduled");
        return Ok(());
    }
    let mut public = nodes
        .iter()
        .filter(|name| view.node(name).is_some_and(|node| node.has_external_ip));
    let mut missing = nodes.iter().filter(|name| view.node(name).is_none());
    let public = some(public.by_ref().map(|name| &***name));
    let missing = some(missing.by_ref().map(|name| &***name));
    if !public.is_empty() {
        let message = format!("runs on Nodes with an ExternalIP: {public}");
        findings.fail(at.clone().about("public"), message);
    }
    if !missing.is_empty() {
        let message = format!("runs on Nodes that are not known: {missing}");
        findings.unknown(at.about("missing"), message);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::assert_running;
    use crate::model::Verdict::{Fail, Pass, Unknown};

    const DEPLOYMENT: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, uid: d}, spec: {}}
---
{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: web-1, uid: r,
  ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web, uid: d, controller: true}]}, spec: {}}
";

    fn pod(name: &str, node: &str, phase: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name},
               ownerReferences: [{{apiVersion: apps/v1, kind: ReplicaSet, name: web-1, uid: r, controller: true}}]}},
               spec: {{nodeName: {node}}}, status: {{phase: {phase}}}}}"
        )
    }

    fn node(name: &str, kind: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}}}, status: {{addresses: [{{type: {kind}, address: 1.2.3.4}}]}}}}"
        )
    }

    #[test]
    fn the_nodes_that_it_runs_on_decide() {
        let nodes = node("inside", "InternalIP") + &node("outside", "ExternalIP");
        let on = |pods: &[String]| DEPLOYMENT.to_owned() + &nodes + &pods.concat();
        let [inside, outside, gone, nowhere] = ["inside", "outside", "gone", "''"]
            .map(|node| pod(&format!("p-{}", node.trim_matches('\'')), node, "Running"));
        let done = pod("done", "outside", "Succeeded");
        assert_running(
            &CHECK,
            &[
                (&on(std::slice::from_ref(&inside)), Pass, &[]),
                (&on(&[inside.clone(), done]), Pass, &[]),
                (
                    &on(&[inside.clone(), outside.clone()]),
                    Fail,
                    &[
                        "/spec/template/spec/nodeName public: runs on Nodes with an ExternalIP: outside",
                    ],
                ),
                (
                    &on(&[inside.clone(), gone.clone()]),
                    Unknown,
                    &["runs on Nodes that are not known: gone"],
                ),
                (
                    &on(&[outside, gone]),
                    Fail,
                    &["ExternalIP: outside", "not known: gone"],
                ),
                (&on(&[nowhere]), Unknown, &["no pod of it is scheduled"]),
                (&on(&[]), Unknown, &["no pod of it is scheduled"]),
            ],
        );
    }

    #[test]
    fn many_nodes_make_one_line() {
        let names: Vec<_> = (1..6).map(|number| format!("n{number}")).collect();
        let nodes: String = names.iter().map(|name| node(name, "ExternalIP")).collect();
        let pods: String = names
            .iter()
            .map(|name| pod(&format!("on-{name}"), name, "Running"))
            .collect();
        assert_running(
            &CHECK,
            &[(
                &(DEPLOYMENT.to_owned() + &nodes + &pods),
                Fail,
                &["ExternalIP: n1, n2, n3 and others"],
            )],
        );
    }

    /// The pods of a CronJob belong to its Jobs.
    #[test]
    fn pods_are_found_through_all_that_stands_between() {
        let cron = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: web, uid: c}, spec: {}}
---
{apiVersion: batch/v1, kind: Job, metadata: {name: web-1, uid: r,
  ownerReferences: [{apiVersion: batch/v1, kind: CronJob, name: web, uid: c, controller: true}]}, spec: {}}
";
        let all =
            cron.to_owned() + &node("outside", "ExternalIP") + &pod("p", "outside", "Running");
        assert_running(&CHECK, &[(&all, Fail, &["ExternalIP: outside"])]);
    }
}
