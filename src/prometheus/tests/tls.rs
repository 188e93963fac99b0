//! Whom a client trusts.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::server::matrix;
use super::{range, trouble};
use crate::prometheus::client::Client;
use crate::prometheus::failures::Fault;
use crate::prometheus::settings::Server;
use crate::promql::FailureKind;

/// A server with a certificate of its own for a name, and the certificate. It answers each connection once.
async fn https(name: &str) -> (String, String) {
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = CertificateDer::from(certified.cert.der().to_vec());
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let body = matrix("");
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
    });
    (format!("https://localhost:{port}"), certified.cert.pem())
}

#[tokio::test]
async fn the_configured_authority_is_trusted_and_no_other() {
    let (url, certificate) = https("localhost").await;
    let (_, other) = https("localhost").await;
    let trusting = |ca: String| {
        let server = Server {
            ca: Some(ca.into_bytes()),
            ..Server::new("main", url.clone())
        };
        Client::new(&server).unwrap()
    };
    let answer = trusting(certificate).ask("up", &range()).await.unwrap();
    assert!(answer.series.is_empty());

    let (kind, fault, text) = trouble(&trusting(other)).await;
    assert_eq!(
        (kind, fault),
        (FailureKind::Tls, Fault::Server(None)),
        "{text}"
    );
    assert!(
        text.contains("the connection is not trusted: invalid peer certificate"),
        "{text}"
    );
}

#[tokio::test]
async fn a_certificate_is_for_its_name() {
    let (url, certificate) = https("example.com").await;
    let server = Server {
        ca: Some(certificate.into_bytes()),
        ..Server::new("main", url)
    };
    let (kind, _, text) = trouble(&Client::new(&server).unwrap()).await;
    assert_eq!(kind, FailureKind::Tls, "{text}");
}

#[tokio::test]
async fn plain_http_behind_https_is_not_reached() {
    let (url, _) = https("localhost").await;
    let plain = url.replace("https", "http");
    let client = Client::new(&Server::new("main", plain)).unwrap();
    let (kind, fault, text) = trouble(&client).await;
    assert_eq!(
        (kind, fault),
        (FailureKind::Unreachable, Fault::Server(None)),
        "{text}"
    );
}
