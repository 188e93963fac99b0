//! A real Kubernetes control plane on loopback, without containers: what Plimsoll's cluster tests and
//! its demo run against.
//!
//! ```text
//!   ControlPlane::start(Options)
//!        |
//!        |  etcd ── kube-apiserver ── kube-controller-manager     Components::Controllers
//!        |               |       \___ kube-scheduler
//!        |           audit.jsonl \___ kwok: six Nodes in three zones   Components::Nodes (default)
//!        v
//!   endpoint, kubeconfigs, kubectl, audit log                  Components::Api stops at the API server
//! ```
//!
//! Every process listens on 127.0.0.1 only, on a port found free at the start, and keeps everything it
//! writes in the control plane's own folder: any number of them run side by side.
//!
//! | file | what it is for |
//! | --- | --- |
//! | `control_plane` | the type a test holds |
//! | `boot` | the order things start in, and what is waited for |
//! | `components` | which programs there are and their arguments |
//! | `programs` | where the programs come from |
//! | `folder`, `state` | what is on disk; stopping what an earlier process started |
//! | `processes`, `watchdog` | starting, watching and ending the programs |
//! | `pki`, `kubeconfig`, `nodes`, `ports` | what the programs are given |
//! | `kubectl`, `audit`, `wait` | what a test asks with |
//!
//! What must hold:
//!
//! * A process is only ever ended by its own pid, and a pid read from a file only when `/proc` says that
//!   it still is that program working on that folder.
//! * Nothing outlives a test: dropping a [`ControlPlane`] stops it, and where no destructor runs (a
//!   `static`, an abort, `kill -9`) a watchdog sees the pipe to it close and stops what is left. The
//!   pid checks and the watchdog need Linux's `/proc`.
//! * `KUBECONFIG` and `~/.kube` are never read: a developer's cluster is only used when
//!   `PLIMSOLL_TEST_KUBECONFIG` names it.
//! * What is missing is an error that says what to run, never a test silently skipped.

mod audit;
mod boot;
mod components;
mod control_plane;
mod error;
mod folder;
mod kubeconfig;
mod kubectl;
mod nodes;
mod options;
mod pki;
mod ports;
mod processes;
mod programs;
mod state;
mod wait;
mod watchdog;

pub use audit::{AuditEvent, AuditLog};
pub use components::Component;
pub use control_plane::ControlPlane;
pub use error::Error;
pub use options::{Components, Options};
pub use state::{ProcessRecord, State};
pub use wait::eventually;
