//! What pods need, and where they may run.

use super::{decoded, pod, read, workload};
use crate::model::{
    AccessModes, ClaimPhase, ClaimSpec, Clue, Counted, Kind, Node, Object, PersistentVolume,
    PersistentVolumeClaim, PortField, PortName, PreStop, ReferenceField, Selection, StorageClass,
    VolumePhase, VolumeSource, Written,
};

/// Each object is kept once, with the keys that it must have and the first field that names it.
#[test]
fn references_are_kept_by_what_they_name() {
    let workload = pod("{
        imagePullSecrets: [{name: registry}, {}],
        volumes: [{name: a, configMap: {name: web, items: [{key: c, path: c}]}}, {name: b, secret: {secretName: tls}},
          {name: c, projected: {sources: [{secret: {name: tls}}, {configMap: {name: other}}, {configMap: {name: kube-root-ca.crt}}]}},
          {name: d, configMap: {name: maybe, optional: true}}],
        containers: [{name: web, envFrom: [{configMapRef: {name: all}}, {secretRef: {name: maybe, optional: true}}],
          env: [{name: A, valueFrom: {configMapKeyRef: {name: web, key: a}}}, {name: B, valueFrom: {secretKeyRef: {name: web, key: b}}},
            {name: C, valueFrom: {configMapKeyRef: {name: web, key: c}}}, {name: D, valueFrom: {configMapKeyRef: {name: web, key: a}}},
            {name: E, valueFrom: {configMapKeyRef: {name: maybe, key: a, optional: true}}}]}]}");
    let shown = |references: &[crate::model::Reference]| -> Vec<String> {
        let line = |reference: &crate::model::Reference| {
            let keys = reference.keys.join(" ");
            format!(
                "{} {} [{keys}] {}",
                reference.kind,
                reference.name,
                reference.path()
            )
        };
        references.iter().map(line).collect()
    };
    assert_eq!(
        shown(&workload.pod.containers[0].environment.references),
        [
            "ConfigMap all [] /envFrom/0/configMapRef",
            "ConfigMap web [a c] /env/0/valueFrom/configMapKeyRef",
            "Secret web [b] /env/1/valueFrom/secretKeyRef",
        ]
    );
    assert_eq!(
        shown(&workload.pod.references),
        [
            "ConfigMap web [c] /volumes/0/configMap",
            "Secret tls [] /volumes/1/secret",
            "ConfigMap other [] /volumes/2/projected/sources/1/configMap",
            "Secret registry [] /imagePullSecrets/0",
        ]
    );
    assert_eq!(workload.pod.references[1].field, ReferenceField::Volume(1));
}

#[test]
fn of_an_environment_only_what_tells_something_is_kept() {
    let workload = pod("{containers: [{name: bare, env: [], envFrom: null},
        {name: web, env: [{name: A, value: plain}, {name: API_KEY, value: s3cret}, {name: URL, value: 'db://a:s3cret@db'}]}]}");
    let [bare, web] = &workload.pod.containers[..] else {
        panic!("two containers")
    };
    assert!(!bare.environment.is_set && web.environment.is_set);
    let suspects: Vec<_> = web
        .environment
        .suspects
        .iter()
        .map(|suspect| (&*suspect.name, suspect.index, suspect.by))
        .collect();
    assert_eq!(
        suspects,
        [("API_KEY", 1, Clue::Name), ("URL", 2, Clue::Url)]
    );
    assert!(
        !format!("{workload:?}").contains("s3cret"),
        "no value is kept"
    );
    // A value that is no string is refused, as the API server does.
    let number = "{metadata: {name: web}, spec: {containers: [{env: [{name: A, value: 3}]}]}}";
    assert!(read(Kind::Pod, number).is_err());
}

