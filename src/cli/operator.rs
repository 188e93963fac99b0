//! `plimsoll operator`.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::generate::names;
use crate::operator::{self, Options, Parts};

#[derive(Args)]
pub(super) struct Arguments {
    /// Run only this part
    #[arg(long)]
    only: Option<Part>,
    /// The operator's own namespace
    #[arg(long, env = "POD_NAMESPACE", default_value = names::NAMESPACE)]
    namespace: String,
    /// This replica's name; the pod's where it runs in one
    #[arg(long, env = "POD_NAME")]
    identity: Option<String>,
    /// The Service that leads the API server to the webhook
    #[arg(long, default_value = names::SERVICE)]
    service: String,
    /// Where admission reviews are served, over TLS
    #[arg(long, default_value = "0.0.0.0:9443")]
    webhook_address: SocketAddr,
    /// Where /healthz, /readyz and /metrics are served, without TLS
    #[arg(long, default_value = "0.0.0.0:8080")]
    health_address: SocketAddr,
    /// A further name in the webhook's certificate
    #[arg(long = "certificate-name", value_name = "NAME")]
    certificate_names: Vec<String>,
    /// How long requests are still taken after SIGTERM, in seconds
    #[arg(long, default_value_t = 3, value_name = "SECONDS")]
    shutdown_delay: u64,
    /// How logs are written
    #[arg(long, default_value = "json")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    Controller,
    Webhook,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Json,
    Text,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<u8> {
    let filter = EnvFilter::try_from_env("PLIMSOLL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match arguments.log_format {
        LogFormat::Json => logs.json().flatten_event(true).init(),
        LogFormat::Text => logs.init(),
    }
    let options = Options {
        user: names::user(&arguments.namespace),
        guard: names::GUARD.to_owned(),
        identity: arguments.identity.unwrap_or_else(identity),
        namespace: arguments.namespace,
        service: arguments.service,
        configuration: names::CONFIGURATION.to_owned(),
        secret: names::SECRET.to_owned(),
        lease: names::LEASE.to_owned(),
        extra_names: arguments.certificate_names,
        webhook_address: arguments.webhook_address,
        health_address: arguments.health_address,
        parts: match arguments.only {
            None => Parts::All,
            Some(Part::Controller) => Parts::Controller,
            Some(Part::Webhook) => Parts::Webhook,
        },
        shutdown_delay: Duration::from_secs(arguments.shutdown_delay),
    };
    let runtime =
        tokio::runtime::Runtime::new().context("cannot start the asynchronous runtime")?;
    runtime.block_on(operator::run(options))?;
    Ok(0)
}

/// A name for a process that is in no pod.
fn identity() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!(
        "{}-{}-{}",
        host.trim(),
        std::process::id(),
        jiff::Timestamp::now().as_millisecond()
    )
}
