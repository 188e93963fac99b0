//! A cluster, seen with the rights of whoever runs the command.

mod lists;
mod people;
mod reading;
mod whole;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

use crate::api::ReadinessLaunch;

pub(super) use people::{Myself, may};
pub(super) use reading::read;
pub(super) use whole::{everything, path};

/// Which cluster, and which namespace of it.
#[derive(Args)]
pub(super) struct Connection {
    /// The kubeconfig, where it is not that of KUBECONFIG or ~/.kube/config.
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,

    /// The context of the kubeconfig, where it is not the current one.
    #[arg(long, value_name = "NAME")]
    context: Option<String>,

    /// The namespace, where it is not the one of the context.
    #[arg(short, long, value_name = "NAME")]
    pub(super) namespace: Option<String>,
}

/// A cluster and a namespace of it.
#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) client: Client,
    pub(super) namespace: String,
}

impl Connection {
    /// Connects by KUBECONFIG, `~/.kube/config` or the ServiceAccount of the pod. Nothing is asked yet.
    ///
    /// # Errors
    /// Where none of them says how.
    pub(super) async fn open(&self) -> Result<Cluster> {
        let options = KubeConfigOptions {
            context: self.context.clone(),
            ..KubeConfigOptions::default()
        };
        let config = match (&self.kubeconfig, &self.context) {
            (Some(file), _) => {
                let wrong = || format!("the kubeconfig {} cannot be used", file.display());
                let kubeconfig = Kubeconfig::read_from(file).with_context(wrong)?;
                let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
                config.with_context(wrong)?
            }
            (None, Some(_)) => Config::from_kubeconfig(&options)
                .await
                .context("the kubeconfig cannot be used")?,
            (None, None) => Config::infer().await.context(
                "no cluster to work with: set KUBECONFIG, or run in a pod with a ServiceAccount",
            )?,
        };
        let namespace = self
            .namespace
            .clone()
            .unwrap_or_else(|| config.default_namespace.clone());
        let client = Client::try_from(config).context("cannot connect to the cluster")?;
        Ok(Cluster { client, namespace })
    }
}

impl Cluster {
    /// The launches of the namespace.
    pub(super) fn launches(&self) -> Api<ReadinessLaunch> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The launch of a name.
    ///
    /// # Errors
    /// Where it cannot be had, and why.
    pub(super) async fn launch(&self, name: &str) -> Result<ReadinessLaunch> {
        let namespace = &self.namespace;
        match self.launches().get_opt(name).await {
            Ok(Some(launch)) => Ok(launch),
            Ok(None) => bail!("there is no ReadinessLaunch {name} in namespace {namespace}"),
            Err(error) => Err(refused(
                &error,
                &format!("read the ReadinessLaunch {name} of namespace {namespace}"),
            )),
        }
    }
}

/// What went wrong when something was to be done.
pub(super) fn refused(error: &kube::Error, what: &str) -> anyhow::Error {
    match error {
        kube::Error::Api(status) => anyhow::anyhow!("cannot {what}: {}", status.message),
        other => {
            // The cause of a connection that fails is deep inside.
            let mut text = other.to_string();
            let mut source = std::error::Error::source(other);
            while let Some(cause) = source {
                let cause_text = cause.to_string();
                if !text.contains(&cause_text) {
                    text.push_str(&format!(": {cause_text}"));
                }
                source = cause.source();
            }
            anyhow::anyhow!("cannot {what}: {text}")
        }
    }
}

/// Runs what waits for a cluster.
pub(super) fn wait_for<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime =
        tokio::runtime::Runtime::new().context("cannot start the asynchronous runtime")?;
    runtime.block_on(work)
}
