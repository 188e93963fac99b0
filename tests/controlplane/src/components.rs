//! The programs of a control plane and the arguments each is started with.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::folder::Folder;
use crate::options::{Components, Options};
use crate::pki::KeyFiles;

/// A program of the control plane, in starting order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// etcd.
    Etcd,
    /// kube-apiserver.
    ApiServer,
    /// kube-controller-manager.
    ControllerManager,
    /// kube-scheduler.
    Scheduler,
    /// kwok: simulates the Nodes' kubelets.
    Kwok,
}

impl Component {
    /// All of them, in starting order.
    pub const ALL: [Component; 5] = [
        Component::Etcd,
        Component::ApiServer,
        Component::ControllerManager,
        Component::Scheduler,
        Component::Kwok,
    ];

    /// The program's file name.
    pub fn program(self) -> &'static str {
        match self {
            Component::Etcd => "etcd",
            Component::ApiServer => "kube-apiserver",
            Component::ControllerManager => "kube-controller-manager",
            Component::Scheduler => "kube-scheduler",
            Component::Kwok => "kwok",
        }
    }

    /// The smallest selection that has it.
    pub fn part_of(self) -> Components {
        match self {
            Component::Etcd | Component::ApiServer => Components::Api,
            Component::ControllerManager => Components::Controllers,
            Component::Scheduler | Component::Kwok => Components::Nodes,
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program())
    }
}

/// The first address is the API server's own Service, which its certificate has to name.
const SERVICE_IPS: &str = "10.96.0.0/16";

/// The names under which the API server is reached.
pub(crate) const API_SERVER_NAMES: [&str; 7] = [
    "127.0.0.1",
    "10.96.0.1",
    "localhost",
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
];

/// etcd's arguments.
pub(crate) fn etcd(folder: &Folder, port: u16) -> Vec<String> {
    let client = format!("http://127.0.0.1:{port}");
    vec![
        format!("--data-dir={}", folder.etcd().display()),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        // A single member has no peers: any free port will do.
        "--listen-peer-urls=http://127.0.0.1:0".to_owned(),
        // The data lives as long as the processes; waiting for the disk would only slow the tests.
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
    ]
}

/// The API server's key material.
pub(crate) struct ApiServerFiles<'a> {
    pub(crate) ca: &'a Path,
    pub(crate) serving: &'a KeyFiles,
    pub(crate) tokens: &'a KeyFiles,
}

/// kube-apiserver's arguments.
pub(crate) fn api_server(
    folder: &Folder,
    etcd_port: u16,
    port: u16,
    files: &ApiServerFiles<'_>,
    options: &Options,
) -> Vec<String> {
    let ApiServerFiles {
        ca,
        serving,
        tokens,
    } = files;
    let mut args = vec![
        format!("--etcd-servers=http://127.0.0.1:{etcd_port}"),
        "--bind-address=127.0.0.1".to_owned(),
        "--advertise-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--cert-dir={}", folder.pki().display()),
        format!("--tls-cert-file={}", serving.cert.display()),
        format!("--tls-private-key-file={}", serving.key.display()),
        format!("--client-ca-file={}", ca.display()),
        format!("--service-account-key-file={}", tokens.cert.display()),
        format!(
            "--service-account-signing-key-file={}",
            tokens.key.display()
        ),
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local".to_owned(),
        format!("--service-cluster-ip-range={SERVICE_IPS}"),
        "--authorization-mode=RBAC".to_owned(),
        // As kubeadm sets it: whether privileged Pods are let in is what is being tested.
        "--allow-privileged=true".to_owned(),
        // Nothing is served at the Service `kubernetes`; a Pod cannot reach loopback anyway.
        "--endpoint-reconciler-type=none".to_owned(),
        // A load test is to find the limits of the webhook, not of its caller.
        "--max-requests-inflight=3000".to_owned(),
        "--max-mutating-requests-inflight=3000".to_owned(),
        format!("--audit-policy-file={}", folder.audit_policy().display()),
        format!("--audit-log-path={}", folder.audit_log().display()),
        // Never rotated: a test counts in one file.
        "--audit-log-maxsize=0".to_owned(),
    ];
    if options.components < Components::Controllers {
        // It would wait for a ServiceAccount that nobody makes.
        args.push("--disable-admission-plugins=ServiceAccount".to_owned());
    }
    args.extend(options.api_server_args.iter().cloned());
    args
}

/// kube-controller-manager's arguments.
pub(crate) fn controller_manager(kubeconfig: &Path, ca: &Path, tokens: &KeyFiles) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        format!("--root-ca-file={}", ca.display()),
        format!(
            "--service-account-private-key-file={}",
            tokens.key.display()
        ),
        // Every controller under its own name, as in production: identity rules see the real users.
        "--use-service-account-credentials=true".to_owned(),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
        "--kube-api-qps=500".to_owned(),
        "--kube-api-burst=1000".to_owned(),
    ]
}

/// kube-scheduler's arguments.
pub(crate) fn scheduler(kubeconfig: &Path) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
        "--kube-api-qps=500".to_owned(),
        "--kube-api-burst=1000".to_owned(),
    ]
}

/// kwok's arguments.
pub(crate) fn kwok(kubeconfig: &Path, stages: &Path) -> Vec<String> {
    vec![
        format!("--kubeconfig={}", kubeconfig.display()),
        format!("--config={}", stages.display()),
        "--manage-all-nodes=true".to_owned(),
        "--node-lease-duration-seconds=40".to_owned(),
    ]
}
