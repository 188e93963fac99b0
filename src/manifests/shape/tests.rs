//! What fits and what does not, where, and in which words.

mod generate;

use super::table::{self, Type};
use crate::manifests::yaml::documents;
use crate::model::{Shape, hash};

/// The paths and messages of what is wrong with a manifest; `None` where it is not judged.
fn misfits(text: &str) -> Option<Vec<String>> {
    let (_, source) = documents(text).next().expect("a document");
    let document = source.parse().expect("it is YAML");
    let root = document.root().expect("it holds something");
    let field = |name: &str| {
        root.get(name)
            .and_then(|node| node.as_str())
            .unwrap_or_default()
    };
    match super::compare(root, field("apiVersion"), field("kind")) {
        Shape::Unsaid => None,
        Shape::Fits => Some(Vec::new()),
        Shape::Misfits(all) => Some(
            all.iter()
                .map(|one| format!("{} {}", one.path, one.message))
                .collect(),
        ),
    }
}

fn assert_pod(spec: &str, expected: &[&str]) {
    let pod = format!("{{apiVersion: v1, kind: Pod, metadata: {{name: web}}, spec: {spec}}}");
    assert_eq!(misfits(&pod).expect("a Pod is known"), expected, "{spec}");
}

#[test]
fn what_is_right_fits() {
    for spec in [
        "{containers: [{name: web, image: nginx}]}",
        "{containers: [{name: web, resources: {limits: {cpu: 1, memory: 1.5Gi, nvidia.com/gpu: 2}}}]}",
        "{containers: [{name: web, ports: [{containerPort: 80, protocol: TCP}], imagePullPolicy: ''}]}",
        "{containers: [{name: web, livenessProbe: {httpGet: {port: http}}}], nodeSelector: {a: b}}",
        "{containers: [{name: web, livenessProbe: {httpGet: {port: 80}}}], volumes: [{name: a, emptyDir: {}}]}",
        // Null is nothing: fields, mappings and lists alike.
        "{containers: [{name: web, resources: null, env: null, command: ~}], volumes: null, tolerations: ~}",
        "{containers: [{name: web, env: [{name: A, value: null}]}], activeDeadlineSeconds: 3.0}",
    ] {
        assert_pod(spec, &[]);
    }
    for manifest in [
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, creationTimestamp: null}, binaryData: {a: aGk=}}",
        "{apiVersion: v1, kind: Secret, metadata: {name: a, labels: {}}, data: {a: aGk=}, stringData: {b: c}}",
        "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}, \
         roleRef: {kind: Role, name: b}, subjects: [{kind: User, name: c}]}",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 80, targetPort: web}]}, status: {loadBalancer: {}}}",
        // A status that a tool left there need not be whole.
        "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, status: {}}",
        "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: a.b.c}, spec: {group: b.c, \
         scope: Namespaced, names: {kind: A, plural: a}, versions: [{name: v1, served: true, storage: true, schema: \
         {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {a: {type: string, \
         enum: [b], default: {c: [1]}}}}}}]}}",
        "{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {name: a}, spec: {validations: [{expression: 'true'}]}}",
    ] {
        assert_eq!(misfits(manifest), Some(vec![]), "{manifest}");
    }
}

#[test]
fn what_kubernetes_does_not_know_is_named_with_what_is_meant() {
    assert_pod(
        "{containers: [{name: web, imagePullPolcy: Always}]}",
        &[
            "/spec/containers/0/imagePullPolcy unknown field spec.containers[0].imagePullPolcy, did you mean imagePullPolicy?",
        ],
    );
    assert_pod(
        "{containers: [{name: web}], qqqqqqqqqqqq: 1, volumes: [{name: a, hostpath: {path: /a}}]}",
        &[
            "/spec/qqqqqqqqqqqq unknown field spec.qqqqqqqqqqqq: Kubernetes drops it, or refuses the object",
            "/spec/volumes/0/hostpath unknown field spec.volumes[0].hostpath, did you mean hostPath?",
        ],
    );
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, 'b/~c': 1}, \
                      spec: {selector: {}, template: {}}, replicas: 3}";
    assert_eq!(
        misfits(deployment).expect("it is known"),
        [
            "/metadata/b~1~0c unknown field metadata[\"b/~c\"]: Kubernetes drops it, or refuses the object",
            "/replicas unknown field replicas: Kubernetes drops it, or refuses the object",
        ]
    );
}

