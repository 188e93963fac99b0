use std::convert::Infallible;
use std::future::{pending, ready};
use std::pin::pin;

use futures::stream;
use tokio::sync::oneshot;

use super::*;

/// More than any of these tests takes.
const PLENTY: Duration = Duration::from_secs(20);
const SOON: Duration = Duration::from_millis(30);

/// A body whose length is not announced.
fn in_pieces(pieces: &[&'static str]) -> Body {
    let pieces: Vec<_> = pieces
        .iter()
        .map(|piece| Ok::<_, Infallible>(*piece))
        .collect();
    Body::from_stream(stream::iter(pieces))
}

async fn echo(bytes: Bytes) -> Bytes {
    bytes
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit() {
    let guard = Guard::new(8, PLENTY, 0);
    for (body, expected) in [
        (Body::empty(), Some("")),
        (Body::from("12345678"), Some("12345678")),
        (Body::from("123456789"), None),
        (in_pieces(&[]), Some("")),
        (in_pieces(&["1234", "56", "78"]), Some("12345678")),
        (in_pieces(&["", "1234", "", "5"]), Some("12345")),
        (in_pieces(&["1234", "5678", "9"]), None),
        (in_pieces(&["123456789"]), None),
    ] {
        match (guard.run(body, echo).await, expected) {
            (Ok(bytes), Some(expected)) => assert_eq!(bytes, expected),
            (Err(Refusal::TooLarge { limit: 8 }), None) => {}
            (outcome, expected) => panic!("{outcome:?} instead of {expected:?}"),
        }
    }
}

#[tokio::test]
async fn a_body_in_one_piece_is_not_copied() {
    let bytes = Bytes::from(vec![7; 5000]);
    let seen = Guard::default()
        .run(Body::from(bytes.clone()), echo)
        .await
        .unwrap();
    assert_eq!(seen.as_ptr(), bytes.as_ptr());
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let guard = Guard::new(100, SOON, 0);
    let slow_handler = guard.run(Body::empty(), |_| pending::<()>()).await;
    assert!(matches!(
        slow_handler,
        Err(Refusal::Late { deadline: SOON })
    ));
    let slow_client = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let slow_client = guard.run(slow_client, |_| ready(())).await;
    assert!(matches!(slow_client, Err(Refusal::Late { deadline: SOON })));
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let guard = Guard::default();
    let before_await = guard.run(Body::empty(), |_| -> std::future::Ready<()> {
        panic!("one")
    });
    assert!(matches!(before_await.await, Err(Refusal::Panicked)));
    let within = guard.run(Body::empty(), |_| async { panic!("{}", "two") });
    let within: Result<(), Refusal> = within.await;
    assert!(matches!(within, Err(Refusal::Panicked)));
    assert_eq!(guard.run(Body::from("on"), echo).await.unwrap(), "on");
}

#[tokio::test]
async fn a_client_that_breaks_off_is_told_apart() {
    let broken = stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("reset"))]);
    let outcome = Guard::default().run(Body::from_stream(broken), echo).await;
    assert!(matches!(outcome, Err(Refusal::Unreadable(_))));
}

#[tokio::test]
async fn bodies_wait_for_memory_and_give_it_back() {
    // Room for two of these bodies: a permit is a KiB, whatever less is used of it.
    let guard = Guard::new(1024, PLENTY, 2048);
    let (release, released) = oneshot::channel::<()>();
    let mut first = pin!(guard.run(Body::from("a"), |_| released));
    let mut second = pin!(guard.run(Body::from("b"), |_| pending::<()>()));
    assert!(futures::poll!(first.as_mut()).is_pending());
    assert!(futures::poll!(second.as_mut()).is_pending());
    assert_eq!(guard.memory.available_permits(), 0);
    let mut third = pin!(guard.run(Body::from("c"), echo));
    assert!(futures::poll!(third.as_mut()).is_pending());
    release.send(()).unwrap();
    assert!(first.await.is_ok());
    assert_eq!(third.await.unwrap(), "c");
    assert_eq!(guard.memory.available_permits(), 1);
}

#[test]
fn each_refusal_has_its_status() {
    for (refusal, status, reason) in [
        (Refusal::TooLarge { limit: 1 }, 413, "too_large"),
        (
            Refusal::Unreadable(axum::Error::new("cut")),
            400,
            "unreadable",
        ),
        (Refusal::Late { deadline: SOON }, 504, "late"),
        (Refusal::Panicked, 500, "panicked"),
    ] {
        assert_eq!(
            (refusal.status().as_u16(), refusal.reason()),
            (status, reason)
        );
        assert_eq!(refusal.into_response().status(), status);
    }
}
