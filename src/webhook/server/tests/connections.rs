//! Protocols, certificates and clients that misbehave before any request.

use axum::Router;
use axum::http::Version;
use axum::routing::post;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::client::{Client, handshake};
use super::*;

fn echo() -> Router {
    Router::new().route("/echo", post(async |body: String| body))
}

#[tokio::test]
async fn the_client_chooses_the_protocol() {
    let (server, authority) = Running::start_trusted(echo(), Limits::default()).await;
    for (offered, version) in [
        (&["h2", "http/1.1"][..], Version::HTTP_2),
        (&["http/1.1"], Version::HTTP_11),
        (&[], Version::HTTP_11),
    ] {
        let mut client = Client::tls(server.address, &authority, offered)
            .await
            .unwrap();
        for _ in 0..2 {
            let answer = client.post("/echo", "hello").await.unwrap();
            assert_eq!((answer.version, &*answer.body), (version, &b"hello"[..]));
        }
    }
    assert_eq!(server.stop().await, Drained { aborted: 0 });
}

#[tokio::test]
async fn probes_are_answered_without_tls() {
    let server = Running::start_plain(echo()).await;
    let mut client = Client::plain(server.address).await;
    assert_eq!(client.post("/echo", "alive").await.unwrap().body, "alive");
    server.stop().await;
}

#[tokio::test]
async fn a_new_certificate_is_served_without_dropping_connections() {
    let (server, old) = Running::start_trusted(echo(), Limits::default()).await;
    let mut clients = [
        Client::tls(server.address, &old, &["h2"]).await.unwrap(),
        Client::tls(server.address, &old, &["http/1.1"])
            .await
            .unwrap(),
    ];
    for client in &mut clients {
        client.post("/echo", "before").await.unwrap();
    }
    let new = material();
    server.certificate.swap(new.serving());
    for client in &mut clients {
        assert_eq!(client.post("/echo", "after").await.unwrap().body, "after");
    }
    assert!(
        Client::tls(server.address, &old, &["h2"]).await.is_err(),
        "the old one is not shown"
    );
    let mut client = Client::tls(server.address, &new, &["h2"]).await.unwrap();
    assert_eq!(client.post("/echo", "new").await.unwrap().body, "new");
    server.stop().await;
}

#[tokio::test]
async fn without_a_certificate_handshakes_fail_and_the_server_lives() {
    let server = Running::start(echo(), Limits::default()).await;
    let authority = material();
    assert!(
        handshake(server.address, &authority, &["h2"])
            .await
            .is_err()
    );
    server.certificate.swap(authority.serving());
    let mut client = Client::tls(server.address, &authority, &["h2"])
        .await
        .unwrap();
    assert_eq!(client.post("/echo", "now").await.unwrap().body, "now");
    server.stop().await;
}

#[tokio::test]
async fn silent_and_senseless_clients_hold_up_nobody_and_are_dropped() {
    let limits = Limits {
        handshake: Duration::from_secs(1),
        ..Limits::default()
    };
    let (server, authority) = Running::start_trusted(echo(), limits).await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    let mut half = TcpStream::connect(server.address).await.unwrap();
    half.write_all(&[0x16, 0x03, 0x01, 0x02]).await.unwrap();
    let mut senseless = TcpStream::connect(server.address).await.unwrap();
    senseless
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();

    let mut client = Client::tls(server.address, &authority, &["h2"])
        .await
        .unwrap();
    assert_eq!(client.post("/echo", "served").await.unwrap().body, "served");
    for stream in [&mut silent, &mut half, &mut senseless] {
        let mut rest = Vec::new();
        // A reset ends it as well as an end of file does.
        let _ = timeout(PLENTY, stream.read_to_end(&mut rest))
            .await
            .expect("it is dropped");
        assert!(rest.len() < 100, "no more than an alert");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_client_that_sends_no_request_is_dropped() {
    let limits = Limits {
        idle: Duration::from_millis(100),
        ..Limits::default()
    };
    let (server, authority) = Running::start_trusted(echo(), limits).await;
    for protocol in ["http/1.1", "h2"] {
        let mut stream = handshake(server.address, &authority, &[protocol])
            .await
            .unwrap();
        let mut rest = Vec::new();
        let _ = timeout(PLENTY, stream.read_to_end(&mut rest))
            .await
            .expect(protocol);
    }
    server.stop().await;
}

#[tokio::test]
async fn connections_over_the_limit_wait_for_one_to_end() {
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let (server, authority) = Running::start_trusted(echo(), limits).await;
    let mut first = Client::tls(server.address, &authority, &["http/1.1"])
        .await
        .unwrap();
    first.post("/echo", "first").await.unwrap();
    let second = Client::tls(server.address, &authority, &["http/1.1"]);
    let mut second = std::pin::pin!(second);
    // The first is still served, and well after it the second's handshake is not begun.
    tokio::select! {
        _ = &mut second => panic!("two connections are served at once"),
        () = async { for _ in 0..20 { first.post("/echo", "again").await.unwrap(); } } => {}
    }
    drop(first);
    let mut second = timeout(PLENTY, second).await.unwrap().unwrap();
    assert_eq!(second.post("/echo", "second").await.unwrap().body, "second");
    server.stop().await;
}
