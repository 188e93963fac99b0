//! A manifest, and the object that the API server makes of it, are one record.

use super::{decoded, pod, read, workload};
use crate::model::{IntOrPercent, Kind, Object, Strategy};

/// Each row: what is written, and what the API server fills in. Source: `pkg/apis/*/v*/defaults.go` of Kubernetes 1.36.
#[test]
fn what_is_left_out_is_filled_in_as_the_api_server_does() {
    for (kind, written, stored) in [
        // SetDefaults_Deployment, SetDefaults_StatefulSet, SetDefaults_ReplicaSet
        (Kind::Deployment, "spec: {}", "spec: {replicas: 1}"),
        (Kind::Deployment, "spec: {replicas: null, strategy: null}", "spec: {replicas: 1, strategy: {type: RollingUpdate}}"),
        (Kind::Deployment, "spec: {strategy: {type: ''}}", "spec: {strategy: {type: RollingUpdate}}"),
        (Kind::StatefulSet, "spec: {}", "spec: {replicas: 1, updateStrategy: {type: RollingUpdate, rollingUpdate: {partition: 0}}}"),
        (Kind::DaemonSet, "spec: {}", "spec: {updateStrategy: {type: RollingUpdate}}"),
        (Kind::ReplicaSet, "spec: {}", "spec: {replicas: 1}"),
        // SetDefaults_Job
        (Kind::Job, "spec: {completions: 3}", "spec: {completions: 3, parallelism: 1}"),
        (Kind::CronJob, "spec: {}", "spec: {jobTemplate: {spec: {parallelism: 1}}}"),
        // SetDefaults_PodSpec, and the ServiceAccount admission plugin
        (Kind::Pod, "spec: {}", "spec: {restartPolicy: Always, serviceAccountName: default, serviceAccount: default, securityContext: {}}"),
        (Kind::Pod, "spec: {restartPolicy: '', serviceAccountName: ''}", "spec: {restartPolicy: Always, serviceAccountName: default}"),
        (Kind::Pod, "spec: {hostNetwork: null}", "spec: {hostNetwork: false, hostPID: false, hostIPC: false}"),
        // Convert_v1_PodSpec_To_core_PodSpec
        (Kind::Pod, "spec: {serviceAccount: web}", "spec: {serviceAccountName: web, serviceAccount: web}"),
        (Kind::Pod, "spec: {serviceAccountName: '', serviceAccount: web}", "spec: {serviceAccountName: web}"),
        // SetDefaults_HorizontalPodAutoscaler (autoscaling/v2)
        (
            Kind::HorizontalPodAutoscaler,
            "spec: {scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}, maxReplicas: 3}",
            "spec: {scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}, minReplicas: 1, maxReplicas: 3, metrics:
                [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}",
        ),
        (
            Kind::HorizontalPodAutoscaler,
            "spec: {scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}, maxReplicas: 3, metrics: []}",
            "spec: {scaleTargetRef: {kind: Deployment, name: web, apiVersion: apps/v1}, minReplicas: 1, maxReplicas: 3, metrics:
                [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 80}}}]}",
        ),
        // SetDefaults_NetworkPolicy
        (Kind::NetworkPolicy, "spec: {podSelector: {}}", "spec: {podSelector: {}, policyTypes: [Ingress]}"),
        (
            Kind::NetworkPolicy,
            "spec: {podSelector: {}, egress: [{ports: [{port: 80}]}]}",
            "spec: {podSelector: {}, egress: [{ports: [{port: 80}]}], policyTypes: [Ingress, Egress]}",
        ),
        (Kind::NetworkPolicy, "spec: {podSelector: {}, egress: []}", "spec: {podSelector: {}, egress: [], policyTypes: [Ingress]}"),
        // SetDefaults_LimitRangeItem
        (
            Kind::LimitRange,
            "spec: {limits: [{type: Container, max: {cpu: 2}}]}",
            "spec: {limits: [{type: Container, max: {cpu: 2}, default: {cpu: 2}, defaultRequest: {cpu: 2}}]}",
        ),
        (
            Kind::LimitRange,
            "spec: {limits: [{type: Container, max: {cpu: 2}, default: {cpu: 1}, min: {cpu: 100m}}]}",
            "spec: {limits: [{type: Container, max: {cpu: 2}, default: {cpu: 1}, defaultRequest: {cpu: 1}, min: {cpu: 100m}}]}",
        ),
        (
            Kind::LimitRange,
            "spec: {limits: [{type: Container, min: {cpu: 100m, memory: 1Mi}, default: {memory: 1Gi}}]}",
            "spec: {limits: [{type: Container, min: {cpu: 100m, memory: 1Mi}, default: {memory: 1Gi}, defaultRequest: {cpu: 100m, memory: 1Gi}}]}",
        ),
        // SetDefaults_RoleBinding, SetDefaults_Subject
        (
            Kind::RoleBinding,
            "roleRef: {kind: Role, name: a}\nsubjects: [{kind: User, name: b}]",
            "roleRef: {kind: Role, name: a, apiGroup: rbac.authorization.k8s.io}\nsubjects: [{kind: User, name: b, apiGroup: rbac.authorization.k8s.io}]",
        ),
    ] {
        assert_eq!(judged(kind, written), judged(kind, stored), "{kind}: {written}");
    }
}

