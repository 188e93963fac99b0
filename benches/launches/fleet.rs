//! The applications: each a Deployment of two pods, with what a platform usually has around one, and its launch.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::CHECKLISTS;
use crate::testbed::good_deployment;

const API: &str = "plimsoll.dev/v1alpha1";

/// A label of the namespaces, and the policy's name.
const POLICY: &str = "production";

/// Plurals that are not the kind with an `s`.
pub(crate) const PLURALS: [(&str, &str); 3] = [
    ("Ingress", "ingresses"),
    ("NetworkPolicy", "networkpolicies"),
    ("ReadinessLaunch", "readinesslaunches"),
];

/// Kinds of other operators, each with a definition that takes any field: group, version, kind.
const CUSTOM: [(&str, &str, &str); 6] = [
    ("monitoring.coreos.com", "v1", "ServiceMonitor"),
    ("monitoring.coreos.com", "v1", "PrometheusRule"),
    ("cert-manager.io", "v1", "Certificate"),
    ("external-secrets.io", "v1", "ExternalSecret"),
    ("keda.sh", "v1alpha1", "ScaledObject"),
    ("velero.io", "v1", "Schedule"),
];

/// The namespace and the name of an application, and of its launch.
pub(crate) type Name = (String, String);

/// So many namespaces with so many launches each.
pub(crate) struct Fleet {
    pub(crate) namespaces: usize,
    pub(crate) launches: usize,
}

impl Fleet {
    pub(crate) fn count(&self) -> usize {
        self.namespaces * self.launches
    }

    /// Each application.
    pub(crate) fn names(&self) -> Vec<Name> {
        let each = self.teams().flat_map(|namespace| {
            (0..self.launches).map(move |at| (namespace.clone(), format!("agent-{at:02}")))
        });
        each.collect()
    }

    pub(crate) fn definitions(&self) -> Vec<Value> {
        CUSTOM.into_iter().map(definition).collect()
    }

    /// The policy: both checklists for every launch, and the server.
    pub(crate) fn policy(&self, server: SocketAddr) -> Value {
        json!({
            "apiVersion": API, "kind": "ReadinessPolicy", "metadata": {"name": POLICY},
            "spec": {
                "match": {"namespaceSelector": {"matchLabels": {"policy": POLICY}}},
                "checklists": ["essentials"],
                "launch": {"checklists": CHECKLISTS},
                "metrics": {"servers": [{"name": "main", "url": format!("http://{server}")}]},
            },
        })
    }

    /// Those of the teams, and the one for backups.
    pub(crate) fn namespaces(&self) -> Vec<Value> {
        let namespace = |name: &str, labels: Value| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
        let teams = self
            .teams()
            .map(|team| namespace(&team, json!({"policy": POLICY})));
        teams.chain([namespace("velero", json!({}))]).collect()
    }

    /// A backup of each team's namespace, where Velero has them.
    pub(crate) fn backups(&self) -> Vec<Value> {
        let each = self.teams().map(|team| {
            json!({
                "apiVersion": "velero.io/v1", "kind": "Schedule", "metadata": {"name": team, "namespace": "velero"},
                "spec": {"schedule": "0 3 * * *", "template": {"includedNamespaces": [team], "ttl": "720h0m0s"}},
                "status": {"phase": "Enabled", "lastBackup": "2026-11-01T03:00:00Z"},
            })
        });
        each.collect()
    }

    fn teams(&self) -> impl Iterator<Item = String> {
        (0..self.namespaces).map(|at| format!("team-{at:03}"))
    }

    /// The workloads, with what is around each.
    pub(crate) fn applications(&self) -> Vec<Value> {
        let each = self.names().into_iter();
        each.flat_map(|(namespace, name)| application(&namespace, &name))
            .collect()
    }
}

/// The launches of some applications.
pub(crate) fn launches(names: &[Name]) -> Vec<Value> {
    let each = names.iter();
    each.map(|(namespace, name)| launch(namespace, name))
        .collect()
}

fn definition((group, version, kind): (&str, &str, &str)) -> Value {
    let singular = kind.to_lowercase();
    let plural = format!("{singular}s");
    let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.{group}")},
        "spec": {
            "group": group, "scope": "Namespaced", "names": {"kind": kind, "plural": plural, "singular": singular},
            "versions": [{
                "name": version, "served": true, "storage": true,
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": anything, "status": anything}}},
            }],
        },
    })
}

