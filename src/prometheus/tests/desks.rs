//! Questions kept fresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::bench::{Bench, questions, settings, until};
use super::question;
use super::server::Stand;
use crate::model::Verdict;
use crate::prometheus::{Server, Settings};
use crate::promql::{Cause, Measurements, Query, Question};

#[tokio::test]
async fn equal_questions_are_one_request() {
    let stand = Stand::start(|seen| async move { seen.answered(|_| Some(3.0)) }).await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let first = question("up");
    let named = Question {
        server: Some("main".into()),
        ..first.clone()
    };
    let stricter = Question {
        pass: Query::parse("x", "> 5", "5m").unwrap().pass(),
        ..first.clone()
    };
    bench.want(&[first.clone(), named.clone(), stricter.clone()]);
    assert_eq!(bench.answer(&first).await.verdict, Verdict::Pass);
    assert_eq!(bench.answer(&named).await.verdict, Verdict::Pass);
    assert_eq!(bench.answer(&stricter).await.verdict, Verdict::Fail);
    assert_eq!(stand.seen().len(), 1);
    assert!(bench.counted("plimsoll_prometheus_requests_total{server=\"main\",outcome=\"ok\"} 1"));
    assert!(bench.counted("plimsoll_prometheus_expressions{server=\"main\"} 1"));
    bench.end().await;
}

#[tokio::test]
async fn one_request_serves_who_asks_while_it_is_under_way() {
    let stand = Stand::start(|_| std::future::pending()).await;
    let bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let first = question("up");
    bench.want(std::slice::from_ref(&first));
    until(|| stand.seen().len() == 1).await;
    let stricter = Question {
        pass: Query::parse("x", "> 5", "5m").unwrap().pass(),
        ..first.clone()
    };
    bench.want(&[first, stricter, question("other")]);
    until(|| stand.seen().len() == 2).await;
    assert_eq!(stand.seen()[1].expressions(), ["other"]);
    // A request that hangs does not keep it from ending.
    bench.end().await;
}

#[tokio::test]
async fn many_questions_are_few_requests() {
    let stand = Stand::start(|seen| async move { seen.answered(|_| Some(1.0)) }).await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let all = questions(50);
    bench.want(&all);
    for question in &all {
        assert_eq!(bench.answer(question).await.verdict, Verdict::Pass);
    }
    let sizes: Vec<usize> = stand
        .seen()
        .iter()
        .map(|seen| seen.expressions().len())
        .collect();
    assert_eq!(sizes, [20, 20, 10]);
    bench.end().await;
}

#[tokio::test]
async fn answers_are_kept_fresh_while_they_are_wanted() {
    let value = Arc::new(AtomicUsize::new(1));
    let now = value.clone();
    let stand = Stand::start(move |seen| {
        let value = u32::try_from(now.load(Ordering::Relaxed)).unwrap();
        async move { seen.answered(|_| Some(f64::from(value))) }
    })
    .await;
    let mut bench = Bench::start(Settings {
        interval: Duration::from_millis(20),
        ..settings(vec![Server {
            queries_per_second: 1000.0,
            ..Server::new("main", &stand.url)
        }])
    });
    let all = questions(2);
    bench.want(&all);
    assert_eq!(bench.answer(&all[0]).await.verdict, Verdict::Pass);
    value.store(0, Ordering::Relaxed);
    bench
        .until(|table| {
            all.iter()
                .all(|one| table.get(one, Timestamp::now()).verdict == Verdict::Fail)
        })
        .await;

    bench.want(&all[1..]);
    let table = bench.until(|table| table.len() == 1).await;
    assert_eq!(table.get(&all[0], Timestamp::now()).cause, Cause::Pending);
    // What was sent before may still arrive.
    let before = stand.seen().len() + 2;
    until(|| stand.seen().len() > before + 3).await;
    for seen in &stand.seen()[before..] {
        assert_eq!(seen.expressions(), ["x001"]);
    }
    bench.want(&[]);
    bench.until(Measurements::is_empty).await;
    bench.end().await;
}

#[tokio::test]
async fn no_more_is_asked_than_the_rate_allows() {
    let stand = Stand::start(|seen| async move { seen.answered(|_| Some(1.0)) }).await;
    let start = Instant::now();
    let bench = Bench::start(Settings {
        interval: Duration::from_millis(1),
        ..settings(vec![Server {
            queries_per_second: 20.0,
            ..Server::new("main", &stand.url)
        }])
    });
    bench.want(&[question("up")]);
    until(|| stand.seen().len() >= 30).await;
    // Twenty at once, and ten more.
    assert!(
        start.elapsed() >= Duration::from_millis(490),
        "{:?}",
        start.elapsed()
    );
    bench.end().await;
}
