//! What goes wrong with some questions, or with a server, and what becomes of the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;

use super::bench::{Bench, questions, settings, until};
use super::question;
use super::server::{Seen, Stand, error, json, matrix};
use crate::model::Verdict;
use crate::prometheus::{Credentials, Server, Settings};
use crate::promql::{Cause, FailureKind, Measurements, Question};

#[tokio::test]
async fn a_bad_expression_spoils_no_others() {
    let stand = Stand::start(|seen| async move {
        match seen.expressions().iter().any(|one| one == "x003") {
            true => error(400, "bad_data", "no such function"),
            false => seen.answered(|_| Some(1.0)),
        }
    })
    .await;
    let mut bench = Bench::start(Settings {
        interval: Duration::from_millis(100),
        ..settings(vec![Server {
            queries_per_second: 1000.0,
            ..Server::new("main", &stand.url)
        }])
    });
    let all = questions(6);
    bench.want(&all);
    for (at, question) in all.iter().enumerate() {
        let measured = bench.answer(question).await;
        if at == 3 {
            assert_eq!(measured.cause, Cause::Failed(FailureKind::Refused));
            assert_eq!(
                measured.reason,
                "main: the query is refused: bad_data: no such function"
            );
        } else {
            assert_eq!(measured.verdict, Verdict::Pass);
        }
    }
    // From then on it is asked alone, and the others together again.
    let before = stand.seen().len();
    until(|| {
        stand.seen()[before..]
            .iter()
            .any(|seen| seen.expressions().len() > 1)
    })
    .await;
    let later = &stand.seen()[before..];
    let spoiled = |seen: &Seen| {
        let expressions = seen.expressions();
        expressions.len() > 1 && expressions.contains(&"x003".to_owned())
    };
    assert!(!later.iter().any(spoiled));
    assert!(bench.counted("plimsoll_prometheus_batches_split_total{server=\"main\"} 1"));
    bench.end().await;
}

#[tokio::test]
async fn what_costs_too_much_together_is_asked_in_smaller_parts() {
    let stand = Stand::start(|seen| async move {
        match seen.expressions().len() > 4 {
            true => error(
                422,
                "execution",
                "query processing would load too many samples into memory",
            ),
            false => seen.answered(|_| Some(1.0)),
        }
    })
    .await;
    let mut bench = Bench::start(Settings {
        interval: Duration::from_millis(100),
        ..settings(vec![Server {
            queries_per_second: 1000.0,
            ..Server::new("main", &stand.url)
        }])
    });
    let all = questions(16);
    bench.want(&all);
    for question in &all {
        assert_eq!(bench.answer(question).await.verdict, Verdict::Pass);
    }
    until(|| {
        stand
            .seen()
            .iter()
            .any(|seen| (2..=4).contains(&seen.expressions().len()))
    })
    .await;
    bench.end().await;
}

#[tokio::test]
async fn a_slow_server_delays_no_other() {
    let slow = Stand::start(|_| std::future::pending()).await;
    let quick = Stand::start(|seen| async move { seen.answered(|_| Some(1.0)) }).await;
    let mut bench = Bench::start(settings(vec![
        Server::new("slow", &slow.url),
        Server::new("quick", &quick.url),
    ]));
    let at = |server: &str| Question {
        server: Some(server.into()),
        ..question("up")
    };
    bench.want(&[at("slow"), at("quick")]);
    assert_eq!(bench.answer(&at("quick")).await.verdict, Verdict::Pass);
    let table = bench.results.borrow().clone();
    assert_eq!(
        table.get(&at("slow"), Timestamp::now()).cause,
        Cause::Pending
    );
    bench.end().await;
}

