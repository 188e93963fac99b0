//! Several expressions in one request are answered as if each were alone.

use std::collections::BTreeMap;

use plimsoll::promql::{MARK, batch};
use serde_json::Value;

use crate::history::{END, History};
use crate::server::{Prometheus, scratch};

/// Expressions of every sort that may be asked.
const EXPRESSIONS: [&str; 14] = [
    "a",
    "a # and nothing else",
    "a", // once more
    "{__name__=~\"a|b\"}",
    "nothing",
    "sum(a)",
    "sum(a) or vector(0)",
    "count by (pod) (a) > 1",
    "a > 1",
    "topk(1, a)",
    "vector(\n1\n)",
    "vector(scalar(sum(a)))",
    "absent(nothing)",
    "label_replace(a, \"plimsoll_item\", \"7\", \"\", \"\")", // somebody else's mark
];

/// The series of an answer, in some order that is always the same.
async fn series(server: &Prometheus, promql: &str) -> Vec<Value> {
    let end = END.as_second();
    let form = [
        ("query", promql.to_owned()),
        ("start", (end - 3600).to_string()),
        ("end", end.to_string()),
        ("step", "60".to_owned()),
    ];
    let url = format!("{}/api/v1/query_range", server.url);
    let response = reqwest::Client::new().post(url).form(&form).send().await;
    let body = response
        .expect("it answers")
        .bytes()
        .await
        .expect("it answers");
    let answer: Value = serde_json::from_slice(&body).expect("it is JSON");
    assert_eq!(answer["status"], "success", "{promql}: {answer}");
    let mut series = answer["data"]["result"]
        .as_array()
        .expect("it has a result")
        .clone();
    series.sort_by_key(|series| series["metric"].to_string());
    series
}

#[tokio::test]
async fn a_batch_keeps_every_series_of_each() {
    let mut history = History::default();
    for line in [
        "a{pod=\"x\"} value 1",
        "a{pod=\"y\"} value 2 until 30m",
        "b{pod=\"x\"} value 3",
        "b{pod=\"z\"} rate 1",
    ] {
        history.add(line);
    }
    let directory = scratch("batches");
    history.write(&directory);
    let server = Prometheus::start(&directory, "").await;

    let mut together: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for mut series in series(&server, &batch(EXPRESSIONS)).await {
        let labels = series["metric"].as_object_mut().expect("labels");
        let mark = labels.remove(MARK).expect("it is marked");
        let number = mark.as_str().expect("text").parse().expect("a number");
        together.entry(number).or_default().push(series);
    }
    for (number, promql) in EXPRESSIONS.into_iter().enumerate() {
        let mut alone = series(&server, promql).await;
        for series in &mut alone {
            series["metric"]
                .as_object_mut()
                .expect("labels")
                .remove(MARK);
        }
        let mut found = together.remove(&number).unwrap_or_default();
        found.sort_by_key(|series| series["metric"].to_string());
        assert_eq!(found, alone, "{promql}");
        assert_eq!(
            alone.is_empty(),
            promql == "nothing" || promql.contains("> 1") && promql.contains("count"),
            "{promql}"
        );
    }
    assert!(together.is_empty(), "{together:?}");
}
