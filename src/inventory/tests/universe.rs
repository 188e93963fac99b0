//! Random objects out of a universe so small that they refer to each other, and often to nothing.

mod meeting;
mod needs;
mod routing;
mod running;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use self::running::{any_revision, live, scaling};
use crate::inventory::Record;
use crate::model::{self, Kind, Object, Stub};

/// Most objects are in the first, for more of them to meet.
const NAMESPACES: [&str; 5] = ["a", "a", "a", "b", "c"];
const NAMES: [&str; 2] = ["x", "y"];

/// An object of any kind; workloads as often as all others together, and those most often that others refer to.
pub(super) fn any_object() -> BoxedStrategy<Object> {
    let (mut workloads, others): (Vec<Kind>, Vec<Kind>) = Kind::ALL
        .iter()
        .copied()
        .partition(|kind| kind.is_workload());
    workloads.extend([
        Kind::Deployment,
        Kind::Deployment,
        Kind::ReplicaSet,
        Kind::ReplicaSet,
        Kind::Pod,
        Kind::Pod,
    ]);
    prop_oneof![select(workloads), select(others)]
        .prop_flat_map(object_of)
        .boxed()
}

/// The record of an object of any kind: also pods of workloads.
pub(super) fn any_record() -> BoxedStrategy<Record> {
    record(any_object())
}

/// The record of an object of a kind.
pub(super) fn record_of(kind: Kind) -> BoxedStrategy<Record> {
    record(object_of(kind))
}

/// Pods of workloads are kept as in a cluster, or as in files.
fn record(object: BoxedStrategy<Object>) -> BoxedStrategy<Record> {
    (object, prop::bool::weighted(0.8))
        .prop_map(|(object, as_in_cluster)| match object {
            Object::Workload(pod) if pod.kind() == Kind::Pod && as_in_cluster => {
                Record::of_cluster(Object::Workload(pod))
            }
            object => object.into(),
        })
        .boxed()
}

/// An object of a kind.
pub(super) fn object_of(kind: Kind) -> BoxedStrategy<Object> {
    match kind {
        kind if kind.is_workload() => any_workload(kind),
        Kind::Namespace => (
            metadata(select(&NAMESPACES[..]), kind),
            routing::of_namespace(),
            any::<bool>(),
        )
            .prop_map(move |(mut metadata, labels, deleting)| {
                metadata["labels"] = labels;
                if deleting {
                    metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
                }
                decode(kind, json!({"metadata": metadata}))
            })
            .boxed(),
        Kind::ServiceAccount => {
            let fields = select(vec![Value::Null, json!(true), json!(false)]);
            with_metadata(
                kind,
                &["default", "x"],
                fields.prop_map(|automount| json!({"automountServiceAccountToken": automount})),
            )
        }
        Kind::Role | Kind::ClusterRole => {
            with_metadata(kind, &["x", "y", "cluster-admin"], rules())
        }
        Kind::RoleBinding | Kind::ClusterRoleBinding => with_metadata(kind, &NAMES, binding(kind)),
        Kind::HorizontalPodAutoscaler => {
            let fields = (autoscaler(), scaling());
            let fields = fields.prop_map(|(spec, status)| json!({"spec": spec, "status": status}));
            with_metadata(kind, &NAMES, fields)
        }
        Kind::PodDisruptionBudget => with_spec(kind, budget()),
        Kind::ConfigMap
        | Kind::PersistentVolumeClaim
        | Kind::PersistentVolume
        | Kind::StorageClass
        | Kind::Node
        | Kind::Secret
        | Kind::ExternalSecret
        | Kind::SealedSecret => needs::object_of(kind),
        Kind::ControllerRevision => any_revision(),
        Kind::NetworkPolicy => with_spec(kind, network_policy()),
        Kind::Service
        | Kind::Ingress
        | Kind::Gateway
        | Kind::HTTPRoute
        | Kind::GRPCRoute
        | Kind::DestinationRule
        | Kind::ResourceQuota
        | Kind::EndpointSlice
        | Kind::Application
        | Kind::Kustomization
        | Kind::HelmRelease => routing::object_of(kind),
        Kind::LimitRange => with_spec(kind, limit_range()),
        kind => meeting::object_of(kind),
    }
}

