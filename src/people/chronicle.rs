//! What is kept of the guard: when it was whole.
//!
//! The times are those at which it was *seen*, with a margin at both ends: what was made between its alteration and its
//! discovery must not count.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::guard::{Guard, Interval};

/// What tells the guard's objects from any that took their place, and from themselves once altered: the UID and the
/// generation of each, by kind and name.
pub type Identity = BTreeMap<String, String>;

/// What is seen of the guard at one look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of it is there, and says what it should.
    Whole {
        /// As these objects.
        identity: Identity,
        /// Since then at the latest.
        since: Timestamp,
    },
    /// Something is absent or altered: what, and how.
    Broken(Vec<String>),
}

impl Sight {
    /// Whether another look saw the same, whenever it was.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Whole { identity, .. },
                Self::Whole {
                    identity: other, ..
                },
            ) => identity == other,
            (Self::Broken(wrong), Self::Broken(other)) => wrong == other,
            _ => false,
        }
    }
}

/// When the guard was whole, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chronicle {
    past: Vec<Interval>,
    open: Option<Open>,
}

/// The time that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Open {
    from: Timestamp,
    identity: Identity,
}

/// Why what is stored is no chronicle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChronicleError {
    /// A line that is no interval.
    #[error(
        "data.intervals: {0:?} is no interval of two times, such as 2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"
    )]
    Interval(String),
    /// A time that is none.
    #[error("data.wholeSince: {0:?} is no time")]
    Time(String),
    /// A line that names no object.
    #[error("data.objects: {0:?} is no object with its UID and generation")]
    Object(String),
}

/// Until every API server enforces a policy that has just come.
const SETTLING: SignedDuration = SignedDuration::from_secs(5);

/// How far the clocks of the operator and of the API server may be apart.
const SKEW: SignedDuration = SignedDuration::from_secs(2);

/// How many intervals are kept. What was made in one that is dropped must be made again.
const LONGEST: usize = 200;

const PAST: &str = "intervals";
const OPEN: &str = "wholeSince";
const OBJECTS: &str = "objects";

impl Chronicle {
    /// What becomes of it after a look. `last` is when the objects of the open interval were last seen whole; where nobody
    /// knows, only its beginning is certain.
    pub fn after(&self, sight: &Sight, last: Option<Timestamp>) -> Self {
        let mut next = self.clone();
        let seen = match sight {
            Sight::Whole { identity, since } => Some((identity, since)),
            Sight::Broken(_) => None,
        };
        if self.open.as_ref().map(|open| &open.identity) == seen.map(|(identity, _)| identity) {
            return next;
        }
        if let Some(open) = next.open.take() {
            next.past.extend(open.until(last));
            let surplus = next.past.len().saturating_sub(LONGEST);
            next.past.drain(..surplus);
        }
        next.open = seen.map(|(identity, since)| Open {
            from: enforced(*since),
            identity: identity.clone(),
        });
        next
    }

    /// What follows for who sees the guard as `live`, and saw the objects of the open interval at `last`.
    pub fn guard(&self, live: Option<&Identity>, last: Option<Timestamp>, now: Timestamp) -> Guard {
        let mut intervals = self.past.clone();
        match &self.open {
            Some(open) if Some(&open.identity) != live => intervals.extend(open.until(last)),
            Some(open) if open.from <= now => intervals.push(Interval {
                from: open.from,
                until: Timestamp::MAX,
            }),
            _ => {}
        }
        Guard::Seen(intervals)
    }

    /// The objects of the open interval.
    pub fn identity(&self) -> Option<&Identity> {
        self.open.as_ref().map(|open| &open.identity)
    }

    /// When the open interval begins.
    pub fn begins(&self) -> Option<Timestamp> {
        self.open.as_ref().map(|open| open.from)
    }

