//! Facts about workloads.

use super::{pod, read, workload};
use crate::model::{
    Amount, ContainerRole, Kind, Object, Resource, Seccomp, VolumeSource, Workload,
};

#[test]
fn every_kind_holds_its_pods_elsewhere() {
    let spec = "{containers: [{name: main}]}";
    for (kind, fields, replicas) in [
        (
            Kind::Deployment,
            format!("spec: {{replicas: 2, template: {{spec: {spec}}}}}"),
            2,
        ),
        (
            Kind::StatefulSet,
            format!("spec: {{replicas: 0, template: {{spec: {spec}}}}}"),
            0,
        ),
        (
            Kind::ReplicationController,
            format!("spec: {{template: {{spec: {spec}}}}}"),
            1,
        ),
        (
            Kind::Job,
            format!("spec: {{parallelism: 5, template: {{spec: {spec}}}}}"),
            5,
        ),
        (
            Kind::CronJob,
            format!(
                "spec: {{jobTemplate: {{spec: {{parallelism: 4, template: {{spec: {spec}}}}}}}}}"
            ),
            4,
        ),
        (Kind::Pod, format!("spec: {spec}"), 1),
    ] {
        let workload = workload(kind, &fields);
        let containers: Vec<_> = workload
            .pod
            .containers
            .iter()
            .map(|container| &*container.name)
            .collect();
        assert_eq!(
            (workload.replicas, containers.as_slice()),
            (replicas, &["main"][..]),
            "{kind}"
        );
    }
}

#[test]
fn containers_are_told_apart_by_what_they_are_for() {
    let workload = pod("{
        containers: [{name: web}, {name: log, restartPolicy: Never}],
        initContainers: [{name: migrate}, {name: proxy, restartPolicy: Always}],
        ephemeralContainers: [{name: debug}]}");
    let roles: Vec<_> = workload
        .pod
        .containers
        .iter()
        .map(|container| {
            (
                &*container.name,
                container.role,
                workload.container_path(container),
            )
        })
        .collect();
    let path = |path: &str| path.to_owned();
    assert_eq!(
        roles,
        [
            (
                "migrate",
                ContainerRole::Init,
                path("/spec/initContainers/0")
            ),
            (
                "proxy",
                ContainerRole::Sidecar,
                path("/spec/initContainers/1")
            ),
            ("web", ContainerRole::App, path("/spec/containers/0")),
            ("log", ContainerRole::App, path("/spec/containers/1")),
            (
                "debug",
                ContainerRole::Ephemeral,
                path("/spec/ephemeralContainers/0")
            ),
        ]
    );
}

#[test]
fn a_probe_without_a_handler_is_none() {
    for (probe, expected) in [
        ("{httpGet: {port: 80}}", true),
        ("{tcpSocket: {port: 80}}", true),
        ("{exec: {command: [a]}}", true),
        ("{grpc: {port: 80}}", true),
        ("{httpGet: {}}", true),
        ("{}", false),
        ("{periodSeconds: 3}", false),
        ("{httpGet: null}", false),
        ("null", false),
    ] {
        let workload = pod(&format!(
            "{{containers: [{{name: web, livenessProbe: {probe}}}]}}"
        ));
        let probes = &workload.pod.containers[0].probes;
        assert_eq!(
            (
                probes.liveness.is_some(),
                probes.readiness.is_some(),
                probes.startup.is_some()
            ),
            (expected, false, false),
            "{probe}"
        );
    }
}

#[test]
fn quantities_are_text_or_numbers() {
    for (written, expected) in [
        ("1", Some("1")),
        ("'1'", Some("1")),
        ("0.5", Some("500m")),
        ("500m", Some("500m")),
        ("1e3", Some("1000")),
        ("1Gi", Some("1Gi")),
        ("0", Some("0")),
        ("-1", Some("-1")),
        ("null", None),
    ] {
        let workload = pod(&format!(
            "{{containers: [{{name: web, resources: {{limits: {{cpu: {written}, gpu: 1}}}}}}]}}"
        ));
        let limit = workload.pod.containers[0].resources.limit(Resource::Cpu);
        let shown = limit.map(|amount| match amount {
            Amount::Set(quantity) => quantity.to_string(),
            Amount::Invalid(text) => format!("invalid {text}"),
        });
        assert_eq!(shown.as_deref(), expected, "{written}");
    }
    let workload = pod("{containers: [{name: web, resources: {requests: {memory: lots}}}]}");
    assert_eq!(
        workload.pod.containers[0]
            .resources
            .request(Resource::Memory),
        Some(&Amount::Invalid("lots".into()))
    );
}

/// `SetDefaults_Pod`: a limit is the request where none is set.
#[test]
fn a_request_defaults_to_the_limit() {
    let workload = pod(
        "{containers: [{name: web, resources: {limits: {cpu: 2, memory: 1Gi}, requests: {cpu: 1}}}]}",
    );
    let resources = &workload.pod.containers[0].resources;
    assert_eq!(resources.request(Resource::Cpu), Some(&Amount::parse("1")));
    assert_eq!(
        resources.request(Resource::Memory),
        Some(&Amount::parse("1Gi"))
    );
}