fn decode(kind: Kind, object: Value) -> Object {
    model::decode(kind, &object).unwrap_or_else(|error| panic!("{kind}: {error}: {object}"))
}

fn with_spec(kind: Kind, spec: impl Strategy<Value = Value> + 'static) -> BoxedStrategy<Object> {
    with_metadata(kind, &NAMES, spec.prop_map(|spec| json!({"spec": spec})))
}

fn with_metadata(
    kind: Kind,
    names: &'static [&'static str],
    fields: impl Strategy<Value = Value> + 'static,
) -> BoxedStrategy<Object> {
    (metadata(select(names), kind), fields)
        .prop_map(move |(metadata, mut object)| {
            let own = std::mem::take(&mut object["labels"]);
            let annotations = std::mem::take(&mut object["annotations"]);
            object["metadata"] = metadata;
            object["metadata"]["labels"] = own;
            object["metadata"]["annotations"] = annotations;
            decode(kind, object)
        })
        .boxed()
}

/// A name, a namespace, a generation and one of two UIDs: an object may have been made anew.
fn metadata(
    names: impl Strategy<Value = &'static str>,
    kind: Kind,
) -> impl Strategy<Value = Value> {
    (names, select(&NAMESPACES[..]), 0..2_u8, 1..3_u8).prop_map(
        move |(name, namespace, uid, generation)| {
            let namespace = if kind.is_namespaced() { namespace } else { "" };
            json!({
                "name": name, "namespace": namespace, "generation": generation,
                "uid": uid_of(kind.name(), namespace, name, uid),
            })
        },
    )
}

fn uid_of(kind: &str, namespace: &str, name: &str, incarnation: u8) -> String {
    format!("{kind}-{namespace}-{name}-{incarnation}")
}

fn labels(
    keys: &'static [&'static str],
    values: &'static [&'static str],
) -> impl Strategy<Value = Value> {
    let label = |key: &'static str| {
        let value = prop::option::weighted(0.7, select(values));
        value.prop_map(move |value| value.map(|value| (key.to_owned(), Value::from(value))))
    };
    let labels: Vec<_> = keys.iter().map(|key| label(key)).collect();
    labels.prop_map(|labels| Value::Object(labels.into_iter().flatten().collect::<Map<_, _>>()))
}

fn pod_labels() -> impl Strategy<Value = Value> {
    labels(&["app", "tier"], &["x", "y", "longer"])
}

fn any_workload(kind: Kind) -> BoxedStrategy<Object> {
    let replicas = prop::option::of(0..4);
    let account = select(vec![Value::Null, json!("x"), json!("gone")]);
    let container = (0..4_u8, any::<bool>(), 0..3_u8);
    let parts = (
        metadata(select(&NAMES[..]), kind),
        owner(),
        pod_labels(),
        replicas,
        account,
        container,
    );
    (
        parts,
        pod_labels(),
        any::<bool>(),
        any::<bool>(),
        live(kind),
        needs::of_workload(),
        (routing::of_workload(), meeting::of_pods()),
    )
        .prop_map(
            move |(
                (mut metadata, owner, pod_labels, replicas, account, container),
                own_labels,
                finished,
                as_stub,
                live,
                needs,
                (routing, named),
            )| {
                metadata["labels"] = if kind == Kind::Pod {
                    pod_labels.clone()
                } else {
                    own_labels
                };
                let owned = !owner.is_null();
                if owned {
                    metadata["ownerReferences"] = json!([owner_in(&metadata, owner)]);
                }
                metadata["annotations"] = live["annotations"].clone();
                if kind != Kind::Pod {
                    needs::merge(&mut metadata["labels"], &routing["labels"]);
                }
                needs::merge(&mut metadata["annotations"], &routing["annotations"]);
                let mut container = any_container(container);
                needs::merge(&mut container, &needs["container"]);
                needs::merge(&mut container, &routing["container"]);
                let mut pod = json!({
                    "nodeName": live["node"],
                    "serviceAccountName": account,
                    "containers": [container],
                });
                needs::merge(&mut pod, &needs["pod"]);
                needs::merge(&mut pod, &named);
                let template = json!({"metadata": {"labels": pod_labels}, "spec": pod});
                let spec = match kind {
                    Kind::Pod => pod,
                    Kind::Job => json!({"parallelism": replicas, "template": template}),
                    Kind::CronJob => json!({"jobTemplate": {"spec": {"template": template}}}),
                    _ => {
                        let mut spec = json!({"replicas": replicas, "template": template});
                        needs::merge(&mut spec, &needs["set"]);
                        spec
                    }
                };
                let status = match (kind, finished) {
                    (Kind::Pod, true) => json!({"phase": "Succeeded"}),
                    (Kind::Job, true) => {
                        json!({"conditions": [{"type": "Complete", "status": "True"}]})
                    }
                    _ => live["status"].clone(),
                };
                let object = decode(
                    kind,
                    json!({"metadata": metadata, "spec": spec, "status": status}),
                );
                match object {
                    Object::Workload(workload) if owned && as_stub && kind != Kind::Pod => {
                        Object::Owned(Stub::from(*workload).into())
                    }
                    object => object,
                }
            },
        )
        .boxed()
}