#[test]
fn types_are_those_of_the_decoder() {
    for (spec, expected) in [
        (
            "{containers: [{name: web, env: [{name: A, value: 8080}, {name: B, value: yes}]}]}",
            &[
                "/spec/containers/0/env/0/value spec.containers[0].env[0].value must be text, is a number: quote it",
                "/spec/containers/0/env/1/value spec.containers[0].env[1].value must be text, is true or false: quote it",
            ][..],
        ),
        (
            "{containers: {name: web}}",
            &["/spec/containers spec.containers must be a list, is a mapping"],
        ),
        (
            "{containers: [web]}",
            &["/spec/containers/0 spec.containers[0] must be a mapping, is text"],
        ),
        (
            "{containers: [{name: web, tty: 'true', resources: {limits: {cpu: lots}}}], hostNetwork: 1}",
            &[
                "/spec/containers/0/tty spec.containers[0].tty must be true or false, is text",
                "/spec/containers/0/resources/limits/cpu spec.containers[0].resources.limits.cpu must be an amount as 500m or 2Gi",
                "/spec/hostNetwork spec.hostNetwork must be true or false, is a number",
            ],
        ),
        (
            "{containers: [{name: web, livenessProbe: {httpGet: {port: true}, periodSeconds: 4294967296}}], priority: 1.5}",
            &[
                "/spec/containers/0/livenessProbe/httpGet/port spec.containers[0].livenessProbe.httpGet.port must be a whole number or text, is true or false",
                "/spec/containers/0/livenessProbe/periodSeconds spec.containers[0].livenessProbe.periodSeconds is a number that does not fit into 32 bits",
                "/spec/priority spec.priority must be a whole number, is a number",
            ],
        ),
        (
            "{containers: [{name: web, imagePullPolicy: always}], restartPolicy: Sometimes}",
            &[
                "/spec/containers/0/imagePullPolicy spec.containers[0].imagePullPolicy is \"always\", which Kubernetes does not know; did you mean Always?",
                "/spec/restartPolicy spec.restartPolicy is \"Sometimes\", which Kubernetes does not know; it may be Always, Never, OnFailure",
            ],
        ),
    ] {
        assert_pod(spec, expected);
    }
}

#[test]
fn what_is_required_must_be_there_and_be_something() {
    for (spec, expected) in [
        ("{}", &["/spec/containers spec.containers is required"][..]),
        (
            "{containers: null}",
            &["/spec/containers spec.containers is required"],
        ),
        (
            "{containers: [{image: a}, null]}",
            &[
                "/spec/containers/0/name spec.containers[0].name is required",
                "/spec/containers/1/name spec.containers[1].name is required",
            ],
        ),
    ] {
        assert_pod(spec, expected);
    }
}

/// kubectl: `strict decoding error: yaml: key "replicas" already set in map`.
#[test]
fn a_key_that_is_written_twice_is_told_and_a_merge_is_no_second_time() {
    assert_pod(
        "{containers: [{name: web}], priority: 1, priority: 2}",
        &["/spec/priority spec.priority is written twice: what the first one says is lost"],
    );
    let merged = "apiVersion: v1\nkind: Service\nmetadata:\n  annotations: &a {b: c}\n  name: web\n  labels: {<<: *a, b: d}\n";
    assert_eq!(misfits(merged), Some(vec![]));
}

#[test]
fn what_kubernetes_does_not_serve_is_not_judged() {
    for (api_version, kind) in [
        ("extensions/v1beta1", "Deployment"),
        ("example.com/v1", "Deployment"),
        ("v1", "Deployment"),
        ("apps/v1", "DeploymentList"),
    ] {
        let manifest = format!("{{apiVersion: {api_version}, kind: {kind}, nonsense: 1}}");
        assert_eq!(misfits(&manifest), None, "{api_version} {kind}");
    }
    let patch = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, $patch: delete}";
    assert_eq!(misfits(patch), None);
}

#[test]
fn what_is_wrong_everywhere_is_told_for_a_while() {
    let wrong: Vec<_> = (0..1000).map(|at| format!("zzzzzzzz{at}: 1")).collect();
    let service = format!(
        "{{apiVersion: v1, kind: Service, metadata: {{name: a}}, {}}}",
        wrong.join(", ")
    );
    assert_eq!(misfits(&service).map(|all| all.len()), Some(50));
}

#[test]
fn every_type_of_the_table_can_be_read() {
    fn targets(of: &Type, all: &mut Vec<u16>) {
        match of {
            Type::Fields(number) => all.push(*number),
            Type::List(of) | Type::Map(of) => targets(of, all),
            _ => {}
        }
    }
    let (mut referred, mut known, mut words) = (Vec::new(), Vec::new(), 0);
    for (name, number, fields) in table::all() {
        known.push(number);
        for (field, of) in fields.types() {
            assert!(!field.is_empty(), "{name} {number}");
            words += usize::from(matches!(of, Type::Word(_)));
            targets(of, &mut referred);
        }
        for (field, of) in fields.types() {
            assert_eq!(
                fields.get(field, hash(field)).map(|found| &found.of),
                Some(of),
                "{name} {number}"
            );
            let other = format!("{field}x");
            let is_there = fields.names().any(|name| name == other);
            let found = fields.get(&other, hash(&other));
            assert_eq!(found.is_some(), is_there, "{name} {number}");
        }
        assert!(fields.required.len() <= 64, "{name} {number}");
    }
    assert!(known.len() > 500 && words > 80, "{} {words}", known.len());
    assert!(referred.iter().all(|number| known.contains(number)));
}
