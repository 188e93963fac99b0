//! What is sent.

use std::time::Duration;

use super::server::{Stand, json, matrix};
use super::{client, range};
use crate::prometheus::client::Client;
use crate::prometheus::settings::{Credentials, Server};

#[tokio::test]
async fn a_query_is_posted_with_its_range() {
    let stand = Stand::start(|seen| async move { seen.answered(|_| Some(1.0)) }).await;
    for (base, path) in [
        ("", ""),
        ("/", ""),
        ("/prometheus", "/prometheus"),
        ("/a/b/", "/a/b"),
    ] {
        let client = client(&format!("{}{base}", stand.url));
        let range = range();
        let answer = client.ask("up > 0", &range).await.unwrap();
        assert_eq!(answer.series[0].points[0].value, 1.0);
        let seen = stand.seen().pop().unwrap();
        assert_eq!(seen.method, "POST");
        assert_eq!(seen.uri.path(), format!("{path}/api/v1/query_range"));
        assert_eq!(seen.form["query"], "up > 0");
        assert_eq!(seen.form["step"], "1");
        assert_eq!(seen.form["timeout"], "10000ms");
        let length =
            seen.form["end"].parse::<f64>().unwrap() - seen.form["start"].parse::<f64>().unwrap();
        assert_eq!(length.round(), 300.0);
    }
}

#[tokio::test]
async fn a_server_without_post_is_asked_with_get() {
    let stand = Stand::start(|seen| async move {
        match seen.method.as_str() {
            "GET" => seen.answered(|_| Some(1.0)),
            _ => json(405, ""),
        }
    })
    .await;
    let client = client(&stand.url);
    for _ in 0..2 {
        assert_eq!(
            client.ask("up > 0", &range()).await.unwrap().series.len(),
            1
        );
    }
    let methods: Vec<_> = stand.seen().into_iter().map(|seen| seen.method).collect();
    assert_eq!(methods, ["POST", "GET", "GET"]);
    assert_eq!(stand.seen()[1].form["query"], "up > 0");
}

#[tokio::test]
async fn credentials_and_headers_go_along() {
    let stand = Stand::saying(200, &[], &matrix("")).await;
    for (credentials, expected) in [
        (Credentials::Bearer("token\n".to_owned()), "Bearer token"),
        (
            Credentials::Basic {
                user: "user".to_owned(),
                password: "pass".to_owned(),
            },
            "Basic dXNlcjpwYXNz",
        ),
    ] {
        let server = Server {
            credentials: Some(credentials),
            headers: vec![("X-Scope-OrgID".to_owned(), "team-a".to_owned())],
            ..Server::new("main", stand.url.clone())
        };
        Client::new(&server)
            .unwrap()
            .ask("up", &range())
            .await
            .unwrap();
        let seen = stand.seen().pop().unwrap();
        assert_eq!(seen.headers["authorization"], expected);
        assert_eq!(seen.headers["x-scope-orgid"], "team-a");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Stand::saying(200, &[], &matrix("")).await;
    let stand = Stand::saying(307, &[("location", format!("{}/x", elsewhere.url))], "").await;
    let server = Server {
        credentials: Some(Credentials::Bearer("token".to_owned())),
        ..Server::new("main", stand.url.clone())
    };
    let (_, _, message) = super::trouble(&Client::new(&server).unwrap()).await;
    assert!(message.contains("to another address"), "{message}");
    assert_eq!(stand.seen().len(), 1);
    assert_eq!(elsewhere.seen().len(), 0);
}

#[test]
fn wrong_settings_are_refused_without_showing_secrets() {
    let with = |change: fn(&mut Server)| {
        let mut server = Server::new("main", "https://example.com");
        change(&mut server);
        Client::new(&server).unwrap_err().message
    };
    for (message, expected) in [
        (
            with(|server| server.url = "example.com".to_owned()),
            "its url is wrong",
        ),
        (
            with(|server| server.url = "ftp://example.com".to_owned()),
            "http:// or https://",
        ),
        (
            with(|server| server.url = "https://me:hidden@example.com".to_owned()),
            "has credentials in it",
        ),
        (
            with(|server| server.url = "https://example.com/?a=hidden".to_owned()),
            "must end with the path",
        ),
        (
            with(|server| server.ca = Some(b"hidden".to_vec())),
            "no PEM certificate",
        ),
        (
            with(|server| server.headers = vec![("a b".to_owned(), "hidden".to_owned())]),
            "`a b` is no header",
        ),
        (
            with(|server| server.headers = vec![("a".to_owned(), "hidden\n".to_owned())]),
            "`a` has a wrong value",
        ),
        (
            with(|server| server.credentials = Some(Credentials::Bearer("hid\nden".to_owned()))),
            "its token cannot be sent",
        ),
    ] {
        assert!(message.contains(expected), "{message}");
        assert!(
            message.starts_with("main: ") && !message.contains("hid"),
            "{message}"
        );
    }
}

#[test]
fn secrets_are_not_shown() {
    let server = Server {
        credentials: Some(Credentials::Basic {
            user: "hidden".to_owned(),
            password: "hidden".to_owned(),
        }),
        headers: vec![("X-Key".to_owned(), "hidden".to_owned())],
        timeout: Duration::from_secs(3),
        ..Server::new("main", "https://example.com")
    };
    let bearer = Credentials::Bearer("hidden".to_owned());
    let client = Client::new(&server).unwrap();
    let shown = format!("{server:?} {bearer:?} {client:?}");
    assert!(
        shown.contains("X-Key") && !shown.contains("hidden"),
        "{shown}"
    );
}