#[test]
fn security_is_kept_as_written() {
    let workload = pod("{
        hostNetwork: true, hostPID: true, hostIPC: true, hostUsers: false, os: {name: windows}, automountServiceAccountToken: false,
        securityContext: {runAsNonRoot: true, runAsUser: 1000, seccompProfile: {type: RuntimeDefault}},
        volumes: [{name: a, emptyDir: {}}, {name: b, hostPath: {path: /var}}, {name: c, hostPath: {path: /run, type: Socket}}],
        containers: [{name: web, securityContext: {
            privileged: true, allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsNonRoot: false, runAsUser: 0,
            capabilities: {add: [SYS_TIME], drop: [ALL]}, seccompProfile: {type: Localhost, localhostProfile: a}}},
          {name: log, securityContext: {seccompProfile: {type: Unconfined}}}, {name: bare}]}");
    let pod = &workload.pod;
    assert!(pod.host_network && pod.host_pid && pod.host_ipc && pod.windows);
    assert_eq!(
        (pod.host_users, pod.automount_token),
        (Some(false), Some(false))
    );
    let volumes: Vec<_> = pod
        .volumes
        .iter()
        .map(|volume| (&*volume.name, volume.index, volume.source.clone()))
        .collect();
    let path = |path: &str| VolumeSource::HostPath(path.into());
    assert_eq!(volumes, [("b", 1, path("/var")), ("c", 2, path("/run"))]);
    let [web, log, bare] = &pod.containers[..] else {
        panic!("three containers")
    };
    let security = &web.security;
    assert_eq!(
        (security.privileged, security.allow_privilege_escalation),
        (Some(true), Some(false))
    );
    assert_eq!(security.read_only_root_filesystem, Some(true));
    assert_eq!(
        (
            &*security.added_capabilities,
            &*security.dropped_capabilities
        ),
        (&["SYS_TIME".into()][..], &["ALL".into()][..])
    );
    // The container's own word counts before the pod's.
    assert_eq!(
        [web, log, bare].map(|container| pod.run_as_non_root(container)),
        [Some(false), Some(true), Some(true)]
    );
    assert_eq!(
        [web, log, bare].map(|container| pod.run_as_user(container)),
        [Some(0), Some(1000), Some(1000)]
    );
    assert_eq!(
        [web, log, bare].map(|container| pod.seccomp(container)),
        [
            Some(&Seccomp::Localhost),
            Some(&Seccomp::Other("Unconfined".into())),
            Some(&Seccomp::RuntimeDefault)
        ]
    );
}

#[test]
fn what_ended_is_finished() {
    let finished =
        |kind, status: &str| workload(kind, &format!("spec: {{}}\nstatus: {status}")).finished;
    for (kind, status, expected) in [
        (Kind::Pod, "{phase: Running}", false),
        (Kind::Pod, "{phase: Succeeded}", true),
        (Kind::Pod, "{phase: Failed}", true),
        (Kind::Pod, "{}", false),
        (
            Kind::Job,
            "{conditions: [{type: Complete, status: 'True'}]}",
            true,
        ),
        (
            Kind::Job,
            "{conditions: [{type: Suspended, status: 'True'}, {type: Failed, status: 'True'}]}",
            true,
        ),
        (
            Kind::Job,
            "{conditions: [{type: Complete, status: 'False'}]}",
            false,
        ),
        // Its pods are still ending.
        (
            Kind::Job,
            "{conditions: [{type: SuccessCriteriaMet, status: 'True'}, {type: FailureTarget, status: 'True'}]}",
            false,
        ),
        (Kind::Job, "{active: 1}", false),
        (
            Kind::Deployment,
            "{conditions: [{type: Complete, status: 'True'}], phase: Failed}",
            false,
        ),
    ] {
        assert_eq!(finished(kind, status), expected, "{kind} {status}");
    }
}

#[test]
fn what_runs_to_completion_is_known_by_its_restart_policy() {
    let ends = |workload: Workload| workload.runs_to_completion();
    assert!(!ends(pod("{}")));
    assert!(!ends(pod("{restartPolicy: Always}")));
    assert!(ends(pod("{restartPolicy: OnFailure}")));
    assert!(ends(pod("{restartPolicy: Never}")));
    assert!(ends(workload(Kind::CronJob, "spec: {}")));
    assert!(!ends(workload(Kind::DaemonSet, "spec: {}")));
}

/// Two records are the same where nothing that is read differs: no change at all to whoever watches.
#[test]
fn what_is_not_read_makes_no_difference() {
    let live = "metadata:
  name: web
  resourceVersion: '12'
  annotations: {deployment.kubernetes.io/revision: '3'}
  managedFields: [{manager: kubectl, fieldsV1: {'f:spec': {}}}]
spec:
  progressDeadlineSeconds: 600
  minReadySeconds: 5
  revisionHistoryLimit: 10
  template:
    metadata: {annotations: {kubectl.kubernetes.io/restartedAt: now}, creationTimestamp: null}
    spec:
      terminationGracePeriodSeconds: 30
      schedulerName: default-scheduler
      dnsPolicy: ClusterFirst
      containers: [{name: web, args: [a], imagePullPolicy: Always, terminationMessagePath: /dev/termination-log,
        volumeMounts: [{name: a, mountPath: /a}]}]
status: {replicas: 3, conditions: [{type: Available, status: 'True', reason: a}]}";
    let bare = "{metadata: {name: web}, spec: {template: {spec: {containers: [{name: web}]}}}}";
    let [live, bare] =
        [live, bare].map(|manifest| read(Kind::Deployment, manifest).expect("it is a Deployment"));
    let [live, bare] = [live, bare].map(|object| match object {
        Object::Workload(workload) => workload,
        other => panic!("{} is a workload", other.key()),
    });
    // Its status is kept apart, for checks on what runs.
    assert!(live.is_declared_as(&bare), "{live:#?} {bare:#?}");
}
