//! Events on launches: what is another than before.

use kube::runtime::events::{Event, EventType};

use crate::api::{Expiry, LaunchStatus, ReleaseType};

/// What the API server takes of a note.
const LONGEST_NOTE: usize = 1024;

/// The item of a review.
const REVIEW: &str = "launch:review";

/// What is to be announced of a launch that has another status.
pub(super) fn of(before: &LaunchStatus, after: &LaunchStatus) -> Vec<Event> {
    let news = [
        verdict(before, after),
        release(before, after),
        lapses(before, after),
        overlap(before, after),
        launched(before, after),
        review(before, after),
    ];
    news.into_iter().flatten().collect()
}

fn verdict(before: &LaunchStatus, after: &LaunchStatus) -> Option<Event> {
    let is = after
        .status
        .filter(|status| before.status != Some(*status))?;
    let because = after
        .history
        .first()
        .map(|change| change.because.as_str())
        .unwrap_or_default();
    let note = match before.status {
        Some(was) => format!("Was {}, is {}: {because}", was.name(), is.name()),
        None => format!("Is {}: {because}", is.name()),
    };
    // A launch begins as not ready: that is no cause for alarm.
    let type_ = match before.status {
        Some(was) if is > was => EventType::Warning,
        _ => EventType::Normal,
    };
    Some(event(type_, is.name(), "Judge", note))
}

fn release(before: &LaunchStatus, after: &LaunchStatus) -> Option<Event> {
    let last = |status: &LaunchStatus| {
        let memory = status.memory.as_ref()?;
        memory
            .releases
            .last()
            .map(|last| (last.name.clone(), last.kind))
    };
    let was = last(before)?;
    let (name, kind) = last(after).filter(|is| *is != was)?;
    Some(match kind {
        ReleaseType::Minor => {
            let note = format!(
                "{name} is meant to run in place of {}; what was attested carries over",
                was.0
            );
            event(EventType::Normal, "Released", "Release", note)
        }
        ReleaseType::Major => {
            let note = format!(
                "{name} is a major release: what is attested for each release is asked for again"
            );
            event(EventType::Warning, "Reopened", "Release", note)
        }
    })
}

/// What lapses soon and did not before, or was put off since.
fn lapses(before: &LaunchStatus, after: &LaunchStatus) -> Option<Event> {
    let news = after
        .lapsing
        .iter()
        .filter(|lapse| !before.lapsing.contains(lapse));
    let news: Vec<String> = news
        .map(|Expiry { what, at }| format!("{what} at {}", at.0))
        .collect();
    if news.is_empty() {
        return None;
    }
    let note = format!("Lapses within seven days: {}", news.join("; "));
    Some(event(EventType::Warning, "LapsesSoon", "Watch", note))
}

fn overlap(before: &LaunchStatus, after: &LaunchStatus) -> Option<Event> {
    let message = |status: &LaunchStatus| {
        let mut conditions = status.conditions.iter();
        let found = conditions.find(|known| known.type_ == "Overlapping" && known.status == "True");
        found.map(|known| known.message.clone())
    };
    let is = message(after).filter(|is| message(before).as_ref() != Some(is))?;
    Some(event(
        EventType::Warning,
        "WorkloadInTwoLaunches",
        "Judge",
        is,
    ))
}

fn launched(before: &LaunchStatus, after: &LaunchStatus) -> Option<Event> {
    let since = after
        .actual_date
        .as_ref()
        .filter(|_| before.actual_date.is_none())?;
    let release = after
        .memory
        .as_ref()
        .and_then(|memory| memory.releases.last());
    let what = release.map_or_else(String::new, |release| {
        format!(" with release {}", release.name)
    });
    let note = format!("Is live since {:.0}{what}", since.0);
    Some(event(EventType::Normal, "Launched", "Watch", note))
}

/// A review that is open now, and was not.
fn review(before: &LaunchStatus, after: &LaunchStatus) -> Option<Event> {
    let is_missing =
        |status: &LaunchStatus| status.missing.iter().any(|missing| missing.item == REVIEW);
    (is_missing(after) && !is_missing(before)).then(|| {
        let due = before.review_due.as_ref().or(after.review_due.as_ref());
        let note = match due {
            Some(due) => format!("A review was due at {:.0}: attest {REVIEW}", due.0),
            None => format!("A review is due: attest {REVIEW}"),
        };
        event(EventType::Warning, "ReviewOverdue", "Watch", note)
    })
}

