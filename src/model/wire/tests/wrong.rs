//! What cannot be read, and what is said of it.

use super::read;
use crate::model::Kind;

/// The field is named, as far as the manifest has it.
#[test]
fn a_field_of_the_wrong_type_is_named() {
    for (kind, fields, path) in [
        (Kind::Deployment, "spec: {replicas: three}", "spec.replicas"),
        (Kind::Deployment, "spec: {replicas: 1.5}", "spec.replicas"),
        (
            Kind::Deployment,
            "spec: {replicas: 99999999999}",
            "spec.replicas",
        ),
        (Kind::Deployment, "spec: []", "spec"),
        (Kind::Deployment, "spec: web", "spec"),
        (Kind::Deployment, "spec: {template: []}", "spec.template"),
        (
            Kind::Deployment,
            "spec: {template: {metadata: {labels: {app: 1}}}}",
            "spec.template.metadata.labels.app",
        ),
        (
            Kind::Deployment,
            "spec: {template: {metadata: {labels: [app]}}}",
            "spec.template.metadata.labels",
        ),
        (
            Kind::Deployment,
            "spec: {template: {spec: {containers: {name: web}}}}",
            "spec.template.spec.containers",
        ),
        (
            Kind::Deployment,
            "spec: {strategy: {rollingUpdate: {maxSurge: [1]}}}",
            "spec.strategy.rollingUpdate.maxSurge",
        ),
        (
            Kind::Deployment,
            "spec: {strategy: {rollingUpdate: {maxSurge: 1.5}}}",
            "spec.strategy.rollingUpdate.maxSurge",
        ),
        (
            Kind::CronJob,
            "spec: {jobTemplate: {spec: {parallelism: x}}}",
            "spec.jobTemplate.spec.parallelism",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{name: a}, {name: b, image: 12}]}",
            "spec.containers[1].image",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{resources: {limits: {cpu: {}}}}]}",
            "spec.containers[0].resources.limits.cpu",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{resources: {limits: {cpu: true}}}]}",
            "spec.containers[0].resources.limits.cpu",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{resources: []}]}",
            "spec.containers[0].resources",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{securityContext: {privileged: 'true'}}]}",
            "spec.containers[0].securityContext.privileged",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{securityContext: {runAsUser: root}}]}",
            "spec.containers[0].securityContext.runAsUser",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{securityContext: {capabilities: {add: ALL}}}]}",
            "spec.containers[0].securityContext.capabilities.add",
        ),
        (Kind::Pod, "spec: {hostNetwork: 1}", "spec.hostNetwork"),
        (
            Kind::Pod,
            "spec: {containers: [{env: [{name: A, value: 8080}]}]}",
            "spec.containers[0].env[0].value",
        ),
        (
            Kind::Pod,
            "spec: {containers: [{livenessProbe: {httpGet: {port: [80]}}}]}",
            "spec.containers[0].livenessProbe.httpGet.port",
        ),
        (
            Kind::Pod,
            "spec: {terminationGracePeriodSeconds: 30s}",
            "spec.terminationGracePeriodSeconds",
        ),
        (Kind::Deployment, "spec: {selector: [app]}", "spec.selector"),
        (
            Kind::ReplicationController,
            "spec: {selector: {app: [web]}}",
            "spec.selector.app",
        ),
        (Kind::ConfigMap, "data: [a]", "data"),
        (
            Kind::PersistentVolumeClaim,
            "spec: {accessModes: ReadWriteOnce}",
            "spec.accessModes",
        ),
        (
            Kind::PodDisruptionBudget,
            "spec: {minAvailable: true}",
            "spec.minAvailable",
        ),
        (
            Kind::PodDisruptionBudget,
            "spec: {selector: {matchLabels: [a]}}",
            "spec.selector.matchLabels",
        ),
        (
            Kind::PodDisruptionBudget,
            "spec: {selector: {matchExpressions: {key: a}}}",
            "spec.selector.matchExpressions",
        ),
        (
            Kind::Service,
            "spec: {selector: {app: [web]}}",
            "spec.selector.app",
        ),
        (Kind::Service, "spec: {selector: [app]}", "spec.selector"),
        (Kind::Service, "spec: {ports: {port: 80}}", "spec.ports"),
        (
            Kind::Service,
            "spec: {ports: [{port: http}]}",
            "spec.ports[0].port",
        ),
        (
            Kind::Service,
            "spec: {ports: [{port: 80, targetPort: true}]}",
            "spec.ports[0].targetPort",
        ),
        (
            Kind::Service,
            "spec: {loadBalancerSourceRanges: 10.0.0.0/8}",
            "spec.loadBalancerSourceRanges",
        ),
        (
            Kind::Ingress,
            "spec: {rules: [{host: [a]}]}",
            "spec.rules[0].host",
        ),
        (Kind::Ingress, "spec: {tls: {hosts: [a]}}", "spec.tls"),
        (
            Kind::Gateway,
            "spec: {listeners: [{port: web}]}",
            "spec.listeners[0].port",
        ),
        (
            Kind::HTTPRoute,
            "spec: {parentRefs: {name: a}}",
            "spec.parentRefs",
        ),
        (Kind::ResourceQuota, "spec: {hard: [cpu]}", "spec.hard"),
        (
            Kind::HorizontalPodAutoscaler,
            "spec: {behavior: {scaleDown: {stabilizationWindowSeconds: 5m}}}",
            "spec.behavior.scaleDown.stabilizationWindowSeconds",
        ),
        (
            Kind::NetworkPolicy,
            "spec: {policyTypes: Ingress}",
            "spec.policyTypes",
        ),
        (Kind::NetworkPolicy, "spec: {ingress: {}}", "spec.ingress"),
        (
            Kind::HorizontalPodAutoscaler,
            "spec: {minReplicas: a, scaleTargetRef: {kind: a, name: b}}",
            "spec.minReplicas",
        ),
        (
            Kind::LimitRange,
            "spec: {limits: [{type: Container, max: 3}]}",
            "spec.limits[0].max",
        ),
        (Kind::Role, "rules: {verbs: [get]}", "rules"),
        (Kind::Role, "rules: [{verbs: get}]", "rules[0].verbs"),
        (Kind::RoleBinding, "roleRef: view", "roleRef"),
        (
            Kind::RoleBinding,
            "{roleRef: {kind: Role, name: 3}}",
            "roleRef.name",
        ),
        (
            Kind::ServiceAccount,
            "automountServiceAccountToken: 'no'",
            "automountServiceAccountToken",
        ),
    ] {
        let fields = fields
            .strip_prefix('{')
            .and_then(|inner| inner.strip_suffix('}'))
            .unwrap_or(fields);
        let manifest = format!("metadata: {{name: web}}\n{fields}");
        let problem = read(kind, &manifest)
            .map(|object| object.key().to_string())
            .expect_err(fields);
        assert!(
            problem.starts_with(&format!("{path}: ")),
            "{kind} {fields}: {problem}"
        );
    }
}

