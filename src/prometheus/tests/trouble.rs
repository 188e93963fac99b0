//! What goes wrong, in which words, and whose fault it is.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use tokio::net::TcpListener;

use super::server::{Stand, error, matrix};
use super::{client, range, trouble};
use crate::prometheus::client::Client;
use crate::prometheus::failures::Fault;
use crate::prometheus::settings::Server;
use crate::promql::FailureKind;

const SERVER: Fault = Fault::Server(None);

#[tokio::test]
async fn statuses_are_told_apart() {
    for (status, kind, message, failure, fault, said) in [
        (
            400,
            "bad_data",
            "1:5: parse error",
            FailureKind::Refused,
            Fault::Expression,
            "the query is refused: bad_data: 1:5: parse error",
        ),
        (
            422,
            "execution",
            "too many samples",
            FailureKind::Refused,
            Fault::Cost,
            "the query is refused: execution: too many samples",
        ),
        (
            413,
            "",
            "",
            FailureKind::TooLarge,
            Fault::Cost,
            "the request is too large",
        ),
        (
            503,
            "timeout",
            "query timed out",
            FailureKind::Timeout,
            Fault::Time,
            "timeout: query timed out",
        ),
        (
            503,
            "unavailable",
            "starting",
            FailureKind::Unavailable,
            SERVER,
            "unavailable: starting",
        ),
        (
            500,
            "internal",
            "oops",
            FailureKind::Unavailable,
            SERVER,
            "internal: oops",
        ),
        (
            401,
            "",
            "",
            FailureKind::Forbidden,
            SERVER,
            "the credentials are not accepted",
        ),
        (
            403,
            "forbidden",
            "no tenant",
            FailureKind::Forbidden,
            SERVER,
            "forbidden: no tenant",
        ),
    ] {
        let stand = Stand::start(move |_| async move { error(status, kind, message) }).await;
        let (found, whose, text) = trouble(&client(&stand.url)).await;
        assert_eq!((found, whose), (failure, fault), "{status}: {text}");
        assert!(text.starts_with("main: ") && text.contains(said), "{text}");
    }
}

#[tokio::test]
async fn what_is_not_prometheus_is_said_so() {
    let html = &[("content-type", "text/html".to_owned())];
    for (status, body, said) in [
        (
            200,
            "<html>log in</html>",
            "the answer (text/html) is not Prometheus'",
        ),
        (200, "", "is not Prometheus'"),
        (200, "[]", "is not Prometheus'"),
        (200, "{\"status\":\"odd\"}", "its status is `odd`"),
        (200, "{\"status\":\"success\"}", "it has no data"),
        (
            404,
            "404 page not found",
            "is Prometheus' API at this address and path?",
        ),
        (204, "", "HTTP 204 No Content"),
    ] {
        let stand = Stand::saying(status, html, body).await;
        let (kind, fault, text) = trouble(&client(&stand.url)).await;
        let expected = if status == 204 {
            FailureKind::Unavailable
        } else {
            FailureKind::Nonsense
        };
        assert_eq!((kind, fault), (expected, SERVER), "{text}");
        assert!(text.contains(said), "{text}");
    }
}

#[tokio::test]
async fn a_server_may_ask_to_be_left_alone() {
    for (status, expected) in [
        (429, FailureKind::Unavailable),
        (503, FailureKind::Unavailable),
    ] {
        let stand = Stand::saying(status, &[("retry-after", "7".to_owned())], "").await;
        let (kind, fault, _) = trouble(&client(&stand.url)).await;
        assert_eq!(kind, expected);
        assert_eq!(fault, Fault::Server(Some(Duration::from_secs(7))));
    }
}

#[tokio::test]
async fn a_long_message_is_cut() {
    let stand = Stand::start(|_| async { error(400, "bad_data", &"x\\n".repeat(10_000)) }).await;
    let (_, _, text) = trouble(&client(&stand.url)).await;
    assert!(
        text.len() < 400 && text.ends_with('…') && !text.contains('\n'),
        "{text}"
    );
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    // Without a length, and without an end.
    let stand = Stand::start(|_| async {
        let chunks = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 16]));
        Response::new(Body::from_stream(chunks))
    })
    .await;
    let (kind, fault, text) = trouble(&client(&stand.url)).await;
    assert_eq!(
        (kind, fault),
        (FailureKind::TooLarge, Fault::Cost),
        "{text}"
    );
    assert_eq!(text, "main: the answer is larger than 8 MiB");
}

#[tokio::test]
async fn a_slow_server_is_given_up() {
    let slow = Server {
        timeout: Duration::from_millis(100),
        ..Server::new("main", String::new())
    };
    // It does not answer at all; it does not end its answer.
    let silent = Stand::start(|_| std::future::pending()).await;
    let endless = Stand::start(|_| async {
        let never = futures::stream::pending::<Result<Vec<u8>, std::io::Error>>();
        Response::new(Body::from_stream(never))
    })
    .await;
    for stand in [silent, endless] {
        let client = Client::new(&Server {
            url: stand.url.clone(),
            ..slow.clone()
        });
        let (kind, fault, text) = trouble(&client.unwrap()).await;
        assert_eq!((kind, fault), (FailureKind::Timeout, Fault::Time));
        assert_eq!(text, "main: no answer within 0.1s");
    }
}

#[tokio::test]
async fn nobody_there_is_said_with_the_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (kind, fault, text) = trouble(&client(&format!("http://{address}"))).await;
    assert_eq!((kind, fault), (FailureKind::Unreachable, SERVER));
    assert!(
        text.contains("cannot be reached: Connection refused"),
        "{text}"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_is_no_answer() {
    let stand = Stand::start(|_| async {
        let half = matrix("")[..20].to_owned();
        let chunks = [Ok(half), Err(std::io::Error::other("gone"))];
        Response::new(Body::from_stream(futures::stream::iter(chunks)))
    })
    .await;
    let (kind, fault, text) = trouble(&client(&stand.url)).await;
    assert_eq!((kind, fault), (FailureKind::Unreachable, SERVER), "{text}");
    assert!(text.contains("the connection broke"), "{text}");
}

#[tokio::test]
async fn warnings_and_remarks_come_along() {
    let body = matrix("").replacen(
        '{',
        "{\"warnings\":[\"store away\"],\"infos\":[\"look\"],",
        1,
    );
    let stand = Stand::saying(200, &[], &body).await;
    let answer = client(&stand.url).ask("up", &range()).await.unwrap();
    assert_eq!(answer.warnings, ["store away".into()]);
    assert_eq!(answer.infos, ["look".into()]);
}