#[test]
fn probes_have_the_defaults_of_the_api_server() {
    let workload = pod("{containers: [{name: web, ports: [{name: http, containerPort: 80}, {containerPort: 53, protocol: UDP}],
        livenessProbe: {httpGet: {port: http}}, readinessProbe: {tcpSocket: {port: 80}, periodSeconds: 0, failureThreshold: 5},
        startupProbe: {exec: {command: [a]}, initialDelaySeconds: 3}}]}");
    let container = &workload.pod.containers[0];
    let of =
        |probe: &Option<Box<crate::model::Probe>>| (**probe.as_ref().expect("it is there")).clone();
    let (liveness, readiness) = (
        of(&container.probes.liveness),
        of(&container.probes.readiness),
    );
    assert_eq!(
        (
            liveness.period,
            liveness.timeout,
            liveness.success_threshold,
            liveness.failure_threshold
        ),
        (10, 1, 1, 3)
    );
    assert_eq!((liveness.patience(), readiness.patience()), (30, 50));
    assert_eq!(
        liveness.port,
        Some((PortField::HttpGet, PortName::Name("http".into())))
    );
    assert_eq!(
        readiness.port,
        Some((PortField::TcpSocket, PortName::Number(80)))
    );
    let startup = of(&container.probes.startup);
    assert_eq!((startup.port, startup.initial_delay), (None, 3));
    let numbers: Vec<_> = container
        .ports
        .iter()
        .map(|port| (port.number, port.protocol.name()))
        .collect();
    assert_eq!(numbers, [(80, "TCP"), (53, "UDP")]);
}

#[test]
fn what_a_hook_waits_is_read_where_it_can_be() {
    for (hook, expected) in [
        ("{preStop: {sleep: {seconds: 5}}}", Some(Some(5))),
        ("{preStop: {sleep: {}}}", Some(Some(0))),
        ("{preStop: {exec: {command: [sleep, '7']}}}", Some(Some(7))),
        (
            "{preStop: {exec: {command: [/bin/sleep, 7s]}}}",
            Some(Some(7)),
        ),
        (
            "{preStop: {exec: {command: [sh, -c, 'sleep 9; drain']}}}",
            Some(Some(9)),
        ),
        (
            "{preStop: {exec: {command: [bash, -ec, 'sleep 9 && drain']}}}",
            Some(Some(9)),
        ),
        (
            "{preStop: {exec: {command: [sh, -c, 'drain; sleep 9']}}}",
            Some(None),
        ),
        (
            "{preStop: {exec: {command: [sleep, infinity]}}}",
            Some(None),
        ),
        ("{preStop: {exec: {command: []}}}", Some(None)),
        ("{preStop: {httpGet: {path: /drain, port: 80}}}", Some(None)),
        ("{preStop: {tcpSocket: {port: 80}}}", Some(None)),
        ("{preStop: {}}", None),
        ("{postStart: {exec: {command: [a]}}}", None),
        ("null", None),
    ] {
        let workload = pod(&format!(
            "{{containers: [{{name: web, lifecycle: {hook}}}]}}"
        ));
        let pre_stop = workload.pod.containers[0].pre_stop;
        assert_eq!(pre_stop, expected.map(|sleep| PreStop { sleep }), "{hook}");
    }
}

#[test]
fn volumes_are_kept_that_outlive_the_pod() {
    let workload = pod("{volumes: [{name: a}, {name: b, emptyDir: {}}, {name: c, persistentVolumeClaim: {claimName: x}},
        {name: d, ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], storageClassName: fast}}}},
        {name: e, csi: {driver: y, readOnly: true}}, {name: f, csi: {driver: y}}, {name: g, iscsi: {}}, {name: h, configMap: {name: z}}]}");
    let volumes: Vec<_> = workload
        .pod
        .volumes
        .iter()
        .map(|volume| (&*volume.name, volume.index, volume.source.clone()))
        .collect();
    let fast = ClaimSpec {
        modes: AccessModes::READ_WRITE_ONCE,
        class: Some("fast".into()),
        storage: None,
    };
    assert_eq!(
        volumes,
        [
            ("c", 2, VolumeSource::Claim("x".into())),
            ("d", 3, VolumeSource::Ephemeral(fast)),
            ("e", 4, VolumeSource::Csi { read_only: true }),
            ("f", 5, VolumeSource::Csi { read_only: false }),
            ("g", 6, VolumeSource::Device("iscsi")),
        ]
    );
}

