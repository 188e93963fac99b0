//! The operator: controller, webhook and health endpoints in one process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use kube::Client;
use prometheus_client::registry::Registry;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::controller::{self, LeaseSettings};
use crate::live::Live;
use crate::prometheus::QueryMetrics;
use crate::telemetry::metrics::{ControllerMetrics, WebhookMetrics};
use crate::webhook::certificates::{CertificateKeeper, ServingState, Settings};
use crate::webhook::handler::Webhook;
use crate::webhook::server::{self, Limits, Transport, tls};

/// What an operator is told at its start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The namespace that it runs in: of its Service, Secret and Lease. Never judged at admission.
    pub namespace: String,
    /// The Service that leads the API server to the webhook.
    pub service: String,
    /// The ValidatingWebhookConfiguration that is given the CA.
    pub configuration: String,
    /// The Secret that holds the certificates.
    pub secret: String,
    /// The Lease that the leader holds.
    pub lease: String,
    /// What the API server calls it: the guards let it write.
    pub user: String,
    /// The ConfigMap that says when the guards were whole.
    pub guard: String,
    /// This replica's name, which no other has.
    pub identity: String,
    /// Further names that the webhook is served under.
    pub extra_names: Vec<String>,
    /// Where admission reviews are served, over TLS.
    pub webhook_address: SocketAddr,
    /// Where health and metrics are served, without TLS.
    pub health_address: SocketAddr,
    /// What runs.
    pub parts: Parts,
    /// How long requests are still taken after SIGTERM: until then, endpoints may not be withdrawn everywhere.
    pub shutdown_delay: Duration,
}

/// Which parts of the operator run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// All of them.
    All,
    /// The webhook, with the records that it judges by; nothing is reported.
    Webhook,
    /// The controller; no webhook is served.
    Controller,
}

/// Runs until SIGTERM or SIGINT, then drains.
///
/// # Errors
/// Where it cannot start (no cluster, an address in use, a name that no certificate can have), or a part of it ends by itself.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let client = Client::try_default().await.context(
        "no cluster to work with: run in a pod with a ServiceAccount, or set KUBECONFIG",
    )?;
    let mut registry = Registry::default();
    let webhook_metrics = WebhookMetrics::register(&mut registry);
    let controller_metrics = ControllerMetrics::register(&mut registry);
    let query_metrics = QueryMetrics::register(&mut registry);
    let live = Live::new();
    let (stop, stopping) = watch::channel(false);
    let (drain, draining) = watch::channel(false);
    let mut tasks: JoinSet<&'static str> = JoinSet::new();

    let mut served = None;
    if options.parts != Parts::Controller {
        let keeper = CertificateKeeper::new(Settings {
            namespace: options.namespace.clone(),
            secret: options.secret.clone(),
            service: options.service.clone(),
            configuration: options.configuration.clone(),
            extra_names: options.extra_names.clone(),
        })?;
        served = Some(keeper.served());
        let transport = Transport::Tls(tls::config(keeper.resolver())?);
        let listener = listen(options.webhook_address).await?;
        let router = Webhook::new(live.clone(), &options.namespace, webhook_metrics).router();
        let keep = keeper.run(client.clone(), Timestamp::now, told(stopping.clone()));
        spawn(&mut tasks, "the certificate keeper", keep);
        let serve = server::serve(
            listener,
            transport,
            router,
            Limits::default(),
            told(stopping.clone()),
        );
        spawn(&mut tasks, "the webhook", async { _ = serve.await });
    }
    let health = Health {
        live: live.clone(),
        served,
        draining,
        registry: Arc::new(registry),
    };
    let listener = listen(options.health_address).await?;
    let serve = server::serve(
        listener,
        Transport::Plain,
        health.router(),
        Limits::default(),
        told(stopping.clone()),
    );
    spawn(&mut tasks, "the health endpoint", async { _ = serve.await });

    let lease = (options.parts != Parts::Webhook).then(|| LeaseSettings {
        namespace: options.namespace.clone(),
        name: options.lease.clone(),
        identity: options.identity.clone(),
    });
    let settings = controller::Settings {
        namespace: options.namespace.clone(),
        user: options.user.clone(),
        guard: options.guard.clone(),
        lease,
    };
    spawn(
        &mut tasks,
        "the controller",
        controller::run(
            client,
            live,
            controller_metrics,
            query_metrics,
            settings,
            stopping,
        ),
    );
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"), webhook = %options.webhook_address, health = %options.health_address,
        parts = ?options.parts, "Started"
    );

    let ended = tokio::select! {
        signal = signalled() => {
            tracing::info!(signal = signal?, delay = ?options.shutdown_delay, "Stopping");
            drain.send_replace(true);
            tokio::time::sleep(options.shutdown_delay).await;
            None
        }
        ended = tasks.join_next() => ended,
    };
    stop.send_replace(true);
    while tasks.join_next().await.is_some() {}
    match ended {
        None => Ok(()),
        Some(Ok(part)) => anyhow::bail!("{part} ended by itself; the log says why"),
        Some(Err(error)) => Err(error).context("a part of the operator panicked"),
    }
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))
}

fn spawn(
    tasks: &mut JoinSet<&'static str>,
    name: &'static str,
    part: impl Future<Output = ()> + Send + 'static,
) {
    tasks.spawn(async move {
        part.await;
        name
    });
}

async fn told(mut stopping: watch::Receiver<bool>) {
    drop(stopping.wait_for(|stop| *stop).await);
}

async fn signalled() -> std::io::Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    })
}

/// What the health endpoint answers from.
#[derive(Clone)]
struct Health {
    live: Arc<Live>,
    served: Option<watch::Receiver<ServingState>>,
    draining: watch::Receiver<bool>,
    registry: Arc<Registry>,
}

impl Health {
    fn router(self) -> Router {
        Router::new()
            .route("/healthz", get(|| async { "ok" }))
            .route("/readyz", get(ready))
            .route("/metrics", get(metrics))
            .with_state(self)
    }

    /// Why it is not ready, if it is not.
    fn obstacle(&self) -> Option<&'static str> {
        if *self.draining.borrow() {
            return Some("stopping");
        }
        if !self.live.snapshot().complete {
            return Some(
                "the cluster has not been read yet: see plimsoll_watch_errors and the log",
            );
        }
        self.served
            .as_ref()
            .and_then(|served| served.borrow().ready().err())
    }
}

async fn ready(State(health): State<Health>) -> Response {
    match health.obstacle() {
        None => "ok".into_response(),
        Some(obstacle) => (StatusCode::SERVICE_UNAVAILABLE, obstacle).into_response(),
    }
}

async fn metrics(State(health): State<Health>) -> Response {
    let mut text = String::new();
    match prometheus_client::encoding::text::encode(&mut text, &health.registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
