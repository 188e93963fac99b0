//! When it was checked who people are.

use jiff::Timestamp;

/// A time during which the guard was seen whole: its objects were the same at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// When it was first seen so.
    pub from: Timestamp,
    /// When it was last seen so.
    pub until: Timestamp,
}

/// What is known of the admission policies that check who makes an attestation or an exception.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Guard {
    /// There is no API server: anybody may have written anything.
    #[default]
    None,
    /// It was whole during these times, the earliest first.
    Seen(Vec<Interval>),
}

impl Guard {
    /// Whether what was made then was checked.
    pub fn covers(&self, made: Timestamp) -> bool {
        match self {
            Self::None => false,
            // The creation timestamp is cut to the second.
            Self::Seen(intervals) => intervals.iter().any(|interval| {
                made.as_second() >= interval.from.as_second()
                    && made.as_second() <= interval.until.as_second()
            }),
        }
    }
}