    /// As the data of a ConfigMap.
    pub fn data(&self) -> BTreeMap<String, String> {
        let past = self
            .past
            .iter()
            .map(|interval| format!("{}/{}\n", interval.from, interval.until));
        let mut data = BTreeMap::from([(PAST.to_owned(), past.collect())]);
        if let Some(open) = &self.open {
            let objects = open
                .identity
                .iter()
                .map(|(object, mark)| format!("{object} {mark}\n"));
            data.insert(OPEN.to_owned(), open.from.to_string());
            data.insert(OBJECTS.to_owned(), objects.collect());
        }
        data
    }

    /// From the data of a ConfigMap.
    ///
    /// # Errors
    /// Names the line that cannot be understood.
    pub fn of(data: &BTreeMap<String, String>) -> Result<Self, ChronicleError> {
        let lines = |key: &str| data.get(key).into_iter().flat_map(|text| text.lines());
        let interval = |line: &str| {
            let ends = line
                .split_once('/')
                .and_then(|(from, until)| Some((from.parse().ok()?, until.parse().ok()?)));
            let (from, until) = ends.ok_or_else(|| ChronicleError::Interval(line.to_owned()))?;
            Ok(Interval { from, until })
        };
        let object = |line: &str| match line.split_once(' ') {
            Some((object, mark)) => Ok((object.to_owned(), mark.to_owned())),
            None => Err(ChronicleError::Object(line.to_owned())),
        };
        let open = match data.get(OPEN) {
            None => None,
            Some(from) => Some(Open {
                from: from
                    .trim()
                    .parse()
                    .map_err(|_| ChronicleError::Time(from.clone()))?,
                identity: lines(OBJECTS).map(object).collect::<Result<_, _>>()?,
            }),
        };
        Ok(Self {
            past: lines(PAST).map(interval).collect::<Result<_, _>>()?,
            open,
        })
    }
}

impl Open {
    /// Ended where it was last certain; `None` where nothing is left of it.
    fn until(&self, last: Option<Timestamp>) -> Option<Interval> {
        let certain = last.and_then(|last| last.checked_sub(SKEW).ok());
        let until = certain.map(|until| second(until.as_second(), until))?;
        (until > self.from).then_some(Interval {
            from: self.from,
            until,
        })
    }
}

/// When what was seen whole first at a moment is enforced everywhere.
fn enforced(since: Timestamp) -> Timestamp {
    let settled = since.checked_add(SETTLING).unwrap_or(Timestamp::MAX);
    let part = i64::from(settled.subsec_nanosecond() > 0);
    second(settled.as_second() + part, settled)
}