#[tokio::test]
async fn a_server_that_fails_is_rested_and_comes_back() {
    let up = Arc::new(AtomicBool::new(false));
    let now = up.clone();
    let stand = Stand::start(move |seen| {
        let up = now.load(Ordering::Relaxed);
        async move {
            if up {
                seen.answered(|_| Some(1.0))
            } else {
                json(503, "")
            }
        }
    })
    .await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let all = questions(30);
    bench.want(&all);
    // Those whose turn has not come are told, too.
    for question in &all {
        let measured = bench
            .until_cause(question, Cause::Failed(FailureKind::Unavailable))
            .await;
        assert_eq!(measured.verdict, Verdict::Unknown);
        assert_eq!(measured.reason, "main: HTTP 503 Service Unavailable");
    }
    let late = question("late");
    bench.want(&[&all[..], std::slice::from_ref(&late)].concat());
    assert_eq!(
        bench.answer(&late).await.cause,
        Cause::Failed(FailureKind::Unavailable)
    );
    assert!(stand.seen().len() < 6, "{}", stand.seen().len());
    up.store(true, Ordering::Relaxed);
    assert_eq!(
        bench.until_cause(&late, Cause::Samples).await.verdict,
        Verdict::Pass
    );
    for question in &all[10..] {
        bench.until_cause(question, Cause::Samples).await;
    }
    bench.end().await;
}

#[tokio::test]
async fn a_question_that_makes_a_server_fail_does_not_stop_the_others() {
    let stand = Stand::start(|seen| async move {
        match seen.expressions().iter().any(|one| one == "x000") {
            true => json(500, "oops"),
            false => seen.answered(|_| Some(1.0)),
        }
    })
    .await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let all = questions(3);
    bench.want(&all);
    for question in &all[1..] {
        bench.until_cause(question, Cause::Samples).await;
    }
    let poison = bench
        .until_cause(&all[0], Cause::Failed(FailureKind::Unavailable))
        .await;
    assert_eq!(poison.reason, "main: HTTP 500 Internal Server Error");
    bench.end().await;
}

#[tokio::test]
async fn without_a_server_nothing_is_known() {
    let mut bench = Bench::start(settings(vec![]));
    let (anywhere, named) = (
        question("up"),
        Question {
            server: Some("far".into()),
            ..question("up")
        },
    );
    bench.want(&[anywhere.clone(), named.clone()]);
    let measured = bench.answer(&anywhere).await;
    assert_eq!(measured.cause, Cause::Failed(FailureKind::NoServer));
    assert_eq!(measured.reason, "no Prometheus server is configured");
    assert_eq!(
        bench.answer(&named).await.reason,
        "no Prometheus server `far` is configured"
    );

    let stand = Stand::start(|seen| async move { seen.answered(|_| Some(1.0)) }).await;
    bench.change(|settings| settings.servers = vec![Arc::new(Server::new("far", &stand.url))]);
    assert_eq!(
        bench.until_cause(&named, Cause::Samples).await.verdict,
        Verdict::Pass
    );
    assert_eq!(
        bench.until_cause(&anywhere, Cause::Samples).await.verdict,
        Verdict::Pass
    );

    bench.change(|settings| settings.servers = vec![Arc::new(Server::new("far", "nonsense"))]);
    let failed = |table: &Measurements| !table.get(&named, Timestamp::now()).notes.is_empty();
    let measured = bench.until(failed).await.get(&named, Timestamp::now());
    assert_eq!(
        measured.verdict,
        Verdict::Pass,
        "what was measured stands until it is old"
    );
    assert!(
        measured.notes[0].contains("its url is wrong"),
        "{:?}",
        measured.notes
    );
    let new = Question {
        server: Some("far".into()),
        ..question("new")
    };
    bench.want(std::slice::from_ref(&new));
    assert_eq!(
        bench.answer(&new).await.cause,
        Cause::Failed(FailureKind::Misconfigured)
    );
    bench.end().await;
}

