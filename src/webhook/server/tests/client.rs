//! A client that trusts one authority.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Request, StatusCode, Version};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::webhook::certificates::Material;

pub(super) enum Client {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

/// What came back.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) version: Version,
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

pub(super) async fn handshake(
    address: SocketAddr,
    trusted: &Material,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    for authority in trusted.trusted() {
        roots.add(authority.der().clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
}

impl Client {
    /// The protocol is what the server chose among `protocols`.
    pub(super) async fn tls(
        address: SocketAddr,
        trusted: &Material,
        protocols: &[&str],
    ) -> std::io::Result<Self> {
        let stream = handshake(address, trusted, protocols).await?;
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
            tokio::spawn(connection);
            Ok(Self::Http2(sender))
        } else {
            let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
            tokio::spawn(connection);
            Ok(Self::Http1(sender))
        }
    }

    pub(super) async fn plain(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Self::Http1(sender)
    }

    /// The future holds nothing of the client: several may be under way.
    pub(super) fn post(
        &mut self,
        path: &str,
        body: impl Into<Body>,
    ) -> impl Future<Output = hyper::Result<Answer>> + Send + 'static {
        let request = |uri: String| Request::post(uri).header("host", "localhost");
        let body = body.into();
        let response = match self {
            Self::Http1(sender) => {
                let request = request(path.to_owned()).body(body).unwrap();
                futures::future::Either::Left(sender.send_request(request))
            }
            Self::Http2(sender) => {
                let uri = format!("https://localhost{path}");
                futures::future::Either::Right(
                    sender.send_request(request(uri).body(body).unwrap()),
                )
            }
        };
        async {
            let response = response.await?.map(Body::new);
            Ok(Answer {
                version: response.version(),
                status: response.status(),
                body: to_bytes(response.into_body(), 1 << 20).await.unwrap(),
            })
        }
    }
}
