//! What a server answers.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::Text;

/// A series of samples.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Series {
    /// Its labels; the metric's name is `__name__`.
    pub labels: BTreeMap<Text, Text>,
    /// Its samples, in the order of their times.
    pub points: Vec<Point>,
    /// Whether some of its samples are whole histograms, which no condition can be put to.
    pub histograms: bool,
}

/// A sample: what an expression yields at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// What; perhaps infinite, or not a number.
    pub value: f64,
}
