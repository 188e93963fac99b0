//! The load generator's end of a connection: hyper's own client on rustls, with nothing around it, so that it takes as little as
//! possible of the cores it shares with the webhook.

use std::{net::SocketAddr, sync::Arc};

use anyhow::{Context, Result};
use http_body_util::Full;
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::{http1, http2},
    header,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::{PATH, body::Body};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Protocol {
    #[serde(rename = "http/1.1")]
    Http1,
    /// What the API server speaks to webhooks.
    #[serde(rename = "http/2")]
    Http2,
}

impl Protocol {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Http1 => "http/1.1",
            Self::Http2 => "http/2",
        }
    }

    fn alpn(self) -> &'static [u8] {
        match self {
            Self::Http1 => b"http/1.1",
            Self::Http2 => b"h2",
        }
    }
}

/// An open connection, or one of several handles on it (HTTP/2 only).
pub(crate) enum Connection {
    Http1(http1::SendRequest<Full<Bytes>>),
    Http2(http2::SendRequest<Full<Bytes>>),
}

impl Connection {
    /// Connects once and returns `streams` handles that share the connection.
    pub(crate) async fn open(
        address: SocketAddr,
        protocol: Protocol,
        streams: usize,
        roots: &RootCertStore,
    ) -> Result<Vec<Self>> {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots.clone())
            .with_no_client_auth();
        tls.alpn_protocols = vec![protocol.alpn().to_vec()];
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let stream = TlsConnector::from(Arc::new(tls))
            .connect(ServerName::from(address.ip()), stream)
            .await
            .with_context(|| format!("TLS handshake with {address}"))?;
        let io = TokioIo::new(stream);
        match protocol {
            Protocol::Http1 => {
                assert_eq!(
                    streams, 1,
                    "HTTP/1.1 has one request at a time on a connection"
                );
                let (sender, connection) = http1::handshake(io).await?;
                tokio::spawn(connection);
                Ok(vec![Self::Http1(sender)])
            }
            Protocol::Http2 => {
                let (sender, connection) = http2::handshake(TokioExecutor::new(), io).await?;
                tokio::spawn(connection);
                Ok(vec![sender; streams].into_iter().map(Self::Http2).collect())
            }
        }
    }

    /// Sends one request and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> hyper::Result<Response<Incoming>> {
        match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }
}

/// The request that posts a review, as the API server words it.
pub(crate) fn request(
    body: &Body,
    address: SocketAddr,
    protocol: Protocol,
) -> Result<Request<Full<Bytes>>> {
    let request = Request::builder()
        .method(Method::POST)
        .header(header::ACCEPT, "application/json, */*")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "kube-apiserver-admission");
    let request = match protocol {
        Protocol::Http1 => request
            .uri(format!("{PATH}?timeout=2s"))
            .header(header::HOST, address.to_string()),
        Protocol::Http2 => request.uri(format!("https://{address}{PATH}?timeout=2s")),
    };
    Ok(request.body(Full::new(body.bytes.clone()))?)
}