fn any_container((bounds, has_probe, tag): (u8, bool, u8)) -> Value {
    let mut container = json!({"name": "main", "image": format!("registry.example/main:{tag}")});
    let amounts = json!({"cpu": "1", "memory": "1Gi"});
    container["resources"] = match bounds {
        0 => Value::Null,
        1 => json!({"limits": amounts}),
        2 => json!({"requests": amounts}),
        _ => json!({"requests": amounts, "limits": amounts}),
    };
    if has_probe {
        container["readinessProbe"] = json!({"tcpSocket": {"port": 80}});
    }
    container
}

/// The kind, name and incarnation of a controlling owner, or null: one that may be here, one of a kind that is not kept,
/// and one that is no workload.
fn owner() -> impl Strategy<Value = Value> {
    let kinds = [
        "Deployment",
        "ReplicaSet",
        "ReplicaSet",
        "StatefulSet",
        "CronJob",
        "Job",
        "Rollout",
        "ServiceAccount",
    ];
    let owner = (select(kinds.to_vec()), select(&NAMES[..]), 0..2_u8);
    prop_oneof![
        2 => Just(Value::Null),
        1 => owner.prop_map(|(kind, name, incarnation)| json!([kind, name, incarnation])),
    ]
}

fn owner_in(metadata: &Value, owner: Value) -> Value {
    let (kind, name) = (
        owner[0].as_str().unwrap_or_default(),
        owner[1].as_str().unwrap_or_default(),
    );
    let api_version = match kind {
        "Rollout" => "argoproj.io/v1alpha1",
        "ServiceAccount" => "v1",
        "Job" | "CronJob" => "batch/v1",
        _ => "apps/v1",
    };
    let namespace = metadata["namespace"].as_str().unwrap_or_default();
    let uid = uid_of(kind, namespace, name, u8::from(owner[2] == 1));
    json!({"apiVersion": api_version, "kind": kind, "name": name, "uid": uid, "controller": true})
}

/// Every form of a label selector: absent, empty, equalities, expressions, and both.
fn selector() -> impl Strategy<Value = Value> {
    let expression = |operator: &str, values: &[&str]| json!({"key": "app", "operator": operator, "values": values});
    let expressions = vec![
        expression("In", &["x"]),
        expression("In", &["x", "y"]),
        expression("NotIn", &["x"]),
        expression("Exists", &[]),
        expression("DoesNotExist", &[]),
        expression("Gt", &["1"]),
    ];
    let choices = json!({"matchExpressions": [
        {"key": "app", "operator": "In", "values": ["x", "y"]},
        {"key": "tier", "operator": "In", "values": ["y", "longer", "x"]},
    ]});
    prop_oneof![
        1 => Just(Value::Null),
        1 => Just(json!({})),
        1 => Just(choices),
        4 => pod_labels().prop_map(|labels| json!({"matchLabels": labels})),
        2 => select(expressions.clone()).prop_map(|one| json!({"matchExpressions": [one]})),
        1 => (pod_labels(), select(expressions)).prop_map(|(labels, one)| json!({"matchLabels": labels, "matchExpressions": [one]})),
    ]
}

