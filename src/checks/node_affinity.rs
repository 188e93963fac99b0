use crate::check::{Check, Group, Run};
use crate::inventory::Pools;
use crate::model::{Kind, KindSet, Place, Severity};

pub(super) static CHECK: Check = Check {
    id: "node-affinity",
    title: "The pods choose the nodes they run on",
    why: "Where nodes differ (in size, in processors, in who pays for them, in being taken away at any time), a pod that asks for none \
          of them lands on any. Every `nodeSelector` or `nodeAffinity` counts, required or preferred. Where all nodes have the \
          same labels but for those that name the one node, there is nothing to choose and nothing is judged. Files seldom \
          have Nodes among them: there a choice is asked for. In a cluster without one, the verdict is Unknown. DaemonSets run everywhere by intention and \
          are not judged.",
    fix: "Add a `nodeSelector`, or a `nodeAffinity` by labels that your nodes have, such as the node pool's.",
    source: "https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/",
    severity: Severity::High,
    default: false,
    group: Group::Availability,
    since: "0.1.0",
    aliases: &["kube-linter/no-node-affinity"],
    subjects: KindSet::WORKLOADS.without(KindSet::of(&[Kind::DaemonSet])),
    reads: KindSet::of(&[Kind::Node]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: v1
kind: Node
metadata:
  name: small-1
  labels: {kubernetes.io/hostname: small-1, pool: small}
---
apiVersion: v1
kind: Node
metadata:
  name: large-1
  labels: {kubernetes.io/hostname: large-1, pool: large}
",
    good: r"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeSelector: {pool: small}
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    run: Run::Workload(|context, workload, findings| {
        if workload.pod.chooses_nodes {
            return Ok(());
        }
        let at = Place::pod(workload, "/affinity/nodeAffinity");
        let problem = "has neither nodeSelector nor nodeAffinity";
        match context.read(Kind::Node)?.pools() {
            Pools::One => findings.not_applicable(),
            Pools::Several => findings.fail(
                at,
                format!(
                    "{problem}, and nodes differ: its pods land on any; choose some by their labels"
                ),
            ),
            Pools::None if context.may_exist_elsewhere() => {
                findings.fail(at, format!("{problem}: choose nodes by their labels"));
            }
            Pools::None => findings.unknown(
                at,
                format!("{problem}, and no Node is here to tell whether nodes differ"),
            ),
        }
        Ok(())
    }),
};

#[cfg(test)]
mod tests {
    use super::CHECK;
    use crate::check::testing::{assert_on, assert_running, verdict};
    use crate::model::Verdict::{Fail, NotApplicable, Pass, Unknown};

    fn pod(spec: &str) -> String {
        format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {{{spec}}}}}")
    }

    fn node(name: &str, labels: &str) -> String {
        format!(
            "\n---\n{{apiVersion: v1, kind: Node, metadata: {{name: {name}, labels: {{kubernetes.io/hostname: {name}, {labels}}}}}}}"
        )
    }

    #[test]
    fn any_choice_will_do() {
        let two = node("a", "pool: x") + &node("b", "pool: b");
        for (spec, expected) in [
            ("", Fail),
            ("nodeSelector: {}", Fail),
            ("nodeSelector: {pool: x}", Pass),
            ("affinity: {}", Fail),
            ("affinity: {nodeAffinity: {}}", Fail),
            (
                "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}",
                Fail,
            ),
            (
                "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms:
                  [{matchExpressions: [{key: pool, operator: Exists}]}]}}}",
                Pass,
            ),
            (
                "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {}}]}}",
                Pass,
            ),
            ("affinity: {podAntiAffinity: {}}", Fail),
            ("tolerations: [{operator: Exists}]", Fail),
        ] {
            let parts: &[&str] = match expected {
                Fail => &["- /spec/affinity/nodeAffinity : has neither nodeSelector nor nodeAffinity, and nodes differ"],
                _ => &[],
            };
            assert_running(&CHECK, &[(&(pod(spec) + &two), expected, parts)]);
        }
    }

    #[test]
    fn alike_nodes_leave_nothing_to_choose() {
        for (nodes, expected) in [
            (node("a", "pool: x"), NotApplicable),
            (node("a", "pool: x") + &node("b", "pool: x"), NotApplicable),
            (node("a", "") + &node("b", ""), NotApplicable),
            (node("a", "pool: x") + &node("b", ""), Fail),
            (node("a", "pool: x") + &node("b", "pool: x, zone: c"), Fail),
            (node("a", "pool: x") + &node("b", "pool: xx"), Fail),
            (
                node("a", "pool: x") + &node("b", "pool: x") + &node("c", "pool: b"),
                Fail,
            ),
        ] {
            let objects = pod("") + &nodes;
            let parts: &[&str] = if expected == NotApplicable {
                &[]
            } else {
                &["has neither"]
            };
            assert_running(&CHECK, &[(&objects, expected, parts)]);
            assert_on(&CHECK, &[(&objects, expected, parts)]);
        }
    }

    #[test]
    fn without_nodes_files_are_asked_for_a_choice() {
        let nowhere = &["has neither nodeSelector nor nodeAffinity: choose"][..];
        let chosen = pod("nodeSelector: {pool: x}");
        assert_on(&CHECK, &[(&pod(""), Fail, nowhere), (&chosen, Pass, &[])]);
        let unknown = &["no Node is here to tell"];
        assert_running(&CHECK, &[(&pod(""), Unknown, unknown)]);
    }

    #[test]
    fn daemon_sets_run_everywhere() {
        let set = "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: web}, spec: {}}";
        assert!(verdict(&CHECK, set).is_empty());
    }
}
