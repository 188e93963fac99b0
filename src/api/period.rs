//! How long something lasts, as people write it: `180d`, `12h`, `30m`.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time in whole days, hours, minutes or seconds. A day has 24 hours. It is shown in the unit that it was written in.
#[derive(Clone, Copy, Debug)]
pub struct Period {
    seconds: i64,
    /// How many seconds the unit has; the largest that it is whole in where it was not written.
    unit: Option<i64>,
}

impl PartialEq for Period {
    fn eq(&self, other: &Self) -> bool {
        self.seconds == other.seconds
    }
}

impl Eq for Period {}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.seconds.cmp(&other.seconds)
    }
}

/// The units, the largest first.
const UNITS: [(i64, char); 4] = [(86_400, 'd'), (3_600, 'h'), (60, 'm'), (1, 's')];

/// Not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no length of time: write a number and d, h, m or s, such as 180d")]
pub struct PeriodError(String);

/// Longer is of no use to anybody, and keeps sums far from the end of time.
const LONGEST: i64 = 100 * 365 * 86_400;

impl Period {
    /// So many days.
    pub const fn days(days: i64) -> Self {
        Self {
            seconds: days * 86_400,
            unit: None,
        }
    }

    /// So many seconds.
    pub const fn seconds(seconds: i64) -> Self {
        Self {
            seconds,
            unit: None,
        }
    }

    /// Its length.
    pub fn as_duration(self) -> SignedDuration {
        SignedDuration::from_secs(self.seconds)
    }

    /// The moment this long after another; the end of time where that is past it.
    pub fn after(self, start: Timestamp) -> Timestamp {
        start
            .saturating_add(self.as_duration())
            .unwrap_or(Timestamp::MAX)
    }

    /// The moment this long before another.
    pub fn before(self, end: Timestamp) -> Timestamp {
        end.saturating_sub(self.as_duration())
            .unwrap_or(Timestamp::MIN)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let wrong = || PeriodError(text.to_owned());
        let unit = text.chars().next_back().ok_or_else(wrong)?;
        let number = text.strip_suffix(unit).unwrap_or_default();
        let unit = UNITS.into_iter().find(|(_, letter)| *letter == unit);
        let (unit, _) = unit.ok_or_else(wrong)?;
        if !number.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(wrong());
        }
        let number: i64 = number.parse().map_err(|_| wrong())?;
        let seconds = number.checked_mul(unit).filter(|long| *long <= LONGEST);
        Ok(Self {
            seconds: seconds.ok_or_else(wrong)?,
            unit: Some(unit),
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |(unit, _): &(i64, char)| match self.unit {
            Some(written) => *unit == written,
            None => *unit == 1 || (self.seconds != 0 && self.seconds % unit == 0),
        };
        let (unit, letter) = UNITS.into_iter().find(fits).unwrap_or((1, 's'));
        write!(f, "{}{letter}", self.seconds / unit)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]{1,9}[dhms]$", "maxLength": 10})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_and_written_as_people_do() {
        for text in ["180d", "12h", "30m", "45s", "36h", "24h", "0d"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        assert_eq!("48h".parse(), Ok(Period::days(2)));
        for (period, expected) in [
            (Period::days(2), "2d"),
            (Period::seconds(7200), "2h"),
            (Period::seconds(90), "90s"),
        ] {
            assert_eq!(period.to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in [
            "",
            "d",
            "5",
            "-1d",
            "1w",
            "1.5d",
            "99999999999999d",
            "1 d",
            "ü",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn no_sum_leaves_time() {
        let century = Period::days(36_500);
        assert_eq!(century.after(Timestamp::MAX), Timestamp::MAX);
        assert_eq!(century.before(Timestamp::MIN), Timestamp::MIN);
    }
}
