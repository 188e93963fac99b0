//! One connection from its first byte to its last.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::incoming::Accepted;
use super::tls::HTTP_2;
use super::{Limits, Transport};

/// What every connection of a listener shares; cloned for each.
#[derive(Clone)]
pub(super) struct Connection {
    transport: Transport,
    router: Router,
    limits: Limits,
    stopping: watch::Receiver<bool>,
}

impl Connection {
    pub(super) fn new(
        transport: Transport,
        router: Router,
        limits: Limits,
        stopping: watch::Receiver<bool>,
    ) -> Self {
        Self {
            transport,
            router,
            limits,
            stopping,
        }
    }

    /// Serves the requests of one client until it leaves, fails, or is told to by a shutdown.
    pub(super) async fn serve(self, accepted: Accepted) {
        let Accepted { stream, peer, slot } = accepted;
        let result = match self.transport.clone() {
            Transport::Plain => self.http_1(stream).await,
            Transport::Tls(config) => match self.handshake(config.into(), stream).await {
                Handshake::Done(stream) if is_http_2(&stream) => self.http_2(*stream).await,
                Handshake::Done(stream) => self.http_1(*stream).await,
                Handshake::Failed(reason) => {
                    tracing::debug!(%peer, reason, "TLS handshake failed");
                    return;
                }
            },
        };
        if let Err(error) = result {
            tracing::debug!(%peer, %error, "A connection ended early");
        }
        drop(slot);
    }

    async fn handshake(&self, acceptor: TlsAcceptor, stream: TcpStream) -> Handshake {
        let handshake = tokio::time::timeout(self.limits.handshake, acceptor.accept(stream));
        tokio::select! {
            result = handshake => match result {
                Ok(Ok(stream)) => Handshake::Done(Box::new(stream)),
                Ok(Err(error)) => Handshake::Failed(error.to_string()),
                Err(_) => Handshake::Failed("it took too long".to_owned()),
            },
            () = stopped(self.stopping.clone()) => Handshake::Failed("shutting down".to_owned()),
        }
    }

    async fn http_1(self, io: impl AsyncRead + AsyncWrite + Unpin + 'static) -> hyper::Result<()> {
        let service = TowerToHyperService::new(self.router);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.idle)
            .serve_connection(TokioIo::new(io), service);
        until_done(connection, self.stopping).await
    }

    async fn http_2(
        self,
        io: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) -> hyper::Result<()> {
        let begun = Arc::new(AtomicBool::new(false));
        let service = TowerToHyperService::new(self.router);
        let service = service_fn({
            let begun = Arc::clone(&begun);
            move |request: Request<Incoming>| {
                begun.store(true, Ordering::Relaxed);
                service.call(request)
            }
        });
        let idle = self.limits.idle;
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(self.limits.streams)
            .keep_alive_interval(idle)
            .keep_alive_timeout(idle)
            .serve_connection(TokioIo::new(io), service);
        let mut served = pin!(until_done(connection, self.stopping));
        // Pings begin after the client's preface, which hyper would await for ever.
        match tokio::time::timeout(idle, served.as_mut()).await {
            Ok(result) => result,
            Err(_) if begun.load(Ordering::Relaxed) => served.await,
            Err(_) => Ok(()),
        }
    }
}

enum Handshake {
    /// Boxed: a TLS stream is a kilobyte, a reason is not.
    Done(Box<TlsStream<TcpStream>>),
    Failed(String),
}

/// HTTP/1.1 also for a client that offers no ALPN, as curl and probes may not.
fn is_http_2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP_2)
}

/// Drives a connection; on shutdown lets it finish what it has begun and take nothing new.
async fn until_done<C: GracefulConnection>(
    connection: C,
    stopping: watch::Receiver<bool>,
) -> Result<(), C::Error> {
    let mut connection = pin!(connection);
    tokio::select! {
        // First, so that the busy path does not look at the shutdown signal.
        biased;
        result = connection.as_mut() => return result,
        () = stopped(stopping) => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

/// Done when the server stops; a server that is dropped has stopped as well.
async fn stopped(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}
