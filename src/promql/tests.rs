//! What must hold of metric items.

mod batches;
mod definitions;
mod judging;
mod names;
mod results;
mod siblings;
mod templates;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Pass, Point, Query, Range, Series};

/// The end of every window here.
const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

fn ago(duration: Duration) -> Timestamp {
    NOW - SignedDuration::try_from(duration).unwrap()
}

fn pass(text: &str) -> Pass {
    Query::parse("x", text, "1h").unwrap().pass()
}

/// A series of a value at every moment of a range that is not before `from` or after `to`.
fn constant(value: f64, range: &Range, from: Timestamp, to: Timestamp) -> Series {
    let step = SignedDuration::try_from(range.step).unwrap();
    let moments = (0..range.points()).map(|at| range.start + step * i32::try_from(at).unwrap());
    Series {
        points: moments
            .filter(|at| (from..=to).contains(at))
            .map(|at| Point { at, value })
            .collect(),
        ..Series::default()
    }
}
