//! The server on loopback, with real clients.

mod client;
mod connections;
mod requests;
mod shutdown;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Drained, Limits, Transport, serve, tls};
use crate::webhook::certificates::plan::plan;
use crate::webhook::certificates::{Material, ServedCertificate, ServerNames, Stored};

/// More than any step of these tests takes.
const PLENTY: Duration = Duration::from_secs(20);

/// A server that was started, and how to end it.
struct Running {
    address: SocketAddr,
    certificate: Arc<ServedCertificate>,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Drained>,
}

impl Running {
    async fn start(router: Router, limits: Limits) -> Self {
        let certificate = ServedCertificate::new();
        let transport = Transport::Tls(tls::config(certificate.clone()).unwrap());
        Self::start_with(transport, certificate, router, limits).await
    }

    async fn start_plain(router: Router) -> Self {
        Self::start_with(
            Transport::Plain,
            ServedCertificate::new(),
            router,
            Limits::default(),
        )
        .await
    }

    async fn start_with(
        transport: Transport,
        certificate: Arc<ServedCertificate>,
        router: Router,
        limits: Limits,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(serve(listener, transport, router, limits, async {
            let _ = stopped.await;
        }));
        Self {
            address,
            certificate,
            stop,
            ended,
        }
    }

    /// With a certificate for `localhost` of a new authority, which is returned.
    async fn start_trusted(router: Router, limits: Limits) -> (Self, Material) {
        let running = Self::start(router, limits).await;
        let material = material();
        running.certificate.swap(material.serving());
        (running, material)
    }

    async fn stop(self) -> Drained {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PLENTY, self.ended)
            .await
            .unwrap()
            .unwrap()
    }
}

fn material() -> Material {
    let now = Timestamp::now();
    let names = ServerNames::new("plimsoll", "default", &["localhost".to_owned()]).unwrap();
    let stored = Stored::absent();
    Material::make(&stored, &plan(now, &stored, &names), &names, now).unwrap()
}
