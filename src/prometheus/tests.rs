//! Asking, against servers on loopback that answer what a test wants.

mod answers;
mod bench;
mod bounds;
mod desks;
mod outages;
mod requests;
mod server;
mod tls;
mod trouble;

use std::time::Duration;

use jiff::Timestamp;

use super::client::Client;
use super::failures::{Fault, Trouble};
use super::settings::Server;
use crate::promql::{FailureKind, Query, Question, Range};

/// More than any step of these tests takes.
const PLENTY: Duration = Duration::from_secs(20);

fn client(url: &str) -> Client {
    Client::new(&Server::new("main", url)).unwrap()
}

/// Five minutes up to now.
fn range() -> Range {
    Range::ending(Timestamp::now(), Duration::from_secs(300))
}

/// What went wrong with a request.
async fn trouble(client: &Client) -> (FailureKind, Fault, String) {
    let outcome = client.ask("up", &range()).await;
    let Trouble { failure, fault } = outcome.expect_err("it should fail");
    (failure.kind, fault, failure.message.to_string())
}

fn question(promql: &str) -> Question {
    Question {
        server: None,
        window: Duration::from_secs(300),
        promql: promql.into(),
        pass: Query::parse("x", "> 0", "5m").unwrap().pass(),
    }
}