/// Times are kept to the second.
fn second(second: i64, exact: Timestamp) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(exact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("it is a time")
    }

    fn whole(generation: u32, since: i64) -> Sight {
        let mark = format!("6a1b7c11-0000-4000-8000-000000000001 {generation}");
        let identity = Identity::from([(
            "ValidatingAdmissionPolicy/plimsoll-verdicts".to_owned(),
            mark,
        )]);
        Sight::Whole {
            identity,
            since: at(since),
        }
    }

    fn broken() -> Sight {
        Sight::Broken(vec!["plimsoll-verdicts is altered".to_owned()])
    }

    fn live(sight: &Sight) -> Option<&Identity> {
        match sight {
            Sight::Whole { identity, .. } => Some(identity),
            Sight::Broken(_) => None,
        }
    }

    fn covered(chronicle: &Chronicle, sight: &Sight, now: i64, made: i64) -> bool {
        chronicle.guard(live(sight), None, at(now)).covers(at(made))
    }

    #[test]
    fn what_is_made_while_the_guard_is_whole_is_covered_and_nothing_else() {
        let first = whole(1, 0);
        let begun = Chronicle::default().after(&first, None);
        assert_eq!(
            begun.after(&whole(1, 900), Some(at(900))),
            begun,
            "the same objects: nothing to write"
        );
        assert!(
            !covered(&begun, &first, 1000, 4),
            "not every API server may enforce it yet"
        );
        assert!(covered(&begun, &first, 1000, 5));
        assert!(
            covered(&begun, &first, 1000, 5000),
            "it is whole as long as it is seen so"
        );

        let altered = begun.after(&broken(), Some(at(1000)));
        assert!(covered(&altered, &broken(), 1020, 998));
        assert!(
            !covered(&altered, &broken(), 1020, 999),
            "it may have been altered at any time since it was seen"
        );
        let mended = altered.after(&whole(2, 1021), Some(at(1000)));
        for (made, expected) in [
            (998, true),
            (999, false),
            (1020, false),
            (1025, false),
            (1026, true),
        ] {
            assert_eq!(
                covered(&mended, &whole(2, 0), 2000, made),
                expected,
                "{made}"
            );
        }
    }

    #[test]
    fn an_interval_is_not_open_before_it_begins() {
        let first = whole(1, 0);
        let begun = Chronicle::default().after(&first, None);
        assert_eq!(
            begun.guard(live(&first), None, at(3)),
            Guard::Seen(Vec::new())
        );
        assert_eq!(begun.begins(), Some(at(5)));
    }

    #[test]
    fn altered_and_restored_unseen_is_another_guard() {
        let begun = Chronicle::default().after(&whole(1, 0), None);
        let restored = whole(3, 7200);
        // A new leader knows when the one before it was last heard of.
        let known = begun.after(&restored, Some(at(3600)));
        assert!(covered(&known, &restored, 9000, 3598));
        assert!(!covered(&known, &restored, 9000, 3599));
        // And where it does not, nothing of the interval is certain.
        let unknown = begun.after(&restored, None);
        assert!(!covered(&unknown, &restored, 9000, 5));
        assert!(covered(&unknown, &restored, 9000, 7205));
    }

    #[test]
    fn who_sees_another_guard_than_is_written_down_trusts_its_own_eyes() {
        let begun = Chronicle::default().after(&whole(1, 0), None);
        let guard = begun.guard(live(&whole(2, 0)), Some(at(600)), at(700));
        assert!(guard.covers(at(598)) && !guard.covers(at(599)));
        assert_eq!(begun.guard(None, None, at(700)), Guard::Seen(Vec::new()));
    }

    #[test]
    fn the_oldest_intervals_are_dropped() {
        let mut chronicle = Chronicle::default();
        for time in 0..300 {
            chronicle = chronicle.after(&whole(time, i64::from(time) * 100), None);
            chronicle = chronicle.after(&broken(), Some(at(i64::from(time) * 100 + 50)));
        }
        assert_eq!(chronicle.past.len(), LONGEST);
        assert!(covered(&chronicle, &broken(), 40_000, 299 * 100 + 10));
        assert!(covered(&chronicle, &broken(), 40_000, 100 * 100 + 10));
        assert!(!covered(&chronicle, &broken(), 40_000, 99 * 100 + 10));
        let size: usize = chronicle.data().values().map(String::len).sum();
        assert!(size < 10_000, "{size} bytes");
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let chronicle = Chronicle::default()
            .after(&whole(1, 0), None)
            .after(&broken(), Some(at(90)));
        let chronicle = chronicle.after(&whole(2, 120), None);
        assert_eq!(Chronicle::of(&chronicle.data()), Ok(chronicle));
        assert_eq!(Chronicle::of(&BTreeMap::new()), Ok(Chronicle::default()));
        for (key, value, error) in [
            (PAST, "soon", ChronicleError::Interval("soon".to_owned())),
            (
                PAST,
                "2026-01-01T00:00:00Z/later",
                ChronicleError::Interval("2026-01-01T00:00:00Z/later".to_owned()),
            ),
            (OPEN, "now", ChronicleError::Time("now".to_owned())),
        ] {
            let data = BTreeMap::from([(key.to_owned(), value.to_owned())]);
            assert_eq!(Chronicle::of(&data), Err(error));
        }
    }
}
