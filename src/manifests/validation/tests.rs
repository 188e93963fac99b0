use super::of;
use crate::manifests::yaml::Source;
use crate::model::Shape;

/// What is refused of an object, as `path: message`.
fn refused(kind: &str, text: &str) -> Vec<String> {
    let source = Source { text, line: 1 };
    let document = source.parse().expect("it is YAML");
    let root = document.root().expect("it has an object");
    match of(root, kind, Shape::Fits) {
        Shape::Misfits(misfits) => misfits
            .iter()
            .map(|misfit| format!("{}: {}", misfit.path, misfit.message))
            .collect(),
        _ => Vec::new(),
    }
}

/// Checks each row of a table: a kind, what the `spec` has, and what is refused of it, if anything.
fn check(table: &[(&str, &str, &str)]) {
    for (kind, spec, expected) in table {
        let found = refused(kind, &format!("{{spec: {{{spec}}}}}"));
        let expected = Vec::from_iter(Some(*expected).filter(|text| !text.is_empty()));
        assert_eq!(found, expected, "{kind} {spec}");
    }
}

#[test]
fn pods() {
    let words = "spec.volumes[0].secret.defaultMode";
    let path = "/spec/volumes/0/secret/defaultMode";
    for (mode, problem) in [
        ("0", ""),
        ("0777", ""),
        ("511", ""),
        (
            "512",
            "is 512, and must be from 0 to 511 (0777); for these permissions write 0512",
        ),
        (
            "644",
            "is 644, and must be from 0 to 511 (0777); for these permissions write 0644",
        ),
        ("888", "is 888, and must be from 0 to 511 (0777)"),
        ("-1", "is -1, and must be from 0 to 511 (0777)"),
    ] {
        let expected = match problem {
            "" => String::new(),
            problem => format!("{path}: {words} {problem}"),
        };
        let spec = format!("volumes: [{{name: a, secret: {{defaultMode: {mode}}}}}]");
        check(&[("Pod", &spec, &expected)]);
    }
    check(&[
        (
            "Pod",
            "volumes: [{name: a, configMap: {items: [{mode: 420}, {mode: 999}]}}]",
            "/spec/volumes/0/configMap/items/1/mode: spec.volumes[0].configMap.items[1].mode is 999, and must be from 0 to 511 (0777)",
        ),
        (
            "Pod",
            "volumes: [{name: a, emptyDir: {}}], containers: [{volumeMounts: [{name: a}]}]",
            "",
        ),
        (
            "Pod",
            "containers: [{volumeMounts: [{name: a}]}]",
            "/spec/containers/0/volumeMounts/0/name: spec.containers[0].volumeMounts[0].name is \"a\", which is no volume of the pod: \
             declare it, or correct the name",
        ),
        (
            "Pod",
            "containers: [{resources: {limits: {memory: 1Gi, cpu: -1}}}]",
            "/spec/containers/0/resources/limits/cpu: spec.containers[0].resources.limits.cpu must not be negative",
        ),
        (
            "Pod",
            "initContainers: [{resources: {requests: {memory: -1Gi}}}]",
            "/spec/initContainers/0/resources/requests/memory: spec.initContainers[0].resources.requests.memory must not be negative",
        ),
        (
            "Pod",
            "containers: [{env: [{valueFrom: {secretKeyRef: {name: a, key: b}}}]}]",
            "",
        ),
        (
            "Pod",
            "containers: [{env: [{valueFrom: {secretKeyRef: {key: b}}}]}]",
            "/spec/containers/0/env/0/valueFrom/secretKeyRef/name: spec.containers[0].env[0].valueFrom.secretKeyRef.name is required",
        ),
        (
            "Pod",
            "dnsPolicy: None, dnsConfig: {nameservers: [10.0.0.1]}",
            "",
        ),
        (
            "Pod",
            "dnsPolicy: None",
            "/spec/dnsPolicy: spec.dnsPolicy is None, which needs nameservers in dnsConfig",
        ),
        (
            "Pod",
            "topologySpreadConstraints: [{labelSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}}]",
            "/spec/topologySpreadConstraints/0/labelSelector/matchExpressions/0/operator: \
             spec.topologySpreadConstraints[0].labelSelector.matchExpressions[0].operator must be In, NotIn, Exists or DoesNotExist",
        ),
        (
            "Pod",
            "affinity: {podAntiAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{podAffinityTerm: {labelSelector: \
             {matchExpressions: [{key: a, operator: In}]}}}]}}",
            "/spec/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/0/podAffinityTerm/labelSelector/matchExpressions/0/values: \
             spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].podAffinityTerm.labelSelector.matchExpressions[0].values \
             must not be empty with In and NotIn",
        ),
        // Operators of nodes are others.
        (
            "Pod",
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: \
             [{key: a, operator: Gt, values: ['1']}]}]}}}",
            "",
        ),
    ]);
}