/// What checks see of an object, but for whether it is the manifest that says how many replicas there are, and whether it says
/// `serviceAccount` alone: these are what filling in a default changes.
fn judged(kind: Kind, fields: &str) -> Object {
    let mut object = decoded(kind, fields);
    if let Object::Workload(workload) = &mut object {
        workload.sets_replicas = None;
        workload.pod.old_service_account = None;
    }
    object
}

/// `SetDefaults_Job`, `SetDefaults_ReplicationController`. A policy may select by these labels.
#[test]
fn some_kinds_have_the_labels_of_their_pods() {
    for (kind, own, expected) in [
        (Kind::Job, "{}", &["app=web"][..]),
        (Kind::ReplicationController, "null", &["app=web"][..]),
        (Kind::Job, "{team: a}", &["team=a"][..]),
        (Kind::Deployment, "{}", &[][..]),
        (Kind::CronJob, "{}", &[][..]),
    ] {
        let template = "template: {metadata: {labels: {app: web}}}";
        let manifest = format!("{{metadata: {{name: web, labels: {own}}}, spec: {{{template}}}}}");
        let object = read(kind, &manifest).unwrap_or_else(|problem| panic!("{kind}: {problem}"));
        let labels: Vec<_> = object
            .meta()
            .labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(labels, expected, "{kind} {own}");
    }
}

#[test]
fn how_pods_are_replaced_is_left_to_the_kind_where_it_is_not_said() {
    let rolling = |max_unavailable, max_surge| Strategy::RollingUpdate {
        max_unavailable,
        max_surge,
    };
    let (one, quarter) = (IntOrPercent::Int(1), IntOrPercent::Percent(25));
    for (kind, spec, expected) in [
        (Kind::Deployment, "{}", rolling(None, None)),
        (
            Kind::Deployment,
            "{strategy: {type: Recreate}}",
            Strategy::Recreate,
        ),
        (
            Kind::Deployment,
            "{strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}}",
            rolling(Some(one.clone()), Some(quarter)),
        ),
        (
            Kind::Deployment,
            "{strategy: {type: rollingupdate}}",
            Strategy::None,
        ),
        // Each kind has a field of its own.
        (
            Kind::Deployment,
            "{updateStrategy: {type: OnDelete}}",
            rolling(None, None),
        ),
        (
            Kind::StatefulSet,
            "{updateStrategy: {type: OnDelete}}",
            Strategy::OnDelete,
        ),
        (
            Kind::StatefulSet,
            "{strategy: {type: Recreate}}",
            rolling(None, None),
        ),
        (
            Kind::DaemonSet,
            "{updateStrategy: {rollingUpdate: {maxUnavailable: 1}}}",
            rolling(Some(one), None),
        ),
        (Kind::ReplicaSet, "{}", Strategy::None),
    ] {
        assert_eq!(
            workload(kind, &format!("spec: {spec}")).strategy,
            expected,
            "{kind} {spec}"
        );
    }
}

#[test]
fn null_is_nothing() {
    let spec = "{containers: null, initContainers: null, volumes: null, securityContext: null, resources: null, os: null}";
    assert_eq!(pod(spec), pod("{}"));
    let container = "{containers: [{name: a, resources: {limits: null, requests: null}, securityContext: {capabilities: {add: null, drop: null},
        seccompProfile: null, runAsUser: null}, livenessProbe: null, readinessProbe: {exec: null}}]}";
    assert_eq!(pod(container), pod("{containers: [{name: a}]}"));
    for (kind, with_nulls, without) in [
        (Kind::Deployment, "status: null", ""),
        (Kind::Job, "status: {conditions: null}", ""),
        (Kind::Role, "rules: null", ""),
        (
            Kind::Role,
            "rules: [{verbs: null, resources: null}]",
            "rules: [{}]",
        ),
        (
            Kind::ServiceAccount,
            "automountServiceAccountToken: null",
            "",
        ),
        (Kind::Service, "spec: {selector: null}", "spec: {}"),
        (
            Kind::PodDisruptionBudget,
            "spec: {selector: null, minAvailable: null}",
            "spec: {}",
        ),
        (
            Kind::PodDisruptionBudget,
            "spec: {selector: {matchLabels: null, matchExpressions: null}}",
            "spec: {selector: {}}",
        ),
        (
            Kind::NetworkPolicy,
            "spec: {podSelector: null, ingress: null, policyTypes: null}",
            "spec: {}",
        ),
        (Kind::LimitRange, "spec: {limits: null}", "spec: {}"),
        (Kind::Namespace, "spec: null", ""),
    ] {
        assert_eq!(
            decoded(kind, with_nulls),
            decoded(kind, without),
            "{kind} {with_nulls}"
        );
    }
}
