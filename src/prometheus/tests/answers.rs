//! Prometheus' JSON, right and wrong.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::server::matrix;
use crate::prometheus::answer::{Answer, decode};
use crate::promql::Range;

const END: Timestamp = Timestamp::constant(1_800_000_000, 0);

fn read(body: &str) -> Result<Answer, String> {
    let range = Range::ending(END, Duration::from_secs(3600));
    decode(body.as_bytes(), &range).map(|answer| answer.unwrap())
}

#[test]
fn samples_are_read_as_prometheus_writes_them() {
    let row = "{\"metric\":{\"__name__\":\"up\",\"pod\":\"größe\"},\"values\":[[1799999700,\"1\"],[1799999715.5,\"NaN\"],\
               [1799999730,\"+Inf\"],[1799999745,\"-Inf\"],[1799999760,\"1e+06\"],[1800000000,\"-0.5\"]]}";
    let answer = read(&matrix(row)).unwrap();
    let [series] = answer.series.as_slice() else {
        panic!("{answer:?}")
    };
    assert_eq!(series.labels.get("pod").map(|pod| &**pod), Some("größe"));
    let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
    assert_eq!(values[0], 1.0);
    assert!(values[1].is_nan());
    assert_eq!(values[2..], [f64::INFINITY, f64::NEG_INFINITY, 1e6, -0.5]);
    assert_eq!(
        series.points[1].at,
        END - SignedDuration::from_millis(284_500)
    );
    assert!(!series.histograms);
}

#[test]
fn histograms_are_noticed() {
    let row = "{\"metric\":{},\"histograms\":[[1799999700,{\"count\":\"3\",\"sum\":\"1\",\"buckets\":[[0,\"1\",\"2\",\"3\"]]}]]}";
    let series = read(&matrix(row)).unwrap().series;
    assert!(series[0].histograms && series[0].points.is_empty());
}

#[test]
fn what_cannot_be_is_refused() {
    let points = |points: &str| {
        read(&matrix(&format!(
            "{{\"metric\":{{}},\"values\":[{points}]}}"
        )))
    };
    for (body, problem) in [
        (points("[1799999700,\"one\"]"), "`one` is no number"),
        (points("[1799999700,\"\"]"), "`` is no number"),
        (points("[1799999700,1]"), "invalid type"),
        (points("[1700000000,\"1\"]"), "which was not asked for"),
        (points("[1900000000,\"1\"]"), "which was not asked for"),
        (
            points("[1799999700,\"1\"],[1799999700,\"1\"]"),
            "not in order",
        ),
        (
            points("[1799999715,\"1\"],[1799999700,\"1\"]"),
            "not in order",
        ),
        (points("[-1,\"1\"]"), "is no time"),
        (points("[1e300,\"1\"]"), "is no time"),
        (
            read(&matrix("").replace("matrix", "vector")),
            "of type `vector`",
        ),
    ] {
        let message = body.expect_err(problem);
        assert!(message.contains(problem), "{message}");
    }
}

proptest! {
    #[test]
    fn no_body_panics(body in prop::collection::vec(any::<u8>(), 0..64), cut in 0_usize..200) {
        let range = Range::ending(END, Duration::from_secs(3600));
        prop_assert!(decode(&body, &range).is_err());
        let whole = matrix("{\"metric\":{\"a\":\"b\"},\"values\":[[1799999700,\"1\"]]}");
        let cut = cut.min(whole.len() - 1);
        prop_assert!(decode(&whole.as_bytes()[..cut], &range).is_err());
    }
}