#[test]
fn pods_are_found_in_what_makes_them() {
    let pod = "template: {spec: {dnsPolicy: None}}";
    for kind in [
        "Deployment",
        "ReplicaSet",
        "DaemonSet",
        "StatefulSet",
        "Job",
        "ReplicationController",
    ] {
        check(&[(
            kind,
            pod,
            "/spec/template/spec/dnsPolicy: spec.template.spec.dnsPolicy is None, which needs nameservers in dnsConfig",
        )]);
    }
    check(&[
        (
            "CronJob",
            &format!("jobTemplate: {{spec: {{{pod}}}}}"),
            "/spec/jobTemplate/spec/template/spec/dnsPolicy: spec.jobTemplate.spec.template.spec.dnsPolicy is None, which needs nameservers \
             in dnsConfig",
        ),
        (
            "StatefulSet",
            "volumeClaimTemplates: [{metadata: {name: data}}], template: {spec: {containers: [{volumeMounts: [{name: data}]}]}}",
            "",
        ),
    ]);
}

#[test]
fn shares_are_numbers_or_percentages() {
    let budget = |value: &str, problem: &str| {
        let expected = match problem {
            "" => String::new(),
            problem => format!("/spec/maxUnavailable: spec.maxUnavailable {problem}"),
        };
        check(&[(
            "PodDisruptionBudget",
            &format!("maxUnavailable: {value}"),
            &expected,
        )]);
    };
    for (value, problem) in [
        ("1", ""),
        ("25%", ""),
        ("100%", ""),
        ("-1", "must not be negative"),
        ("101%", "must not be more than 100%"),
        ("'25'", "must be a number, or a percentage as 25%"),
        ("2.5%", "must be a number, or a percentage as 25%"),
        ("'%'", "must be a number, or a percentage as 25%"),
        ("-5%", "must be a number, or a percentage as 25%"),
    ] {
        budget(value, problem);
    }
    check(&[
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxSurge: 200%, maxUnavailable: 0}}",
            "",
        ),
        (
            "Deployment",
            "strategy: {rollingUpdate: {maxSurge: half}}",
            "/spec/strategy/rollingUpdate/maxSurge: spec.strategy.rollingUpdate.maxSurge must be a number, or a percentage as 25%",
        ),
        (
            "DaemonSet",
            "updateStrategy: {rollingUpdate: {maxUnavailable: 200%}}",
            "/spec/updateStrategy/rollingUpdate/maxUnavailable: spec.updateStrategy.rollingUpdate.maxUnavailable must not be more than 100%",
        ),
    ]);
}

#[test]
fn services_policies_and_selectors() {
    check(&[
        ("Service", "trafficDistribution: PreferClose", ""),
        (
            "Service",
            "trafficDistribution: Close",
            "/spec/trafficDistribution: spec.trafficDistribution is none that Kubernetes knows: it may be PreferClose, PreferSameZone, \
             PreferSameNode",
        ),
        (
            "NetworkPolicy",
            "ingress: [{from: [{podSelector: {}}]}, {}], egress: [{to: []}]",
            "",
        ),
        (
            "NetworkPolicy",
            "egress: [{to: [{}]}]",
            "/spec/egress/0/to/0: spec.egress[0].to[0] is no peer: write a podSelector, a namespaceSelector or an ipBlock; for everybody, \
             leave out the list",
        ),
        (
            "PodDisruptionBudget",
            "selector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
            "/spec/selector/matchExpressions/0/values: spec.selector.matchExpressions[0].values must be left out with Exists and DoesNotExist",
        ),
    ]);
}

#[test]
fn secrets_have_the_keys_of_their_type() {
    for (text, expected) in [
        (
            "{type: kubernetes.io/tls, data: {tls.crt: '', tls.key: ''}}",
            &[][..],
        ),
        (
            "{type: kubernetes.io/tls, data: {tls.crt: ''}, stringData: {tls.key: ''}}",
            &[],
        ),
        ("{type: Opaque}", &[]),
        ("{data: {a: b}}", &[]),
        (
            "{type: kubernetes.io/tls, data: {tls.crt: ''}}",
            &[
                "/data/tls.key: data[\"tls.key\"] is required in a Secret of the type kubernetes.io/tls",
            ],
        ),
        (
            "{type: kubernetes.io/basic-auth, data: {user: ''}}",
            &[
                "/data: data must have a username or a password in a Secret of the type kubernetes.io/basic-auth",
            ],
        ),
    ] {
        assert_eq!(refused("Secret", text), expected, "{text}");
    }
}