#[tokio::test]
async fn a_changed_token_is_used() {
    let stand = Stand::start(|seen| async move {
        match seen
            .headers
            .get("authorization")
            .is_some_and(|token| token == "Bearer new")
        {
            true => seen.answered(|_| Some(1.0)),
            false => json(401, ""),
        }
    })
    .await;
    let with = |token: &str| Server {
        credentials: Some(Credentials::Bearer(token.to_owned())),
        ..Server::new("main", &stand.url)
    };
    let mut bench = Bench::start(settings(vec![with("old")]));
    bench.want(&[question("up")]);
    bench
        .until_cause(&question("up"), Cause::Failed(FailureKind::Forbidden))
        .await;
    bench.change(|settings| settings.servers = vec![Arc::new(with("new"))]);
    // Not after the rest that it would have had otherwise.
    bench.until_cause(&question("up"), Cause::Samples).await;
    bench.end().await;
}

/// What is under way is not taken for another server's answer.
#[tokio::test]
async fn a_changed_address_is_asked_at_once() {
    let asked = Arc::new(AtomicBool::new(false));
    let now = asked.clone();
    let slow = Stand::start(move |seen| {
        let first = !now.swap(true, Ordering::Relaxed);
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            seen.answered(|_| Some(0.0))
        }
    })
    .await;
    let other = Stand::start(|seen| async move { seen.answered(|_| Some(1.0)) }).await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &slow.url)]));
    bench.want(&[question("up")]);
    until(|| asked.load(Ordering::Relaxed)).await;
    bench.change(|settings| settings.servers = vec![Arc::new(Server::new("main", &other.url))]);
    let passes = |table: &Measurements| {
        table.get(&question("up"), Timestamp::now()).verdict == Verdict::Pass
    };
    bench.until(passes).await;
    bench.change(|settings| settings.servers = vec![Arc::new(Server::new("main", &slow.url))]);
    let fails = |table: &Measurements| {
        table.get(&question("up"), Timestamp::now()).verdict == Verdict::Fail
    };
    bench.until(fails).await;
    bench.end().await;
}

#[tokio::test]
async fn a_warning_keeps_what_passes_from_passing() {
    let stand = Stand::start(|seen| async move {
        let about_one = seen.expressions().iter().any(|one| one == "x001");
        let warning = match (about_one, seen.form["query"].contains("partial")) {
            (_, true) => "store 2 is away",
            (true, _) => "PromQL warning: odd buckets",
            _ => return seen.answered(|_| Some(1.0)),
        };
        let answer = seen.answered(|_| Some(1.0));
        let body = axum::body::to_bytes(answer.into_body(), 1 << 16)
            .await
            .unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        json(
            200,
            &body.replacen('{', &format!("{{\"warnings\":[\"{warning}\"],"), 1),
        )
    })
    .await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let all = questions(3);
    bench.want(&all);
    // It is found out whose remark it is.
    for (at, question) in all.iter().enumerate() {
        let measured = bench.answer(question).await;
        let expected = if at == 1 {
            Cause::Incomplete
        } else {
            Cause::Samples
        };
        assert_eq!(measured.cause, expected, "{measured}");
    }
    // What is missing may be anybody's.
    let partial = ["partial a", "partial b"].map(question);
    bench.want(&partial);
    for question in &partial {
        let measured = bench.answer(question).await;
        assert_eq!(
            (measured.verdict, measured.cause),
            (Verdict::Unknown, Cause::Incomplete)
        );
        assert!(
            measured
                .reason
                .ends_with("the server warns: store 2 is away"),
            "{measured}"
        );
    }
    bench.end().await;
}

#[tokio::test]
async fn answers_that_are_nobodys_are_asked_for_again() {
    // A server that heeds no marks.
    let stand = Stand::start(|seen| async move {
        let end = seen.form["end"].clone();
        json(
            200,
            &matrix(&format!("{{\"metric\":{{}},\"values\":[[{end},\"1\"]]}}")),
        )
    })
    .await;
    let mut bench = Bench::start(settings(vec![Server::new("main", &stand.url)]));
    let all = questions(3);
    bench.want(&all);
    for question in &all {
        assert_eq!(bench.answer(question).await.verdict, Verdict::Pass);
    }
    let sizes: Vec<usize> = stand
        .seen()
        .iter()
        .map(|seen| seen.expressions().len())
        .collect();
    assert_eq!(sizes, [3, 1, 1, 1]);
    bench.end().await;
}
