//! What runs Plimsoll in a cluster. Its own workload passes every check of the catalogue that applies to it.

use serde_json::{Value, json};

use super::{names, rbac};
use crate::guards;
use crate::model::{Kind, KindSet};
use crate::webhook::handler::CONTROL_PLANE;

/// What the API server does with a request when the webhook cannot be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailurePolicy {
    /// It goes on without the webhook.
    Ignore,
    /// It refuses the request.
    Fail,
}

/// Namespace, permissions, Deployment, Service, PodDisruptionBudget, NetworkPolicy, the webhook's configuration and the guards.
pub(super) fn objects(namespace: &str, image: &str, failure: FailurePolicy) -> Vec<Value> {
    let mut objects = vec![json!({
        "apiVersion": "v1", "kind": "Namespace",
        "metadata": {
            "name": namespace,
            "labels": {"app.kubernetes.io/name": names::APP, "pod-security.kubernetes.io/enforce": "restricted"},
        },
    })];
    objects.extend(rbac::objects(namespace));
    objects.extend([
        deployment(namespace, image),
        service(namespace),
        json!({
            "apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": meta(namespace, names::APP),
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": labels()}},
        }),
        network_policy(namespace),
        configuration(namespace, failure),
    ]);
    // They come after the definitions, which are applied before: one of them has a ReadinessPolicy as its parameter.
    objects.extend(guards::objects(&names::user(namespace)));
    objects
}

fn labels() -> Value {
    json!({"app.kubernetes.io/name": names::APP})
}

fn meta(namespace: &str, name: &str) -> Value {
    json!({"name": name, "namespace": namespace, "labels": labels()})
}

fn deployment(namespace: &str, image: &str) -> Value {
    let field = |name: &str, path: &str| json!({"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}});
    let probe = |path: &str, period: u32, failures: u32| json!({"httpGet": {"path": path, "port": "health"}, "periodSeconds": period, "failureThreshold": failures});
    let container = json!({
        "name": "plimsoll",
        "image": image,
        "args": ["operator"],
        "env": [field("POD_NAMESPACE", "metadata.namespace"), field("POD_NAME", "metadata.name")],
        "ports": [{"name": "webhook", "containerPort": 9443}, {"name": "health", "containerPort": 8080}],
        // A large cluster takes a while to be read.
        "startupProbe": probe("/healthz", 2, 30),
        "livenessProbe": probe("/healthz", 10, 3),
        "readinessProbe": probe("/readyz", 5, 2),
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "2", "memory": "512Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": false,
            "readOnlyRootFilesystem": true,
            "capabilities": {"drop": ["ALL"]},
        },
    });
    let spread = json!([{
        "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": labels()},
    }]);
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta(namespace, names::APP),
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": labels()},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {"labels": labels()},
                "spec": {
                    "serviceAccountName": names::APP,
                    // It talks to the API server.
                    "automountServiceAccountToken": true,
                    "priorityClassName": "system-cluster-critical",
                    "securityContext": {
                        "runAsNonRoot": true, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"},
                    },
                    "topologySpreadConstraints": spread,
                    "containers": [container],
                },
            },
        },
    })
}

fn service(namespace: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": meta(namespace, names::SERVICE),
        "spec": {"selector": labels(), "ports": [{"name": "webhook", "port": 443, "targetPort": "webhook"}]},
    })
}

/// In: reviews and metrics. Out: the API server, wherever it is, DNS, and Prometheus at its usual port.
fn network_policy(namespace: &str) -> Value {
    let tcp = |port: u16| json!({"port": port, "protocol": "TCP"});
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta(namespace, names::APP),
        "spec": {
            "podSelector": {"matchLabels": labels()},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"ports": [tcp(9443), tcp(8080)]}],
            "egress": [{"ports": [tcp(443), tcp(6443), tcp(9090), tcp(53), {"port": 53, "protocol": "UDP"}]}],
        },
    })
}

fn configuration(namespace: &str, failure: FailurePolicy) -> Value {
    let left_out: Vec<_> = CONTROL_PLANE.into_iter().chain([namespace]).collect();
    let webhook = |name: &str, path: &str, rules: Vec<Value>, failure: FailurePolicy| {
        json!({
            "name": name,
            "admissionReviewVersions": ["v1"],
            "clientConfig": {
                // The operator fills in the caBundle.
                "service": {"name": names::SERVICE, "namespace": namespace, "path": path, "port": 443},
            },
            "rules": rules,
            "failurePolicy": match failure {
                FailurePolicy::Ignore => "Ignore",
                FailurePolicy::Fail => "Fail",
            },
            "matchPolicy": "Equivalent",
            "sideEffects": "None",
            "timeoutSeconds": 2,
        })
    };
    let mut workloads = webhook(names::WEBHOOK, "/validate", rules(), failure);
    workloads["namespaceSelector"] = json!({"matchExpressions": [
        {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": left_out},
    ]});
    // What it refuses is shown as a condition all the same, so that nobody is kept from a policy while it is down.
    let own = webhook(
        names::OWN_WEBHOOK,
        "/validate-own",
        own_rules(),
        FailurePolicy::Ignore,
    );
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": names::CONFIGURATION, "labels": labels()},
        "webhooks": [workloads, own],
    })
}

/// Writes of Plimsoll's own objects.
fn own_rules() -> Vec<Value> {
    vec![json!({
        "apiGroups": [crate::api::GROUP], "apiVersions": ["v1alpha1"], "operations": ["CREATE", "UPDATE"], "scope": "*",
        "resources": [
            "readinessattestations", "readinesschecklists", "readinessexceptions", "readinesslaunches", "readinesspolicies",
        ],
    })]
}

/// Writes of workloads and of their scales, a rule for each group.
fn rules() -> Vec<Value> {
    let mut groups: Vec<&str> = KindSet::WORKLOADS.iter().map(Kind::group).collect();
    groups.sort_unstable();
    groups.dedup();
    let rule = |group: &&str| {
        let kinds = KindSet::WORKLOADS
            .iter()
            .filter(|kind| kind.group() == *group);
        let mut resources: Vec<_> = kinds.map(|kind| kind.plural().to_owned()).collect();
        // Scaling up from nothing is a first rollout.
        let scalable = KindSet::SCALABLE
            .iter()
            .filter(|kind| kind.group() == *group);
        resources.extend(scalable.map(|kind| format!("{}/scale", kind.plural())));
        resources.sort_unstable();
        json!({
            "apiGroups": [group], "apiVersions": ["v1"], "resources": resources,
            "operations": ["CREATE", "UPDATE"], "scope": "Namespaced",
        })
    };
    groups.iter().map(rule).collect()
}