#[test]
fn what_is_missing_is_named() {
    for (kind, fields, said) in [
        (
            Kind::HorizontalPodAutoscaler,
            "spec: {maxReplicas: 3}",
            "spec.scaleTargetRef: required",
        ),
        (
            Kind::HorizontalPodAutoscaler,
            "spec: {scaleTargetRef: {name: web}}",
            "spec.scaleTargetRef: missing field `kind`",
        ),
        (Kind::RoleBinding, "subjects: []", "roleRef: required"),
        (
            Kind::ClusterRoleBinding,
            "roleRef: {kind: Role, name: a}",
            "roleRef.kind: Role cannot be bound by a ClusterRoleBinding",
        ),
        (
            Kind::RoleBinding,
            "roleRef: {kind: Group, name: a}",
            "roleRef.kind: Group cannot be bound by a RoleBinding",
        ),
        (
            Kind::RoleBinding,
            "roleRef: {kind: Role, name: a}\nsubjects: [{kind: User}]",
            "subjects[0]: missing field `name`",
        ),
        // A Service's selector has no fields, and that of a budget has two.
        (
            Kind::PodDisruptionBudget,
            "spec: {selector: {app: web}}",
            "spec.selector: unknown field `app`",
        ),
        (
            Kind::Service,
            "spec: {selector: {matchLabels: {app: web}}}",
            "spec.selector.matchLabels: expected a string",
        ),
    ] {
        let manifest = format!("metadata: {{name: web}}\n{fields}");
        let problem = read(kind, &manifest)
            .map(|object| object.key().to_string())
            .expect_err(fields);
        assert!(problem.contains(said), "{kind} {fields}: {problem}");
    }
}
