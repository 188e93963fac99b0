//! What samples come to.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{HOUR, MINUTE, NOW, ago, constant, pass};
use crate::model::Verdict;
use crate::promql::{Cause, Measured, Point, Range, Reading, Series, judge};

const MAX_AGE: Duration = Duration::from_secs(15 * 60);

fn judged(series: &[Series], condition: &str, window: Duration) -> Measured {
    let range = Range::ending(NOW, window);
    judge(series, pass(condition), window, &range, NOW, MAX_AGE)
}

fn whole(value: f64, window: Duration) -> Series {
    constant(value, &Range::ending(NOW, window), Timestamp::MIN, NOW)
}

#[test]
fn every_sample_must_satisfy_the_condition() {
    let good = judged(&[whole(2.0, HOUR)], "> 1", HOUR);
    assert_eq!((good.verdict, good.cause), (Verdict::Pass, Cause::Samples));
    assert_eq!(
        (good.value, good.at, good.age),
        (Some(2.0), Some(NOW), Some(Duration::ZERO))
    );
    assert_eq!((good.covered, good.samples, good.failing), (HOUR, 241, 0));

    let mut one_bad = whole(2.0, HOUR);
    one_bad.points[17].value = 1.0;
    let bad = judged(&[one_bad.clone()], "> 1", HOUR);
    assert_eq!((bad.verdict, bad.cause), (Verdict::Fail, Cause::Samples));
    assert_eq!(
        (bad.value, bad.at),
        (Some(1.0), Some(one_bad.points[17].at))
    );
    assert_eq!((bad.samples, bad.failing), (241, 1));
}

#[test]
fn all_series_must() {
    let both = [whole(5.0, HOUR), whole(0.5, HOUR)];
    assert_eq!(judged(&both, "> 1", HOUR).verdict, Verdict::Fail);
    let measured = judged(&both, "> 0", HOUR);
    assert_eq!(measured.verdict, Verdict::Pass);
    assert_eq!(
        measured.value,
        Some(0.5),
        "the one that is nearest to failing"
    );
    assert_eq!(judged(&both, "< 9", HOUR).value, Some(5.0));
    assert_eq!(judged(&both, "!= 0", HOUR).value, Some(0.5));
}

#[test]
fn no_sample_is_unknown() {
    for nothing in [vec![], vec![Series::default()]] {
        let measured = judged(&nothing, "< 1", HOUR);
        assert_eq!(
            (measured.verdict, measured.cause),
            (Verdict::Unknown, Cause::NoData)
        );
        assert_eq!(measured.reason, "no data over 1h");
        assert_eq!((measured.value, measured.age), (None, None));
    }
}

#[test]
fn old_samples_say_nothing() {
    let day = HOUR * 24;
    let range = Range::ending(NOW, day);
    let until = |age| constant(2.0, &range, Timestamp::MIN, ago(age));
    assert_eq!(
        judged(&[until(MINUTE * 15)], "> 1", day).verdict,
        Verdict::Pass
    );
    for condition in ["> 1", "> 3"] {
        let old = judged(&[until(MINUTE * 20)], condition, day);
        assert_eq!(
            (old.verdict, old.cause),
            (Verdict::Unknown, Cause::Stale),
            "{condition}"
        );
        assert_eq!(old.age, Some(MINUTE * 20));
        assert_eq!(
            old.reason,
            "no sample since 2027-01-15T07:40:00Z: what is older than 15m does not count"
        );
    }
    // A series that ended is no matter while another one goes on: pods come and go.
    assert_eq!(
        judged(&[until(HOUR), whole(2.0, day)], "> 1", day).verdict,
        Verdict::Pass
    );
}

#[test]
fn a_reading_grows_old_by_itself() {
    let range = Range::ending(NOW, HOUR);
    let reading = Reading::of(&[whole(2.0, HOUR)], pass("> 1"), HOUR, &range);
    let later = |age: i64| reading.measured(NOW + SignedDuration::from_mins(age), MAX_AGE);
    assert_eq!(later(15).verdict, Verdict::Pass);
    assert_eq!(later(15).age, Some(MAX_AGE));
    assert_eq!(later(16).cause, Cause::Stale);
    // The server's clock may be ahead of ours.
    assert_eq!(later(-5).age, Some(Duration::ZERO));
}