/// An Event, its note cut to what the API server takes.
pub(super) fn event(type_: EventType, reason: &str, action: &str, mut note: String) -> Event {
    note.truncate(note.floor_char_boundary(LONGEST_NOTE));
    Event {
        type_,
        reason: reason.to_owned(),
        note: Some(note),
        action: action.to_owned(),
        secondary: None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

    use super::*;
    use crate::api::{Memory, Missing, Release, Status, Transition};

    fn at(second: i64) -> Time {
        Time(Timestamp::from_second(second).expect("it is a time"))
    }

    fn status(status: Status) -> LaunchStatus {
        LaunchStatus {
            status: Some(status),
            history: vec![Transition {
                at: at(0),
                to: status,
                because: "opened: team:a".to_owned(),
            }],
            ..LaunchStatus::default()
        }
    }

    fn lines(before: &LaunchStatus, after: &LaunchStatus) -> Vec<String> {
        let line = |event: Event| {
            let type_ = match event.type_ {
                EventType::Normal => "Normal",
                EventType::Warning => "Warning",
            };
            format!(
                "{type_} {}: {}",
                event.reason,
                event.note.unwrap_or_default()
            )
        };
        of(before, after).into_iter().map(line).collect()
    }

    #[test]
    fn every_change_of_the_verdict_is_told() {
        let none = LaunchStatus::default();
        let (bad, good) = (status(Status::NotReady), status(Status::Ready));
        assert_eq!(
            lines(&none, &bad),
            ["Normal NotReady: Is NotReady: opened: team:a"]
        );
        assert_eq!(
            lines(&good, &bad),
            ["Warning NotReady: Was Ready, is NotReady: opened: team:a"]
        );
        assert_eq!(
            lines(&bad, &good),
            ["Normal Ready: Was NotReady, is Ready: opened: team:a"]
        );
        let risky = status(Status::ReadyWithRisks);
        assert_eq!(lines(&good, &risky).len(), 1);
        assert!(lines(&good, &good).is_empty());
    }

    #[test]
    fn a_release_is_told_and_one_that_asks_again_warned_of() {
        let with = |name: &str, kind| LaunchStatus {
            memory: Some(Memory {
                releases: vec![Release {
                    name: name.to_owned(),
                    kind,
                    since: at(0),
                    images: Vec::new(),
                }],
                ..Memory::default()
            }),
            ..status(Status::Ready)
        };
        let first = with("1.0", ReleaseType::Minor);
        assert!(
            lines(&LaunchStatus::default(), &first)
                .iter()
                .all(|line| !line.contains("1.0")),
            "it is the first"
        );
        let told = lines(&first, &with("1.1", ReleaseType::Minor));
        assert_eq!(
            told,
            [
                "Normal Released: 1.1 is meant to run in place of 1.0; what was attested carries over"
            ]
        );
        let told = lines(&first, &with("2.0", ReleaseType::Major));
        assert_eq!(told.len(), 1);
        assert!(told[0].starts_with("Warning Reopened: 2.0 is a major release"));
        assert_eq!(
            lines(&first, &with("1.0", ReleaseType::Major)).len(),
            1,
            "it is now said to be one"
        );
    }

    #[test]
    fn what_lapses_is_told_once() {
        let with = |lapses: &[(&str, i64)]| LaunchStatus {
            lapsing: lapses
                .iter()
                .map(|(what, second)| Expiry {
                    what: (*what).to_owned(),
                    at: at(*second),
                })
                .collect(),
            ..status(Status::Ready)
        };
        let (none, one, two) = (
            with(&[]),
            with(&[("a", 60)]),
            with(&[("a", 60), ("b", 120)]),
        );
        assert_eq!(
            lines(&none, &one),
            ["Warning LapsesSoon: Lapses within seven days: a at 1970-01-01T00:01:00Z"]
        );
        assert_eq!(
            lines(&one, &two),
            ["Warning LapsesSoon: Lapses within seven days: b at 1970-01-01T00:02:00Z"]
        );
        assert!(lines(&two, &one).is_empty());
        // It was put off.
        assert_eq!(lines(&one, &with(&[("a", 90)])).len(), 1);
    }

    #[test]
    fn a_workload_in_two_launches_is_told() {
        let with = |status_of: &str, message: &str| LaunchStatus {
            conditions: vec![Condition {
                type_: "Overlapping".to_owned(),
                status: status_of.to_owned(),
                reason: "Any".to_owned(),
                message: message.to_owned(),
                observed_generation: None,
                last_transition_time: at(0),
            }],
            ..status(Status::Ready)
        };
        let (none, some) = (
            with("False", "no"),
            with(
                "True",
                "also selected by another launch: Deployment/web (b)",
            ),
        );
        assert_eq!(lines(&none, &some).len(), 1);
        assert!(lines(&some, &none).is_empty() && lines(&some, &some).is_empty());
    }

    #[test]
    fn going_live_is_told_once() {
        let live = LaunchStatus {
            actual_date: Some(at(60)),
            ..status(Status::Ready)
        };
        assert_eq!(
            lines(&status(Status::Ready), &live),
            ["Normal Launched: Is live since 1970-01-01T00:01:00Z"]
        );
        assert!(lines(&live, &live).is_empty());
    }

    #[test]
    fn a_review_that_is_overdue_is_told_once() {
        let with = |items: &[&str]| LaunchStatus {
            review_due: Some(at(60)),
            missing: items
                .iter()
                .map(|item| Missing {
                    item: (*item).to_owned(),
                    ..Missing::default()
                })
                .collect(),
            ..status(Status::NotReady)
        };
        let (before, after) = (with(&["team:a"]), with(&["team:a", "launch:review"]));
        assert_eq!(
            lines(&before, &after),
            [
                "Warning ReviewOverdue: A review was due at 1970-01-01T00:01:00Z: attest launch:review"
            ]
        );
        assert!(lines(&after, &after).is_empty() && lines(&after, &before).is_empty());
    }

    #[test]
    fn a_note_is_no_longer_than_the_api_server_takes() {
        let event = event(EventType::Normal, "A", "B", "ü".repeat(1000));
        assert_eq!(event.note.map(|note| note.len()), Some(1024));
    }
}
