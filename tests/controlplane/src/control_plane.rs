//! The control plane a test holds in its hands.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::audit::AuditLog;
use crate::boot::boot;
use crate::error::Error;
use crate::folder::{Folder, write};
use crate::kubeconfig::{self, Credential};
use crate::kubectl::Kubectl;
use crate::options::Options;
use crate::processes::Processes;
use crate::programs::Programs;
use crate::state::ProcessRecord;

/// Names a cluster to use instead of starting one.
const EXISTING: &str = "PLIMSOLL_TEST_KUBECONFIG";

/// A running control plane, or an existing cluster lent out in its place.
///
/// Dropping it stops what was started, as [`ControlPlane::stop`] does. In a `static` it is stopped when the
/// process ends.
///
/// ```no_run
/// use plimsoll_controlplane::{ControlPlane, Options};
///
/// # fn main() -> Result<(), plimsoll_controlplane::Error> {
/// let cluster = ControlPlane::start(Options::default())?;
/// let mark = cluster.audit_log()?.mark()?;
/// cluster.apply("{apiVersion: v1, kind: Namespace, metadata: {name: shop}}")?;
/// let writes = cluster.audit_log()?.since(mark)?.into_iter().filter(|event| event.is_write());
/// println!("{} writes", writes.count());
/// # Ok(())
/// # }
/// ```
pub struct ControlPlane {
    kubectl: Kubectl,
    endpoint: String,
    ca_pem: String,
    ca_file: PathBuf,
    /// `None` for an existing cluster.
    own: Option<Own>,
    // Below `own`: it is dropped, and with it unlocked, after the processes have ended.
    folder: Folder,
}

/// What belongs to a control plane that was started here.
struct Own {
    processes: Processes,
    audit_log: AuditLog,
}

impl ControlPlane {
    /// Starts a control plane and waits until it can be used; where `PLIMSOLL_TEST_KUBECONFIG` is set, hands
    /// out that cluster instead, whatever the options say. `KUBECONFIG` is never looked at.
    pub fn start(options: Options) -> Result<ControlPlane, Error> {
        match env::var_os(EXISTING).filter(|path| !path.is_empty()) {
            Some(path) => ControlPlane::existing(path),
            None => ControlPlane::launch(options),
        }
    }

    /// Starts a control plane, whatever the environment says.
    pub fn launch(options: Options) -> Result<ControlPlane, Error> {
        let programs = Programs::locate(Some(options.components))?;
        let folder = match &options.dir {
            Some(dir) => Folder::claim(dir)?,
            None => Folder::temporary()?,
        };
        let booted = boot(&options, &programs, &folder)?;
        Ok(ControlPlane {
            kubectl: booted.kubectl,
            endpoint: booted.endpoint,
            ca_pem: booted.ca_pem,
            ca_file: folder.pki().join("ca.crt"),
            own: Some(Own {
                processes: booted.processes,
                audit_log: AuditLog::new(folder.audit_log()),
            }),
            folder,
        })
    }

    /// Uses the cluster of a kubeconfig's current context. Nothing is started, and nothing is stopped later.
    pub fn existing(kubeconfig: impl AsRef<Path>) -> Result<ControlPlane, Error> {
        let given = kubeconfig.as_ref();
        let programs = Programs::locate(None)?;
        let folder = Folder::temporary()?;
        let kubectl = Kubectl {
            program: programs.path("kubectl"),
            kubeconfig: given.canonicalize().map_err(Error::io("find", given))?,
            cache: folder.home().join("kubectl"),
        };
        let cluster = |field: &str| {
            let template =
                format!("go-template={{{{with (index .clusters 0).cluster}}}}{field}{{{{end}}}}");
            let args = [
                "config",
                "view",
                "--raw",
                "--flatten",
                "--minify",
                "-o",
                &template,
            ];
            kubectl.succeed(&args, None)
        };
        let endpoint = cluster("{{.server}}")?;
        let ca_pem = cluster(r#"{{index . "certificate-authority-data" | base64decode}}"#)?;
        let ca_file = folder.pki().join("ca.crt");
        write(&ca_file, &ca_pem)?;
        Ok(ControlPlane {
            kubectl,
            endpoint,
            ca_pem,
            ca_file,
            own: None,
            folder,
        })
    }

    /// Whether this is somebody else's cluster: other things may happen in it, and its Nodes are its own.
    pub fn is_existing(&self) -> bool {
        self.own.is_none()
    }

    /// `https://host:port` of the API server.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The certificate authority of the API server's certificate, as PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubectl.kubeconfig
    }

