//! Whatever is sent, it is read or refused.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::decode;
use crate::manifests::yaml::documents;
use crate::model::Kind;

/// A manifest that has every field that is read.
fn complete() -> Value {
    let probe = json!({
        "httpGet": {"path": "a", "port": "b", "host": "c", "scheme": "d", "httpHeaders": [{"name": "e", "value": "f"}]},
        "exec": {"command": ["a"]}, "grpc": {"port": 1, "service": "a"}, "tcpSocket": {"port": 2, "host": "a"},
        "initialDelaySeconds": 1, "periodSeconds": 1, "timeoutSeconds": 1, "successThreshold": 1, "failureThreshold": 1,
    });
    let amounts = json!({"cpu": "1", "memory": "1Gi", "ephemeral-storage": "1Gi"});
    let key = json!({"name": "a", "key": "b", "optional": true});
    let name = json!({"name": "a", "optional": false});
    let files = json!({"name": "a", "secretName": "b", "optional": false, "items": [{"key": "c"}]});
    let claim =
        json!({"accessModes": ["ReadWriteOnce"], "storageClassName": "a", "volumeName": "b"});
    let resources = json!({"requests": amounts, "limits": amounts});
    let security = json!({
        "privileged": true, "allowPrivilegeEscalation": true, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
        "runAsUser": 1, "seccompProfile": {"type": "a"}, "capabilities": {"add": ["a"], "drop": ["b"]},
    });
    let container = json!({
        "name": "a", "image": "b", "restartPolicy": "Always", "livenessProbe": probe, "readinessProbe": probe,
        "startupProbe": probe, "resources": resources, "securityContext": security,
        "env": [{"name": "a", "value": "b", "valueFrom": {"configMapKeyRef": key, "secretKeyRef": key}}],
        "envFrom": [{"configMapRef": name, "secretRef": name}], "volumeMounts": [{"name": "a"}],
        "ports": [{"name": "a", "containerPort": 1, "protocol": "TCP"}],
        "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}, "httpGet": {}, "tcpSocket": {}, "sleep": {"seconds": 5}}},
    });
    let metadata = json!({
        "name": "a", "generateName": "b", "namespace": "c", "uid": "d", "labels": {"e": "f"}, "generation": 1,
        "creationTimestamp": "2026-01-01T00:00:00Z", "deletionTimestamp": "2026-01-01T00:00:00Z",
        "managedFields": [{
            "manager": "a", "apiVersion": "extensions/v1beta1", "operation": "Update", "time": "2026-01-01T00:00:00Z",
            "subresource": "", "fieldsV1": {"f:spec": {}},
        }],
        "annotations": {
            "storageclass.kubernetes.io/is-default-class": "true", "a": "b", "meta.helm.sh/release-name": "c",
            "argocd.argoproj.io/tracking-id": "a:apps/Deployment:b/c", "alb.ingress.kubernetes.io/listen-ports": "[]",
            "service.beta.kubernetes.io/aws-load-balancer-ssl-cert": "a",
            "service.beta.kubernetes.io/aws-load-balancer-ssl-ports": "1,2",
        },
        "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "g", "uid": "h", "controller": true}],
    });
    let selector = json!({
        "matchLabels": {"a": "b"},
        "matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}],
    });
    let term = json!({
        "topologyKey": "a", "labelSelector": selector, "namespaces": ["a"], "namespaceSelector": selector,
        "mismatchLabelKeys": ["a"],
    });
    let mut spec = json!({
        "containers": [container], "initContainers": [container], "ephemeralContainers": [container],
        "serviceAccountName": "a", "serviceAccount": "b",
        "automountServiceAccountToken": true, "hostNetwork": true, "hostPID": true, "hostIPC": true, "hostUsers": true,
        "os": {"name": "a"}, "restartPolicy": "Always", "securityContext": security, "resources": resources,
        "replicas": 1, "parallelism": 1, "strategy": {"type": "a", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": "1%"}},
        "updateStrategy": {"type": "a", "rollingUpdate": {"maxUnavailable": 1}},
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"}, "minReplicas": 1, "maxReplicas": 2,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "container": "a", "target": {"type": "Utilization"}}}],
        "minAvailable": 1, "maxUnavailable": "50%", "selector": selector, "podSelector": selector, "policyTypes": ["Ingress"],
        "ingress": [{"from": [{}], "ports": [{}]}], "egress": [{"to": [{}]}],
        "limits": [{"type": "Container", "max": amounts, "min": amounts, "default": amounts, "defaultRequest": amounts}],
    });
    let needs = json!({
        "volumes": [{
            "name": "a", "hostPath": {"path": "b"}, "persistentVolumeClaim": {"claimName": "c"}, "csi": {"readOnly": true},
            "ephemeral": {"volumeClaimTemplate": {"spec": claim}}, "configMap": files, "secret": files, "nfs": {},
            "projected": {"sources": [{"configMap": files, "secret": files}]},
        }],
        "imagePullSecrets": [name], "terminationGracePeriodSeconds": 1, "nodeSelector": {"a": "b"},
        "affinity": {
            "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{}]},
                "preferredDuringSchedulingIgnoredDuringExecution": [{}],
            },
            "podAntiAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [term],
                "preferredDuringSchedulingIgnoredDuringExecution": [{"podAffinityTerm": term}],
            },
        },
        "topologySpreadConstraints": [{"topologyKey": "a", "labelSelector": selector}],
        "revisionHistoryLimit": 1, "volumeClaimTemplates": [{"metadata": metadata, "spec": claim}], "ordinals": {"start": 1},
        "accessModes": ["ReadWriteMany"], "storageClassName": "a", "volumeName": "b", "hostPath": {}, "nodeAffinity": {},
        "claimRef": {"namespace": "a", "name": "b"}, "csi": {"driver": "a", "volumeAttributes": {"encrypted": "true"}},
        "unschedulable": true, "providerID": "a", "target": {"name": "a", "creationPolicy": "Owner", "template": {}},
        "data": [{"secretKey": "a"}], "dataFrom": [{}], "encryptedData": {"a": "b"},
    });
    let reference = json!({
        "group": "", "kind": "Service", "namespace": "a", "name": "b", "sectionName": "c", "port": 80,
    });
    let hash = json!({"loadBalancer": {"consistentHash": {}}, "portLevelSettings": [{"loadBalancer": {"consistentHash": {}}}]});
    let routing = json!({
        "type": "LoadBalancer", "clusterIP": "None", "externalIPs": ["a"], "loadBalancerClass": "b",
        "loadBalancerSourceRanges": ["10.0.0.0/8"], "sessionAffinity": "ClientIP",
        "ports": [{"name": "a", "port": 80, "targetPort": "b", "protocol": "UDP", "appProtocol": "https"}],
        "tls": [{"hosts": ["a"]}], "defaultBackend": {"service": {"name": "a"}}, "backend": {"serviceName": "b"},
        "rules": [{
            "host": "a", "http": {"paths": [{"backend": {"service": {"name": "a"}, "serviceName": "b"}}]},
            "filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}], "backendRefs": [reference],
            "sessionPersistence": {},
        }],
        "parentRefs": [reference], "hostnames": ["*.a"], "host": "a.b.svc", "trafficPolicy": hash,
        "subsets": [{"trafficPolicy": hash}],
        "listeners": [{
            "name": "a", "hostname": "*.a", "port": 80, "protocol": "HTTP",
            "allowedRoutes": {"namespaces": {"from": "Selector", "selector": selector}, "kinds": [reference]},
        }],
        "hard": {"requests.storage": 1}, "scopes": ["a"], "scopeSelector": {"matchExpressions": [{}]},
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": 1, "selectPolicy": "Max"}},
    });
    for fields in [needs, routing] {
        for (name, field) in fields.as_object().into_iter().flatten() {
            spec[name] = field.clone();
        }
    }
    let template = json!({"metadata": metadata, "spec": spec});
    spec["template"] = template.clone();
    spec["jobTemplate"] = json!({"spec": {"parallelism": 1, "template": template}});
    json!({
        "apiVersion": "policy/v1beta1", "metadata": metadata, "spec": spec, "automountServiceAccountToken": true,
        "status": {
            "phase": "Failed", "conditions": [{"type": "Complete", "status": "True"}],
            "addresses": [{"type": "ExternalIP", "address": "a"}],
        },
        "data": {"a": "b"}, "binaryData": {"c": "d"}, "stringData": {"e": "f"},
        "provisioner": "a", "parameters": {"encrypted": "true"}, "volumeBindingMode": "Immediate",
        "rules": [{"verbs": ["a"], "apiGroups": ["b"], "resources": ["c"], "resourceNames": ["d"], "nonResourceURLs": ["e"]}],
        "aggregationRule": {}, "roleRef": {"kind": "ClusterRole", "name": "a"},
        "subjects": [{"kind": "ServiceAccount", "name": "a", "namespace": "b"}], "endpoints": [{"addresses": ["a"]}],
    })
}