#[test]
fn a_stateful_set_makes_claims() {
    let spec = "spec: {replicas: 2, ordinals: {start: 3}, volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteMany]}}]}";
    let set = workload(Kind::StatefulSet, spec);
    assert_eq!(set.ordinals(), 3..5);
    assert_eq!(&*set.claim_templates[0].name, "data");
    assert_eq!(
        set.claim_templates[0].spec.modes,
        AccessModes::READ_WRITE_MANY
    );
    // Nothing else does.
    let other = workload(Kind::Deployment, spec);
    assert_eq!((other.claim_templates.len(), other.first_ordinal), (0, 0));
}

#[test]
fn what_counts_as_a_replica_of_the_same() {
    let workload = pod("{
        topologySpreadConstraints: [{topologyKey: zone, labelSelector: {}}, {topologyKey: zone}, {topologyKey: zone, labelSelector: {matchLabels: {a: b}}}],
        affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: host, labelSelector: {}, namespaceSelector: {matchLabels: {a: b}}}]}}}");
    let counted: Vec<_> = workload
        .pod
        .spreads
        .iter()
        .map(|spread| spread.counts)
        .collect();
    assert_eq!(
        counted,
        [
            Counted::Own,
            Counted::None,
            Counted::Others,
            Counted::Unclear
        ]
    );
}

#[test]
fn some_defaults_are_only_of_some_kinds() {
    for (kind, history) in [
        (Kind::Deployment, Some(10)),
        (Kind::StatefulSet, Some(10)),
        (Kind::DaemonSet, Some(10)),
        (Kind::ReplicaSet, None),
        (Kind::ReplicationController, None),
    ] {
        let workload = workload(kind, "spec: {}");
        assert_eq!(workload.revision_history_limit, history, "{kind}");
        assert_eq!(workload.selection, Selection::Missing, "{kind}");
        assert_eq!(workload.pod.grace_period, 30, "{kind}");
    }
    assert_eq!(pod("{}").selection, Selection::Own);
}

fn claim(fields: &str) -> PersistentVolumeClaim {
    match decoded(Kind::PersistentVolumeClaim, fields) {
        Object::Claim(claim) => *claim,
        other => panic!("{other:?}"),
    }
}

fn volume(fields: &str) -> PersistentVolume {
    match decoded(Kind::PersistentVolume, fields) {
        Object::Volume(volume) => *volume,
        other => panic!("{other:?}"),
    }
}

fn class(fields: &str) -> StorageClass {
    match decoded(Kind::StorageClass, fields) {
        Object::StorageClass(class) => *class,
        other => panic!("{other:?}"),
    }
}

#[test]
fn claims_and_volumes_say_what_became_of_them() {
    let bound = claim(
        "spec: {volumeName: pv, storageClassName: fast, accessModes: [ReadWriteOncePod]}\nstatus: {phase: Bound}",
    );
    assert_eq!(
        (
            bound.volume.as_deref(),
            bound.spec.class.as_deref(),
            bound.phase
        ),
        (Some("pv"), Some("fast"), ClaimPhase::Bound)
    );
    assert!(bound.spec.modes.is_exclusive());
    let bare = claim("spec: {volumeName: ''}");
    assert_eq!(
        (bare.volume, bare.spec.class, bare.phase),
        (None, None, ClaimPhase::Pending)
    );
    let annotated = "{metadata: {name: a, annotations: {volume.beta.kubernetes.io/storage-class: old}}, spec: {storageClassName: new}}";
    let Ok(Object::Claim(annotated)) = read(Kind::PersistentVolumeClaim, annotated) else {
        panic!("it is a claim")
    };
    assert_eq!(annotated.spec.class.as_deref(), Some("old"));
    let kept = volume(
        "spec: {storageClassName: fast, claimRef: {namespace: a, name: b}, hostPath: {path: /}}\nstatus: {phase: Released}",
    );
    assert_eq!(kept.claim, Some(("a".into(), "b".into())));
    assert_eq!(
        (kept.phase, kept.is_any_node),
        (VolumePhase::Released, true)
    );
    assert!(!volume("spec: {hostPath: {path: /}, nodeAffinity: {}}").is_any_node);
}