#[test]
fn what_is_no_number_is_no_pass() {
    for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for condition in ["> 0", "< 0", "!= 0", "== 0"] {
            let mut series = whole(1.0, HOUR);
            for point in &mut series.points {
                point.value = match condition {
                    "< 0" => -1.0,
                    "== 0" => 0.0,
                    _ => 1.0,
                };
            }
            series.points[3].value = odd;
            let measured = judged(&[series], condition, HOUR);
            assert_eq!(
                (measured.verdict, measured.cause),
                (Verdict::Unknown, Cause::NotANumber),
                "{odd} {condition}"
            );
        }
    }
    let nan = judged(&[whole(f64::NAN, HOUR)], "< 5", HOUR);
    assert_eq!(
        nan.reason,
        "a sample is not a number (0/0, or a quantile of no requests): whether it is < 5 cannot be said"
    );
    // But what fails, fails.
    let mut series = whole(9.0, HOUR);
    series.points[3].value = f64::NAN;
    assert_eq!(judged(&[series], "< 5", HOUR).verdict, Verdict::Fail);
}

#[test]
fn histograms_are_no_numbers() {
    let histogram = Series {
        histograms: true,
        ..Series::default()
    };
    for series in [
        vec![histogram.clone()],
        vec![whole(2.0, HOUR), histogram.clone()],
    ] {
        let measured = judged(&series, "> 1", HOUR);
        assert_eq!(
            (measured.verdict, measured.cause),
            (Verdict::Unknown, Cause::NotANumber)
        );
    }
    assert_eq!(
        judged(&[whole(1.0, HOUR), histogram], "> 1", HOUR).verdict,
        Verdict::Fail
    );
}

#[test]
fn a_young_series_passes_and_shows_how_much_it_covers() {
    let day = HOUR * 24;
    let range = Range::ending(NOW, day);
    let measured = judged(&[constant(2.0, &range, ago(MINUTE * 14), NOW)], "> 1", day);
    assert_eq!(measured.verdict, Verdict::Pass);
    assert_eq!((measured.samples, measured.covered), (3, MINUTE * 15));
    assert_eq!(
        measured.to_string(),
        "> 1 over 1d: 2 at 2027-01-15T08:00:00Z; newest sample 0s old; 15m of 1d covered"
    );
    let broken = judged(&[constant(0.0, &range, ago(MINUTE * 14), NOW)], "> 1", day);
    assert_eq!(
        broken.to_string(),
        "not always > 1 over 1d (3 of 3 samples): 0 at 2027-01-15T08:00:00Z; newest sample 0s old; 15m of 1d covered"
    );
}

#[test]
fn a_warning_keeps_from_passing_but_not_from_failing() {
    let range = Range::ending(NOW, HOUR);
    let with = |condition: &str| {
        let reading = Reading::of(&[whole(2.0, HOUR)], pass(condition), HOUR, &range);
        reading.incomplete("store 2 is away").measured(NOW, MAX_AGE)
    };
    let passing = with("> 1");
    assert_eq!(
        (passing.verdict, passing.cause),
        (Verdict::Unknown, Cause::Incomplete)
    );
    assert!(
        passing.reason.contains("store 2 is away"),
        "{}",
        passing.reason
    );
    assert_eq!(with("> 3").verdict, Verdict::Fail);
}

#[test]
fn remarks_are_kept() {
    let range = Range::ending(NOW, HOUR);
    let reading =
        Reading::of(&[whole(2.0, HOUR)], pass("> 1"), HOUR, &range).noted(["look".into()]);
    let measured = reading.measured(NOW, MAX_AGE);
    assert_eq!(measured.verdict, Verdict::Pass);
    assert!(measured.to_string().ends_with("; look"));
}

#[test]
fn a_window_has_few_steps_and_ends_now() {
    for (window, step, points) in [
        (Duration::from_secs(1), 1, 2),
        (Duration::from_secs(10), 1, 11),
        (MINUTE * 5, 1, 301),
        (HOUR, 15, 241),
        (HOUR * 24, 300, 289),
        (HOUR * 48, 600, 289),
        (HOUR * 24 * 7, 3600, 169),
        (HOUR * 24 * 30, 10_800, 241),
        (HOUR * 24 * 365, 105_120, 301),
        (Duration::from_secs(4001), 15, 267),
    ] {
        let range = Range::ending(NOW, window);
        assert_eq!(
            (range.step.as_secs(), range.points()),
            (step, points),
            "{window:?}"
        );
        assert_eq!(range.end, NOW);
        assert!(range.length() <= window, "{window:?}");
    }
}

#[test]
fn a_gap_is_not_covered() {
    let range = Range::ending(NOW, HOUR);
    let mut series = whole(2.0, HOUR);
    series
        .points
        .retain(|Point { at, .. }| *at >= ago(MINUTE * 10) || *at < ago(MINUTE * 40));
    let measured = judge(&[series], pass("> 1"), HOUR, &range, NOW, MAX_AGE);
    assert_eq!(measured.verdict, Verdict::Pass);
    assert_eq!(measured.covered, MINUTE * 30 + Duration::from_secs(15));
}