/// Any JSON, with the strings that mean something somewhere.
fn any_json() -> impl Strategy<Value = Value> {
    let words = [
        "",
        "a",
        "matchLabels",
        "name",
        "kind",
        "spec",
        "cpu",
        "1",
        "50%",
        "9e99",
        "-1Ei",
        "1.5.5",
        "²",
        "True",
        "\u{0}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        select(words.to_vec()).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((select(words.to_vec()), inner), 0..4).prop_map(|fields| fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// How many values there are in a value, with itself.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => fields.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Puts another value in the place of the one of a number.
fn put(into: &mut Value, at: &mut usize, other: &Value) {
    if *at == 0 {
        *into = other.clone();
    }
    *at = at.wrapping_sub(1);
    match into {
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, at, other)),
        Value::Object(fields) => fields.values_mut().for_each(|field| put(field, at, other)),
        _ => {}
    }
}

/// As JSON text, as a JSON value and as YAML, it is refused or the same record. None of them may panic.
fn assert_read_alike(kind: Kind, value: &Value) {
    let text = value.to_string();
    let from_value = decode(kind, value).ok();
    let from_text = decode(kind, &mut serde_json::Deserializer::from_str(&text)).ok();
    assert_eq!(from_text, from_value, "{kind} {text}");
    if let Some(Ok(document)) = documents(&text).next().map(|(_, source)| source.parse())
        && let Some(node) = document.root()
    {
        let _ = decode(kind, node).map(|object| format!("{object:?}"));
    }
}

#[test]
fn a_manifest_with_everything_is_read_whatever_its_kind() {
    for kind in Kind::ALL {
        let mut manifest = complete();
        if matches!(kind, Kind::Service | Kind::ReplicationController) {
            manifest["spec"]["selector"] = json!({"app": "web"});
        }
        // An Ingress has a list there.
        if matches!(kind, Kind::BackendTLSPolicy | Kind::BackendConfigPolicy) {
            manifest["spec"]["tls"] = json!({"insecureSkipVerify": true});
        }
        assert!(
            decode(*kind, &manifest).is_ok(),
            "{kind}: {:?}",
            decode(*kind, &manifest).err()
        );
        assert_read_alike(*kind, &manifest);
    }
}

proptest! {
    #[test]
    fn any_value_in_any_place_is_read_or_refused(kind in select(Kind::ALL), place in any::<Index>(), other in any_json()) {
        let mut manifest = complete();
        let places = count(&manifest);
        put(&mut manifest, &mut place.index(places), &other);
        assert_read_alike(kind, &manifest);
    }

    #[test]
    fn any_json_is_read_or_refused(kind in select(Kind::ALL), value in any_json()) {
        assert_read_alike(kind, &value);
    }
}
