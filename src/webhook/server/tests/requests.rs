//! The guard, as a client meets it.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::client::Client;
use super::*;
use crate::webhook::server::guard::Guard;

async fn review(State(guard): State<Arc<Guard>>, body: Body) -> Response {
    let answer = guard.run(body, async |bytes: Bytes| match &*bytes {
        b"panic" => panic!("asked to"),
        b"stall" => std::future::pending().await,
        _ => bytes,
    });
    answer.await.into_response()
}

#[tokio::test]
async fn what_goes_wrong_in_one_request_is_its_own() {
    let patient = Arc::new(Guard::new(1000, PLENTY, 0));
    let hasty = Arc::new(Guard::new(1000, Duration::from_millis(50), 0));
    let router = Router::new()
        .route("/review", post(review).with_state(patient))
        .route("/hasty", post(review).with_state(hasty));
    let (server, authority) = Running::start_trusted(router, Limits::default()).await;
    for protocol in ["h2", "http/1.1"] {
        for (path, body, status) in [
            ("/review", "fine".to_owned(), 200),
            ("/review", "panic".to_owned(), 500),
            ("/hasty", "stall".to_owned(), 504),
            ("/review", "x".repeat(1001), 413),
            // More than fits into the windows: it is answered before it has been sent.
            ("/review", "x".repeat(4 << 20), 413),
        ] {
            let mut client = Client::tls(server.address, &authority, &[protocol])
                .await
                .unwrap();
            let answer = client.post(path, body).await.unwrap();
            assert_eq!(answer.status, status, "{protocol}: {:?}", answer.body);
            if protocol == "h2" {
                let next = client.post("/review", "the same connection").await.unwrap();
                assert_eq!(
                    (next.status.as_u16(), &*next.body),
                    (200, &b"the same connection"[..])
                );
            }
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn a_panic_outside_the_guard_costs_no_more_than_its_connection() {
    let router = Router::new()
        .route(
            "/panic",
            post(async || -> &'static str { panic!("unguarded") }),
        )
        .route("/fine", post(async || "fine"));
    let (server, authority) = Running::start_trusted(router, Limits::default()).await;
    for protocol in ["h2", "http/1.1"] {
        let mut client = Client::tls(server.address, &authority, &[protocol])
            .await
            .unwrap();
        assert!(client.post("/panic", "").await.is_err());
        let mut client = Client::tls(server.address, &authority, &[protocol])
            .await
            .unwrap();
        assert_eq!(client.post("/fine", "").await.unwrap().body, "fine");
    }
    server.stop().await;
}
