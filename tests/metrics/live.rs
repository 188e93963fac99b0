//! A Prometheus that scrapes, and what becomes of answers when it has nothing to scrape, or is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use jiff::Timestamp;
use plimsoll::model::{Kind, Verdict};
use plimsoll::prometheus::{Server, Settings};
use plimsoll::promql::{Cause, FailureKind, Measurements, Query, Question, Target, pods_pattern};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::asking::Asker;
use crate::server::{Prometheus, scratch};

/// An exporter that serves ten more requests with every scrape, most of them within two seconds.
async fn exporter() -> (String, JoinHandle<()>) {
    let scrapes = Arc::new(AtomicU64::new(0));
    let metrics = move || {
        let scrapes = scrapes.fetch_add(1, Ordering::Relaxed) + 1;
        let bucket = |le: &str, each: u64| {
            let labels =
                format!("http_route=\"/chat\",http_response_status_code=\"200\",le=\"{le}\"");
            format!(
                "http_server_request_duration_seconds_bucket{{{labels}}} {}\n",
                each * scrapes
            )
        };
        let buckets =
            [("1", 5), ("2", 9), ("10", 10), ("+Inf", 10)].map(|(le, each)| bucket(le, each));
        async move {
            format!(
                "# TYPE http_server_request_duration_seconds histogram\n{}",
                buckets.concat()
            )
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let router = Router::new().route("/metrics", get(metrics));
    let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    (address, task)
}

fn scraping(targets: &[(&str, &str)]) -> String {
    let targets: String = (targets.iter())
        .map(|(address, pod)| {
            format!("  - {{targets: ['{address}'], labels: {{namespace: shop, pod: {pod}}}}}\n")
        })
        .collect();
    format!(
        "scrape_configs:\n- job_name: pods\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  static_configs:\n{targets}"
    )
}

fn asked(promql: &str, pass: &str, window: &str) -> Question {
    let pods = pods_pattern(Kind::Deployment, "web", &["5f6d7c8b9d"]).expect("it has ReplicaSets");
    let target = Target {
        namespace: "shop",
        workload: "web",
        pods: Ok(&pods),
    };
    let query = Query::parse(promql, pass, window).expect("it parses");
    query.ask(None, &target).expect("it has pods")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_scraped_is_measured_until_it_stops() {
    let (web, task) = exporter().await;
    // It goes on, under a name that begins like the other's.
    let (sibling, _task) = exporter().await;
    let directory = scratch("live");
    let targets = scraping(&[
        (&web, "web-5f6d7c8b9d-bcdfg"),
        (&sibling, "web-api-5f6d7c8b9d-bcdfg"),
    ]);
    let server = Prometheus::start(&directory, &targets).await;

    let up = asked(
        "min(up{namespace=\"$namespace\",pod=~\"$pods\"})",
        "== 1",
        "10s",
    );
    let series = asked(
        "count(http_server_request_duration_seconds_bucket{namespace=\"$namespace\",pod=~\"$pods\"})",
        "== 4",
        "10s",
    );
    let p90 = asked(
        "histogram_quantile(0.9, sum by (le) (rate(http_server_request_duration_seconds_bucket{namespace=\"$namespace\",pod=~\"$pods\"}[2s])))",
        "< 5",
        "3s",
    );
    let settings = Settings {
        servers: vec![Arc::new(Server {
            queries_per_second: 1000.0,
            ..Server::new("main", &server.url)
        })],
        interval: Duration::from_millis(200),
        max_age: Duration::from_secs(3),
        ..Settings::default()
    };
    let all = [up.clone(), series.clone(), p90.clone()];
    let mut asker = Asker::start(all.clone(), settings, Timestamp::now);
    let of = |table: &Measurements, question: &Question| table.get(question, Timestamp::now());

    let passing = |table: &Measurements| {
        all.iter()
            .all(|question| of(table, question).verdict == Verdict::Pass)
    };
    let table = asker.until("all pass", passing).await;
    let quantile = of(&table, &p90).value.expect("a value");
    assert!((quantile - 2.0).abs() < 0.2, "{quantile}");
    assert_eq!(of(&table, &series).value, Some(4.0));

    // The target is down, and its series end: at first they are stale, then there is nothing in the window.
    task.abort();
    let down = |table: &Measurements| of(table, &up).verdict == Verdict::Fail;
    asker.until("the target is down", down).await;
    for question in [&series, &p90] {
        let stale = |table: &Measurements| {
            matches!(of(table, question).cause, Cause::Stale | Cause::NoData)
        };
        let measured = of(&asker.until("its series are stale", stale).await, question);
        assert_eq!(measured.verdict, Verdict::Unknown);
    }
    let nothing = |table: &Measurements| of(table, &series).cause == Cause::NoData;
    asker.until("its series are gone", nothing).await;

    // What was measured last stands for a while, and then does not.
    drop(server);
    let noted = |table: &Measurements| !of(table, &up).notes.is_empty();
    asker.until("the server is gone", noted).await;
    let gone = Cause::Failed(FailureKind::Unreachable);
    let deadline = Timestamp::now() + Duration::from_secs(5);
    let table = asker.results.borrow().clone();
    let measured = table.get(&up, deadline);
    assert_eq!(
        (measured.verdict, measured.cause),
        (Verdict::Unknown, gone),
        "{measured}"
    );
    assert!(
        measured.reason.contains("main: cannot be reached"),
        "{measured}"
    );
}
