//! Everything that can go wrong, said so that the reader knows what to do next.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::components::Component;

/// Why a control plane could not be started, asked or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program that is needed has not been built.
    #[error("{program} is not in {}: build the control plane once with `make controlplane`", folder.display())]
    NotBuilt {
        /// The program's file name.
        program: String,
        /// Where it was looked for.
        folder: PathBuf,
    },

    /// `KUBEBUILDER_ASSETS` is set, but lacks a program.
    #[error(
        "KUBEBUILDER_ASSETS={} has no {program}: unset it and build the control plane once with `make controlplane`",
        folder.display()
    )]
    NotInAssets {
        /// The program's file name.
        program: String,
        /// The folder named by the variable.
        folder: PathBuf,
    },

    /// A file, a folder or a process could not be worked with.
    #[error("{action}: {source}")]
    Io {
        /// What was tried, with the path.
        action: String,
        /// Why it failed.
        source: std::io::Error,
    },

    /// A certificate or key could not be made.
    #[error("could not make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),

    /// No free port was found on 127.0.0.1.
    #[error("found no free port between {first} and {last} on 127.0.0.1")]
    NoPort {
        /// Lowest port tried.
        first: u16,
        /// Highest port tried.
        last: u16,
    },

    /// A program ended although it should be running.
    #[error("{component} ended ({status}); its log, {}, ends with:\n{tail}", log.display())]
    Exited {
        /// Which one.
        component: Component,
        /// How it ended.
        status: ExitStatus,
        /// Its whole log.
        log: PathBuf,
        /// The last lines of the log.
        tail: String,
    },

    /// Something did not come about in time.
    #[error(
        "waited {}s in vain until {what}{}",
        waited.as_secs(),
        last.as_ref().map(|last| format!("; last answer: {last}")).unwrap_or_default()
    )]
    Timeout {
        /// The condition, as a clause: "the API server is ready".
        what: String,
        /// How long it was waited for.
        waited: Duration,
        /// What the last look saw, where that is known.
        last: Option<String>,
    },

    /// `kubectl` said no.
    #[error("kubectl {args} failed ({status}): {stderr}")]
    Kubectl {
        /// The arguments, joined.
        args: String,
        /// The exit status.
        status: ExitStatus,
        /// What it said.
        stderr: String,
    },

    /// The audit log was asked for in a cluster this crate did not start.
    #[error(
        "{} is an existing cluster whose audit log cannot be read: unset PLIMSOLL_TEST_KUBECONFIG to run this on a control plane of its own",
        kubeconfig.display()
    )]
    NoAuditLog {
        /// The existing cluster's kubeconfig.
        kubeconfig: PathBuf,
    },

    /// The folder already holds a running control plane.
    #[error("a control plane already runs in {} (pid {pid}): stop it with `controlplane down --dir {}`", dir.display(), dir.display())]
    AlreadyRunning {
        /// The folder.
        dir: PathBuf,
        /// One of its processes.
        pid: u32,
    },

    /// Another process is using the folder.
    #[error("{} is in use by another process that starts or runs a control plane there", dir.display())]
    InUse {
        /// The folder.
        dir: PathBuf,
    },

    /// The folder holds files of somebody else.
    #[error("{} is not empty and was not made by a control plane: name another folder", dir.display())]
    NotOurs {
        /// The folder.
        dir: PathBuf,
    },

    /// A file that should be JSON of ours is not.
    #[error("could not understand {}: {source}", path.display())]
    Json {
        /// The file, or what printed it.
        path: PathBuf,
        /// Where it broke.
        source: serde_json::Error,
    },
}

impl Error {
    /// An [`Error::Io`] about `path`: `verb` as in "write", "start".
    pub(crate) fn io(verb: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
        let action = format!("could not {verb} {}", path.display());
        move |source| Error::Io { action, source }
    }
}
