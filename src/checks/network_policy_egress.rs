use crate::check::network::{self, Direction};
use crate::check::{Check, Group, Run};
use crate::model::{Kind, KindSet, Severity};

pub(super) static CHECK: Check = Check {
    id: "network-policy-egress",
    title: "Traffic from the pods is restricted by a NetworkPolicy",
    why: "Without one, a process that was broken into can connect to everything that the pod can reach: other services, \
          the cloud's metadata server, the internet. NetworkPolicies add up: a pod is restricted once one of those that \
          select it has the type `Egress`, and what any of them allows is allowed, so that one with an empty rule \
          (`egress: [{}]`) undoes all others. A rule that names peers or ports counts as a restriction, however wide. \
          Pods with `hostNetwork: true` fail, as network plugins do not isolate them.",
    fix: "Deny everything from all pods of the namespace by one NetworkPolicy (`podSelector: {}`, `policyTypes: [Ingress, \
          Egress]`, no rules), and allow what is needed, DNS first, by one for each workload.",
    source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    severity: Severity::Critical,
    default: true,
    group: Group::Network,
    since: "0.1.0",
    aliases: &[
        "polaris/missingNetworkPolicy",
        "kube-score/pod-networkpolicy",
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
  policyTypes: [Egress]
  egress:
  - to:
    - podSelector:
        matchLabels: {app: db}
",
    run: Run::Workload(|context, workload, findings| {
        network::require(
            context,
            workload,
            Direction::Egress,
            "it can connect to anything",
            findings,
        )
    }),
};