/// What holds of the pods of an application, and the settings that say so.
fn application(namespace: &str, name: &str) -> Vec<Value> {
    let object = |version: &str, kind: &str, fields: Value| {
        let labels = json!({"app": name, "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": namespace});
        let mut object = json!({
            "apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace, "labels": labels},
        });
        if let (Some(object), Some(fields)) = (object.as_object_mut(), fields.as_object()) {
            object.extend(fields.clone());
        }
        object
    };
    let selector = json!({"matchLabels": {"app": name}});
    let ready = json!([{"type": "Ready", "status": "True", "reason": "Ready", "lastTransitionTime": "2026-01-01T00:00:00Z"}]);
    vec![
        object(
            "v1",
            "ServiceAccount",
            json!({"automountServiceAccountToken": false}),
        ),
        deployment(namespace, name),
        object(
            "v1",
            "Service",
            json!({"spec": {"selector": {"app": name}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}),
        ),
        object(
            "policy/v1",
            "PodDisruptionBudget",
            json!({"spec": {"maxUnavailable": 1, "selector": selector}}),
        ),
        object(
            "networking.k8s.io/v1",
            "NetworkPolicy",
            json!({"spec": {
                "podSelector": selector, "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"policy": POLICY}}}], "ports": [{"port": 8080}]}],
                "egress": [{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 443}]}],
            }}),
        ),
        object(
            "networking.k8s.io/v1",
            "Ingress",
            json!({"spec": {
                "tls": [{"hosts": [format!("{name}.{namespace}.example")], "secretName": format!("{name}-tls")}],
                "rules": [{"host": format!("{name}.{namespace}.example"), "http": {"paths": [
                    {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": name, "port": {"name": "http"}}}},
                ]}}],
            }}),
        ),
        object(
            "monitoring.coreos.com/v1",
            "ServiceMonitor",
            json!({"spec": {
                "selector": selector, "endpoints": [{"port": "http", "path": "/metrics", "interval": "30s"}],
            }}),
        ),
        object(
            "monitoring.coreos.com/v1",
            "PrometheusRule",
            json!({"spec": {"groups": [{"name": name, "rules": alerts(namespace, name)}]}}),
        ),
        object(
            "cert-manager.io/v1",
            "Certificate",
            json!({
                "spec": {
                    "secretName": format!("{name}-tls"), "dnsNames": [format!("{name}.{namespace}.example")],
                    "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"},
                },
                "status": {"conditions": ready, "notAfter": "2099-01-01T00:00:00Z", "renewalTime": "2098-12-01T00:00:00Z"},
            }),
        ),
        object(
            "external-secrets.io/v1",
            "ExternalSecret",
            json!({
                "spec": {
                    "refreshInterval": "1h", "secretStoreRef": {"name": "vault", "kind": "ClusterSecretStore"},
                    "target": {"name": format!("{name}-api-keys")},
                    "dataFrom": [{"extract": {"key": format!("{namespace}/{name}")}}],
                },
                "status": {"conditions": ready},
            }),
        ),
        object(
            "keda.sh/v1alpha1",
            "ScaledObject",
            json!({"spec": {
                "scaleTargetRef": {"name": name}, "minReplicaCount": 2, "maxReplicaCount": 8,
                "triggers": [{"type": "prometheus", "metadata": {
                    "serverAddress": "http://prometheus.monitoring:9090", "threshold": "20",
                    "query": format!("sum(rate(http_requests_total{{namespace=\"{namespace}\",service=\"{name}\"}}[2m]))"),
                }}],
            }}),
        ),
    ]
}

fn deployment(namespace: &str, name: &str) -> Value {
    let mut deployment = good_deployment(namespace, name);
    deployment["metadata"]["labels"] = json!({"app": name, "app.kubernetes.io/version": "1.4.2"});
    deployment["spec"]["replicas"] = json!(2);
    deployment["spec"]["revisionHistoryLimit"] = json!(10);
    let pod = &mut deployment["spec"]["template"]["spec"];
    pod["serviceAccountName"] = json!(name);
    let container = &mut pod["containers"][0];
    container["ports"] = json!([{"name": "http", "containerPort": 8080}]);
    let secret = |key: &str| json!({"name": key, "valueFrom": {"secretKeyRef": {"name": format!("{name}-api-keys"), "key": key}}});
    container["env"] = json!([
        secret("ANTHROPIC_API_KEY"),
        secret("DATABASE_URL"),
        secret("REDIS_URL"),
        {"name": "LOG_LEVEL", "value": "info"},
        {"name": "LOG_FORMAT", "value": "json"},
        {"name": "OTEL_EXPORTER_OTLP_ENDPOINT", "value": "http://collector.observability:4317"},
        {"name": "OTEL_SERVICE_NAME", "value": name},
        {"name": "MODEL_NAME", "value": "claude"},
        {"name": "MAX_TOKENS", "value": "4096"},
        {"name": "REQUEST_TIMEOUT_SECONDS", "value": "30"},
        {"name": "RATE_LIMIT_PER_MINUTE", "value": "600"},
    ]);
    deployment
}

