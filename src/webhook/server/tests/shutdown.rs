//! Being told to stop.

use axum::routing::post;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::client::{Client, handshake};
use super::*;

/// A handler that says when it has begun, and ends when it is let.
struct Gate {
    begun: Semaphore,
    let_go: Semaphore,
}

fn gated() -> (Arc<Gate>, Router) {
    let gate = Arc::new(Gate {
        begun: Semaphore::new(0),
        let_go: Semaphore::new(0),
    });
    let handler = {
        let gate = gate.clone();
        post(async move || {
            gate.begun.add_permits(1);
            gate.let_go.acquire().await.unwrap().forget();
            "done"
        })
    };
    (gate, Router::new().route("/work", handler))
}

#[tokio::test]
async fn requests_in_flight_are_answered_and_no_more_are_taken() {
    let (gate, router) = gated();
    let (server, authority) = Running::start_trusted(router, Limits::default()).await;
    let address = server.address;
    let mut one = Client::tls(address, &authority, &["h2"]).await.unwrap();
    let mut other = Client::tls(address, &authority, &["http/1.1"])
        .await
        .unwrap();
    let mut idle = handshake(address, &authority, &["http/1.1"]).await.unwrap();
    let in_flight = [
        tokio::spawn(one.post("/work", "")),
        tokio::spawn(other.post("/work", "")),
    ];
    gate.begun.acquire_many(2).await.unwrap().forget();

    let stopping = tokio::spawn(server.stop());
    // An idle connection is closed at once; by then the listener is, too.
    let mut rest = Vec::new();
    let _ = timeout(PLENTY, idle.read_to_end(&mut rest))
        .await
        .expect("closed");
    assert!(
        TcpStream::connect(address).await.is_err(),
        "nobody listens any more"
    );
    assert!(!stopping.is_finished(), "two requests are in flight");

    gate.let_go.add_permits(2);
    for request in in_flight {
        assert_eq!(request.await.unwrap().unwrap().body, "done");
    }
    assert_eq!(stopping.await.unwrap(), Drained { aborted: 0 });
    assert!(
        one.post("/work", "").await.is_err(),
        "the connection is gone"
    );
}

#[tokio::test]
async fn what_does_not_end_is_cut_off() {
    let (gate, router) = gated();
    let limits = Limits {
        drain: Duration::from_millis(100),
        ..Limits::default()
    };
    let (server, authority) = Running::start_trusted(router, limits).await;
    let mut one = Client::tls(server.address, &authority, &["h2"])
        .await
        .unwrap();
    let mut other = Client::tls(server.address, &authority, &["http/1.1"])
        .await
        .unwrap();
    let in_flight = [
        tokio::spawn(one.post("/work", "")),
        tokio::spawn(other.post("/work", "")),
    ];
    gate.begun.acquire_many(2).await.unwrap().forget();
    assert_eq!(server.stop().await, Drained { aborted: 2 });
    for request in in_flight {
        assert!(request.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn a_handshake_is_not_waited_for() {
    let (_, router) = gated();
    let limits = Limits {
        handshake: PLENTY * 10,
        drain: PLENTY * 10,
        ..Limits::default()
    };
    let (server, _) = Running::start_trusted(router, limits).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    assert_eq!(server.stop().await, Drained { aborted: 0 });
}
