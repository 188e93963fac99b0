//! HTTP over TLS for the API server, and plain HTTP for probes and metrics: one accept loop.
//!
//! Written here rather than taken from `axum::serve` for what that leaves out and an admission
//! webhook needs:
//!
//! - `TCP_NODELAY` on every connection: without it kube-apiserver's HTTP/2 waits for a delayed
//!   acknowledgement, 40 ms at the 99th percentile;
//! - the TLS handshake runs in the connection's own task and under a time limit, so that a silent
//!   client holds up nobody;
//! - a bound on connections, and accept errors (out of file descriptors) that are waited out;
//! - a shutdown that says GOAWAY, waits, then aborts, and returns when every task has ended.
//!
//! What happens inside one request is [`guard`]'s.

mod connection;
pub mod guard;
mod incoming;
#[cfg(test)]
mod tests;
pub mod tls;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use self::connection::Connection;
use self::incoming::Incoming;

/// What the connections of one listener speak.
#[derive(Clone)]
pub enum Transport {
    /// TLS; HTTP/2 or HTTP/1.1 by ALPN, HTTP/1.1 for a client that offers none.
    Tls(Arc<rustls::ServerConfig>),
    /// HTTP/1.1 without TLS: what kubelet's probes and Prometheus use.
    Plain,
}

/// Bounds of one listener.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections served at once. Others wait in the kernel's queue.
    pub connections: usize,
    /// How long a TLS handshake may take.
    pub handshake: Duration,
    /// HTTP/1.1: how long a client may be idle or take over its headers. HTTP/2: how long it may
    /// take until its first request, and how often it is pinged; it has as long again to answer.
    pub idle: Duration,
    /// HTTP/2 requests in flight on one connection. kube-apiserver keeps one connection for each
    /// webhook and opens another only when this is used up.
    pub streams: u32,
    /// How long requests in flight may take once the server has been told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            handshake: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            streams: 250,
            drain: Duration::from_secs(10),
        }
    }
}

/// How a server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were still busy after [`Limits::drain`] and were cut off.
    pub aborted: usize,
}

/// Serves `router` on `listener` until `shutdown` is done, then drains.
///
/// Endpoints are withdrawn while SIGTERM is delivered, so clients still come for a moment: let
/// `shutdown` end a few seconds after the signal, with readiness already false.
pub async fn serve(
    listener: TcpListener,
    transport: Transport,
    router: Router,
    limits: Limits,
    shutdown: impl Future<Output = ()>,
) -> Drained {
    let (stop, stopping) = watch::channel(false);
    let drain = limits.drain;
    let mut incoming = Incoming::new(listener, limits.connections);
    let template = Connection::new(transport, router, limits, stopping);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(ended) = connections.join_next() => report(ended),
            accepted = incoming.next() => {
                connections.spawn(template.clone().serve(accepted));
            }
        }
    }
    // Closed before the wait: a new client is refused at once and tries another replica.
    drop(incoming);
    stop.send_replace(true);
    let finished = async {
        while let Some(ended) = connections.join_next().await {
            report(ended);
        }
    };
    if tokio::time::timeout(drain, finished).await.is_ok() {
        return Drained { aborted: 0 };
    }
    let aborted = connections.len();
    tracing::warn!(
        aborted,
        ?drain,
        "Connections were still busy at shutdown and are cut off"
    );
    connections.shutdown().await;
    Drained { aborted }
}

/// A panic outside the guarded handlers costs its connection and nothing else.
fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(%error, "A connection's task panicked");
    }
}