/// A dozen alerts, as an application of an agent has them.
fn alerts(namespace: &str, name: &str) -> Vec<Value> {
    let of = format!("namespace=\"{namespace}\",service=\"{name}\"");
    let rate = |metric: &str| format!("sum(rate({metric}{{{of}}}[5m]))");
    let alert = |alert: &str, expr: String, severity: &str| {
        json!({
            "alert": alert, "expr": expr, "for": "10m", "labels": {"severity": severity, "team": namespace},
            "annotations": {
                "summary": format!("{alert} of {name}"), "runbook_url": format!("https://runbooks.example/{namespace}/{alert}"),
            },
        })
    };
    vec![
        alert("AgentDown", format!("absent(up{{{of}}} == 1)"), "critical"),
        alert(
            "HighErrorRate",
            format!(
                "sum(rate(http_requests_total{{{of},code=~\"5..\"}}[5m])) / {} > 0.01",
                rate("http_requests_total")
            ),
            "critical",
        ),
        alert(
            "HighLatency",
            format!(
                "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket{{{of}}}[5m]))) > 2"
            ),
            "warning",
        ),
        alert(
            "TokenCost",
            format!("{} * 86400 > 500", rate("llm_cost_dollars_total")),
            "warning",
        ),
        alert(
            "TokenUsage",
            format!("{} > 100000", rate("llm_tokens_total")),
            "warning",
        ),
        alert(
            "ModelErrors",
            format!("{} > 0.1", rate("llm_request_errors_total")),
            "warning",
        ),
        alert(
            "ToolFailures",
            format!("{} > 0.1", rate("agent_tool_errors_total")),
            "warning",
        ),
        alert(
            "QueueDepth",
            format!("max(agent_queue_depth{{{of}}}) > 1000"),
            "warning",
        ),
        alert(
            "Memory",
            format!(
                "max(container_memory_working_set_bytes{{namespace=\"{namespace}\",pod=~\"{name}-.*\"}}) > 6e7"
            ),
            "warning",
        ),
        alert(
            "Throttled",
            format!(
                "sum(rate(container_cpu_cfs_throttled_periods_total{{namespace=\"{namespace}\",pod=~\"{name}-.*\"}}[5m])) > 1"
            ),
            "warning",
        ),
        alert(
            "Restarts",
            format!(
                "increase(kube_pod_container_status_restarts_total{{namespace=\"{namespace}\",pod=~\"{name}-.*\"}}[1h]) > 3"
            ),
            "critical",
        ),
        alert(
            "Certificate",
            format!(
                "certmanager_certificate_expiration_timestamp_seconds{{namespace=\"{namespace}\",name=\"{name}\"}} - time() < 604800"
            ),
            "critical",
        ),
    ]
}

fn launch(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": API, "kind": "ReadinessLaunch", "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": name}}, "release": "1.4.2", "containers": ["app"],
            "targetDate": "2026-12-01T00:00:00Z", "reviewEvery": "90d",
            "risks": [
                {"id": "model-outage", "risk": "The model's provider is down", "severity": "high", "mitigation": "A second provider, tried weekly",
                 "owner": "ada", "mitigated": {"by": "ada", "at": "2026-10-01T00:00:00Z"}},
                {"id": "cost", "risk": "A loop of the agent runs up a bill", "severity": "medium", "mitigation": "A budget for each session", "owner": "ben"},
            ],
            "contacts": [
                {"role": "Primary On-call", "name": "On-call of the team", "reach": format!("https://pager.example/{namespace}")},
                {"role": "Engineering Lead", "name": "Ada"},
                {"role": "Product Owner", "name": "Dan"},
            ],
            "notes": "Launches with a tenth of the users.",
        },
    })
}