#[test]
fn storage_is_encrypted_where_something_says_so() {
    for (fields, expected) in [
        ("provisioner: pd.csi.storage.gke.io", true),
        ("provisioner: ebs.csi.aws.com", false),
        (
            "provisioner: ebs.csi.aws.com\nparameters: {encrypted: 'true'}",
            true,
        ),
        (
            "provisioner: ebs.csi.aws.com\nparameters: {encrypted: 'false'}",
            false,
        ),
        (
            "provisioner: ebs.csi.aws.com\nparameters: {kmsKeyId: a}",
            true,
        ),
        (
            "provisioner: rbd.csi.ceph.com\nparameters: {encryptionKMSID: a}",
            true,
        ),
    ] {
        assert_eq!(class(fields).encrypts, expected, "{fields}");
    }
    assert!(
        volume("spec: {csi: {driver: ebs.csi.aws.com, volumeAttributes: {encrypted: 'true'}}}")
            .is_encrypted
    );
    assert!(!volume("spec: {csi: {driver: ebs.csi.aws.com}}").is_encrypted);
    let waiting = class("provisioner: a\nvolumeBindingMode: WaitForFirstConsumer");
    assert!(waiting.waits_for_pod && waiting.provisions && !waiting.is_default);
    assert!(!class("provisioner: kubernetes.io/no-provisioner").provisions);
}

#[test]
fn nodes_of_a_pool_are_alike() {
    let node = |fields: &str| -> Node {
        match read(Kind::Node, fields) {
            Ok(Object::Node(node)) => *node,
            other => panic!("{other:?}"),
        }
    };
    let one = node(
        "{metadata: {name: a, labels: {kubernetes.io/hostname: a, zone: z, pool: p}}, spec: {providerID: 'aws:///a', unschedulable: true},
          status: {addresses: [{type: InternalIP, address: a}, {type: ExternalIP, address: b}], conditions: [{type: Ready}]}}",
    );
    let other =
        node("{metadata: {name: b, labels: {pool: p, kubernetes.io/hostname: b, zone: z}}}");
    assert_eq!((&*one.pool(), one.pool()), ("pool=p\nzone=z", other.pool()));
    assert!(one.unschedulable && one.has_external_ip && one.provider_id.starts_with("aws://"));
    assert!(!other.unschedulable && !other.has_external_ip);
}

#[test]
fn managed_fields_tell_the_version_of_the_last_write() {
    let written = |managed: &str| {
        let manifest = format!("{{metadata: {{name: a, managedFields: {managed}}}}}");
        let object = read(Kind::CronJob, &manifest).unwrap_or_else(|problem| panic!("{problem}"));
        object.meta().written
    };
    let old = "{manager: a, apiVersion: batch/v1beta1, operation: Apply, time: '2026-01-01T00:00:00Z', fieldsV1: {'f:a': {}}}";
    let new = old.replace("v1beta1", "v1").replace("2026", "2027");
    assert_eq!(written("[]"), Written::Unsaid);
    assert_eq!(written(&format!("[{new}]")), Written::Served);
    assert_eq!(written(&format!("[{old}, {new}]")), Written::Served);
    assert!(matches!(
        written(&format!("[{old}]")),
        Written::Superseded(_)
    ));
}