    /// The kubectl that fits the cluster's version.
    pub fn kubectl_program(&self) -> &Path {
        &self.kubectl.program
    }

    /// The folder with logs, kubeconfigs and everything else.
    pub fn dir(&self) -> &Path {
        self.folder.root()
    }

    /// The programs that were started, in that order; none for an existing cluster.
    pub fn processes(&self) -> Vec<ProcessRecord> {
        self.own
            .iter()
            .flat_map(|own| own.processes.records().cloned())
            .collect()
    }

    /// The audit log of the API server; an error for an existing cluster.
    pub fn audit_log(&self) -> Result<&AuditLog, Error> {
        match &self.own {
            Some(own) => Ok(&own.audit_log),
            None => Err(Error::NoAuditLog {
                kubeconfig: self.kubeconfig().to_owned(),
            }),
        }
    }

    /// Runs kubectl as administrator. `Err` only when it could not be run: its exit status is in the output.
    pub fn kubectl(&self, args: &[&str]) -> Result<Output, Error> {
        self.kubectl.output(args, None)
    }

    /// Runs kubectl as administrator and returns what it printed; any failure is an error.
    pub fn kubectl_ok(&self, args: &[&str]) -> Result<String, Error> {
        self.kubectl.succeed(args, None)
    }

    /// `kubectl ARGS` with `input` as standard input, for `-f -`.
    pub fn kubectl_with_input(&self, args: &[&str], input: &str) -> Result<Output, Error> {
        self.kubectl.output(args, Some(input))
    }

    /// Applies manifests, YAML or JSON, as administrator, by server-side apply.
    pub fn apply(&self, manifests: &str) -> Result<String, Error> {
        let args = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        self.kubectl.succeed(&args, Some(manifests))
    }

    /// Mints a token for an existing ServiceAccount, good for a day, and writes a kubeconfig with it.
    pub fn kubeconfig_for_service_account(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<PathBuf, Error> {
        let args = [
            "create",
            "token",
            name,
            "--namespace",
            namespace,
            "--duration=24h",
        ];
        let token = self.kubectl.succeed(&args, None)?;
        let user = format!("{namespace}.{name}");
        let credential = Credential::Token(token.trim());
        let path = self.folder.kubeconfig(&user);
        write(
            &path,
            &kubeconfig::render(&self.endpoint, &self.ca_file, &user, &credential),
        )?;
        Ok(path)
    }

    /// Stops what was started; as dropping it does, but says when that fails.
    pub fn stop(mut self) -> Result<(), Error> {
        self.stop_own()
    }

    /// Lets it run on after this process; `controlplane down --dir` stops it. A temporary folder is only
    /// safe as long as this process lives, so give [`Options::dir`].
    pub fn detach(mut self) {
        if let Some(own) = self.own.take() {
            own.processes.detach();
        }
    }

    fn stop_own(&mut self) -> Result<(), Error> {
        let Some(mut own) = self.own.take() else {
            return Ok(());
        };
        own.processes.stop()?;
        // The logs of a failed test are worth more than its disk space.
        if self.folder.is_temporary() && !std::thread::panicking() {
            self.folder.remove()?;
        }
        Ok(())
    }
}

impl Drop for ControlPlane {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.explain();
        }
        if let Err(e) = self.stop_own() {
            eprintln!(
                "could not stop the control plane in {}: {e}",
                self.dir().display()
            );
        }
    }
}

impl ControlPlane {
    /// What may help to understand a failed test.
    fn explain(&mut self) {
        let Some(own) = &mut self.own else { return };
        if let Err(e) = own.processes.check() {
            eprintln!("{e}");
        }
        eprintln!(
            "the control plane's logs are in {}",
            self.folder.logs().display()
        );
    }
}