fn autoscaler() -> impl Strategy<Value = Value> {
    let target = select(vec![
        ("apps/v1", "Deployment"),
        ("apps/v1", "Deployment"),
        ("apps/v1", "ReplicaSet"),
        ("apps/v1", "StatefulSet"),
        ("v1", "ReplicationController"),
        ("apps/v1", "DaemonSet"),
        ("argoproj.io/v1alpha1", "Rollout"),
    ]);
    let metrics = select(vec![
        Value::Null,
        json!([{"type": "Resource", "resource": {"name": "memory", "target": {"type": "Utilization"}}}]),
        json!([{"type": "ContainerResource", "containerResource":
            {"name": "cpu", "container": "gone", "target": {"type": "Utilization"}}}]),
        json!([{"type": "External"}]),
    ]);
    (target, select(vec!["x", "y", "gone"]), 1..4, metrics).prop_map(
        |((version, kind), name, replicas, metrics)| {
            json!({
                "scaleTargetRef": {"apiVersion": version, "kind": kind, "name": name},
                "minReplicas": replicas, "maxReplicas": 3, "metrics": metrics,
            })
        },
    )
}

fn budget() -> impl Strategy<Value = Value> {
    let demand = select(vec![
        ("minAvailable", json!(1)),
        ("minAvailable", json!("50%")),
        ("minAvailable", json!("100%")),
        ("maxUnavailable", json!(0)),
        ("maxUnavailable", json!(1)),
    ]);
    (selector(), demand)
        .prop_map(|(selector, (field, amount))| json!({"selector": selector, field: amount}))
}

fn network_policy() -> impl Strategy<Value = Value> {
    let rules = || {
        select(vec![
            Value::Null,
            json!([]),
            json!([{}]),
            json!([{"ports": [{"port": 80}]}]),
        ])
    };
    let types = select(vec![
        Value::Null,
        json!(["Ingress"]),
        json!(["Ingress", "Egress"]),
    ]);
    (selector(), rules(), rules(), types).prop_map(|(selector, ingress, egress, types)| {
        json!({"podSelector": selector, "ingress": ingress, "egress": egress, "policyTypes": types})
    })
}

fn limit_range() -> impl Strategy<Value = Value> {
    let amounts = || {
        select(vec![
            Value::Null,
            json!({"cpu": "1"}),
            json!({"memory": "1Gi"}),
            json!({"cpu": 1, "memory": "1Gi"}),
            json!({"ephemeral-storage": "1Gi"}),
        ])
    };
    let types = select(vec!["Container", "Pod", "PersistentVolumeClaim"]);
    let item = (types, amounts(), amounts(), amounts());
    prop::collection::vec(item, 0..3).prop_map(|items| {
        let item = |(kind, default, min, max): (&str, Value, Value, Value)| {
            if kind == "PersistentVolumeClaim" {
                return json!({"type": kind, "max": {"storage": "1Gi"}});
            }
            json!({"type": kind, "default": default, "min": min, "max": max})
        };
        let items: Vec<_> = items.into_iter().map(item).collect();
        json!({"limits": items})
    })
}

fn rules() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"rules": null}),
        json!({"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}),
        json!({"rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]}),
        json!({"rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["*"]}]}),
    ])
}

fn binding(kind: Kind) -> impl Strategy<Value = Value> {
    let mut roles = vec![
        ("ClusterRole", "x"),
        ("ClusterRole", "cluster-admin"),
        ("ClusterRole", "gone"),
    ];
    if kind == Kind::RoleBinding {
        roles.extend([("Role", "x"), ("Role", "y"), ("Role", "gone")]);
    }
    let grantee = prop_oneof![
        3 => (select(&NAMESPACES[..]), select(vec!["default", "x", "gone"])).prop_map(|(namespace, name)| {
            json!({"kind": "ServiceAccount", "namespace": namespace, "name": name})
        }),
        1 => select(vec!["system:serviceaccounts", "system:authenticated", "system:serviceaccounts:a", "people"])
            .prop_map(|name| json!({"kind": "Group", "name": name})),
        1 => select(vec!["system:serviceaccount:a:x", "system:serviceaccount:b:default", "jane"])
            .prop_map(|name| json!({"kind": "User", "name": name})),
    ];
    (select(roles), prop::collection::vec(grantee, 0..3)).prop_map(|((kind, name), subjects)| {
        json!({"roleRef": {"kind": kind, "name": name}, "subjects": subjects})
    })
}
