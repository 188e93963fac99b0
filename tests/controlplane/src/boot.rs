//! The order in which a control plane starts, and what is waited for in between.

use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::time::Instant;

use serde_json::Value;

use crate::audit;
use crate::components::{self, API_SERVER_NAMES, ApiServerFiles, Component};
use crate::error::Error;
use crate::folder::{Folder, write};
use crate::kubeconfig::{self, Credential};
use crate::kubectl::Kubectl;
use crate::nodes;
use crate::options::{Components, Options};
use crate::pki::{Authority, KeyFiles};
use crate::ports;
use crate::processes::Processes;
use crate::programs::Programs;
use crate::state::State;
use crate::wait::Look;

/// A started control plane.
pub(crate) struct Booted {
    pub(crate) processes: Processes,
    pub(crate) kubectl: Kubectl,
    pub(crate) endpoint: String,
    pub(crate) ca_pem: String,
}

/// Starts everything `options` ask for and waits until it can be used.
pub(crate) fn boot(
    options: &Options,
    programs: &Programs,
    folder: &Folder,
) -> Result<Booted, Error> {
    let deadline = Instant::now() + options.timeout;
    let (etcd_port, port) = (ports::free()?, ports::free()?);
    let endpoint = format!("https://127.0.0.1:{port}");
    let kubectl = Kubectl {
        program: programs.path("kubectl"),
        kubeconfig: folder.kubeconfig("admin"),
        cache: folder.home().join("kubectl"),
    };
    let state = State {
        dir: folder.root().to_owned(),
        endpoint: endpoint.clone(),
        api_server_port: port,
        etcd_port,
        kubeconfig: kubectl.kubeconfig.clone(),
        kubectl: kubectl.program.clone(),
        audit_log: folder.audit_log(),
        processes: Vec::new(),
    };
    let authority = Authority::create(&folder.pki())?;
    let mut boot = Boot {
        options,
        folder,
        deadline,
        endpoint,
        tokens: authority.token_keys()?,
        authority,
        kubectl,
        processes: Processes::new(programs.clone(), folder, state)?,
    };
    boot.api(etcd_port, port)?;
    if options.components >= Components::Controllers {
        boot.controllers()?;
    }
    if options.components >= Components::Nodes {
        boot.nodes()?;
    }
    boot.until_usable()?;
    let Boot {
        processes,
        kubectl,
        endpoint,
        authority,
        ..
    } = boot;
    Ok(Booted {
        processes,
        kubectl,
        endpoint,
        ca_pem: authority.pem(),
    })
}

/// A control plane half way up; dropping it ends what was started.
struct Boot<'a> {
    options: &'a Options,
    folder: &'a Folder,
    deadline: Instant,
    endpoint: String,
    authority: Authority,
    /// What signs ServiceAccount tokens.
    tokens: KeyFiles,
    kubectl: Kubectl,
    processes: Processes,
}

impl Boot<'_> {
    /// Starts etcd and the API server, until it grants rights.
    fn api(&mut self, etcd_port: u16, port: u16) -> Result<(), Error> {
        // The API server gives every right to this group by itself.
        self.kubeconfig("admin", "admin", Some("system:masters"))?;
        write(&self.folder.audit_policy(), audit::POLICY)?;
        let serving = self.authority.server("kube-apiserver", &API_SERVER_NAMES)?;
        let files = ApiServerFiles {
            ca: &self.authority.cert_file(),
            serving: &serving,
            tokens: &self.tokens,
        };
        let api_server = components::api_server(self.folder, etcd_port, port, &files, self.options);

        self.start(Component::Etcd, &components::etcd(self.folder, etcd_port))?;
        self.processes
            .wait("etcd listens", self.deadline, || Ok(listens(etcd_port)))?;
        self.start(Component::ApiServer, &api_server)?;
        self.processes
            .wait("the API server listens", self.deadline, || {
                Ok(listens(port))
            })?;
        // The controller manager ends when it meets an API server that does not know its rights yet.
        self.answer(
            "the API server has its default roles",
            "/readyz/poststarthook/rbac/bootstrap-roles",
        )
    }

    /// Starts the controller manager.
    fn controllers(&mut self) -> Result<(), Error> {
        // Of these two users the API server's default roles speak.
        let user = "system:kube-controller-manager";
        let kubeconfig = self.kubeconfig("kube-controller-manager", user, None)?;
        let ca = self.authority.cert_file();
        let args = components::controller_manager(&kubeconfig, &ca, &self.tokens);
        self.start(Component::ControllerManager, &args)
    }

    /// Starts the scheduler and kwok, and registers the Nodes.
    fn nodes(&mut self) -> Result<(), Error> {
        let kubeconfig = self.kubeconfig("kube-scheduler", "system:kube-scheduler", None)?;
        self.start(Component::Scheduler, &components::scheduler(&kubeconfig))?;

        let kubeconfig = self.kubeconfig("kwok", "kwok", Some("system:masters"))?;
        let stages = self.folder.stages();
        write(&stages, nodes::STAGES)?;
        self.start(Component::Kwok, &components::kwok(&kubeconfig, &stages))?;
        self.kubectl
            .succeed(&["create", "-f", "-"], Some(&nodes::manifest()))
            .map(drop)
    }

    /// Waits for what a test takes for granted.
    fn until_usable(&mut self) -> Result<(), Error> {
        self.answer("the API server is ready", "/readyz")?;
        self.answer("the namespace default exists", "/api/v1/namespaces/default")?;
        if self.options.components >= Components::Controllers {
            // Pods are refused before.
            let account = "/api/v1/namespaces/default/serviceaccounts/default";
            self.answer(
                "the ServiceAccount default exists in namespace default",
                account,
            )?;
        }
        if self.options.components < Components::Nodes {
            return Ok(());
        }
        self.processes
            .wait("every node takes pods", self.deadline, || {
                let list = self
                    .kubectl
                    .succeed(&["get", "nodes", "-o", "json"], None)?;
                let list: Value = serde_json::from_str(&list).map_err(|source| Error::Json {
                    path: "kubectl get nodes".into(),
                    source,
                })?;
                let missing = nodes::not_schedulable(&list);
                Ok(missing.map_or(Look::Holds(()), |seen| Look::NotYet(Some(seen))))
            })
    }

    fn start(&mut self, component: Component, args: &[String]) -> Result<(), Error> {
        self.processes.start(self.folder, component, args)
    }

    /// Writes a kubeconfig with a new client certificate.
    fn kubeconfig(&self, file: &str, user: &str, group: Option<&str>) -> Result<PathBuf, Error> {
        let identity = self.authority.client(file, user, group)?;
        let credential = Credential::Certificate(&identity);
        let ca = self.authority.cert_file();
        let path = self.folder.kubeconfig(file);
        write(
            &path,
            &kubeconfig::render(&self.endpoint, &ca, file, &credential),
        )?;
        Ok(path)
    }

    /// Waits until a GET of `path` succeeds.
    fn answer(&mut self, what: &str, path: &str) -> Result<(), Error> {
        self.processes.wait(what, self.deadline, || {
            match self
                .kubectl
                .succeed(&["get", "--raw", path, "--request-timeout=5s"], None)
            {
                Ok(_) => Ok(Look::Holds(())),
                Err(Error::Kubectl { stderr, .. }) => Ok(Look::NotYet(Some(stderr))),
                Err(e) => Err(e),
            }
        })
    }
}

fn listens(port: u16) -> Look<()> {
    match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Look::Holds(()),
        Err(e) => Look::NotYet(Some(e.to_string())),
    }
}
