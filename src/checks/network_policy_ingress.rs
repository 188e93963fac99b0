use crate::check::network::{self, Direction};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "network-policy-ingress",
    title: "Traffic to the pods is restricted by a NetworkPolicy",
    why: "Without one, whatever runs in the cluster can connect to every port of the pods, also what was broken into \
          elsewhere. NetworkPolicies add up: a pod is restricted once one of those that select it has the type `Ingress`, \
          and what any of them allows is allowed, so that one with an empty rule (`ingress: [{}]`) undoes all others. A \
          rule that names peers or ports counts as a restriction, however wide. Pods with `hostNetwork: true` fail, as \
          network plugins do not isolate them.",
    fix: "Deny everything to all pods of the namespace by one NetworkPolicy (`podSelector: {}`, `policyTypes: [Ingress, \
          Egress]`, no rules), and allow what is needed by one for each workload.",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "polaris/missingNetworkPolicy",
        "kube-score/pod-networkpolicy",
        "kube-linter/non-isolated-pod",
        "kubescape/C-0260",
        "popeye/1204",
    ],
    subjects: KindSet::WORKLOADS,
    reads: KindSet::of(&[Kind::NetworkPolicy]),
    params: &[],
    bad: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
",
    good: r"
apiVersion: v1
kind: Pod
metadata:
  name: web
  labels: {app: web}
spec:
  containers:
  - {name: web, image: registry.example/web:1.4.2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web}
spec:
  podSelector:
    matchLabels: {app: web}
  policyTypes: [Ingress]
  ingress:
  - ports:
    - port: 8080
",
    run: Run::Workload(|context, workload, findings| {
        network::require(
            context,
            workload,
            Direction::Ingress,
            "whatever runs in the cluster can connect to it",
            findings,
        )
    }),
};
