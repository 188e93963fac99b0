//! What a control plane is made of.

use std::path::PathBuf;
use std::time::Duration;

/// How much of a cluster is started; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Components {
    /// etcd and the API server. Nothing reconciles: Deployments stay without Pods, a deleted namespace
    /// stays, and, because nobody makes ServiceAccounts, Pods are admitted without one.
    Api,
    /// And the controller manager: Deployments get Pods, which stay Pending.
    Controllers,
    /// And the scheduler, kwok and six Nodes in three zones: Pods run, Deployments become Available.
    Nodes,
}

/// How to start a control plane.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to start.
    pub components: Components,
    /// Where to keep everything. `None`: a folder of its own below `target/controlplane-tests`, removed
    /// with the control plane unless the test fails; then it stays for an hour at least.
    pub dir: Option<PathBuf>,
    /// How long the start may take as a whole.
    pub timeout: Duration,
    /// Further arguments of kube-apiserver, `--flag=value` each; they win over this crate's own.
    pub api_server_args: Vec<String>,
}

impl Options {
    /// etcd and the API server only: for tests that need no controller, and in half the time.
    pub fn api_only() -> Options {
        Options {
            components: Components::Api,
            ..Options::default()
        }
    }
}

impl Default for Options {
    /// Everything, in a folder of its own.
    fn default() -> Options {
        Options {
            components: Components::Nodes,
            dir: None,
            // Some thirty times what an idle machine takes: a busy one is slow, not broken.
            timeout: Duration::from_secs(180),
            api_server_args: Vec::new(),
        }
    }
}
